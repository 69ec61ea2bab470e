// What the page does without the server: follow a citation into the article, mark the words that prove it, come
// back, copy a reply, switch views. One set of listeners on the document; Gradio may replace any element at any
// time, so `apply` restores from `state` whatever it undid. Shares one scope with views.js, which comes before it.

const state = {
  article: null, // id of the article in view
  version: null, // the panel update whose wish for an article was last followed
  sentence: null, // element id of the marked sentence
  link: null, // the whole address of the citation that was followed: the sentence, and words in it
  pending: false, // the marked sentence is still to be brought into view
  loading: false, // the article in view was asked for and is not there yet
  from: null, // the citation that was followed
  view: "chat", // the view on a small screen: chat, compare, voices or article
  side: "chat", // the view beside the article
  offering: false, // the speakers to choose from are in view
  offered: null, // whose speakers were asked for last
  listed: null, // the article whose statements were asked for last
  comparing: false, // a comparison was asked for and is still to be brought into view
  turns: "", // how many questions and replies the chat showed last time
};

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const setAttribute = (element, name, value) => {
  if (value === null) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
  } else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
};

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const articles = () => all("#panel .article");
const address = (link) => decodeURIComponent(link.hash.slice(1));
// An address is a sentence's id, `@` and the ranges of what is said, `!` and those of the words that prove it.
const parts = (address) => address.match(/^(.*-\d+)(?:@([\d:,]+))?(?:!([\d:,]+))?$/s) ?? [address, address];
const target = (link) => parts(address(link))[1];
const narrow = matchMedia("(max-width: 820px)");
const panes = { chat: "#talk", compare: "#compare", voices: "#voices-view" };
const boxes = { chat: "#chat [role=log]", compare: "#compare", voices: "#voices-view" };
const paneOf = (element) => Object.keys(panes).find((name) => element.closest(panes[name])) ?? "chat";
const articleOf = (sentence) => sentence.slice(2, sentence.lastIndexOf("-"));

// The reader's choice stays, unless it is gone or a new reply quotes only other articles.
function chooseArticle(source) {
  const open = articles();
  const shown = open.find((article) => article.dataset.article === state.article);
  const news = source.dataset.version !== state.version;
  if (shown || news) state.loading = false;
  if (!news && (shown || state.loading)) return;
  state.version = source.dataset.version;
  const cited = open.some((article) => article.classList.contains("cited"));
  if (!shown || (cited && !shown.classList.contains("cited"))) state.article = source.dataset.shown;
}

function apply() {
  setAttribute(document.documentElement, "data-view", state.view);
  setAttribute(document.documentElement, "data-side", state.side);
  const shown = narrow.matches ? state.view : state.side;
  for (const button of all(".view")) setAttribute(button, "aria-pressed", String(button.dataset.to === shown));
  tidyChat();
  tidyCompare();

  const source = one("#panel .source");
  if (!source) return;
  const marked = state.sentence && document.getElementById(state.sentence);
  if (marked && state.pending) state.article = articleOf(state.sentence);
  else chooseArticle(source);
  for (const article of articles()) {
    setAttribute(article, "hidden", article.dataset.article === state.article ? null : "");
  }
  const select = one("select", source);
  if (select && state.article && select.value !== state.article) select.value = state.article;
  for (const sentence of all(".s[aria-current]", source)) {
    if (sentence.id !== state.sentence) sentence.removeAttribute("aria-current");
  }
  if (marked) setAttribute(marked, "aria-current", "true");
  if (marked && state.pending) {
    state.pending = false;
    reveal(marked);
  }
  for (const link of all("a.cite")) {
    const followed = link === state.from || (!state.from?.isConnected && address(link) === state.link);
    setAttribute(link, "aria-current", followed ? "true" : null);
  }
  markWords(marked);
  askForLists();
}

// The words that an address names, marked over the text without touching it.
function markWords(sentence) {
  if (!globalThis.Highlight) return;
  const text = sentence?.closest(".text");
  const [, , said, proof] = text ? parts(state.link) : [];
  const words = `${said ?? ""}!${proof ?? ""}`;
  if (marks.text === text && marks.words === words && marks.within?.isConnected) return;
  Object.assign(marks, { text, words, within: sentence });
  for (const [name, ranges] of [["said", said], ["proof", proof]]) {
    if (ranges) CSS.highlights.set(name, new Highlight(...ranges.split(",").map((range) => rangeIn(text, range))));
    else CSS.highlights.delete(name);
  }
  for (const other of all(".s[data-partly]")) if (other !== sentence || !said) other.removeAttribute("data-partly");
  if (said) setAttribute(sentence, "data-partly", "");
}

const marks = { text: null, words: "!", within: null }; // what is marked now

function rangeIn(text, words) {
  const [start, end] = words.split(":").map(Number);
  const range = new Range();
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  range.setStart(text, 0);
  range.collapse(true);
  for (let before = 0, node; (node = walker.nextNode()); before += node.length) {
    if (start >= before && start < before + node.length) range.setStart(node, start - before);
    if (end > before && end <= before + node.length) {
      range.setEnd(node, end - before);
      break;
    }
  }
  return range;
}

// Gradio names every message by its raw markup and announces half-drawn replies: both are spoken better
// by the text itself and by the page's own live region.
function tidyChat() {
  const log = one("#chat [role=log]");
  if (!log) return;
  setAttribute(log, "aria-live", "off");
  setAttribute(log, "tabindex", "0");
  for (const message of all("[data-testid=user][aria-label], [data-testid=bot][aria-label]", log)) {
    message.removeAttribute("aria-label");
  }
  const questions = all(".question", log);
  const turns = `${questions.length} ${all(".reply:not(.waiting)", log).length}`;
  if (turns !== state.turns) {
    state.turns = turns;
    const last = questions.at(-1);
    if (last) scrollTo(log, last, 20);
  }
}

