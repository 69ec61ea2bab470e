// Which articles are asked: shown at the question box, kept until the tab is closed, and told to the server.

const asked = { articles: kept("scope") ?? [], title: kept("scope title"), told: false, checked: null };
asked.ids = new Set(asked.articles);
const facts = { user: null, read_only: false, version: null, articles: null, max_articles: null }; // of the session

async function loadFacts() {
  try {
    Object.assign(facts, await rest("GET", "api/session"));
  } catch {
    return; // what the reader does next tells of it
  }
  await dropRemoved();
  apply();
}

// `title` is that of the only article, when there is one only.
function askOnly(articles, title = null) {
  Object.assign(asked, { articles, ids: new Set(articles), told: false });
  asked.title = articles.length === 1 ? title : null;
  keep("scope", asked.articles);
  keep("scope title", asked.title);
  tellScope();
  apply();
}

function tellScope() {
  const chip = one("#scope .scope-of-question");
  if (asked.told || !chip) return;
  const event = new CustomEvent("scope", { bubbles: true, cancelable: true, detail: asked.articles });
  asked.told = !chip.dispatchEvent(event);
  if (!asked.told) setTimeout(tellScope, 100);
}

// Articles may be removed by others; what is asked then are those that are left.
async function dropRemoved() {
  if (!asked.articles.length || asked.checked === facts.version) return;
  asked.checked = facts.version;
  const gone = new Set(asked.articles);
  try {
    for (const article of await allArticles("", () => gone.size)) gone.delete(article.id);
  } catch {
    return;
  }
  if (gone.size) forgetInScope(gone);
}

function forgetInScope(gone) {
  const left = asked.articles.filter((article) => !gone.has(article));
  if (left.length === asked.articles.length) return;
  askOnly(left, left.length === 1 ? titleOf(left[0]) : null);
  if (!left.length) say(tell("scope_gone"));
}

// Summaries of all articles that are found, read while `wanted` says so.
async function allArticles(search, wanted = () => true) {
  const found = [];
  for (let total = 1; found.length < total && wanted(); ) {
    const page = await rest("GET", `api/articles?${new URLSearchParams({ search, sort: "added", offset: found.length, limit: 1000 })}`);
    if (!page.articles.length) break;
    total = page.total;
    found.push(...page.articles);
  }
  return found;
}

function scopeWords() {
  const many = asked.articles.length;
  if (!many) return facts.articles ? tell("scope_all", { n: facts.articles }) : null;
  if (many === 1 && asked.title) return asked.title;
  return tell("scope_some", { some: many, n: Math.max(facts.articles ?? 0, many) });
}

function tidyScope() {
  const words = scopeWords();
  if (words) write(one("#scope .scope-words"), words);
  const free = one("#scope .ask-all");
  if (free) setAttribute(free, "hidden", asked.articles.length ? null : "");
  if (asked.articles.length) tellScope();
  const account = one("#masthead .account");
  if (!account) return;
  setAttribute(account, "hidden", facts.user === null ? "" : null);
  setAttribute(account, "action", at("logout"));
  write(one(".user", account), facts.user ?? "");
}

onChange(tidyScope);
onClick("#scope .scope-of-question", () => {
  selectOnly(asked.articles);
  look("library");
  one("#library-title")?.focus();
});
onClick("#scope .ask-all", () => {
  askOnly([]);
  say(tell("scope_now_all"));
  one("#question textarea")?.focus();
});
loadFacts();
