"""An exported HTML file in a real browser: it can be read by everybody, alone, on any screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from browsing import violations
from playwright.sync_api import Browser
from replies import HOSTILE, MADE, abstention, answer, article, comparison, quote

from rag.formats import FORMATS
from rag.records import Speaker

pytestmark = pytest.mark.browser

WORDS = " ".join(HOSTILE)


@pytest.fixture
def file(tmp_path: Path) -> str:
    """The address of an export that holds every kind of reply and all that is hostile."""
    of = article(WORDS, title=WORDS, authors=(WORDS,), source="https://example.org/" + "x" * 500)
    said = quote(of, speaker=Speaker(WORDS, WORDS), attribution="direct")
    path = tmp_path / "export.html"
    text = FORMATS["html"].write((answer(said, question=WORDS), comparison(said), abstention(said)), MADE)
    path.write_bytes(text.encode("utf-8"))
    return path.as_uri()


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
def test_an_export_meets_wcag_fits_the_screen_and_asks_for_nothing(
    browser: Browser, file: str, width: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file)
    found = violations(page)
    wide = page.evaluate("document.documentElement.scrollWidth")
    shown = page.locator("blockquote").first.evaluate("one => one.textContent")
    context.close()
    assert (found, wide, asked) == ([], width, [file])
    assert shown == WORDS
