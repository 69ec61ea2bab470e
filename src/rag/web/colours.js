// Who says what, by colours over the words; the legend tells whose colour is whose, and a line whose words are pointed at.

const COLOURS = 8; // speakers with a colour of their own
const UNNAMED = -1;
const HOW = { direct: "panel_direct", indirect: "panel_indirect", mixed: "panel_mixed" };

const tints = { on: rememberedTints() === "on", asked: false, only: null, pinned: null, key: null, words: null, facts: null };

function rememberedTints() {
  try {
    return localStorage.getItem("article-colours");
  } catch {
    return null; // a reader may forbid it
  }
}

function rememberTints(value) {
  try {
    localStorage.setItem("article-colours", value);
  } catch {
    // then it is forgotten with the page
  }
}

function voicesOf(article) {
  const words = article?.dataset.voices ?? null;
  if (words !== tints.words) Object.assign(tints, { words, facts: words && JSON.parse(words) });
  return tints.facts;
}

const colourOf = (speaker) => (speaker === UNNAMED ? "unnamed" : speaker < COLOURS ? String(speaker + 1) : "other");
const colourNames = [...Array(COLOURS).keys()].map((speaker) => colourOf(speaker)).concat("other", "unnamed");

// The server is asked once, and then tells of every article that it opens.
function askForVoices() {
  const silent = articles().some((article) => article.dataset.voices === undefined);
  if (!silent) tints.asked = false;
  if (!tints.on || !silent || tints.asked) return;
  tints.asked = true;
  one("#panel .source").dispatchEvent(new CustomEvent("tell-voices", { bubbles: true }));
}

function tidyColours() {
  const source = one("#panel .source");
  if (!one(".tint", source ?? document)) return;
  setAttribute(one(".tint", source), "aria-pressed", String(tints.on));
  askForVoices();
  const article = shownArticle();
  const voices = tints.on ? voicesOf(article) : null;
  const index = voices ? textIndex(one(".text", article)) : null;
  const legend = one(".legend", source);
  if (legend.dataset.of !== (index?.stamp ?? "")) drawLegend(legend, voices, index?.stamp ?? "");
  setAttribute(legend, "hidden", voices?.said.length ? null : "");
  for (const entry of all(".voice", legend)) setAttribute(entry, "aria-pressed", String(entry.dataset.voice === tints.pinned));
  const only = tints.only ?? tints.pinned;
  const key = `${index?.stamp} ${only}`;
  if (key !== tints.key) {
    tints.key = key;
    const ranges = Object.fromEntries(colourNames.map((name) => [name, []]));
    for (const [speaker, , start, end] of voices?.said ?? []) {
      if (only === null || only === String(speaker)) ranges[colourOf(speaker)].push(rangeOf(index, start, end));
    }
    for (const name of colourNames) paint(`voice-${name}`, ranges[name], 1);
  }
  setAttribute(one(".speaks", source), "hidden", voices ? null : "");
  setText(one(".speaks", source), voices ? whoSpeaks(voices) : "");
}

onChange(tidyColours);

function drawLegend(legend, voices, stamp) {
  legend.replaceChildren();
  const entry = (voice, name, count) => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "voice" });
    Object.assign(button.dataset, { voice, colour: colourOf(voice) });
    for (const [kind, words] of [["swatch", ""], ["name", name], ["count", digits.format(count)]]) {
      button.append(Object.assign(document.createElement("span"), { className: kind, textContent: words }));
    }
    legend.append(button);
  };
  voices?.speakers.forEach(([name, , count], speaker) => entry(speaker, name, count));
  if (voices?.unnamed) entry(UNNAMED, tell("panel_unnamed"), voices.unnamed);
  legend.dataset.of = stamp;
}

// Whose words the sentence under the pointer is, or the one with the focus, or the marked one.
function whoSpeaks({ speakers, said }) {
  if (!said.length) return tell("panel_nobody");
  const candidates = [tints.pointed, document.activeElement, state.sentence && document.getElementById(state.sentence)];
  const sentence = candidates.find((some) => some?.isConnected && some.matches(".s") && !some.closest("[hidden]"));
  if (!sentence) return tell("panel_point");
  const start = textIndex(sentence.closest(".text")).startOf.get(document.createTreeWalker(sentence, NodeFilter.SHOW_TEXT).nextNode());
  const end = start + sentence.textContent.length;
  const told = said.filter((words) => words[2] < end && words[3] > start).map(([speaker, how]) => {
    const [name, role] = speakers[speaker] ?? [tell("panel_unnamed"), ""];
    return tell(HOW[how], { who: role ? `${name}, ${role}` : name });
  });
  return told.length ? [...new Set(told)].join("; ") : tell("panel_author");
}

function showOnly(voice) {
  if (tints.only === voice) return;
  tints.only = voice;
  apply();
}

function pointAt(sentence) {
  if (!tints.on || tints.pointed === sentence) return;
  tints.pointed = sentence;
  tidyColours();
}

onClick("#panel .tint", () => {
  tints.on = !tints.on;
  tints.pinned = null;
  rememberTints(tints.on ? "on" : "off");
  apply();
});
onClick("#panel .legend .voice", (entry) => {
  tints.pinned = tints.pinned === entry.dataset.voice ? null : entry.dataset.voice;
  apply();
});

const voiceAt = (element) => element?.closest?.("#panel .legend .voice")?.dataset.voice ?? null;
document.addEventListener("pointerover", (event) => {
  if (!event.target.closest?.("#panel")) return showOnly(voiceAt(document.activeElement));
  showOnly(voiceAt(event.target) ?? voiceAt(document.activeElement));
  // Text that scrolls under a pointer at rest is not pointed at.
  const place = `${event.clientX} ${event.clientY}`;
  if (place !== tints.pointer) pointAt(event.target.closest(".s"));
  tints.pointer = place;
});
document.addEventListener("focusin", (event) => {
  if (!tints.on) return;
  showOnly(voiceAt(event.target));
  if (event.target.matches?.("#panel .s")) {
    setAttribute(event.target, "aria-describedby", "speaks");
    tints.pointed = null;
    tidyColours();
  }
});
document.addEventListener("focusout", (event) => {
  if (event.target.matches?.("#panel .s")) event.target.removeAttribute("aria-describedby");
});
