"""The source panel in a real browser: from quote to quote, finding, who says what, and out to the original."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from browsing import Watched, inside, light_and_dark, violations
from playwright.sync_api import Browser, Page, expect
from web_fakes import FakeLibrary, article_of, serving

from rag.records import Article, Range
from rag.web.fragments import text_fragment
from rag.web.panel import PICKABLE

pytestmark = [
    pytest.mark.browser,
    # Gradio's queue sums up its timings with two options that pandas is about to drop.
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated:DeprecationWarning"),
]

MARKED = "name => [...(CSS.highlights.get(name) ?? [])].map(range => range.toString())"
"""The words that are marked under a name."""

SIDEWAYS = """() => [document.documentElement, ...document.querySelectorAll('#desk, #panel :is(.bar, .find, .shelf)')]
    .filter(box => box.scrollWidth > box.clientWidth + 1).map(box => box.className || box.tagName)"""
"""Boxes that can be scrolled sideways and should not."""

LETTERS = "Straße STRASSE İstanbul ISTANBUL cafe\u0301 CAFÉ 😀 ok 😁 ok two\nlines A\u030angstrom and 👩‍👩‍👧."


@pytest.fixture(scope="module")
def library() -> FakeLibrary:
    filler = " ".join(f"Filler number {number} stands here." for number in range(60))
    zoo = article_of(
        "zoo",
        [
            ("title", "A zoo"),
            ("body", f"😀 The first zebra sentence. {filler}"),
            ("body", "Ann Lee said a zebra came. Bob Marsh said “no zebra”. A source said zebras slept."),
            ("body", filler),
        ],
    )
    farm = article_of("farm", [("title", "A farm"), ("body", f"{filler} Our zebra left.")])
    letters = article_of("letters", [("title", "Letters"), ("body", LETTERS)])
    shelf = {"zoo": replace(zoo, source="https://zoo.test/page"), "farm": replace(farm, source="javascript:alert(1)")}
    crowd = {f"c{n}": article_of(f"c{n}", [("title", f"C{n}"), ("body", "It rained.")]) for n in range(PICKABLE)}
    return FakeLibrary(shelf | {"letters": letters} | crowd)


@pytest.fixture(scope="module")
def address(library: FakeLibrary) -> Iterator[str]:
    with serving(library) as address:
        yield address


def marked(page: Page, name: str) -> list[str]:
    words = page.evaluate(MARKED, name)
    assert isinstance(words, list)
    return words


def current(page: Page) -> str:
    return str(page.locator("#panel [aria-current]").evaluate("one => one.textContent"))


def find(page: Page, words: str) -> None:
    page.locator("#panel .seek").click()
    page.locator("#panel .sought").fill(words)


def show(page: Page, article: str) -> None:
    """Open an article that the list does not offer, as the library view does."""
    page.evaluate(
        "id => document.querySelector('#panel .source')"
        ".dispatchEvent(new CustomEvent('open-article', {bubbles: true, detail: id}))",
        article,
    )
    page.locator(f"#panel [data-article={article}]").wait_for(state="attached")
    page.locator("#panel select").select_option(article)


def test_all_quotes_are_numbered_and_the_way_leads_from_one_to_the_next(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    watched.ask("zebra?")
    numbers = "all => all.map(one => one.dataset.quote)"
    assert page.locator("#panel [data-quote]").evaluate_all(numbers) == ["1", "2", "3", "4"]
    expect(page.locator("#panel .which")).to_have_text("4 quotes")
    watched.requests.clear()

    page.locator("#panel .step.after").click()
    expect(page.locator("#panel .which")).to_have_text("1 of 4")
    assert current(page) == "😀 The first zebra sentence."
    assert page.evaluate("document.activeElement.matches('#panel .step.after')")
    page.locator("#panel .shelf").focus()
    page.keyboard.press("n")
    assert current(page) == "Ann Lee said a zebra came."
    assert page.evaluate("document.activeElement === document.querySelector('#panel [aria-current]')")
    assert inside(page, "#panel [aria-current]", "#panel .shelf")
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.press("n")
    assert current(page) == "Our zebra left."
    expect(page.locator("#panel .article:visible")).to_have_attribute("data-article", "farm")
    expect(page.locator("#panel select")).to_have_value("farm")
    page.keyboard.press("p")
    assert current(page) == "Bob Marsh said “no zebra”."
    expect(page.locator("#panel .which")).to_have_text("3 of 4")
    assert watched.requests == []


def test_a_quoted_sentence_leads_back_to_its_quote(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    watched.ask("zebra?")
    page.locator("#panel [data-quote='2']").click()
    assert page.evaluate("document.activeElement === document.querySelectorAll('#chat a.cite')[1]")
    assert inside(page, "#chat a.cite[aria-current]", "#chat [role=log]")
    page.keyboard.press("Enter")
    page.keyboard.press("p")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement === document.querySelectorAll('#chat a.cite')[0]")


def test_keys_of_the_panel_are_letters_elsewhere(visit: Callable[..., Watched]) -> None:
    watched = visit()
    watched.ask("zebra?")
    box = watched.page.locator("#question textarea")
    box.press_sequentially("n/p")
    assert box.input_value() == "n/p"
    assert watched.page.locator("#panel [aria-current]").count() == 0
    expect(watched.page.locator("#panel .find")).to_be_hidden()


def test_a_reply_leaves_articles_that_are_there_as_they_are(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    watched.ask("zebra?")
    page.evaluate("document.querySelector('#panel [data-article=zoo] .text').kept = true")
    page.locator("#panel .shelf").evaluate("shelf => shelf.scrollTop = 300")
    watched.ask("first?")
    expect(page.locator("#panel [data-quote]")).to_have_count(1)
    assert page.evaluate("document.querySelector('#panel [data-article=zoo] .text').kept")
    assert page.locator("#panel .shelf").evaluate("shelf => shelf.scrollTop") == 300


def test_words_are_found_without_changing_the_text(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    page.locator("#panel .shelf").focus()
    before = page.locator("#panel .text").first.inner_html()
    watched.requests.clear()
    page.keyboard.press("/")
    page.keyboard.type("ZEBRA")
    expect(page.locator("#panel .hits")).to_have_text("1 of 4")
    assert marked(page, "found") == ["zebra", "zebra", "zebra", "zebra"]
    assert marked(page, "found-now") == ["zebra"]
    page.keyboard.press("Enter")
    expect(page.locator("#panel .hits")).to_have_text("2 of 4")
    seen = """() => {
        const hit = [...CSS.highlights.get('found-now')][0].getBoundingClientRect();
        const box = document.querySelector('#panel .shelf').getBoundingClientRect();
        return hit.top >= box.top && hit.bottom <= box.bottom;
    }"""
    assert page.evaluate(seen)
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    expect(page.locator("#panel .hits")).to_have_text("4 of 4")
    page.keyboard.type("x")
    expect(page.locator("#panel .hits")).to_have_text("Not found")
    page.keyboard.press("Escape")
    expect(page.locator("#panel .find")).to_be_hidden()
    assert page.evaluate("document.activeElement.className") == "shelf"
    assert marked(page, "found") == []
    assert page.locator("#panel .text").first.inner_html() == before
    assert watched.requests == []


def test_capitals_accents_and_line_ends_hide_nothing(visit: Callable[..., Watched]) -> None:
    page = visit().page
    show(page, "letters")
    page.locator("#panel .seek").click()
    for words, found in {
        "strasse": ["Straße", "STRASSE"],
        "straße": ["Straße", "STRASSE"],
        "istanbul": ["İstanbul", "ISTANBUL"],
        "İSTANBUL": ["İstanbul", "ISTANBUL"],
        "café": ["cafe\u0301", "CAFÉ"],
        "cafe\u0301": ["cafe\u0301", "CAFÉ"],
        "cafe": ["cafe\u0301", "CAFÉ"],
        "😀": ["😀"],
        "😁 ok": ["😁 ok"],
        "two lines": ["two\nlines"],
        "ångström": ["A\u030angstrom"],
        "👩‍👩‍👧": ["👩‍👩‍👧"],
        "\u0301": [],
    }.items():
        page.locator("#panel .sought").fill(words)
        assert (words, marked(page, "found")) == (words, found)


def test_finding_follows_the_article_in_view(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    watched.ask("zebra?")
    find(page, "zebra")
    expect(page.locator("#panel .hits")).to_have_text("1 of 4")
    page.locator("#panel select").select_option("farm")
    expect(page.locator("#panel .hits")).to_have_text("1 of 1")


def test_colours_tell_who_says_what_and_stay_chosen(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    tint = page.locator("#panel .tint")
    expect(tint).to_have_attribute("aria-pressed", "false")
    tint.click()
    expect(tint).to_have_attribute("aria-pressed", "true")
    voices = page.locator("#panel .legend .voice")
    expect(voices).to_have_count(3)
    assert voices.all_inner_texts() == ["Ann Lee\n1", "Bob Marsh\n1", "Not named\n1"]
    words = {"voice-1": [" a zebra came."], "voice-2": [" “no zebra”."], "voice-unnamed": [" zebras slept."]}
    assert {name: marked(page, name) for name in words} == words

    voices.nth(1).hover()
    assert {name: marked(page, name) for name in words} == {
        "voice-1": [],
        "voice-2": [" “no zebra”."],
        "voice-unnamed": [],
    }
    page.locator("#top h1").hover()
    assert {name: marked(page, name) for name in words} == words
    voices.nth(0).focus()
    assert marked(page, "voice-2") == []
    voices.nth(0).press("Enter")
    expect(voices.nth(0)).to_have_attribute("aria-pressed", "true")
    page.locator("#panel .shelf").focus()
    assert (marked(page, "voice-1"), marked(page, "voice-2")) == ([" a zebra came."], [])

    watched.page.reload()
    expect(page.locator("#panel .legend .voice")).to_have_count(3)
    tint.click()
    expect(page.locator("#panel .legend")).to_be_hidden()
    assert marked(page, "voice-1") == []


def test_a_line_tells_whose_words_a_sentence_holds(visit: Callable[..., Watched]) -> None:
    page = visit().page
    page.locator("#panel .tint").click()
    speaks = page.locator("#panel .speaks")
    page.get_by_text("Bob Marsh said “no zebra”.").hover()
    expect(speaks).to_have_text("Bob Marsh, a speaker of the article — direct quotation")
    page.get_by_text("A source said zebras slept.").hover()
    expect(speaks).to_have_text("Not named — reported")
    page.get_by_text("The first zebra sentence.").hover()
    expect(speaks).to_have_text("The article itself")
    page.get_by_text("Ann Lee said a zebra came.").focus()
    expect(speaks).to_have_text("Ann Lee, a speaker of the article — reported")
    assert page.evaluate("document.activeElement.getAttribute('aria-describedby')") == "speaks"


def test_with_colours_on_a_citation_still_makes_no_request(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    page.locator("#panel .tint").click()
    expect(page.locator("#panel .legend .voice")).to_have_count(3)
    watched.ask("zebra?")
    page.locator("#panel [data-article=farm]").wait_for(state="attached")
    watched.requests.clear()
    page.locator("#chat a.cite").nth(3).click()
    assert current(page) == "Our zebra left."
    expect(page.locator("#panel .speaks")).to_have_text("Nobody is quoted or reported here, as far as the words show")
    assert watched.requests == []


def test_a_quote_leads_to_its_place_in_the_original(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    link = page.locator("#panel .original")
    expect(link).to_have_text("Open the original")
    expect(link).to_have_attribute("href", "https://zoo.test/page")
    watched.ask("zebra?")
    page.locator("#chat a.cite").nth(1).click()
    expect(link).to_have_text("Open the original at this quote")
    expect(link).to_have_attribute("href", "https://zoo.test/page#:~:text=Ann%20Lee%20said%20a%20zebra%20came.")
    assert (link.get_attribute("target"), link.get_attribute("rel")) == ("_blank", "noopener noreferrer")
    page.locator("#chat a.cite").nth(3).click()
    expect(link).to_be_hidden()
    assert page.locator("#panel a[href^='javascript' i]").count() == 0


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", tmp_path
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_a_browser_scrolls_to_the_very_place(browser: Browser, site: tuple[str, Path], place: int) -> None:
    address, folder = site
    words = "The well-known R&D, he said, costs “5 %”."
    long = " ".join(f"word{number}" for number in range(80))
    blocks = [f"First. {words} Ann left.", f"Then. {words} Bob left.", f"{words} Cem left.", f"Last. {long}"]
    starts = [sum(map(len, blocks[:at])) + 2 * at for at in range(len(blocks))]
    text = "\n\n".join(blocks)
    one = article_of("a", [("body", block) for block in blocks])
    article = Article("a", text, "A", one.blocks, source=f"{address}/page.html")
    quoted = long if place == 3 else words
    start = text.index(quoted, starts[place])
    gap = '<div style="height: 3000px"></div>'
    body = gap.join(f'<p id="p{at}">{block.replace("&", "&amp;")}</p>' for at, block in enumerate(blocks))
    (folder / "page.html").write_text(f"<!doctype html><meta charset=utf-8>{gap}{body}{gap}", encoding="utf-8")
    page = browser.new_page()
    page.goto(text_fragment(article, Range(start, start + len(quoted))))
    page.wait_for_function("scrollY > 0")
    page.wait_for_timeout(200)
    seen = """() => [...document.querySelectorAll('p')].filter(one => {
        const place = one.getBoundingClientRect();
        return place.top >= 0 && place.bottom <= innerHeight;
    }).map(one => one.id)"""
    assert page.evaluate(seen) == [f"p{place}"]
    page.close()


def test_another_article_of_a_large_library_is_looked_for_in_the_library(visit: Callable[..., Watched]) -> None:
    page = visit().page
    select = page.locator("#panel select")
    assert select.locator("option").all_inner_texts() == ["A zoo", "Another article…"]
    select.select_option(label="Another article…")
    expect(page.locator("html")).to_have_attribute("data-side", "library")
    expect(select).to_have_value("zoo")


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_bar_fits_and_breaks_no_rule(visit: Callable[..., Watched], width: int) -> None:
    watched = visit(width, 800)
    page = watched.page
    watched.ask("zebra?")
    page.locator("#chat a.cite").nth(1).click()
    assert light_and_dark(page, violations) == []
    page.locator("#panel .tint").click()
    expect(page.locator("#panel .legend .voice")).to_have_count(3)
    find(page, "zebra")
    assert light_and_dark(page, violations) == []
    assert page.evaluate(SIDEWAYS) == []
    small = """() => [...document.querySelectorAll('#panel :is(button, a, input, select)')]
        .filter(one => one.getClientRects().length && !one.closest('p'))
        .filter(one => Math.min(one.offsetWidth, one.offsetHeight) < 24).map(one => one.className)"""
    assert page.evaluate(small) == []
