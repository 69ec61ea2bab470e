// Finding words in the article: every place is marked over the text, none is put into it.

const MOST_HITS = 5000; // as many as a browser marks without delay

const seeking = { open: false, words: "", at: 0, hits: [], key: null, from: null };

// A text without capitals and accents, its white space as single spaces, and for each unit of it from where to where
// it stands in the text.
function folded(text) {
  const plain = [];
  const from = [];
  const to = [];
  for (let at = 0, end; at < text.length; at = end) {
    const sign = String.fromCodePoint(text.codePointAt(at));
    end = at + sign.length;
    const bare = bareOf(sign);
    if (to.length && (!bare || (bare === " " && plain.at(-1) === " "))) to[to.length - 1] = end;
    else if (bare === " " && !to.length) continue;
    else {
      for (const unit of bare.split("")) {
        plain.push(unit);
        from.push(at);
        to.push(end);
      }
    }
  }
  return { plain: plain.join(""), from, to };
}

// Capitals first, as some letters have small forms that only they tell to be the same: ß, ſ, ς.
const bares = new Map();
function bareOf(sign) {
  let bare = bares.get(sign);
  if (bare === undefined) {
    const letters = (some) => some.normalize("NFD").replace(/[\p{M}\u00ad\u200b]/gu, "");
    bare = /\s/.test(sign) ? " " : letters(letters(sign).toUpperCase().toLowerCase());
    bares.set(sign, bare);
  }
  return bare;
}

function hitsOf(index, words) {
  index.folded ??= folded(index.nodes.map((node) => node.data).join(""));
  const { plain, from, to } = index.folded;
  const wanted = folded(words.trim()).plain;
  const hits = [];
  for (let at = wanted ? plain.indexOf(wanted) : -1; at >= 0 && hits.length < MOST_HITS; at = plain.indexOf(wanted, at + 1)) {
    const start = from[at];
    if (hits.length && start < hits.at(-1).end) continue;
    hits.push({ start, end: to[at + wanted.length - 1] });
  }
  return hits;
}

function tidyFind() {
  const bar = one("#panel .find");
  if (!bar) return;
  setAttribute(bar, "hidden", seeking.open ? null : "");
  setAttribute(one("#panel .seek"), "aria-expanded", String(seeking.open));
  const text = shownArticle() && one(".text", shownArticle());
  const index = text && seeking.open && seeking.words.trim() ? textIndex(text) : null;
  const key = `${index?.stamp} ${index ? seeking.words : ""}`;
  if (key !== seeking.key) {
    seeking.key = key;
    seeking.hits = index ? hitsOf(index, seeking.words) : [];
    seeking.at = 0;
    paint("found", seeking.hits.map(({ start, end }) => rangeOf(index, start, end)), 4);
    showHit(index);
  }
  const more = seeking.hits.length === MOST_HITS ? "panel_hits_more" : "found";
  const told = seeking.hits.length ? tell(more, { n: seeking.at + 1, all: seeking.hits.length }) : tell("panel_no_hit");
  setText(one(".hits", bar), index ? told : "");
  for (const button of all(".hit", bar)) button.disabled = seeking.hits.length < 2;
}

function showHit(index) {
  const hit = seeking.hits[seeking.at];
  const range = hit && rangeOf(index, hit.start, hit.end);
  paint("found-now", range ? [range] : [], 5);
  if (range) scrollTo(one("#panel .shelf"), range, one("#panel .shelf").clientHeight / 3);
}

function nextHit(by) {
  if (!seeking.hits.length) return;
  seeking.at = (seeking.at + by + seeking.hits.length) % seeking.hits.length;
  showHit(textIndex(one(".text", shownArticle())));
  apply();
}

function openFind() {
  if (!seeking.open) seeking.from = document.activeElement;
  seeking.open = true;
  apply();
  const field = one("#panel .sought");
  field.focus();
  field.select();
}

function shutFind() {
  const [field, from] = [one("#panel .sought"), seeking.from];
  Object.assign(seeking, { open: false, words: "", from: null });
  field.value = "";
  const goal = from?.isConnected && from.closest("#panel") ? from : one("#panel .shelf");
  goal.focus({ preventScroll: true });
  apply();
}

onChange(tidyFind);
onClick("#panel .seek", () => (seeking.open ? shutFind() : openFind()));
onClick("#panel .find .shut", shutFind);
onClick("#panel .hit.before", () => nextHit(-1));
onClick("#panel .hit.after", () => nextHit(1));

document.addEventListener("input", (event) => {
  if (!event.target.matches?.("#panel .sought")) return;
  seeking.words = event.target.value;
  apply();
});

document.addEventListener("keydown", (event) => {
  if (!event.target.closest?.("#panel .find") || event.isComposing) return;
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    shutFind();
  } else if (event.key === "Enter" && event.target.matches("input")) {
    event.preventDefault();
    nextHit(event.shiftKey ? -1 : 1);
  }
}, true);
