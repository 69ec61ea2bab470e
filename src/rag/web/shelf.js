// The library view: lists, finds, chooses, renames and removes articles. All words of articles are put in as text.

const PAGE = 50; // articles that the list shows at once, so that a large library stays quick
const MANY = 20; // articles that are removed only when the reader says so twice
const UNDOABLE = 200; // removed articles that the server keeps for an hour

const shelf = {
  search: "",
  sort: "added",
  descending: true,
  offset: 0,
  total: 0, // how many were found
  found: [], // summaries of the page in view
  chosen: new Map(), // ids -> titles, over all pages
  anchor: null, // the row that was ticked last
  renaming: null, // the id of the article whose title is being edited
  removals: [], // what can be brought back, newest last
  restoring: false, // the newest of them is on its way
  turn: 0, // the number of the newest request for the list
  ready: false, // the list was there once
  seen: false, // the view was in view last time
};

const view = (selector) => one(`#shelves ${selector}`);
const rowOf = (id) => all("#shelves tbody tr").find((row) => row.dataset.id === id);
const titleOf = (id) => shelf.found.find((article) => article.id === id)?.title ?? shelf.chosen.get(id) ?? null;
const full = () => facts.max_articles !== null && facts.articles >= facts.max_articles;

// 1. Reading the list

async function loadShelf() {
  const turn = ++shelf.turn;
  const { search, sort, descending, offset } = shelf;
  setAttribute(view(".library"), "data-busy", "true");
  try {
    const page = await rest("GET", `api/articles?${new URLSearchParams({ search, sort, descending, offset, limit: PAGE })}`);
    if (turn !== shelf.turn) return;
    if (!page.articles.length && page.total && offset) {
      shelf.offset = Math.floor((page.total - 1) / PAGE) * PAGE;
      return await loadShelf();
    }
    Object.assign(shelf, { found: page.articles, total: page.total, ready: true });
    if (!search) facts.articles = page.total;
    complain(null);
    drawShelf();
  } catch (trouble) {
    if (turn === shelf.turn) complain(trouble);
  }
  setAttribute(view(".library"), "data-busy", null);
  apply();
}

// After a change: the list, the facts of the session, and what else of the page speaks of articles.
async function afterChange() {
  await Promise.all([loadShelf(), loadFacts()]);
  view(".library").dispatchEvent(new CustomEvent("library-changed", { bubbles: true, detail: facts.version }));
}

function complain(trouble) {
  const box = view(".trouble");
  setAttribute(box, "hidden", trouble ? null : "");
  if (!trouble) return;
  setAttribute(one("p", box), "lang", trouble.lang);
  write(one("p", box), trouble.message);
  write(one("button", box), tell(trouble.status === 401 ? "library_log_in" : "library_again"));
  box.dataset.status = trouble.status;
  say(trouble.message);
}

// 2. Drawing it

function drawShelf() {
  const giveBack = heldFocus();
  write(view(".count"), shelf.search ? tell("library_found", { n: shelf.total }) : tell("library_count", { n: shelf.total }));
  const nothing = !shelf.total;
  setAttribute(view(".list"), "hidden", nothing ? "" : null);
  setAttribute(view(".tools"), "hidden", nothing && !shelf.search ? "" : null);
  setAttribute(view(".empty"), "hidden", nothing && !shelf.search ? null : "");
  setAttribute(view(".none"), "hidden", nothing && shelf.search ? null : "");
  write(view(".none p"), tell("library_none", { words: shelf.search }));
  const kept = shelf.renaming && rowOf(shelf.renaming); // what the reader is typing stays
  view("tbody").replaceChildren(...shelf.found.map((article) => (kept && article.id === shelf.renaming ? kept : rowFor(article))));
  for (const head of all("#shelves th[class]:not(.box)")) {
    const sorted = head.className === shelf.sort ? (shelf.descending ? "descending" : "ascending") : null;
    setAttribute(head, "aria-sort", sorted);
  }
  view("[name=order]").value = `${shelf.sort} ${shelf.descending ? "down" : "up"}`;
  drawPages();
  tidyShelf();
  giveBack();
}

function drawPages() {
  const last = Math.min(shelf.offset + PAGE, shelf.total);
  setAttribute(view(".pages"), "hidden", shelf.total > PAGE ? null : "");
  write(view(".where"), tell("library_where", { first: shelf.offset + 1, last, n: shelf.total }));
  setAttribute(view(".earlier"), "aria-disabled", shelf.offset ? null : "true");
  setAttribute(view(".later"), "aria-disabled", last < shelf.total ? null : "true");
}

