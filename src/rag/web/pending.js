// Asks, and shows the questions whose replies are on their way. A reply is mostly there before anybody misses it, so a
// question is drawn by itself only after a moment, and gives way to the server's own drawing of it.

const A_MOMENT = 150; // milliseconds
const pending = []; // { note, timer } of each question on its way, oldest first
let answered = 0; // the highest turn that the server has drawn

function ask(question, replaces = null) {
  const note = element("div", "", { className: "pending" });
  const asked = element("div", "", { className: "asked" });
  asked.append(element("div", question, { className: "question" }));
  const waiting = element("div", "", { className: "reply waiting" });
  const dots = element("span", "", { className: "dots" });
  dots.setAttribute("role", "presentation");
  waiting.append(dots, tell("chat_waiting"), element("button", tell("chat_stop"), { type: "button", className: "stop" }));
  note.append(asked, waiting);
  pending.push({ note, timer: setTimeout(showPending, A_MOMENT, note) });
  keepPending();
  send("asking", "ask", { question, replaces });
}

function showPending(note) {
  const log = one("#chat [role=log]");
  setAttribute(one("#talk"), "data-pending", "");
  log.append(note);
  scrollTo(log, note, 20);
}

// The server draws the questions that it got, answered or not; the newest of ours are not among them yet.
function dropPending() {
  const talk = one("#talk");
  if (!talk) return;
  const turns = all("#chat .edit").map((button) => Number(button.dataset.turn));
  const newest = Math.max(0, ...turns);
  if (newest > answered && pending.length) {
    for (const { note, timer } of pending.splice(0, newest - answered)) forget(note, timer);
    keepPending();
  }
  answered = turns.length ? newest : answered;
  setAttribute(talk, "data-pending", pending.some(({ note }) => note.isConnected) ? "" : null);
}

function forget(note, timer) {
  clearTimeout(timer);
  note.remove();
}

function forgetAll() {
  const lost = pending.splice(0);
  for (const { note, timer } of lost) forget(note, timer);
  keepPending();
  return lost;
}

// When the connection breaks Gradio hears nothing any more, waits for the server and loads the page anew, so the
// questions are kept until the server has drawn them.
const wordsOf = ({ note }) => one(".question", note).textContent;
const keepPending = () => keep("asking", { user: chat.user, questions: pending.map(wordsOf) });

function giveBack(questions) {
  fill([...questions, box().value].filter(Boolean).join("\n"));
  warn(tell("chat_failed"));
}

const unanswered = kept("asking");
function giveBackKept() {
  keepPending();
  if (unanswered?.user === chat.user && unanswered.questions.length) giveBack(unanswered.questions);
}

// The server failed, so it has not got the question.
document.addEventListener("chat-failed", () => {
  const lost = forgetAll().map(wordsOf);
  if (lost.length) giveBack(lost);
  else warn(tell("chat_no_answer"));
});

onClick("#chat .pending .stop", () => send("acting", "act", { do: "stop", turn: null }));
onChange(dropPending);
