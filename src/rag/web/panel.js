// The source panel: follows a citation into the article, marks the words that prove it, and comes back.

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

function tidyPanel() {
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
}

onChange(tidyPanel);

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
  show(event.target.value);
  one("#panel .shelf").scrollTo({ top: 0 });
});
