// Adding articles: hands files, texts and addresses to the server, and shows what becomes of each of them.
//
// A delivery is what the reader gave at once. It is sent in batches, each of which becomes a job on the server; a job
// goes on whatever the page does, and is shown again when the page comes back.

const BATCH_FILES = 25; // files that are sent together, at most
const BATCH_BYTES = 4_000_000; // and how large they are together; a larger file is sent alone
const POLL = 300; // milliseconds until a job is asked for again, when it moves
const POLL_SLOWEST = 2000; // and when it does not
const PATIENCE = 6; // how often a server that is silent is tried again
const PATIENCE_BUSY = 100; // and one that says it is busy
const JOBS = 4; // jobs of this page that the server has at a time; it takes few, and others add too
const KINDS = /\.(txt|md|markdown|html?|pdf|docx)$/i;

const deliveries = [];
const over = new Set(["added", "known", "failed", "cancelled"]);
const left = (delivery) => delivery.lines.filter((line) => !over.has(line.stage)).length;
const count = (delivery, stage) => delivery.lines.filter((line) => line.stage === stage).length;
const lineOf = (name, more = {}) => ({ name, stage: "waiting", share: 0, article: null, title: null, message: null, lang: null, ...more });

// 1. Sending

async function deliver(lines) {
  if (!lines.length) return;
  const delivery = beginDelivery(lines);
  say(tell("library_begun", { n: lines.length }));
  for (const batch of batches(lines.filter((line) => !over.has(line.stage)))) await hand(delivery, batch);
  await end(delivery);
}

function beginDelivery(lines, jobs = []) {
  const delivery = { lines, jobs, watches: [], cancelled: false, ended: false, request: null, element: null };
  deliveries.push(delivery);
  drawDelivery(delivery);
  apply();
  return delivery;
}

function batches(lines) {
  const all = [];
  let room = 0;
  for (const line of lines) {
    const size = line.file?.size ?? BATCH_BYTES;
    if (!all.length || !line.file || size > room || all.at(-1).length >= BATCH_FILES) {
      all.push([]);
      room = line.file ? BATCH_BYTES : 0;
    }
    all.at(-1).push(line);
    room -= size;
  }
  return all;
}

async function hand(delivery, batch) {
  for (let tries = 1; ; tries++) {
    while (watching >= JOBS && !delivery.cancelled) await pause(POLL);
    if (delivery.cancelled) return settle(delivery, batch, { stage: "cancelled" });
    try {
      return take(delivery, batch, await sendBatch(delivery, batch));
    } catch (trouble) {
      if (!(trouble instanceof Trouble)) throw trouble;
      if (delivery.cancelled) continue;
      if ([408, 413].includes(trouble.status) && batch.length > 1) {
        const half = Math.ceil(batch.length / 2);
        await hand(delivery, batch.slice(0, half));
        return await hand(delivery, batch.slice(half));
      }
      if (!passing(trouble) || tries >= (trouble.status ? PATIENCE_BUSY : PATIENCE)) {
        return settle(delivery, batch, { stage: "failed", message: trouble.message, lang: trouble.lang });
      }
      settle(delivery, batch, { stage: "again", message: trouble.message });
      await pause(1000 * Math.min(trouble.wait ?? 2 ** (tries - 1), 30));
    }
  }
}

function sendBatch(delivery, batch) {
  settle(delivery, batch, { stage: "sending", share: 0, message: null });
  const onShare = (share) => settle(delivery, batch, { share });
  const hold = (request) => (delivery.request = request);
  if (!batch[0].file) {
    return upload("api/articles", { body: JSON.stringify(batch[0].json), type: "application/json", onShare, hold });
  }
  const body = new FormData();
  for (const line of batch) body.append("files", line.file, line.file.name);
  return upload("api/articles", { body, type: null, onShare, hold });
}

// The server answers with a job or, at once, with what it added.
function take(delivery, batch, answer) {
  delivery.request = null;
  if (answer.job) {
    settle(delivery, batch, { stage: "waiting", share: 0 });
    const job = { id: answer.job, lines: batch };
    delivery.jobs.push(job);
    keepJobs();
    delivery.watches.push(watch(delivery, job));
    return;
  }
  const added = [...answer.articles];
  for (const line of batch) {
    const skipped = answer.skipped?.find((one) => one.name === line.name);
    if (skipped) Object.assign(line, { stage: "failed", message: skipped.message });
    else Object.assign(line, { stage: "added", share: 1, title: added.shift()?.title ?? null });
  }
  drawDelivery(delivery);
}

