"""How long a reader waits for the page: to open, for a reply, and for a citation, in a real browser.

Starts `rag serve` and drives Chromium; nothing else should run, so that the figures are those of a reader
alone. Needs the packages of the extra `test` and a Chromium.
"""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import time
from typing import TYPE_CHECKING, Any

from rag.address import Location
from rag.bench.serving import served
from rag.errors import MissingPackageError, UnreadableFileError

if TYPE_CHECKING:
    from playwright.sync_api import Page

_ARGUMENTS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")
_STARTS = 3
_QUESTIONS = 30
_BETWEEN = 1_000
"""Milliseconds before a question, which nobody types sooner after the reply before."""

_SEEN = """
    const seen = async (element, box, began) => {
        const inside = () => {
            const place = element()?.getBoundingClientRect();
            const room = document.querySelector(box).getBoundingClientRect();
            return place && place.top >= room.top && place.top < room.bottom;
        };
        do {
            await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
            if (performance.now() - began > 10000) throw new Error(`Nothing came in sight in ${box}.`);
        } while (!inside());
        return performance.now() - began;
    };
"""
"""Waits, ten seconds at most, for the frame in which the beginning of something stands in the box that scrolls it."""

_WATCH = (
    "() => {"
    + _SEEN
    + """
    const answered = () => [...document.querySelectorAll("#chat .reply:not(.waiting) [data-turn]")];
    const shown = () => Math.max(0, ...answered().map((one) => Number(one.dataset.turn)));
    const reply = () => answered().at(-1).closest(".reply");
    document.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.target.tagName !== "TEXTAREA") return;
        const [began, before] = [performance.now(), shown()];
        globalThis.waited = new Promise((done) => {
            const observer = new MutationObserver(() => {
                if (shown() <= before) return;
                observer.disconnect();
                done(seen(reply, "#chat [role=log]", began));
            });
            observer.observe(document.body, { subtree: true, childList: true });
        });
    }, true);
}"""
)
"""Measures from the Enter key to the frame that shows the reply; asks for no frame before, nor does a reader."""

_FOLLOW = (
    "async (link) => {"
    + _SEEN
    + """
    const began = performance.now();
    link.click();
    const wanted = CSS.escape(decodeURIComponent(link.hash.slice(1)).split(/[@!]/)[0]);
    return seen(() => document.querySelector(`#panel #${wanted}[aria-current]`), "#panel .shelf", began);
}"""
)
"""Measures from the click on a citation to the frame that shows its marked sentence."""


def bench_page(index: Location) -> dict[str, Any]:
    """Return what a reader waits for: start-up in seconds, replies and citations in milliseconds.

    Args:
        index: The library that is opened.

    Raises:
        MissingPackageError: playwright is not installed.
        UnreadableFileError: There is no Chromium.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise MissingPackageError("ask-the-article[test]", "Measuring the page") from error
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise UnreadableFileError("chromium", "it is not installed")
    started: list[float] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(_ARGUMENTS))
        for turn in range(_STARTS):
            began = time.perf_counter()
            with served(index, None) as (address, _):
                page = browser.new_page()
                page.goto(address)
                page.locator("#question textarea").wait_for()
                page.locator("#panel .article").first.wait_for(state="attached")
                started.append(time.perf_counter() - began)
                if turn == _STARTS - 1:
                    replies, citations, requests = _read(page)
                page.close()
        browser.close()
    return {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "command to a page that can be used, s": round(statistics.median(started), 2),
        "questions": len(replies),
        "Enter to the reply on the screen, ms p50": round(statistics.median(replies), 1),
        "Enter to the reply on the screen, ms p95": round(statistics.quantiles(replies, n=20)[-1], 1),
        "citations": len(citations),
        "click to the marked sentence on the screen, ms p50": round(statistics.median(citations), 1),
        "click to the marked sentence on the screen, ms max": round(max(citations), 1),
        "requests of these clicks": requests,
    }


def _read(page: Page) -> tuple[list[float], list[float], int]:
    """Ask and follow as a reader does: milliseconds to replies, to citations, and the requests of the latter."""
    page.evaluate(_WATCH)
    questions = _questions(page)
    replies = [_ask(page, questions[number % len(questions)]) for number in range(_QUESTIONS)]
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    links = page.locator("#chat .quote > a.cite").all()[-_QUESTIONS:]
    citations = [float(link.evaluate(_FOLLOW)) for link in links]
    return replies, citations, len(requests)


def _questions(page: Page) -> list[str]:
    """Questions that the page itself proposes, and one for each heading and long word of the article."""
    proposed = page.locator("#examples .example").all_inner_texts()
    words = page.locator("#panel .article .body").first.inner_text().split()
    return [*filter(None, proposed), *(f"What about {word.strip('.,')}?" for word in words if len(word) > 7)][
        :_QUESTIONS
    ]


def _ask(page: Page, question: str) -> float:
    box = page.locator("#question textarea")
    page.wait_for_timeout(_BETWEEN)
    box.fill(question)
    box.press("Enter")
    return float(page.evaluate("globalThis.waited"))