// Returns what gives the focus back to the same control of the same row.
function heldFocus() {
  const active = document.activeElement;
  const id = active?.closest?.("#shelves tbody tr")?.dataset.id;
  return () => {
    if (active.isConnected || id === undefined) return active.closest("tbody") && active.focus({ preventScroll: true });
    const now = rowOf(id);
    if (now && active.className) one(`.${CSS.escape(active.className)}`, now)?.focus({ preventScroll: true });
  };
}

function rowFor(article) {
  const { id, title } = article;
  const row = make("tr", { role: "row" });
  row.dataset.id = id;
  const tick = make("input", { type: "checkbox", class: "tick", "aria-label": tell("library_select", { title }) });
  const open = make("button", { type: "button", class: "open" }, title);
  const about = make("div", { class: "more" });
  for (const words of [article.authors.join(", "), hostOf(article.source), article.speakers ? tell("library_speakers", { n: article.speakers }) : ""]) {
    if (words) about.append(make("span", {}, words));
  }
  const acts = make("div", { class: "acts" }, act("only", tell("library_only"), title));
  if (!facts.read_only) acts.append(act("rename", tell("library_rename"), title), act("remove", tell("library_remove"), title));
  row.append(
    make("td", { role: "cell", class: "box" }, tick),
    make("td", { role: "cell", class: "title" }, make("div", { class: "name" }, open), about, acts),
    make("td", { role: "cell", class: "published" }, article.published ?? ""),
    make("td", { role: "cell", class: "characters" }, make("span", {}, digits.format(article.characters))),
    make("td", { role: "cell", class: "added" }, dateOf(article.added)),
  );
  one(".characters", row).append(make("span", { class: "unit" }, ` ${tell("library_characters", { n: article.characters })}`));
  return row;
}

const act = (name, words, title) => make("button", { type: "button", class: name, "aria-label": `${words}: ${title}` }, words);

function hostOf(source) {
  try {
    return new URL(source).hostname.replace(/^www\./, "") || source;
  } catch {
    return source ?? "";
  }
}

function dateOf(added) {
  const date = new Date(added);
  if (!added || Number.isNaN(date.valueOf())) return "";
  return make("time", { datetime: added }, new Intl.DateTimeFormat(config.language, { dateStyle: "medium" }).format(date));
}

// What follows from the state and changes without the list.
function tidyShelf() {
  const library = view(".library");
  if (!library) return;
  const shown = state.side === "library" && (!narrow.matches || state.view === "library");
  if (shown && !shelf.seen) loadShelf();
  shelf.seen = shown;
  for (const row of all("tbody tr", library)) {
    const id = row.dataset.id;
    one(".tick", row).checked = shelf.chosen.has(id);
    row.classList.toggle("ticked", shelf.chosen.has(id));
    row.classList.toggle("asked", asked.ids.has(id));
    const open = one(".open", row); // not there while its title is being changed
    if (open) setAttribute(open, "aria-current", id === state.article ? "true" : null);
  }
  const here = shelf.found.filter((article) => shelf.chosen.has(article.id)).length;
  const box = one("thead .all", library);
  Object.assign(box, { checked: here > 0 && here === shelf.found.length, indeterminate: here > 0 && here < shelf.found.length });
  tidyBars();
  tidyClosed();
}

function tidyBars() {
  const many = shelf.chosen.size;
  setAttribute(view(".picked"), "hidden", many ? null : "");
  write(view(".picked .words"), tell("library_picked", { n: many }));
  write(view(".ask-these"), tell("library_ask_these", { n: many }));
  setAttribute(view(".remove-these"), "hidden", facts.read_only ? "" : null);
  setAttribute(view(".all-found"), "hidden", shelf.total > shelf.found.length && many < shelf.total ? null : "");
  write(view(".all-found"), tell("library_all_found", { n: shelf.total }));
  const removal = shelf.removals.at(-1);
  setAttribute(view(".bar.removed"), "hidden", removal ? null : "");
  if (removal) write(view(".bar.removed .words"), removedWords(removal));
}

function tidyClosed() {
  const why = facts.read_only ? tell("library_read_only") : full() ? tell("library_full", { n: facts.max_articles }) : "";
  setAttribute(view(".closed"), "hidden", why ? null : "");
  write(view(".closed"), why);
  setAttribute(view(".add"), "hidden", why ? "" : null);
  setAttribute(view(".empty p"), "hidden", facts.read_only ? "" : null);
}