function settle(delivery, batch, change) {
  for (const line of batch) Object.assign(line, change);
  drawDelivery(delivery);
}

// 2. Watching

let watching = 0; // jobs of this page that are not done

async function watch(delivery, job) {
  watching += 1;
  try {
    await watchJob(delivery, job);
  } finally {
    watching -= 1;
  }
}

async function watchJob(delivery, job) {
  let [wait, before, misses] = [POLL, "", 0];
  for (;;) {
    await pause(wait);
    try {
      const told = await rest("GET", `api/jobs/${encodeURIComponent(job.id)}`);
      misses = 0;
      followJob(delivery, job, told.items);
      if (told.done) return;
      const now = JSON.stringify(told.items);
      wait = now === before ? Math.min(wait * 1.5, POLL_SLOWEST) : POLL;
      before = now;
    } catch (trouble) {
      if (!(trouble instanceof Trouble)) throw trouble;
      misses += 1;
      if (!passing(trouble) || misses > 4 * PATIENCE) return lose(delivery, job, trouble);
      wait = 1000 * Math.min(trouble.wait ?? misses, 10);
      settle(delivery, job.lines.filter((line) => !over.has(line.stage)), { stage: "again", message: trouble.message });
    }
  }
}

function followJob(delivery, job, items) {
  items.forEach((item, position) => {
    let line = job.lines[position];
    if (!line) {
      line = lineOf(item.name);
      job.lines.push(line);
      delivery.lines.push(line);
    }
    const { stage, share, article, title, message } = item;
    Object.assign(line, { stage, share, article, title, message });
  });
  drawDelivery(delivery);
}

// A job that cannot be asked for any more: what it added is in the list, what it did not is not known.
function lose(delivery, job, trouble) {
  const message = trouble.status === 404 ? tell("library_job_lost") : trouble.message;
  settle(delivery, job.lines.filter((line) => !over.has(line.stage)), { stage: "failed", message, lang: null });
}

async function end(delivery) {
  await Promise.all(delivery.watches);
  delivery.ended = true;
  delivery.fresh = state.side !== "library";
  drawDelivery(delivery);
  keepJobs();
  const failed = delivery.lines.filter((line) => line.stage === "failed");
  const failures = failed.slice(0, 3).map((line) => `${line.name}: ${line.message}`);
  say([endWords(delivery), ...failures].join(" "));
  apply();
  await afterChange();
}

async function cancel(delivery) {
  delivery.cancelled = true;
  delivery.request?.abort();
  say(tell("library_cancelling"));
  for (const job of delivery.jobs) {
    try {
      await rest("DELETE", `api/jobs/${encodeURIComponent(job.id)}`);
    } catch (trouble) {
      if (![404, 409].includes(trouble.status)) complain(trouble);
    }
  }
}

function keepJobs() {
  const going = deliveries.filter((delivery) => !delivery.dismissed && delivery.jobs.length);
  keep("jobs", going.map(({ jobs }) => jobs.map(({ id, lines }) => ({ id, names: lines.map((line) => line.name) }))));
}

function comeBack() {
  for (const kept_jobs of kept("jobs") ?? []) {
    const jobs = kept_jobs.map(({ id, names }) => ({ id, lines: names.map((name) => lineOf(name)) }));
    const delivery = beginDelivery(jobs.flatMap((job) => job.lines), jobs);
    delivery.watches = jobs.map((job) => watch(delivery, job));
    end(delivery);
  }
}

// 3. Drawing

