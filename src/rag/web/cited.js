// What is quoted of the open articles: its numbers in the text, the way from quote to quote and back to the chat, and
// the way out to the original.

const citedHere = () => (state.side === "compare" ? marks.compare : state.side === "chat" ? marks.chat : []);
const sentenceId = ([article, sentence]) => `s-${article}-${sentence}`;

// Marks are put on once; whatever changes the articles' markup takes them off, and the stamp with them.
function putNumbers() {
  for (const article of articles()) {
    if (article.dataset.marked === marks.stamp) continue;
    for (const sentence of all(".s[data-quote], .s[data-compared]", article)) {
      sentence.removeAttribute("data-quote");
      sentence.removeAttribute("data-compared");
    }
    for (const [name, quotes] of [["data-quote", marks.chat], ["data-compared", marks.compare]]) {
      for (const quote of quotes) {
        if (quote[0] !== article.dataset.article) continue;
        document.getElementById(sentenceId(quote))?.setAttribute(name, quote[2]);
      }
    }
    article.dataset.marked = marks.stamp;
  }
}

function tidyCited() {
  const bar = one("#panel .bar");
  if (!bar) return;
  putNumbers();
  const quotes = citedHere();
  const at = quotes.findIndex((quote) => sentenceId(quote) === state.sentence);
  setAttribute(one(".cites", bar), "hidden", quotes.length ? null : "");
  const words = at < 0 ? tell("panel_quotes", { n: quotes.length }) : tell("found", { n: at + 1, all: quotes.length });
  setText(one(".which", bar), quotes.length ? words : "");
  leadOut(one(".original", bar));
}

// To the very words in the original when the marked sentence is a quote, else to its beginning.
function leadOut(link) {
  const article = shownArticle();
  const number = state.sentence && articleOf(state.sentence) === state.article && state.sentence.split("-").at(-1);
  const there = number && marks.links[state.article]?.[number];
  const to = there || article?.dataset.source;
  const safe = /^https?:\/\//i.test(to ?? "");
  setAttribute(link, "hidden", safe ? null : "");
  setAttribute(link, "href", safe ? to : null);
  setText(link, tell(there ? "panel_original_here" : "panel_original"));
}

onChange(tidyCited);

// The citation of the newest reply that leads to a sentence.
function citationOf(sentence) {
  const links = all("a.cite:not(.twin)", one(panes[state.side])).filter((link) => !link.closest("[hidden]"));
  return links.findLast((link) => target(link) === sentence);
}

function stepQuote(by) {
  const quotes = citedHere();
  if (!quotes.length) return;
  const at = quotes.findIndex((quote) => sentenceId(quote) === state.sentence);
  const next = quotes[at < 0 ? (by > 0 ? 0 : quotes.length - 1) : (at + by + quotes.length) % quotes.length];
  const link = citationOf(sentenceId(next));
  if (link) follow(link);
}

function stepAndStay(by) {
  state.stay = true;
  stepQuote(by);
}

function toQuote(sentence) {
  const quoted = sentence.matches({ chat: "[data-quote]", compare: "[data-compared]" }[state.side] ?? ":not(*)");
  const link = quoted && citationOf(sentence.id);
  if (!link) return;
  Object.assign(state, { link: address(link), sentence: sentence.id, from: link });
  back();
}

onClick("#panel .step.before", () => stepAndStay(-1));
onClick("#panel .step.after", () => stepAndStay(1));
onClick("#panel .s", (sentence) => getSelection().isCollapsed && toQuote(sentence));

// Single keys act only while the article has the focus, so they stand in nobody's way.
document.addEventListener("keydown", (event) => {
  const within = event.target.closest?.("#panel");
  if (!within || event.ctrlKey || event.metaKey || event.isComposing) return;
  if (event.target.matches("input, select")) return;
  const acts = event.altKey
    ? { ArrowDown: () => stepQuote(1), ArrowUp: () => stepQuote(-1) }
    : { n: () => stepQuote(1), p: () => stepQuote(-1), "/": openFind };
  const act = acts[event.key] ?? (event.key === "Enter" && event.target.matches(".s") ? () => toQuote(event.target) : null);
  if (!act) return;
  event.preventDefault();
  act();
});