onChange(tidyShelf);

// 3. Choosing

function selectOnly(ids) {
  shelf.chosen = new Map(ids.map((id) => [id, titleOf(id)]));
}

function choose(article, on) {
  if (on) shelf.chosen.set(article.id, article.title);
  else shelf.chosen.delete(article.id);
}

onClick("#shelves .tick", (tick, event) => {
  const here = shelf.found.findIndex((article) => article.id === tick.closest("tr").dataset.id);
  const from = event.shiftKey && shelf.anchor !== null ? shelf.anchor : here;
  for (const article of shelf.found.slice(Math.min(from, here), Math.max(from, here) + 1)) choose(article, tick.checked);
  shelf.anchor = here;
  apply();
});
onClick("#shelves thead .all", (box) => {
  for (const article of shelf.found) choose(article, box.checked);
  apply();
});
onClick("#shelves .all-found", async () => {
  try {
    for (const article of await allArticles(shelf.search)) choose(article, true);
    say(tell("library_picked", { n: shelf.chosen.size }));
    view(".ask-these").focus();
  } catch (trouble) {
    complain(trouble);
  }
  apply();
});
onClick("#shelves .unselect", () => {
  shelf.chosen.clear();
  apply();
  view("thead .all").focus();
});
onClick("#shelves .ask-these", () => {
  const ids = [...shelf.chosen.keys()];
  askThese(ids, shelf.chosen.get(ids[0]));
  shelf.chosen.clear();
  apply();
});
onClick("#shelves .only", (button) => askThese([button.closest("tr").dataset.id]));

function askThese(ids, title = titleOf(ids[0])) {
  askOnly(ids, title);
  look("chat");
  say(tell("scope_now", { n: ids.length }));
  one("#question textarea")?.focus();
}

onClick("#shelves .open", (button) => {
  state.view = "article";
  show(button.closest("tr").dataset.id);
  if (narrow.matches) one("#panel .shelf")?.focus();
});

// 4. Changing titles

onClick("#shelves .rename", (button) => {
  endRename();
  const row = button.closest("tr");
  shelf.renaming = row.dataset.id;
  const field = make("input", { type: "text", name: "new-title", "aria-label": tell("library_new_title"), maxlength: "300" });
  field.value = titleOf(row.dataset.id);
  const form = make("form", { class: "renaming" }, field);
  form.append(
    make("button", { type: "submit", class: "main" }, tell("library_save")),
    make("button", { type: "button", class: "leave" }, tell("library_cancel")),
    make("p", { class: "why", role: "alert" }),
  );
  one(".name", row).replaceChildren(form);
  field.select();
});

// Gives the row its title again; the focus goes back to where renaming began.
function endRename() {
  const row = shelf.renaming && rowOf(shelf.renaming);
  shelf.renaming = null;
  if (!row) return;
  const article = shelf.found.find((one) => one.id === row.dataset.id);
  const fresh = rowFor(article);
  row.replaceWith(fresh);
  tidyShelf();
  one(".rename", fresh)?.focus();
}

async function rename(form) {
  const article = shelf.found.find((one) => one.id === shelf.renaming);
  const title = one("input", form).value.trim();
  if (!title) return write(one(".why", form), tell("library_no_title"));
  if (title === article.title) return endRename();
  try {
    Object.assign(article, await rest("PATCH", `api/articles/${encodeURIComponent(article.id)}`, { title }));
  } catch (trouble) {
    return write(one(".why", form), trouble.message);
  }
  endRename();
  if (asked.articles.length === 1 && asked.articles[0] === article.id) askOnly(asked.articles, article.title);
  say(tell("library_renamed", { title: article.title }));
  await afterChange();
}

onClick("#shelves .leave", endRename);

// 5. Removing, and bringing back

async function removeArticles(ids) {
  let removed;
  try {
    if (ids.length === 1) removed = (await rest("DELETE", `api/articles/${encodeURIComponent(ids[0])}`)).removed;
    else removed = (await rest("POST", "api/articles/remove", { articles: ids })).removed;
  } catch (trouble) {
    complain(trouble);
    return await loadAfterTrouble(trouble);
  }
  const undoable = removed.length <= UNDOABLE;
  if (undoable) shelf.removals.push(removed);
  for (const { id } of removed) shelf.chosen.delete(id);
  say(undoable ? `${removedWords(removed)} ${tell("library_can_undo")}` : removedWords(removed));
  forgetInScope(new Set(removed.map(({ id }) => id)));
  apply();
  (undoable ? view(".undo") : view("#library-title")).focus({ preventScroll: true });
  await afterChange();
}

