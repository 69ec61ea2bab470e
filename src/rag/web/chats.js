// Chats that the reader had, kept in this browser, and addresses that ask a question again. Both keep questions, the
// articles that were asked and a digest of each reply; the server asks again and says what is different now.
{
  const CHATS = 60; // that are kept, newest first
  const TURNS = 100; // of one chat
  const ROOM = 2_000_000; // characters of all of them
  const LINK = 8_000; // characters of an address, which mail and messengers still pass on
  const LONGEST = 60_000; // characters of an address that are read at all

  let owner = null; // whose chats they are; unknown until the server has told
  let held = ""; // the replies that were kept last, or that belong to another chat
  let wanted = null; // what is to be asked as soon as the page listens

  const key = () => `ask-the-article ${root.pathname} chats ${owner}`;
  const text = (value, most) => typeof value === "string" && value.length <= most;
  const texts = (value, most, length) =>
    Array.isArray(value) && value.length <= most && value.every((one) => text(one, length));

  // A turn as it is kept, null for whatever else was found in its place.
  function turnOf(value) {
    const { question, articles = [], after = [], version = "", digest = "" } = value ?? {};
    const good =
      text(question, 20_000) &&
      question.trim() &&
      texts(articles, 5_000, 200) &&
      texts(after, TURNS, 20_000) &&
      text(version, 200) &&
      text(digest, 4_000);
    return good ? { question, articles, after, version, digest } : null;
  }

  function load() {
    let found = [];
    try {
      found = JSON.parse(localStorage.getItem(key()) ?? "[]");
    } catch {
      // What cannot be read is as good as gone.
    }
    if (!Array.isArray(found)) return [];
    return found.flatMap((one) => {
      const turns = Array.isArray(one?.turns) ? one.turns.map(turnOf).filter(Boolean) : [];
      const good = turns.length && text(one.id, 100) && text(one.title, 20_000) && Number.isFinite(one.at);
      return good ? [{ id: one.id, title: one.title, at: one.at, named: one.named === true, turns }] : [];
    });
  }

  // The oldest go when there are too many or the browser has no room.
  function store(chats) {
    chats.sort((a, b) => b.at - a.at);
    for (let kept = chats.slice(0, CHATS); ; kept = kept.slice(0, -1)) {
      const json = JSON.stringify(kept);
      if (json.length > ROOM && kept.length > 1) continue;
      try {
        localStorage.setItem(key(), json);
        return;
      } catch {
        if (kept.length > 1) continue;
        notice(tell("chat_full"));
        return;
      }
    }
  }

  const replies = () => all("#chat .reply[data-facts]").map((reply) => reply.dataset.facts);

  function record() {
    if (owner === null) return;
    const asked = all("#chat .question").length;
    if (!asked) {
      state.chat = null;
      held = "";
    }
    if (!asked || one("#chat .waiting")) return;
    const found = replies();
    const mark = found.join("\n");
    if (mark === held || !found.length) return;
    held = mark;
    const turns = found.slice(-TURNS).map((facts) => turnOf(JSON.parse(facts))).filter(Boolean);
    if (!turns.length) return;
    state.chat ??= Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    const chats = load();
    const old = chats.find((chat) => chat.id === state.chat);
    const title = old?.named ? old.title : turns[0].question;
    const chat = { id: state.chat, title, named: old?.named ?? false, at: Date.now(), turns };
    store([chat, ...chats.filter((one) => one !== old)]);
    if (turns.length > 1 && location.hash.startsWith("#ask=")) forgetAddress();
  }

  const forgetAddress = () => history.replaceState(history.state, "", location.pathname + location.search);

  // Asked as soon as the page listens, which takes a moment after it is there.
  function restore(turns, chat) {
    wanted = { turns, chat };
    const trying = setInterval(() => {
      if (wanted?.turns !== turns) return clearInterval(trying);
      if (!acting("change-turns", { do: "restore", turns })) return;
      clearInterval(trying);
      wanted = null;
      held = replies().join("\n");
      state.chat = chat;
      state.editing = null;
      notice("");
    }, 60);
  }

  // Addresses

  const bytes = (words) => new TextEncoder().encode(words);
  const coded = (words) =>
    btoa(Array.from(bytes(words), (byte) => String.fromCharCode(byte)).join(""))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replace(/=+$/, "");

  function decoded(code) {
    const binary = atob(code.replaceAll("-", "+").replaceAll("_", "/"));
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(binary, (one) => one.charCodeAt(0)));
  }

  // `after` holds the questions before it, as many as an address has room for.
  function addressOf(reply) {
    const turns = [];
    for (const other of all("#chat .reply[data-facts]")) {
      turns.push(JSON.parse(other.dataset.facts));
      if (other === reply) break;
    }
    const own = turns.pop();
    const after = [...turns.flatMap((turn) => [...turn.after, turn.question]), ...own.after].slice(-TURNS);
    for (;;) {
      const code = coded(JSON.stringify([1, own.question, own.articles, after, own.version, own.digest]));
      if (code.length <= LINK || !after.length) return `${location.origin}${location.pathname}#ask=${code}`;
      after.shift();
    }
  }

  function readAddress(hash) {
    if (hash.length > LONGEST) return null;
    try {
      const value = JSON.parse(decoded(hash.slice("#ask=".length)));
      if (!Array.isArray(value) || value[0] !== 1) return null;
      const [, question, articles, after, version, digest] = value;
      return turnOf({ question, articles, after, version, digest });
    } catch {
      return null;
    }
  }

  function openAddress() {
    if (!location.hash.startsWith("#ask=")) return;
    const turn = readAddress(location.hash);
    if (turn) restore([turn], null);
    else sayBad();
  }

  function sayBad() {
    if (one("#acts .editing")) notice(tell("chat_bad_link"));
    else setTimeout(sayBad, 100);
  }

  onClick("#chat .link", async (button) => {
    if (await copyText(addressOf(button.closest(".reply")), button)) notice(tell("chat_linked"));
    setTimeout(() => state.editing === null && notice(""), 4_000);
  });
  addEventListener("hashchange", openAddress);

  // The list

  const element = (tag, facts = {}, ...inside) => {
    const made = Object.assign(document.createElement(tag), facts);
    made.append(...inside);
    return made;
  };
  const button = (name, words, id = "") => {
    const made = element("button", { type: "button", className: name, textContent: words });
    if (id) made.dataset.id = id;
    return made;
  };
  const when = new Intl.DateTimeFormat(config.language, { dateStyle: "medium", timeStyle: "short" });

  function rowOf(chat) {
    const open = button("open-chat", chat.title, chat.id);
    const time = element("time", { dateTime: new Date(chat.at).toISOString(), textContent: when.format(chat.at) });
    const row = element("li", {}, open, time, button("rename-chat", tell("chat_rename"), chat.id), button("delete-chat", tell("chat_delete"), chat.id));
    for (const act of all(".rename-chat, .delete-chat", row)) act.setAttribute("aria-label", `${act.textContent}: ${chat.title}`);
    if (chat.id === state.chat) open.setAttribute("aria-current", "true");
    return row;
  }

  function list() {
    const chats = load();
    let dialog = one("#chats");
    if (!dialog) {
      dialog = element("dialog", { id: "chats" });
      dialog.setAttribute("aria-labelledby", "chats-title");
      document.body.append(dialog);
    }
    const rows = chats.length ? element("ul", {}, ...chats.map(rowOf)) : element("p", { className: "none", textContent: tell("chat_none") });
    const foot = element("div", { className: "ends" }, button("close-chats", tell("chat_close")));
    if (chats.length) foot.prepend(button("delete-all", tell("chat_delete_all")));
    dialog.replaceChildren(
      element("h2", { id: "chats-title", textContent: tell("chat_title") }),
      element("p", { className: "hint", textContent: tell("chat_where") }),
      rows,
      foot,
    );
    if (!dialog.open) dialog.showModal();
    return dialog;
  }

  function rename(row, id) {
    const chats = load();
    const chat = chats.find((one) => one.id === id);
    if (!chat) return list();
    const field = element("input", { type: "text", value: chat.title, maxLength: 200 });
    field.setAttribute("aria-label", tell("chat_name"));
    let over = false;
    const finish = (taken) => {
      if (over) return;
      over = true;
      const title = field.value.trim();
      if (taken && title) {
        Object.assign(chat, { title, named: true });
        store(chats);
      }
      one(`.rename-chat[data-id="${id}"]`, list())?.focus();
    };
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      finish(event.key === "Enter");
    });
    field.addEventListener("blur", () => finish(true));
    one(".open-chat", row).replaceWith(field);
    field.select();
  }

  function remove(id) {
    store(load().filter((chat) => id !== null && chat.id !== id));
    if (id === null || id === state.chat) {
      state.chat = null;
      held = replies().join("\n"); // what is in view stays in view, and is not kept again
    }
    one("button", list())?.focus();
  }

  onClick("#acts .chats", list);
  onClick("#chats .close-chats", () => one("#chats").close());
  onClick("#chats .delete-all", () => remove(null));
  onClick("#chats .delete-chat", (hit) => remove(hit.dataset.id));
  onClick("#chats .rename-chat", (hit) => rename(hit.closest("li"), hit.dataset.id));
  onClick("#chats .open-chat", (hit) => {
    const chat = load().find((one) => one.id === hit.dataset.id);
    one("#chats").close();
    if (!chat) return;
    forgetAddress();
    look("chat");
    restore(chat.turns, chat.id);
  });
  onClick("#new", () => {
    if (location.hash.startsWith("#ask=")) forgetAddress();
    look("chat");
  });

  onChange(record);
  onChange(() => {
    const open = one("#acts .chats");
    if (open && owner !== null) setAttribute(open, "hidden", null);
  });

  fetch(at("api/session"))
    .then((answer) => (answer.ok ? answer.json() : null))
    .catch(() => null)
    .then((session) => {
      owner = typeof session?.user === "string" ? session.user : "local";
      apply();
    });
  openAddress();
}
