// What the page does without the server: follow a citation into the article, come back, copy a reply,
// switch panels on a small screen. One set of listeners on the document; Gradio may replace any element
// at any time, so `apply` restores from `state` whatever it undid.
(() => {
  "use strict";

  const state = {
    article: null, // id of the article in view
    version: null, // the panel update whose wish for an article was last followed
    sentence: null, // element id of the marked sentence
    pending: false, // the marked sentence is still to be brought into view
    loading: false, // the article in view was asked for and is not there yet
    from: null, // the citation that was followed
    view: "chat", // the panel in view on a small screen
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
  const target = (link) => decodeURIComponent(link.hash.slice(1));
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
    for (const button of all(".view")) setAttribute(button, "aria-pressed", String(button.dataset.to === state.view));
    tidyChat();

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
      const followed = link === state.from || (!state.from?.isConnected && target(link) === state.sentence);
      setAttribute(link, "aria-current", followed ? "true" : null);
    }
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
    state.sentence = target(link);
    state.from = link;
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
    state.view = "chat";
    apply();
    const links = all("a.cite");
    const link = state.from?.isConnected ? state.from : links.findLast((a) => target(a) === state.sentence);
    if (!link) return false;
    link.focus({ preventScroll: true });
    const log = one("#chat [role=log]");
    const seen = log.getBoundingClientRect();
    const place = link.getBoundingClientRect();
    if (place.top < seen.top || place.bottom > seen.bottom) scrollTo(log, link, 80);
    return true;
  }

  async function copy(button) {
    const lines = all(".reply .message, .reply .label, .reply .quote", button.closest(".reply").parentElement);
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
    const who = one(".who", quote);
    const from = [who?.textContent, one(".from", quote).textContent].filter(Boolean).join(". ");
    return `[${one(".chip", quote).textContent}] ${one(".words", quote).textContent}\n    ${from}`;
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
      const link = hit("a.cite, a.copy, a.skip");
      if (link) event.preventDefault();
      if (link?.matches(".cite")) follow(link);
      else if (link?.matches(".copy")) copy(link);
      else if (link) one("#question textarea")?.focus();
      else if (hit(".view")) {
        state.view = hit(".view").dataset.to;
        apply();
      } else if (hit(".back")) back();
      else if (hit(".quote .words") && getSelection().isCollapsed) follow(one(".cite", hit(".quote")));
    },
    true,
  );

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && state.sentence && !event.isComposing) {
      if (back()) event.preventDefault();
    } else if (event.key === " " && event.target.matches?.("a.copy")) {
      event.preventDefault();
      copy(event.target);
    }
  });

  document.addEventListener("change", (event) => {
    if (!event.target.matches?.("#panel select")) return;
    show(event.target.value);
    one("#panel .shelf").scrollTo({ top: 0 });
  });

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
})();
