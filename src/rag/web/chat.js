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
  const turns = `${questions.length} ${all(".reply:not(.waiting)", log).length}`;
  if (turns !== state.turns) {
    state.turns = turns;
    const last = questions.at(-1);
    if (last) scrollTo(log, last, 20);
  }
}

onChange(tidyChat);

function copy(button) {
  const reply = button.closest(".reply");
  const lines = all(".message, .nearest .label, .line, .names li, .quote", reply);
  const text = lines.map((line) => (line.matches(".quote") ? quoteText(line) : line.textContent)).join("\n\n");
  copyText(text, button);
}

// The button says for a moment whether it is done.
async function copyText(text, button) {
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    done = copyByHand(text);
  }
  flash(button, done ? tell("copied") : tell("not_copied"));
  return done;
}

function flash(button, words) {
  const label = button.dataset.label ?? button.textContent;
  button.dataset.label = label;
  button.textContent = words;
  setTimeout(() => (button.textContent = label), 1600);
}

function quoteText(quote) {
  const about = all(".who, .about, .how:not(.who .how), .stance, .from", quote).map((part) =>
    part.matches(".stance") ? all("span", part).map((words) => words.textContent).join(": ") : part.textContent,
  );
  const from = about.length ? `\n    ${about.join(". ")}` : "";
  return `[${one(".chip", quote).textContent}] ${one(".words", quote).textContent}${from}`;
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
