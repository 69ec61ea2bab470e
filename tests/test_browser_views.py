"""Comparing, and who said what, in a real browser."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browsing import CONTRAST, Watched, inside, light_and_dark, press_until
from playwright.sync_api import Page, expect
from test_web_render import NASTY
from web_fakes import FakeLibrary, article_of, debate, serving

pytestmark = [
    pytest.mark.browser,
    # Gradio's queue sums up its timings with two options that pandas is about to drop.
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated:DeprecationWarning"),
]

MARKED = "name => [...(CSS.highlights.get(name) ?? [])].map(range => range.toString())"
"""The words that are marked under a name."""

SIDEWAYS = """() => [document.documentElement, ...document.querySelectorAll('#top, #desk, #compare, #voices-view')]
    .filter(box => box.scrollWidth > box.clientWidth + 1).map(box => box.id || box.className || box.tagName)"""
"""Boxes that can be scrolled sideways and should not."""


@pytest.fixture(scope="module")
def library() -> FakeLibrary:
    library = debate()
    crowd = [f"Ann{number} Lee said it is day {number}." for number in range(200)]
    hostile = [f"Eve Ray said {words} end." for words in NASTY if "\n" not in words]
    library.shelf["crowd"] = article_of("crowd", [("title", "A crowd"), *(("body", words) for words in crowd)])
    library.shelf["nasty"] = article_of("nasty", [("title", NASTY[1]), *(("body", words) for words in hostile)])
    library.shelf["mute"] = article_of("mute", [("title", "Mute"), ("body", "It rained.")])
    return library


@pytest.fixture(scope="module")
def address(library: FakeLibrary) -> Iterator[str]:
    with serving(library) as address:
        yield address


def look(page: Page, view: str) -> None:
    page.locator(f".view[data-to={view}]").click()


def compare(page: Page, topic: str) -> None:
    """Compare in the view that is open, by keyboard, and wait for what comes."""
    page.locator("#form [name=topic]").fill(topic)
    page.locator("#form [name=topic]").press("Enter")
    page.locator("#result :is(.compared, .reply):not(.waiting)").wait_for()


def marked(page: Page, name: str) -> list[str]:
    words = page.evaluate(MARKED, name)
    assert isinstance(words, list)
    return words


def test_a_topic_is_compared_and_a_quote_leads_to_its_place(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    look(page, "compare")
    expect(page.locator("#talk")).to_be_hidden()
    compare(page, "trains")
    expect(page.locator("#result h2")).to_have_text("Who says what on: trains")
    assert page.locator("#result .chip").all_inner_texts() == ["1", "2", "3"]
    watched.requests.clear()

    page.locator("#result .words").nth(2).click()

    expect(page.locator("#panel .article:visible")).to_have_attribute("data-article", "boats")
    assert inside(page, "#panel [aria-current]", "#panel .shelf")
    assert page.locator("#panel [aria-current]").evaluate("one => one.textContent").endswith("we reject boats.")
    assert page.locator("#panel [aria-current]").get_attribute("data-compared") == "3"
    assert marked(page, "proof") == ["Bob Marsh said"]
    assert watched.requests == []
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('#result a.cite')")


def test_a_stance_leads_to_the_words_that_carry_it(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    look(page, "compare")
    compare(page, "trains")
    watched.requests.clear()
    page.locator("#result a.stance").nth(2).click()
    assert marked(page, "proof") == ["reject"]
    page.locator("#result a.stance").nth(0).click()
    assert marked(page, "proof") == ["doubt"]
    assert inside(page, "#panel [aria-current]", "#panel .shelf")
    expect(page.locator("a.cite[aria-current]")).to_have_count(1)
    assert watched.requests == []


def test_without_a_topic_the_main_ones_stand_side_by_side(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    look(page, "compare")
    page.locator("#panel select").select_option("trains")
    page.locator("#form [value=this]").check()
    compare(page, "")
    heads = page.locator("#result .quotes thead th").all_inner_texts()
    assert heads == ["Speaker", "The price of trains", "And the boats"]
    assert page.locator("#result .quotes tbody th").count() == 3
    assert page.locator("#cell-1-1").inner_text() == "Nothing found"
    watched.requests.clear()

    page.locator(".heat a.jump").nth(5).click()

    assert page.evaluate("document.activeElement.id") == "cell-2-1"
    assert inside(page, "#cell-2-1", "#result .box.quotes")
    assert watched.requests == []


def test_the_picture_leads_to_the_last_cell_of_a_wide_table(visit: Callable[..., Watched]) -> None:
    page = visit(1280, 600).page
    look(page, "compare")
    compare(page, "")
    page.locator(".heat a.jump").last.click()
    last = page.locator("#result td").last.get_attribute("id")
    assert page.evaluate("document.activeElement.id") == last
    assert inside(page, f"#{last} .words", "#result .box.quotes")
    assert page.evaluate("[scrollX, scrollY, document.querySelector('.gradio-container').scrollTop]") == [0, 0, 0]


def test_the_keyboard_alone_compares_moves_in_the_picture_and_comes_back(visit: Callable[..., Watched]) -> None:
    page = visit().page
    page.locator(".view[data-to=compare]").focus()
    page.keyboard.press("Enter")
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("trains")
    page.keyboard.press("Enter")
    page.locator("#result .compared").wait_for()
    press_until(page, "Tab", ".heat a.jump")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.hash") == "#cell-1-0"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "cell-1-0"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('#cell-1-0 a.cite')")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.className") == "s"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('#cell-1-0 a.cite')")


def test_only_the_chosen_speakers_are_compared(visit: Callable[..., Watched], library: FakeLibrary) -> None:
    page = visit().page
    look(page, "compare")
    page.locator("#panel select").select_option("trains")
    page.locator("#form [value=this]").check()
    page.locator(".some").click()
    page.get_by_label("Cem Oz").check()
    expect(page.locator(".some")).to_contain_text("(1 chosen)")
    compare(page, "boats")
    assert library.compared[-1] == ("boats", ("Cem Oz",), ("trains",))
    assert page.locator("#result .quotes tbody th").count() == 1


def test_what_cannot_be_compared_is_told_calmly(visit: Callable[..., Watched]) -> None:
    page = visit().page
    look(page, "compare")
    compare(page, "refuse")
    expect(page.locator("#result .failure")).to_have_text(
        "<b>This</b> cannot be read: it is not welcome. Choose it again."
    )
    compare(page, "break this")
    expect(page.locator("#result .failure")).to_contain_text("could not be compared just now")
    assert page.get_by_text("a defect").count() == 0
    compare(page, "unheard")
    expect(page.locator("#result .abstention")).to_contain_text("Nobody in <the> articles speaks of this.")
    compare(page, "trains")
    expect(page.locator("#result .compared")).to_have_count(1)


def test_the_view_says_that_it_compares(visit: Callable[..., Watched], library: FakeLibrary) -> None:
    page = visit().page
    look(page, "compare")
    library.hold = threading.Event()
    page.locator("#form [name=topic]").fill("slow trains")
    page.locator(".go-compare").click()
    expect(page.locator("#result .waiting")).to_be_visible()
    library.hold.set()
    expect(page.locator("#result .compared")).to_be_visible()
    expect(page.locator("#said [role=status]")).to_have_text("4 quotes of 2 speakers, in a table.")


def test_a_comparison_is_downloaded_as_markdown_and_csv(visit: Callable[..., Watched], tmp_path: Path) -> None:
    watched = visit()
    page = watched.page
    look(page, "compare")
    compare(page, "trains")
    watched.requests.clear()
    files = {}
    for label in ("Markdown", "CSV"):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=f"Download this comparison as {label}").click()
        files[waiting.value.suggested_filename] = tmp_path / label
        waiting.value.save_as(tmp_path / label)
    assert files["comparison.md"].read_text(encoding="utf-8").startswith("# Who says what on\\: trains\n")
    table = files["comparison.csv"].read_bytes().decode("utf-8")
    assert table.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(table.removeprefix("\ufeff"), newline="")))
    assert [row["speaker"] for row in rows] == ["Ann Lee", "Bob Marsh", "Bob Marsh"]
    assert "👩‍👩‍👧" in rows[2]["quote"]
    assert [url for url in watched.requests if not url.startswith("blob:")] == []


def test_a_comparison_in_the_chat_is_quoted_copied_and_shown_as_a_table(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    watched.ask("Compare trains")
    assert page.locator("#chat .speaker .name").all_inner_texts() == ["Ann Lee", "Bob Marsh"]
    watched.requests.clear()
    page.locator("#chat a.stance").first.click()
    assert marked(page, "proof") == ["doubt"]
    assert page.locator("#panel [aria-current]").get_attribute("data-quote") == "1"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('#chat a.stance')")
    assert watched.requests == []

    page.locator("#chat a.copy").click()
    expect(page.locator("#chat a.copy")).to_have_text("Copied")
    lines = page.evaluate("navigator.clipboard.readText()").split("\n\n")
    assert lines[:4] == [
        "Who says what on: trains",
        "From 2 articles",
        "Ann Lee, a speaker of the article",
        "[1] Ann Lee said trains will grow by 13% and doubt is out of place.\n"
        "    Reported. Doubt: doubt. Trains for the valley · 2024-05-01",
    ]
    assert "13% · 20% in quote 1, Ann Lee; quote 3, Bob Marsh" in lines
    silent = lines.index("Nothing found from")
    assert lines[silent + 1 : silent + 3] == ["Cem Oz, a speaker of the article", "Dee Fox, a speaker of the article"]
    assert lines[-1].startswith("That nothing was found does not mean that they have no opinion")

    page.locator("#chat a.table").press("Space")
    expect(page.locator("#result h2")).to_have_text("Who says what on: trains")
    expect(page.locator("#compare")).to_be_visible()


def test_each_view_marks_its_own_quotes_in_the_article(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    watched.ask("Compare boats")
    look(page, "compare")
    compare(page, "trains")
    shown = "one => getComputedStyle(one, '::before').content"
    first = page.locator("#panel [data-article=trains] [data-compared='1']")
    assert first.evaluate(shown).startswith('"1"')
    assert page.locator("#panel [data-quote]:not([data-compared])").first.evaluate(shown) == "none"
    look(page, "chat")
    assert page.locator("#panel [data-quote]").first.evaluate(shown).startswith('"')


def test_statements_are_listed_for_the_article_in_view(visit: Callable[..., Watched], library: FakeLibrary) -> None:
    watched = visit()
    page = watched.page
    before = len(library.listed)
    look(page, "voices")
    expect(page.locator("#statements .voices")).to_have_attribute("data-article", "trains")
    assert library.listed[before:] == ["trains"]
    names = page.locator("#statements summary .name").all_inner_texts()
    assert names == ["Ann Lee", "Bob Marsh", "Cem Oz", "Not named in the article"]
    expect(page.locator("#statements .mention")).to_have_text("A source")
    watched.requests.clear()

    page.locator("#statements .words").nth(2).click()

    assert marked(page, "said") == page.locator("#statements .said").nth(2).all_inner_texts()
    assert sorted(marked(page, "proof")) == ["Bob Marsh", "said Bob Marsh"]
    assert inside(page, "#panel [aria-current]", "#panel .shelf")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('#statements a.cite')")
    assert marked(page, "said") != []
    assert watched.requests == []

    page.locator("#panel select").select_option("boats")
    expect(page.locator("#statements .voices")).to_have_attribute("data-article", "boats")
    page.locator("#statements a.cite").first.click()
    assert sorted(marked(page, "proof")) == ["Bob Marsh", "Bob Marsh said"]
    page.locator("#panel select").select_option("mute")
    expect(page.locator("#statements .nothing")).to_contain_text("Nobody is quoted or reported")


def test_two_hundred_speakers_are_filtered_by_name(visit: Callable[..., Watched]) -> None:
    page = visit().page
    look(page, "voices")
    page.locator("#panel select").select_option("crowd")
    voices = page.locator("#statements .voice:visible")
    expect(voices).to_have_count(200)
    field = page.get_by_label("Filter by name")
    field.fill("ann17")
    expect(voices).to_have_count(11)
    expect(page.locator("#statements .found")).to_have_text("11 of 200")
    field.fill("LEE änn171")
    expect(voices).to_have_count(1)
    expect(page.locator("#statements .statement:visible")).to_have_count(1)
    field.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.className") == "s"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('#statements a.cite')")


def test_nasty_text_is_shown_exactly_in_both_views(visit: Callable[..., Watched], library: FakeLibrary) -> None:
    page = visit().page
    words = [words for words in NASTY if "\n" not in words]
    page.locator("#panel select").select_option("nasty")
    look(page, "voices")
    expect(page.locator("#statements .said")).to_have_count(len(words))
    said = page.locator("#statements .said").evaluate_all("all => all.map(one => one.textContent)")
    assert said == [f" {one} end." for one in words]
    look(page, "compare")
    page.locator("#form [value=this]").check()
    compare(page, "${window.hacked=1} <i>said</i>")
    expect(page.locator("#result h2")).to_have_text("Who says what on: ${window.hacked=1} <i>said</i>")
    shown = page.locator("#result .words").evaluate_all("all => all.map(one => one.textContent)")
    assert shown == [f"Eve Ray said {one} end." for one in words]
    page.locator("#result a.cite").nth(8).click()
    assert marked(page, "proof") == ["Eve Ray said"]
    assert page.evaluate("window.hacked === undefined")
    assert page.locator(":is(#result, #statements) :is(img, video, script, svg)").count() == 0


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1280, 1920])
def test_no_view_scrolls_sideways(visit: Callable[..., Watched], width: int) -> None:
    page = visit(width, 844).page
    look(page, "compare")
    page.locator(".some").click()
    compare(page, "")
    assert page.evaluate(SIDEWAYS) == []
    compare(page, "trains")
    assert page.evaluate(SIDEWAYS) == []
    look(page, "voices")
    page.locator("#statements .voices").wait_for()
    assert page.evaluate(SIDEWAYS) == []
    for button in page.locator(".view:visible").all():
        box = button.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


def test_on_a_phone_the_table_is_cards_and_a_quote_leads_there_and_back(visit: Callable[..., Watched]) -> None:
    watched = visit(390, 844)
    page = watched.page
    look(page, "compare")
    expect(page.locator("#panel .shelf")).to_be_hidden()
    compare(page, "trains")
    box, cell = page.locator("#cell-0-0").bounding_box(), page.locator("#result .quotes tbody th").first.bounding_box()
    assert box is not None
    assert cell is not None
    assert box["y"] >= cell["y"] + cell["height"]
    assert page.get_by_role("table", name="Quotes, speaker by speaker").get_by_role("cell").count() == 2
    watched.requests.clear()
    page.locator("#result a.stance").first.click()
    expect(page.locator("#panel .shelf")).to_be_visible()
    expect(page.locator(".view[data-to=article]")).to_have_attribute("aria-pressed", "true")
    assert inside(page, "#panel [aria-current]", "#panel .shelf")
    page.locator(".back").click()
    expect(page.locator("#result .compared")).to_be_visible()
    assert page.evaluate("document.activeElement.matches('#result a.stance')")
    assert watched.requests == []


def test_text_of_the_views_stands_out_from_its_ground(visit: Callable[..., Watched]) -> None:
    page = visit().page
    look(page, "compare")
    compare(page, "")
    page.locator("#result a.stance").first.click()
    page.locator(".some").click()
    page.locator("#offered .choice").first.wait_for()
    shown = (
        "#form :is(h2, .hint, .go-compare, .some, .choice), #offered .choice, #result :is(h2, .about, .download, th, "
        ".jump, .name, .role, .words, .from, .how, .label, .proof, .none, .hint, .twin, .number, .chip), .view"
    )
    assert light_and_dark(page, lambda page: page.evaluate(CONTRAST, shown)) == []
    look(page, "voices")
    page.locator("#statements a.cite").first.click()
    shown = "#statements :is(h2, p, .name, .role, .count, .said, .how, .show, label span)"
    assert light_and_dark(page, lambda page: page.evaluate(CONTRAST, shown)) == []


def test_sessions_compare_on_their_own(visit: Callable[..., Watched]) -> None:
    one, other = visit(), visit()
    for watched, topic in ((one, "trains"), (other, "boats")):
        look(watched.page, "compare")
        compare(watched.page, topic)
    expect(one.page.locator("#result h2")).to_have_text("Who says what on: trains")
    expect(other.page.locator("#result h2")).to_have_text("Who says what on: boats")
    assert one.page.locator("#panel [data-compared]").count() == 3
