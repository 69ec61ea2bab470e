// The REST interface as the page speaks to it: JSON comes back, or trouble with a sentence for the reader.

class Trouble extends Error {
  // `status` is 0 when the server did not answer; `wait` are the seconds after which it may be asked again; `lang` is
  // the language of a sentence that is the server's own.
  constructor(status, sentence, { wait = null, lang = null } = {}) {
    super(sentence);
    Object.assign(this, { status, wait, lang });
  }
}

const unreachable = () => new Trouble(0, tell("library_unreachable"));
const passing = (trouble) => [0, 429, 502, 503, 504].includes(trouble.status);
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

async function rest(method, path, json) {
  const headers = { "Accept-Language": config.language };
  const body = json === undefined ? { headers } : { headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(json) };
  let response, text;
  try {
    response = await fetch(at(path), { method, ...body });
    text = await response.text();
  } catch {
    throw unreachable();
  }
  return answerIn(response.status, text, (name) => response.headers.get(name));
}

// The same for what may be large: `onShare` hears how much of it is sent, from 0 to 1; `hold` gets the request.
function upload(path, { body, type, onShare, hold }) {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open("POST", at(path));
    request.setRequestHeader("Prefer", "respond-async");
    request.setRequestHeader("Accept-Language", config.language);
    if (type) request.setRequestHeader("Content-Type", type);
    request.upload.addEventListener("progress", (event) => event.lengthComputable && onShare(event.loaded / event.total));
    request.addEventListener("load", () => {
      try {
        done(answerIn(request.status, request.responseText, (name) => request.getResponseHeader(name)));
      } catch (trouble) {
        fail(trouble);
      }
    });
    for (const end of ["error", "abort", "timeout"]) request.addEventListener(end, () => fail(unreachable()));
    hold(request);
    request.send(body);
  });
}

// What the server says in the reader's language it names so; the rest of its sentences are English.
function answerIn(status, text, header) {
  let json = null;
  try {
    json = JSON.parse(text);
  } catch {
    // Where JSON is missing another server has answered: one before this one, or the page to log in.
  }
  if (status < 400 && json !== null) return json;
  const lang = header("Content-Language") === config.language ? null : "en";
  const wait = /^\d+$/.test(header("Retry-After") ?? "") ? Number(header("Retry-After")) : null;
  const own = sentenceFor(status);
  if (own === null && typeof json?.error === "string") throw new Trouble(status, json.error, { wait, lang });
  throw new Trouble(status < 400 ? 401 : status, own ?? tell("library_failed"), { wait });
}

function sentenceFor(status) {
  if (status < 400 || status === 401) return tell("library_logged_out");
  if (status === 413) return tell("library_too_large");
  return status === 429 ? tell("library_too_many") : null;
}

// What the page keeps until the tab is closed.
const keep = (name, value) => {
  try {
    sessionStorage.setItem(`ask-the-article ${root.pathname} ${name}`, JSON.stringify(value));
  } catch {
    // Storage may be full or forbidden: then nothing outlives a reload.
  }
};
const kept = (name) => {
  try {
    return JSON.parse(sessionStorage.getItem(`ask-the-article ${root.pathname} ${name}`));
  } catch {
    return null;
  }
};

// An element with text and attributes, which are never read as markup.
function make(tag, attributes = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(name, value);
  element.append(...inside);
  return element;
}

const write = (element, words) => {
  if (element && element.textContent !== words) element.textContent = words;
};
