// What can be done with a turn of the chat: edit, stop, ask again, go on, rate, save and copy with its source; and the
// keys of the question box.

// Something for the server to do; returns whether anybody listened, as the page may still be loading.
const acting = (name, detail = {}) => {
  const event = new CustomEvent(name, { bubbles: true, cancelable: true, detail });
  return one("#acts .editing")?.dispatchEvent(event) === false;
};

// A sentence for the reader, under the question box.
function notice(words) {
  const bar = one("#acts .editing");
  if (!bar) return;
  if (bar.textContent !== words) bar.textContent = words;
  setAttribute(bar, "hidden", words ? null : "");
}

{
  const box = () => one("#question textarea");
  const number = (button) => Number(button.dataset.turn);
  let recalled = null; // the question that an arrow key brought back
  let maker = null; // the button that waits for what the server makes
  let made = null; // what the server made last

  function fill(text) {
    const field = box();
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
    field.setSelectionRange(text.length, text.length);
  }

  const questionOf = (turn) => one(`#chat .edit[data-turn="${turn}"]`)?.closest(".asked");

  function edit(button) {
    state.editing = number(button);
    notice(tell("chat_editing"));
    fill(one(".question", questionOf(state.editing)).textContent);
    apply();
  }

  function leave() {
    const asked = questionOf(state.editing);
    state.editing = null;
    notice("");
    fill("");
    one(".edit", asked ?? document)?.focus();
    apply();
  }

  function sendEdited() {
    const question = box().value;
    if (!question.trim()) return;
    if (!acting("change-turns", { do: "edit", turn: state.editing, question })) return;
    state.editing = null;
    notice("");
    fill("");
  }

  onClick("#chat .edit", edit);
  onClick("#chat .stop", () => {
    acting("stop-asking");
    box().focus();
  });
  onClick("#chat .again", (button) => {
    acting("change-turns", { do: "again", turn: number(button) });
    box().focus();
  });
  onClick("#chat .next button", (button) => {
    acting("change-turns", { do: "ask", question: button.textContent });
    box().focus();
  });

  // Gradio must not hear of what is sent as an edit; Enter and Shift+Enter are its own otherwise.
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.target !== box() || event.isComposing) return;
      const plain = !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey;
      const acts = {
        Enter: () => state.editing !== null && plain && (sendEdited(), true),
        Escape: () => {
          if (state.editing !== null) return leave(), true;
          if (recalled === null || box().value !== recalled) return false;
          recalled = null;
          return fill(""), true;
        },
        ArrowUp: () => {
          const last = all("#chat .question").at(-1)?.textContent;
          if (!plain || box().value || !last) return false;
          recalled = last;
          return fill(last), true;
        },
      };
      if (!acts[event.key]?.()) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true,
  );
  document.addEventListener(
    "click",
    (event) => {
      if (state.editing === null || !event.target.closest?.("#ask")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      sendEdited();
    },
    true,
  );

  // Questions to go on with stand under the latest reply, once it is found out that they are answered.
  function tidyNext() {
    const found = one("#proposed i");
    const last = all("#chat .reply").at(-1);
    for (const old of all("#chat .next")) if (!last?.contains(old)) old.remove();
    if (!found || !last || last.dataset.turn !== found.dataset.turn || one(".next", last)) return;
    const questions = JSON.parse(found.dataset.questions);
    if (!questions.length) return;
    const next = Object.assign(document.createElement("div"), { className: "next" });
    const label = Object.assign(document.createElement("p"), { className: "label", textContent: found.dataset.title });
    next.append(label);
    for (const question of questions) {
      next.append(Object.assign(document.createElement("button"), { type: "button", textContent: question }));
    }
    last.append(next);
  }

  function tidyEditing() {
    if (state.editing === null) return;
    const asked = questionOf(state.editing);
    if (!asked) {
      state.editing = null;
      notice("");
    }
  }

  // What the server made of a reply is saved or copied once.
  function takeMade() {
    const found = one("#made i");
    if (!found || found === made) return;
    made = found;
    const facts = JSON.parse(found.dataset.made);
    const button = maker?.isConnected ? maker : null;
    maker = null;
    if (facts.do === "save") save(facts);
    if (facts.do === "copy" && button) copyText(facts.text, button);
    if (facts.said && button) flash(button, facts.said);
  }

  function save({ name, type, text }) {
    const address = URL.createObjectURL(new Blob([text], { type }));
    Object.assign(document.createElement("a"), { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }

  function ask(button, detail) {
    maker = button;
    acting("make-of-reply", { turn: number(button), ...detail });
  }

  onChange(tidyNext);
  onChange(tidyEditing);
  onChange(takeMade);

  onClick("#chat .rate", (button) => {
    const { verdict, quote } = button.dataset;
    ask(button, { verdict, wrong: quote ? [Number(quote)] : [] });
  });
  onClick("#chat .export", (button) => {
    const whole = one(".whole", button.closest(".items")).checked;
    ask(button, { format: button.dataset.format, whole });
  });
  onClick("#chat .with-source", (button) => {
    ask(button, { quote: Number(button.dataset.quote), style: button.dataset.style });
  });

  // A menu opens to the side that has more room, and no further.
  document.addEventListener(
    "toggle",
    (event) => {
      const menu = event.target;
      if (!menu.open || !menu.matches?.("#chat details.menu")) return;
      const seen = one("#chat [role=log]").getBoundingClientRect();
      const place = menu.getBoundingClientRect();
      const [above, below] = [place.top - seen.top, seen.bottom - place.bottom];
      menu.classList.toggle("down", below > above);
      one(".items", menu).style.maxHeight = `${Math.max(120, Math.max(above, below) - 12)}px`;
    },
    true,
  );

  // Menus close when the reader goes elsewhere.
  const shut = (but) => {
    for (const menu of all("#chat details.menu[open]")) if (menu !== but) menu.open = false;
  };
  document.addEventListener("click", (event) => shut(event.target.closest?.("details.menu")), true);
  document.addEventListener(
    "keydown",
    (event) => {
      const menu = event.target.closest?.("#chat details.menu[open]");
      if (event.key !== "Escape" || !menu) return;
      menu.open = false;
      one("summary", menu).focus();
      event.stopImmediatePropagation();
    },
    true,
  );
}
