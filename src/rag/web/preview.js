// A citation that is pointed at or reached with the Tab key shows its sentence and the neighbours, as they stand in the
// panel. Escape closes it, the pointer may rest on it, and it stays until it is left (WCAG 1.4.13).
{
  const WAIT = 350; // milliseconds that the pointer rests before it is shown
  const LEAVE = 250; // and that it may be elsewhere on its way there

  let preview = null; // the box and the citation that it belongs to
  let planned = null;
  let tabbed = false;

  function close() {
    clearTimeout(planned);
    preview?.link.removeAttribute("aria-describedby");
    preview?.box.remove();
    preview = null;
  }

  function paragraph(name, words) {
    return Object.assign(document.createElement("p"), { className: name, textContent: words });
  }

  // Beside the quote, over the article, where that leaves room; else below the citation or above it, never over it.
  function open(link, at) {
    const sentence = document.getElementById(target(link));
    const text = sentence?.closest("#panel .text");
    if (!text || !link.isConnected || link.getAttribute("aria-current") === "true") return; // the article shows it already
    close();
    const sentences = all(".s", text);
    const position = sentences.indexOf(sentence);
    const around = [["before", position - 1], ["here", position], ["after", position + 1]];
    const box = Object.assign(document.createElement("div"), { id: "preview", role: "tooltip" });
    for (const [name, number] of around) {
      if (sentences[number]) box.append(paragraph(name, sentences[number].textContent));
    }
    document.body.append(box);
    link.setAttribute("aria-describedby", "preview");
    preview = { box, link };
    const place = at.getBoundingClientRect();
    const quote = (link.closest(".quote") ?? at).getBoundingClientRect();
    if (quote.right + 10 + box.offsetWidth <= innerWidth - 8) {
      box.style.left = `${quote.right + 10}px`;
      box.style.maxHeight = `${innerHeight - 16}px`;
      box.style.top = `${Math.max(8, Math.min(quote.top, innerHeight - box.offsetHeight - 8))}px`;
      return;
    }
    const room = innerHeight - place.bottom - 14;
    const below = room >= box.offsetHeight || room >= place.top;
    box.style.maxHeight = `${Math.max(80, (below ? room : place.top) - 14)}px`;
    box.style.left = `${Math.max(8, Math.min(place.left, innerWidth - box.offsetWidth - 8))}px`;
    box.style.top = below ? `${place.bottom + 6}px` : `${place.top - box.offsetHeight - 6}px`;
  }

  const plan = (act, wait) => {
    clearTimeout(planned);
    planned = setTimeout(act, wait);
  };

  // On the way to the preview the pointer crosses the quote, which keeps it open.
  const near = (element) => {
    const quote = preview?.link.closest(".quote");
    return Boolean(element.closest?.("#preview") || quote?.contains(element));
  };

  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const link = event.target.closest?.("a.cite");
    if (link && link !== preview?.link) plan(() => open(link, event.target.closest(".chip, .go") ?? link), WAIT);
    else if (link || near(event.target)) clearTimeout(planned);
    else if (preview && document.activeElement !== preview.link) plan(close, LEAVE);
    else clearTimeout(planned);
  });
  document.addEventListener("focusin", (event) => {
    const link = event.target.closest?.("a.cite");
    if (link && tabbed) plan(() => open(link, one(".chip", link) ?? link), 0);
    else close();
  });
  document.addEventListener("pointerdown", (event) => {
    tabbed = false;
    if (!event.target.closest?.("#preview")) close();
  });
  document.addEventListener(
    "keydown",
    (event) => {
      tabbed = event.key === "Tab";
      if (event.key === "Escape" && preview) {
        close();
        event.stopImmediatePropagation();
      } else if (event.key === "Enter") close();
    },
    true,
  );
  document.addEventListener("scroll", (event) => preview && event.target.contains(preview.link) && close(), true);
  onChange(() => preview && !preview.link.isConnected && close());
}