function drawDelivery(delivery) {
  const list = view(".deliveries");
  if (!list) return void setTimeout(() => drawDelivery(delivery), 100);
  if (delivery.dismissed) return;
  if (!delivery.element) delivery.element = frameOf(delivery);
  const { element, lines } = delivery;
  if (element.parentElement !== list) list.append(element);
  write(one(".summary", element), delivery.ended ? endWords(delivery) : tell("library_progress", { done: lines.length - left(delivery), n: lines.length }));
  const whole = one("progress", element);
  whole.value = lines.reduce((sum, line) => sum + shareOf(line), 0) / lines.length;
  whole.hidden = delivery.ended;
  one(".stop", element).hidden = delivery.ended;
  one(".dismiss", element).hidden = !delivery.ended;
  if (delivery.ended && document.activeElement === document.body && delivery.held) one(".dismiss", element).focus();
  const box = one(".lines", element);
  lines.forEach((line, position) => drawLine(box.children[position] ?? box.appendChild(lineFrame()), line, delivery));
  const seen = [...box.children].filter((item) => !item.hidden).length;
  box.hidden = !seen;
  setAttribute(box, "tabindex", seen > 6 ? "0" : null);
  tidyBadge();
}

// Sending counts for a fifth; the rest is told by the server.
const shareOf = (line) => (over.has(line.stage) ? 1 : line.stage === "sending" ? line.share / 5 : 0.2 + 0.8 * (line.stage === "adding" ? line.share : 0));

function frameOf(delivery) {
  const stop = make("button", { type: "button", class: "stop" }, tell("library_cancel"));
  const dismiss = make("button", { type: "button", class: "dismiss" }, tell("library_dismiss"));
  const element = make("li", { class: "delivery" });
  element.append(
    make("div", { class: "head" }, make("span", { class: "summary" }), stop, dismiss),
    make("progress", { max: "1", "aria-label": tell("library_adding") }),
    make("ul", { class: "lines", "aria-label": tell("library_lines") }),
  );
  stop.addEventListener("click", () => {
    delivery.held = true;
    cancel(delivery);
  });
  dismiss.addEventListener("click", () => {
    delivery.dismissed = true;
    element.remove();
    keepJobs();
    tidyBadge();
    (view(".add:not([hidden]) .pick-files") ?? view("#library-title")).focus();
  });
  return element;
}

const lineFrame = () =>
  make("li", {}, make("span", { class: "name" }), make("progress", { max: "1" }), make("span", { class: "stage" }));

function drawLine(item, line, delivery) {
  item.dataset.stage = line.stage;
  item.hidden = delivery.ended && line.stage === "added"; // the summary tells of these
  write(one(".name", item), line.name);
  write(one(".stage", item), stageWords(line));
  setAttribute(one(".stage", item), "lang", line.stage === "failed" ? line.lang : null);
  const bar = one("progress", item);
  bar.value = shareOf(line);
  bar.hidden = over.has(line.stage);
  setAttribute(bar, "aria-label", line.name);
}

function stageWords(line) {
  const share = Math.round(line.share * 100);
  switch (line.stage) {
    case "sending": return tell("library_sending", { share });
    case "fetching": return tell("library_fetching");
    case "reading": return tell("library_reading");
    case "adding": return tell("library_adding_share", { share });
    case "added": return tell("library_added");
    case "known": return line.title ? tell("library_known_as", { title: line.title }) : tell("library_known");
    case "failed": return tell("library_not_added", { why: line.message ?? tell("library_failed") });
    case "cancelled": return tell("library_cancelled");
    case "again": return line.message;
    default: return tell("library_waiting");
  }
}

function endWords(delivery) {
  const only = delivery.lines.length === 1 ? delivery.lines[0] : null;
  if (only?.stage === "added" && only.title) return tell("library_added_one", { title: only.title });
  const told = [["added", "library_n_added"], ["known", "library_n_known"], ["failed", "library_n_failed"], ["cancelled", "library_n_cancelled"]];
  const words = told.filter(([stage]) => count(delivery, stage)).map(([stage, key]) => endWord(key, count(delivery, stage)));
  return words.join(" ");
}

function endWord(key, n) {
  switch (key) {
    case "library_n_added": return tell("library_n_added", { n });
    case "library_n_known": return tell("library_n_known", { n });
    case "library_n_failed": return tell("library_n_failed", { n });
    default: return tell("library_n_cancelled", { n });
  }
}