// An article that another has removed meanwhile leaves the list; what went wrong stays in view.
async function loadAfterTrouble(trouble) {
  if (trouble.status !== 404) return;
  for (const id of shelf.found.map((article) => article.id)) shelf.chosen.delete(id);
  await loadShelf();
  complain(trouble);
}

const removedWords = (removed) =>
  removed.length === 1 ? tell("library_removed", { title: removed[0].title }) : tell("library_removed_many", { n: removed.length });

async function undo() {
  const removed = shelf.removals.at(-1);
  if (shelf.restoring) return;
  shelf.restoring = true;
  say(tell("library_restoring"));
  try {
    await rest("POST", "api/articles/restore", { articles: removed.map(({ id }) => id) });
  } catch (trouble) {
    if (!passing(trouble)) shelf.removals.pop();
    apply();
    return complain(trouble);
  } finally {
    shelf.restoring = false;
  }
  shelf.removals.pop();
  say(removed.length === 1 ? tell("library_restored", { title: removed[0].title }) : tell("library_restored_many", { n: removed.length }));
  apply();
  await afterChange();
  focusOn(removed[0].id);
}

const focusOn = (id) => (one(".open", rowOf(id) ?? document.createElement("i")) ?? view("#library-title")).focus();

onClick("#shelves .remove", (button) => removeArticles([button.closest("tr").dataset.id]));
onClick("#shelves .remove-these", (button) => {
  const ids = [...shelf.chosen.keys()];
  if (ids.length <= MANY) return void removeArticles(ids);
  const dialog = view(".sure");
  write(one("h3", dialog), tell("library_sure", { n: ids.length }));
  write(one("p", dialog), ids.length > UNDOABLE ? tell("library_sure_final") : tell("library_sure_undo"));
  dialog.returnValue = "";
  dialog.onclose = () => (dialog.returnValue === "remove" ? void removeArticles(ids) : button.focus());
  dialog.showModal();
});
onClick("#shelves .undo", undo);
onClick("#shelves .forget", () => {
  shelf.removals = [];
  apply();
  view("#library-title").focus();
});

// 6. Finding and sorting

let typed = 0; // the timer of the search

function findNow(words) {
  Object.assign(shelf, { search: words.trim(), offset: 0, anchor: null });
  return loadShelf();
}

function sortBy(sort, descending) {
  Object.assign(shelf, { sort, descending, offset: 0, anchor: null });
  return loadShelf();
}

async function turnTo(offset, button) {
  if (button.getAttribute("aria-disabled")) return;
  Object.assign(shelf, { offset, anchor: null });
  await loadShelf();
  one("#library").scrollTo({ top: 0 });
  say(view(".where").textContent);
}

onClick("#shelves .sort", (button) => {
  const sort = button.dataset.sort;
  sortBy(sort, sort === shelf.sort ? !shelf.descending : sort !== "title");
});
onClick("#shelves .earlier", (button) => turnTo(shelf.offset - PAGE, button));
onClick("#shelves .later", (button) => turnTo(shelf.offset + PAGE, button));
onClick("#shelves .clear", () => {
  view("[type=search]").value = "";
  view("[type=search]").focus();
  findNow("");
});
onClick("#shelves .again", async (button) => {
  if (button.closest(".trouble").dataset.status === "401") return location.reload();
  await Promise.all([loadShelf(), loadFacts()]);
});

document.addEventListener("input", (event) => {
  if (!event.target.matches?.("#shelves [type=search]")) return;
  clearTimeout(typed);
  typed = setTimeout(async () => {
    await findNow(event.target.value);
    if (shelf.search) say(view(".count").textContent);
  }, 200);
});

document.addEventListener("change", (event) => {
  if (!event.target.matches?.("#shelves [name=order]")) return;
  const [sort, way] = event.target.value.split(" ");
  sortBy(sort, way === "down");
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches?.("#shelves .renaming")) return;
  event.preventDefault();
  rename(event.target);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || !event.target.closest?.("#shelves :is(.renaming, .add form, dialog)")) return;
  event.stopImmediatePropagation(); // the page's own Escape leads back to a quote
  if (event.target.closest(".renaming")) endRename();
  else if (event.target.closest(".add form")) shut(event.target.closest("form"));
});
