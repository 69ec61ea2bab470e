// The source panel: follows a citation into the article, marks the words that prove it, and comes back.

// What the server tells of the open articles: which to show, and what is quoted of them.
const marks = { words: null, version: null, shown: null, chat: [], compare: [], fresh: [], links: {} };
function readMarks() {
  const words = one("#panel [data-marks]")?.dataset.marks ?? "{}";
  if (words === marks.words) return;
  Object.assign(marks, JSON.parse(words), { words });
  marks.stamp = String(Number(marks.stamp ?? 0) + 1);
}

const shownArticle = () => articles().find((article) => article.dataset.article === state.article);

// The reader's choice stays, unless it is gone or a new reply quotes only other articles.
function chooseArticle() {
  const shown = shownArticle();
  const news = marks.version !== state.version;
  if (shown || news) state.loading = false;
  if (!news && (shown || state.loading)) return;
  state.version = marks.version;
  if (!shown || (marks.fresh.length && !marks.fresh.includes(state.article))) state.article = marks.shown;
}

function tidyPanel() {
  const source = one("#panel .source");
  if (!source) return;
  readMarks();
  const marked = state.sentence && document.getElementById(state.sentence);
  if (marked && state.pending) state.article = articleOf(state.sentence);
  else chooseArticle();
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
}

onChange(tidyPanel);

// Where each piece of an article's text begins. The page's framework may change any of it, and then drops the stamp.
const indexes = new WeakMap();
let stamps = 0;
function textIndex(text) {
  const known = indexes.get(text);
  if (known && text.dataset.stamp === known.stamp) return known;
  const index = { stamp: String(++stamps), nodes: [], starts: [], startOf: new Map(), length: 0, text };
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); index.length += node.length) {
    index.nodes.push(node);
    index.starts.push(index.length);
    index.startOf.set(node, index.length);
  }
  text.dataset.stamp = index.stamp;
  indexes.set(text, index);
  return index;
}

// The piece that holds a character, by halving.
function pieceAt({ starts }, offset) {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle] <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

function rangeOf(index, start, end) {
  const range = new Range();
  const [first, last] = [pieceAt(index, start), pieceAt(index, Math.max(start, end - 1))];
  range.setStart(index.nodes[first], start - index.starts[first]);
  range.setEnd(index.nodes[last], Math.min(end, index.length) - index.starts[last]);
  return range;
}

// Marks ranges under a name over the text, without touching it; of names that overlap the higher one shows.
function paint(name, ranges, priority = 0) {
  if (!globalThis.Highlight) return;
  const highlight = new Highlight(...ranges.slice(0, 1));
  for (const range of ranges.slice(1)) highlight.add(range);
  highlight.priority = priority;
  if (ranges.length) CSS.highlights.set(name, highlight);
  else CSS.highlights.delete(name);
}

// The words that an address names.
const proved = { key: "" };
function markWords(sentence) {
  const text = sentence?.closest(".text");
  const [, , said, proof] = text ? parts(state.link ?? "") : [];
  const index = said || proof ? textIndex(text) : null;
  const key = `${index?.stamp} ${said} ${proof}`;
  if (proved.key === key && proved.within === sentence) return;
  Object.assign(proved, { key, within: sentence });
  for (const [name, ranges, priority] of [["said", said, 2], ["proof", proof, 3]]) {
    const pairs = (ranges ?? "").split(",").filter(Boolean).map((range) => range.split(":").map(Number));
    paint(name, pairs.map(([start, end]) => rangeOf(index, start, end)), priority);
  }
  for (const other of all(".s[data-partly]")) if (other !== sentence || !said) other.removeAttribute("data-partly");
  if (said) setAttribute(sentence, "data-partly", "");
}

function scrollTo(box, element, above) {
  const top = box.scrollTop + element.getBoundingClientRect().top - box.getBoundingClientRect().top - above;
  box.scrollTo({ top: Math.max(0, top) }); // at once: a glide over a long article takes a second
}

function reveal(sentence) {
  const shelf = one("#panel .shelf");
  const room = shelf.clientHeight - sentence.getBoundingClientRect().height;
  scrollTo(shelf, sentence, Math.max(16, room / 3));
  if (!state.stay) sentence.focus({ preventScroll: true });
  state.stay = false;
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

onClick("a.cite", follow);
onClick(".back", back);
onClick(".quote .words", (words) => getSelection().isCollapsed && follow(one(".cite", words.closest(".quote"))));
onClick(".statement .words", (words) => getSelection().isCollapsed && follow(one(".cite", words.closest(".statement"))));

document.addEventListener("change", (event) => {
  if (!event.target.matches?.("#panel select")) return;
  if (!event.target.value) {
    event.target.value = state.article;
    look("library");
    return;
  }
  show(event.target.value);
  one("#panel .shelf").scrollTo({ top: 0 });
});