// A small mark at the view's button, for whoever reads elsewhere meanwhile.
function tidyBadge() {
  const button = one('.view[data-to="library"]');
  if (!button) return;
  const going = deliveries.filter((delivery) => !delivery.ended);
  const lines = going.flatMap((delivery) => delivery.lines);
  const done = lines.filter((line) => over.has(line.stage)).length;
  if (state.side === "library") for (const delivery of deliveries) delivery.fresh = false;
  const news = deliveries.some((delivery) => delivery.fresh && !delivery.dismissed);
  setAttribute(button, "data-adding", going.length ? `${digits.format(done)}/${digits.format(lines.length)}` : news ? "•" : null);
}

onChange(tidyBadge);

// 4. What the reader gives

function filesGiven(files) {
  const lines = files.map((file) => {
    const wrong = !KINDS.test(file.name) ? tell("library_wrong_kind") : file.size ? null : tell("library_empty_file");
    return lineOf(file.name, wrong ? { stage: "failed", message: wrong } : { file });
  });
  return deliver(lines);
}

// Of a folder only what can be read is taken: it may hold anything.
const folderGiven = (files) => {
  const fitting = files.filter((file) => KINDS.test(file.name));
  if (fitting.length || !files.length) return filesGiven(fitting);
  return filesGiven(files.slice(0, 1));
};

async function filesIn(entry) {
  if (entry.isFile) return [await new Promise((done, fail) => entry.file(done, fail))];
  const reader = entry.createReader();
  const files = [];
  for (;;) {
    const entries = await new Promise((done, fail) => reader.readEntries(done, fail)); // a hundred at a time
    if (!entries.length) return files;
    for (const inner of entries) files.push(...(await filesIn(inner)));
  }
}

async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return filesGiven([...transfer.files]);
  const files = [];
  for (const entry of entries) files.push(...(await filesIn(entry)));
  return folderGiven(files);
}

function shut(form) {
  form.hidden = true;
  const opener = view(`[aria-controls="${form.id}"]`);
  opener.setAttribute("aria-expanded", "false");
  opener.focus();
}

onClick("#shelves .pick-files", () => view("input.files").click());
onClick("#shelves .pick-folder", () => view("input.folder").click());
onClick("#shelves .shut", (button) => shut(button.closest("form")));
onClick("#shelves .opens", (button) => {
  const open = button.getAttribute("aria-expanded") !== "true";
  for (const other of all("#shelves .opens")) {
    other.setAttribute("aria-expanded", String(open && other === button));
    document.getElementById(other.getAttribute("aria-controls")).hidden = !(open && other === button);
  }
  if (open) one("textarea", document.getElementById(button.getAttribute("aria-controls"))).focus();
});

document.addEventListener("change", (event) => {
  const input = event.target;
  if (!input.matches?.("#shelves input[type=file]")) return;
  const files = [...input.files];
  input.value = ""; // so that the same file can be given again
  (input.matches(".folder") ? folderGiven : filesGiven)(files);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches?.("#shelves .add form")) return;
  event.preventDefault();
  if (form.matches(".paste")) pasteGiven(form);
  else deliver([...new Set(form.addresses.value.split(/\s+/).filter(Boolean))].map((address) => lineOf(address, { json: { address } })));
  form.reset();
  shut(form);
});

function pasteGiven(form) {
  const value = (name) => form.elements[name].value.trim() || undefined;
  const author = value("author");
  const json = { text: form.elements.text.value, title: value("title"), author: author && [author], published: value("published"), source: value("source") };
  const name = json.title ?? `${json.text.trim().slice(0, 60)}${json.text.trim().length > 60 ? "…" : ""}`;
  return deliver([lineOf(name, { json })]);
}

// Files may be dropped anywhere on the view; beside it nothing happens, instead of the browser leaving the page.
for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    if (name !== "dragleave") event.preventDefault();
    const here = event.target.closest?.("#library") && !view(".add").hidden;
    if (name === "dragover") event.dataTransfer.dropEffect = here ? "copy" : "none";
    const leaving = name === "dragleave" && event.relatedTarget?.closest?.("#library");
    if (!leaving) one("#library")?.classList.toggle("dropping", Boolean(here) && name !== "drop" && name !== "dragleave");
    if (name === "drop" && here) dropped(event.dataTransfer);
  });
}

// What is not sent yet would be lost.
addEventListener("beforeunload", (event) => {
  if (deliveries.some((delivery) => delivery.request || delivery.lines.some((line) => line.stage === "sending"))) event.preventDefault();
});

comeBack();