function scrollTo(box, element, above) {
  const top = box.scrollTop + element.getBoundingClientRect().top - box.getBoundingClientRect().top - above;
  box.scrollTo({ top: Math.max(0, top), behavior: calm() ? "auto" : "smooth" });
}

function reveal(sentence) {
  const shelf = one("#panel .shelf");
  const room = shelf.clientHeight - sentence.getBoundingClientRect().height;
  scrollTo(shelf, sentence, Math.max(16, room / 3));
  sentence.focus({ preventScroll: true });
}

function follow(link) {
  state.link = address(link);
  state.sentence = target(link);
  state.from = link;
  state.side = paneOf(link);
  state.view = "article";
  state.pending = true;
  show(articleOf(state.sentence));
}

function show(article) {
  state.article = article;
  state.loading = !articles().some((open) => open.dataset.article === article);
  if (state.loading) {
    one("#panel .source").dispatchEvent(new CustomEvent("open-article", { bubbles: true, detail: article }));
  }
  apply();
}

function look(view) {
  state.view = view;
  if (view !== "article") state.side = view;
  if (view === "voices" && !one("#statements .voices")) state.listed = null;
  apply();
}

function back() {
  const within = one(panes[state.side]);
  const links = all("a.cite", within).filter((link) => !link.closest("[hidden]"));
  const link = links.includes(state.from) ? state.from : links.findLast((a) => address(a) === state.link);
  state.view = state.side;
  apply();
  if (!link) return false;
  const fold = link.closest("details");
  if (fold) fold.open = true;
  link.focus({ preventScroll: true });
  const log = one(boxes[state.side]);
  const seen = log.getBoundingClientRect();
  const place = link.getBoundingClientRect();
  if (place.top < seen.top || place.bottom > seen.bottom) scrollTo(log, link, 80);
  return true;
}

function skip() {
  const goals = { chat: "#question textarea", compare: "#form [name=topic]", voices: "#statements input, #statements summary" };
  const shown = narrow.matches ? state.view : state.side;
  one(goals[shown] ?? "#panel .shelf")?.focus();
}

async function copy(button) {
  const reply = button.closest(".reply");
  const lines = all(".message, .nearest .label, .line, .names li, .quote", reply);
  const text = lines.map((line) => (line.matches(".quote") ? quoteText(line) : line.textContent)).join("\n\n");
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    done = copyByHand(text);
  }
  button.textContent = done ? "Copied" : "Not copied";
  setTimeout(() => (button.textContent = "Copy"), 1600);
}

function quoteText(quote) {
  const about = all(".who, .about, .how:not(.who .how), .stance, .from", quote).map((part) =>
    part.matches(".stance") ? all("span", part).map((words) => words.textContent).join(": ") : part.textContent,
  );
  const from = about.length ? `\n    ${about.join(". ")}` : "";
  return `[${one(".chip", quote).textContent}] ${one(".words", quote).textContent}${from}`;
}

// The clipboard interface is missing on plain http addresses other than this machine's own.
function copyByHand(text) {
  const field = Object.assign(document.createElement("textarea"), { value: text, className: "unseen" });
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

document.addEventListener(
  "click",
  (event) => {
    const hit = (selector) => event.target.closest?.(selector);
    const link = hit("a.cite, a.copy, a.skip, a.jump, a.table");
    if (link) event.preventDefault();
    if (link?.matches(".cite")) follow(link);
    else if (link?.matches(".copy")) copy(link);
    else if (link?.matches(".jump")) jump(link);
    else if (link?.matches(".table")) showTable(link);
    else if (link) skip();
    else if (hit(".view")) look(hit(".view").dataset.to);
    else if (hit("#new")) look("chat");
    else if (hit(".back")) back();
    else if (hit(".download")) save(hit(".download"));
    else if (hit(".some")) {
      state.offering = !state.offering;
      apply();
    } else if (hit(".quote .words") && getSelection().isCollapsed) follow(one(".cite", hit(".quote")));
    else if (hit(".statement .words") && getSelection().isCollapsed) follow(one(".cite", hit(".statement")));
  },
  true,
);

document.addEventListener("keydown", (event) => {
  const on = (selector) => event.target.matches?.(selector);
  if (event.key === "Escape" && state.sentence && !event.isComposing && !on("[type=search]")) {
    if (back()) event.preventDefault();
  } else if (event.key === " " && on("a.copy, a.table")) {
    event.preventDefault();
    event.target.click();
  } else if (/^(Arrow|Home|End)/.test(event.key) && on("a.jump")) {
    event.preventDefault();
    step(event.target, event.key);
  }
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("#form form")) return;
  event.preventDefault();
  compare(event.target);
});

document.addEventListener("input", (event) => {
  if (event.target.matches?.(".sieve input")) sieve(event.target);
});

document.addEventListener("change", (event) => {
  if (event.target.matches?.("#compare input")) apply();
  if (!event.target.matches?.("#panel select")) return;
  show(event.target.value);
  one("#panel .shelf").scrollTo({ top: 0 });
});

narrow.addEventListener("change", apply);

let planned = false;
new MutationObserver(() => {
  if (planned) return;
  planned = true;
  queueMicrotask(() => {
    planned = false;
    apply();
  });
}).observe(document.body, {
  subtree: true,
  childList: true,
  attributeFilter: ["aria-current", "aria-label", "hidden", "data-version"],
});
apply();
