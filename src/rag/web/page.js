// What holds the page together: which view is shown, and the listeners that lead to the others' functions. Shares
// one scope with the scripts before it.

function apply() {
  setAttribute(document.documentElement, "lang", config.language);
  setAttribute(document.documentElement, "data-view", state.view);
  setAttribute(document.documentElement, "data-side", state.side);
  const shown = narrow.matches ? state.view : state.side;
  for (const button of all(".view")) setAttribute(button, "aria-pressed", String(button.dataset.to === shown));
  for (const repair of repairs) repair();
}

function look(view) {
  state.view = view;
  if (view !== "article") state.side = view;
  if (view === "voices" && !one("#statements .voices")) state.listed = null;
  apply();
}

function skip() {
  const goals = { chat: "#question textarea", library: "#library-title", compare: "#form [name=topic]", voices: "#statements input, #statements summary" };
  const shown = narrow.matches ? state.view : state.side;
  one(goals[shown] ?? "#panel .shelf")?.focus();
}

onClick("a.skip", skip);
onClick(".view", (button) => look(button.dataset.to));
onClick("#new", () => {
  forgetChat();
  look("chat");
});
onClick("a.language", (link) => {
  const home = link.lang === "en" ? "" : `${link.lang}/`;
  location.assign(at(home) + location.hash);
});

document.addEventListener(
  "click",
  (event) => {
    for (const [selector, act] of clicks) {
      const hit = event.target.closest?.(selector);
      if (!hit) continue;
      if (hit.matches("a")) event.preventDefault();
      act(hit, event);
      return;
    }
  },
  true,
);

document.addEventListener("keydown", (event) => {
  const on = (selector) => event.target.matches?.(selector);
  if (event.key === "Escape" && state.sentence && !event.isComposing && !on("[type=search]")) {
    if (back()) event.preventDefault();
  } else if (event.key === " " && on("a[role=button]")) {
    event.preventDefault();
    event.target.click();
  }
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
  attributeFilter: ["aria-current", "aria-label", "hidden", "data-marks"],
});
apply();
