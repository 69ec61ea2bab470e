// The two views beside the chat: ask for a comparison and for lists, move in the picture, filter, save files.

// Lists are fetched when they come into view, and again when another article does.
function askForLists() {
  const statements = one("#statements .voices, #statements .loading, #statements .failure");
  late("listed", statements?.dataset.article, state.article);
  if (state.side === "voices" && statements && state.article && state.listed !== state.article) {
    state.listed = state.article;
    statements.dispatchEvent(new CustomEvent("list", { bubbles: true, detail: state.article }));
  }
  const some = scopeOf().slice(0, OFFERED);
  const scope = some.join(" ") || "*";
  const offer = one("#offered .offer, #offered .reply");
  late("offered", offer?.dataset.scope, scope);
  if (state.offering && offer && state.offered !== scope) {
    state.offered = scope;
    offer.dispatchEvent(new CustomEvent("offer", { bubbles: true, detail: some }));
  }
}

// A list that was asked for earlier may come last; then the one that is wanted is asked for again.
function late(asked, held, wanted) {
  if (held === arrived[asked]) return;
  arrived[asked] = held;
  if (held && held !== wanted) state[asked] = null;
}

const arrived = {}; // whose lists were there last time

const OFFERED = 12; // articles whose speakers are offered, as the server has it

// The ids of the only articles to compare; none stand for all.
function scopeOf() {
  if (one("#form input[value=chosen]")?.checked) return asked.articles;
  return one("#form input[value=this]")?.checked && state.article ? [state.article] : [];
}

// What the chat asks is compared too, until the reader says otherwise.
function followScope(form) {
  const choice = one("input[value=chosen]", form);
  const many = asked.articles.length;
  setAttribute(choice.closest("label"), "hidden", many ? null : "");
  if (many) write(one("span", choice.closest("label")), tell("scope_chosen", { n: many }));
  if (state.followed === asked.articles) return;
  if (many) choice.checked = true;
  else if (choice.checked) one("input[value=all]", form).checked = true;
  state.followed = asked.articles;
}

const chosen = () => all("#offered input:checked").map((box) => box.value);

function tidyCompare() {
  const form = one("#form form");
  if (!form) return;
  setAttribute(one(".scope", form), "hidden", one("#panel select") ? null : "");
  followScope(form);
  setAttribute(one(".some", form), "aria-expanded", String(state.offering));
  const many = chosen().length;
  const words = many ? tell("chosen", { n: many }) : "";
  if (one(".chosen", form).textContent !== words) one(".chosen", form).textContent = words;
  const result = one("#result :is(.compared, .reply):not(.waiting)");
  if (state.comparing && result) {
    state.comparing = false;
    scrollTo(one("#compare"), result, 16);
  }
}

function compare(form) {
  const topic = one("[name=topic]", form).value;
  const wanted = { topic, speakers: state.offering ? chosen() : [], articles: scopeOf() };
  form.dispatchEvent(new CustomEvent("compare", { bubbles: true, detail: wanted }));
  const old = one("#result .compared, #result .reply");
  old?.classList.add("waiting", "reply");
  state.comparing = true;
}

function showTable(link) {
  const position = all("#chat [role=log] .reply").indexOf(link.closest(".reply"));
  const result = one("#result .compared, #result .reply, #result .no-result");
  result.dispatchEvent(new CustomEvent("show-table", { bubbles: true, detail: position }));
  state.comparing = true;
  look("compare");
  one("#form [name=topic]").focus();
}

function jump(link) {
  const cell = document.getElementById(link.hash.slice(1));
  const box = one("#compare .box.quotes");
  const [place, frame] = [cell.getBoundingClientRect(), box.getBoundingClientRect()];
  const inside = box.scrollHeight > box.clientHeight + 1;
  box.scrollLeft += place.left - frame.left - one("tbody th", box).offsetWidth;
  if (inside) box.scrollTop += place.top - frame.top - one("thead", box).offsetHeight;
  scrollTo(one("#compare"), inside ? box : cell, 24);
  cell.focus({ preventScroll: true });
}

// In the picture one number takes the Tab key; arrows move from number to number.
function step(link, key) {
  const cell = link.closest("td");
  const row = cell.parentElement;
  const up = { ArrowUp: row.previousElementSibling, ArrowDown: row.nextElementSibling }[key];
  const cells = {
    ArrowLeft: cell.previousElementSibling,
    ArrowRight: cell.nextElementSibling,
    Home: one("td", row),
    End: all("td", row).at(-1),
  };
  const next = one("a.jump", up?.cells[cell.cellIndex] ?? cells[key] ?? document.createElement("i"));
  if (!next) return;
  for (const other of all(".heat a.jump")) other.tabIndex = other === next ? 0 : -1;
  next.focus();
}

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function sieve(field) {
  const named = all("[data-name]", field.closest(".sieved"));
  const words = plain(field.value).split(/\s+/).filter(Boolean);
  for (const item of named) item.hidden = !words.every((word) => plain(item.dataset.name).includes(word));
  const left = named.filter((item) => !item.hidden);
  one(".found", field.closest(".sieve")).textContent = words.length ? tell("found", { n: left.length, all: named.length }) : "";
  if (words.length && left.length === 1 && left[0].matches("details")) left[0].open = true;
}

function save(button) {
  // Spreadsheets take a table for UTF-8 only when it begins with this mark.
  const mark = button.dataset.type === "text/csv" ? "\ufeff" : "";
  const file = new Blob([mark, button.dataset.text], { type: `${button.dataset.type};charset=utf-8` });
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file) });
  link.download = button.dataset.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

onChange(tidyCompare);
onChange(askForLists);
onClick("a.jump", jump);
onClick("a.table", showTable);
onClick(".download", save);
onClick(".some", () => {
  state.offering = !state.offering;
  apply();
});

document.addEventListener("keydown", (event) => {
  if (/^(Arrow|Home|End)/.test(event.key) && event.target.matches?.("a.jump")) {
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
});
