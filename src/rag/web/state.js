// What all scripts of the page share: what is in view, small helpers, and the lists of what listens to what.
// The scripts stand in one scope in the order state, chat, panel, shelf, views, page; `config` comes from the server.

const state = {
  article: null, // id of the article in view
  version: null, // the panel update whose wish for an article was last followed
  sentence: null, // element id of the marked sentence
  link: null, // the whole address of the citation that was followed: the sentence, and words in it
  pending: false, // the marked sentence is still to be brought into view
  loading: false, // the article in view was asked for and is not there yet
  from: null, // the citation that was followed
  stay: false, // the focus stays where it is when the marked sentence comes into view
  view: "chat", // the view on a small screen: chat, library, compare, voices or article
  side: "chat", // the view beside the article
  offering: false, // the speakers to choose from are in view
  offered: null, // whose speakers were asked for last
  followed: null, // the articles to ask that the comparison followed last
  listed: null, // the article whose statements were asked for last
  comparing: false, // a comparison was asked for and is still to be brought into view
  turns: "", // the newest question of the chat, and how many waited for replies, last time
};

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const setAttribute = (element, name, value) => {
  if (value === null) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
  } else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
};

const setText = (element, words) => {
  if (element && element.textContent !== words) element.textContent = words;
};

const articles = () => all("#panel .article");
const address = (link) => decodeURIComponent(link.hash.slice(1));
// An address is a sentence's id, `@` and the ranges of what is said, `!` and those of the words that prove it.
const parts = (address) => address.match(/^(.*-\d+)(?:@([\d:,]+))?(?:!([\d:,]+))?$/s) ?? [address, address];
const target = (link) => parts(address(link))[1];
const narrow = matchMedia("(max-width: 820px)");
const panes = { chat: "#talk", library: "#library", compare: "#compare", voices: "#voices-view" };
const boxes = { chat: "#chat [role=log]", library: "#library", compare: "#compare", voices: "#voices-view" };
const paneOf = (element) => Object.keys(panes).find((name) => element.closest(panes[name])) ?? "chat";
const articleOf = (sentence) => sentence.slice(2, sentence.lastIndexOf("-"));

// Each script says what a click on a selector does, what is restored after any change of the page (Gradio may replace
// any element at any time), and what happens first. The first selector in order that is hit acts; a link is not followed.
const clicks = [];
const repairs = [];
const onClick = (selector, act) => clicks.push([selector, act]);
const onChange = (repair) => repairs.push(repair);

// A string of the interface; a table of plural forms is chosen from by `n`.
const plurals = new Intl.PluralRules(config.language);
const digits = new Intl.NumberFormat(config.language);
function tell(key, facts = {}) {
  const found = config.strings[key];
  const pattern = typeof found === "string" ? found : (found[plurals.select(facts.n)] ?? found.other);
  return pattern.replace(/\{(\w+)\}/g, (_, name) => (typeof facts[name] === "number" ? digits.format(facts[name]) : facts[name]));
}

// An address of this server, under whatever path the page is served.
const root = new URL(config.root, location.href);
const at = (path) => new URL(path, root).href;
