// The chat: keeps its newest question in view, and copies replies.

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
  const newest = all(".edit", log).at(-1)?.dataset.turn;
  const turns = `${newest} ${all(".reply.waiting", log).length}`;
  if (turns !== state.turns) {
    state.turns = turns;
    const last = questions.at(-1);
    if (last) scrollTo(log, last, 20);
  }
}

onChange(tidyChat);

async function copy(button) {
  const reply = button.closest(".reply");
  const lines = all(".message, .nearest .label, .line, .names li, .quote", reply);
  const text = lines.map((line) => (line.matches(".quote") ? quoteText(line) : line.textContent)).join("\n\n");
  flash(button, tell((await put(text)) ? "copied" : "not_copied"));
}

function quoteText(quote) {
  const about = all(".who, .about, .how:not(.who .how), .stance, .from", quote).map((part) => {
    if (part.matches(".stance")) return all("span", part).map((words) => words.textContent).join(": ");
    return part.matches(".who") ? whoText(part) : part.textContent;
  });
  const from = about.length ? `\n    ${about.join(". ")}` : "";
  return `[${one(".chip", quote).textContent}] ${one(".words", quote).textContent}${from}`;
}

// A label behind a name, which its look sets apart, stands in brackets.
function whoText(who) {
  const apart = (part) => part.previousSibling && part.matches?.(".strength");
  return [...who.childNodes].map((part) => (apart(part) ? `(${part.textContent})` : part.textContent)).join("");
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

onClick("a.copy", copy);

// What can be done with a question and its reply. Whatever changes the conversation is asked of the server by an event
// on an element that the page keeps for it; what comes back to be copied or saved stands in `#fetching`.

const carrier = (id) => one(`#${id} i`);
const send = (id, name, detail) => carrier(id)?.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
const fetchFor = (button, detail) => {
  chat.mark = `${Date.now()}-${Math.random()}`;
  chat.button = button;
  send("fetching", "fetch", { ...detail, turn: Number(button.dataset.turn), mark: chat.mark });
};

const chat = {
  mark: null, // what was asked for last to be copied or saved
  button: null, // the button that asked for it
  editing: null, // the turn whose question is in the box
  recalled: null, // the question that an arrow key brought back
  kept: "", // the turns that were kept last
  id: null, // the name under which this chat is kept
  user: "", // whose chats these are
};

const box = () => one("#question textarea");

function fill(text) {
  const field = box();
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(field, text);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// What the live region says. The page may be laid out anew just then, or not be there yet, so it is said again until it
// has stood there for a while.
const last = { sentence: "", since: null };
function say(sentence) {
  Object.assign(last, { sentence, since: null });
  sayLast();
}

function sayLast() {
  const region = one("#said [role=status]");
  if (!region) return;
  last.since ??= performance.now();
  region.textContent = last.sentence;
}
onChange(() => {
  const lost = last.sentence && !one("#said [role=status]")?.textContent;
  if (lost && (last.since === null || performance.now() - last.since < 3000)) sayLast();
});

function edit(button) {
  chat.editing = Number(button.dataset.turn);
  for (const asked of all("#chat .asked.editing")) asked.classList.remove("editing");
  button.closest(".asked").classList.add("editing");
  fill(one(".question", button.closest(".asked")).textContent);
  box().focus();
  say(tell("chat_editing"));
}

function leaveEdit() {
  chat.editing = null;
  for (const asked of all("#chat .asked.editing")) asked.classList.remove("editing");
  fill("");
}

// The question in the box; when it was edited, in the place of its turn.
function askTyped(event) {
  event.preventDefault();
  const question = box().value;
  if (!question.trim()) return;
  ask(question, chat.editing);
  leaveEdit();
}

document.addEventListener(
  "keydown",
  (event) => {
    if (event.target !== box() || event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) askTyped(event);
    else if (event.key === "Escape" && chat.editing !== null) {
      event.stopImmediatePropagation();
      leaveEdit();
    } else if (event.key === "Escape" && event.target.value && event.target.value === chat.recalled) {
      event.stopImmediatePropagation();
      fill("");
    } else if (event.key === "ArrowUp" && !event.target.value) {
      const last = all("#chat .question").at(-1);
      if (!last) return;
      event.preventDefault();
      chat.recalled = last.textContent;
      fill(chat.recalled);
    }
  },
  true,
);

onClick("#chat .edit", edit);
onClick("#ask", (_, event) => askTyped(event));
onClick("#chat .stop[data-turn]", (button) => send("acting", "act", { do: "stop", turn: Number(button.dataset.turn) }));
onClick("#chat .again", (button) => {
  const question = one(`#chat .edit[data-turn="${button.dataset.turn}"]`).closest(".asked");
  ask(one(".question", question).textContent, Number(button.dataset.turn));
});
onClick("#chat .unfold", () => send("acting", "act", { do: "unfold" }));
onClick(".propose", (button) => ask(button.textContent));
onClick("#chat .with-source", (button) =>
  fetchFor(button, { do: "cite", quote: Number(button.dataset.quote), style: button.dataset.style }),
);
onClick("#chat .export", (button) => {
  fetchFor(button, { do: "export", format: button.dataset.format, whole: one(".whole", button.parentElement).checked });
  closeMenus();
});
onClick("#chat .rate", (button) => {
  const quote = button.dataset.quote ? Number(button.dataset.quote) : null;
  fetchFor(button, { do: "rate", verdict: button.dataset.verdict, quote });
  closeMenus();
});

async function put(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyByHand(text);
  }
}

function flash(button, words) {
  const label = button.textContent;
  button.textContent = words;
  setTimeout(() => (button.textContent = label), 1600);
}

// What was asked for to be copied or saved has come.
function takeFetched() {
  const found = carrier("fetching");
  if (!found || found.dataset.mark !== chat.mark || chat.mark === null) return;
  chat.mark = null;
  if (found.dataset.do === "copy") {
    const button = chat.button;
    put(found.dataset.text).then((done) => flash(button, tell(done ? "copied" : "not_copied")));
  } else if (found.dataset.do === "save") save(found);
  else if (found.dataset.said) toast(found.dataset.said);
}

const closeMenus = (but = null) => {
  for (const menu of all("details.menu[open]")) if (menu !== but) menu.open = false;
};
document.addEventListener("click", (event) => closeMenus(event.target.closest?.("details.menu")));
document.addEventListener(
  "keydown",
  (event) => {
    const menu = event.key === "Escape" && event.target.closest?.("details.menu[open]");
    if (!menu) return;
    event.stopImmediatePropagation();
    menu.open = false;
    one("summary", menu).focus();
  },
  true,
);

// Addresses that ask again. They stand in the fragment, which a browser sends to nobody.

const encode = (value) => {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
};
const decode = (text) => {
  const bytes = Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
};

const EARLIER_MOST = 20; // questions before it that an address brings with it, as the server has it
const turns = () => JSON.parse(carrier("memory")?.dataset.turns ?? "[]");

onClick("#chat .link", (button) => {
  const kept = turns();
  const place = kept.findIndex((one) => one.number === Number(button.dataset.turn));
  if (place < 0) return;
  const { question, articles, after, version, digest } = kept[place];
  const before = kept.slice(0, place).flatMap((one) => [...one.after, one.question]);
  const earlier = [...before, ...after].slice(-EARLIER_MOST);
  const address = new URL(location.href);
  address.hash = `ask=${encode({ question, articles, after: earlier, version, digest })}`;
  history.replaceState(null, "", address);
  put(address.href).then((done) => {
    flash(button, tell(done ? "copied" : "not_copied"));
    say(tell("chat_linked"));
  });
});

function followAddress() {
  if (!location.hash.startsWith("#ask=")) return false;
  try {
    const wanted = decode(location.hash.slice(5));
    if (typeof wanted?.question !== "string" || !wanted.question.trim()) throw new TypeError("no question");
    chat.id = null;
    send("acting", "act", { do: "restore", turns: [wanted] });
    look("chat");
  } catch {
    warn(tell("chat_bad_link"));
  }
  return true;
}
addEventListener("hashchange", followAddress);

// A sentence that is said by the live region and shown for a while.
function warn(sentence) {
  say(sentence);
  toast(sentence);
}

function toast(sentence) {
  one("#toast")?.remove();
  const note = Object.assign(document.createElement("div"), { id: "toast", textContent: sentence });
  document.body.append(note);
  setTimeout(() => note.remove(), 6000);
}

// Chats are kept in this browser: questions, the articles they were put to, and digests of the replies.

const CHATS_KEPT = 200;
const CHATS_ROOM = 2_000_000; // characters
const shelfOfChats = () => `rag.chats.${chat.user}`;
function chats() {
  try {
    const found = JSON.parse(localStorage.getItem(shelfOfChats()) ?? "[]");
    return Array.isArray(found) ? found.filter((one) => typeof one?.id === "string" && Array.isArray(one.turns)) : [];
  } catch {
    return [];
  }
}
// The oldest go when there are too many or the browser has no room.
function keepChats(list) {
  for (let left = list.slice(0, CHATS_KEPT); ; left = left.slice(0, -1)) {
    const text = JSON.stringify(left);
    if (text.length > CHATS_ROOM && left.length > 1) continue;
    try {
      localStorage.setItem(shelfOfChats(), text);
      return;
    } catch {
      if (left.length > 1) continue;
      toast(tell("chat_full"));
      return;
    }
  }
}

function remember() {
  const text = carrier("memory")?.dataset.turns ?? "[]";
  if (text === chat.kept || !chat.ready) return;
  chat.kept = text;
  const now = JSON.parse(text);
  if (!now.length) return;
  chat.id ??= `${Date.now()}-${Math.random().toString(36).slice(2)}`;
  try {
    sessionStorage.setItem("rag.chat", chat.id);
  } catch {
    // Without it a reload begins a new chat.
  }
  const kept = now.map(({ question, articles, after, version, digest }) => ({ question, articles, after, version, digest }));
  const old = chats().find((one) => one.id === chat.id);
  const entry = { id: chat.id, title: old?.title ?? now[0].question.slice(0, 120), at: Date.now(), turns: kept };
  keepChats([entry, ...chats().filter((one) => one.id !== chat.id)]);
}

function openChat(entry) {
  chat.id = entry.id;
  send("acting", "act", { do: "restore", turns: entry.turns });
  look("chat");
}

function forgetChat() {
  forgetAll();
  chat.id = null;
  chat.kept = carrier("memory")?.dataset.turns ?? "[]"; // what still stands there is the old chat's
  try {
    sessionStorage.removeItem("rag.chat");
  } catch {
    // Nothing was kept then.
  }
  if (location.hash.startsWith("#ask=")) history.replaceState(null, "", location.pathname + location.search);
}

const element = (name, words = "", facts = {}) => Object.assign(document.createElement(name), { textContent: words }, facts);

function listChats() {
  let dialog = one("#chats");
  if (!dialog) {
    dialog = element("dialog", "", { id: "chats" });
    dialog.setAttribute("aria-labelledby", "chats-title");
    document.body.append(dialog);
  }
  const list = element("ul");
  for (const entry of chats()) list.append(chatItem(entry));
  const below = element("div", "", { className: "below" });
  const close = element("button", tell("chat_close"), { type: "button" });
  close.addEventListener("click", () => dialog.close());
  below.append(close);
  if (list.children.length) {
    const gone = element("button", tell("chat_delete_all"), { type: "button" });
    gone.addEventListener("click", () => {
      keepChats([]);
      listChats();
    });
    below.prepend(gone);
  } else list.append(element("li", tell("chat_none")));
  dialog.replaceChildren(element("h2", tell("chat_title"), { id: "chats-title" }), element("p", tell("chat_where")), list, below);
  if (!dialog.open) dialog.showModal();
}

function chatItem(entry) {
  const item = element("li");
  const open = element("button", String(entry.title), { type: "button", className: "open" });
  open.addEventListener("click", () => {
    one("#chats").close();
    openChat(entry);
  });
  const when = element("span", new Date(entry.at).toLocaleDateString(config.language), { className: "when" });
  const rename = element("button", tell("chat_rename"), { type: "button" });
  rename.addEventListener("click", () => {
    const field = element("input", "", { value: entry.title, maxLength: 200 });
    field.setAttribute("aria-label", tell("chat_name"));
    const done = (keep) => {
      if (keep && field.value.trim()) {
        keepChats(chats().map((one) => (one.id === entry.id ? { ...one, title: field.value.trim() } : one)));
      }
      listChats();
    };
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") done(true);
      if (event.key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        done(false);
      }
    });
    open.replaceWith(field);
    field.select();
  });
  const gone = element("button", tell("chat_delete"), { type: "button" });
  gone.addEventListener("click", () => {
    keepChats(chats().filter((one) => one.id !== entry.id));
    listChats();
  });
  item.append(open, when, rename, gone);
  return item;
}

onClick(".chats-open", listChats);

// The first sight of the page: whose chats these are, and the chat or address that was open.
async function begin() {
  try {
    const session = await (await fetch(at("api/session"))).json();
    chat.user = typeof session.user === "string" ? session.user : "";
  } catch {
    chat.user = "";
  }
  chat.ready = true;
  giveBackKept();
  if (followAddress()) return;
  let open = null;
  try {
    open = sessionStorage.getItem("rag.chat");
  } catch {
    // Then nothing is open.
  }
  const entry = chats().find((one) => one.id === open);
  if (entry) openChat(entry);
}

function beginOnce() {
  if (chat.begun || !carrier("acting") || !one("#panel .source")) return;
  chat.begun = true;
  begin();
}

onChange(takeFetched);
onChange(remember);
onChange(beginOnce);
