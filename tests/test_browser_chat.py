"""What can be done with questions and replies in the chat, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browsing import Watched, press_until
from playwright.sync_api import Page, expect
from web_fakes import FakeLibrary, article_of, debate, serving

pytestmark = [
    pytest.mark.browser,
    # Gradio's queue sums up its timings with two options that pandas is about to drop.
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated:DeprecationWarning"),
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> FakeLibrary:
    library = debate()
    library.folder = tmp_path_factory.mktemp("library")
    return library


@pytest.fixture(scope="module")
def address(library: FakeLibrary) -> Iterator[str]:
    with serving(library) as address:
        yield address


def questions(page: Page) -> list[str]:
    return page.locator("#chat .question").all_inner_texts()


def clipboard(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


def edit(page: Page, number: int) -> None:
    page.locator("#chat .asked").nth(number).hover()
    page.locator("#chat .edit").nth(number).click()


def test_an_edited_question_takes_the_place_of_what_came_after_it(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    watched.ask("trains?")
    watched.ask("boats?")
    edit(page, 0)
    expect(page.locator("#question textarea")).to_have_value("trains?")
    page.locator("#question textarea").fill("price of trains?")
    page.locator("#question textarea").press("Enter")
    expect(page.locator("#chat .question")).to_have_text(["price of trains?"])
    expect(page.locator("#chat .answer")).to_have_count(1)
    expect(page.locator("#question textarea")).to_have_value("")
    edit(page, 0)
    page.locator("#question textarea").fill("lions?")
    page.locator("#ask").click()
    expect(page.locator("#chat .question")).to_have_text(["lions?"])


def test_escape_leaves_a_question_as_it_was(visit: Callable[..., Watched]) -> None:
    watched = visit()
    watched.ask("trains?")
    edit(watched.page, 0)
    watched.page.keyboard.press("Escape")
    expect(watched.page.locator("#question textarea")).to_have_value("")
    watched.ask("boats?")
    assert questions(watched.page) == ["trains?", "boats?"]


def test_the_up_arrow_brings_the_last_question_back(visit: Callable[..., Watched]) -> None:
    watched = visit()
    watched.ask("trains?")
    watched.page.locator("#question textarea").press("ArrowUp")
    expect(watched.page.locator("#question textarea")).to_have_value("trains?")


def test_a_chat_is_there_again_after_a_reload(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    watched.ask("trains?")
    watched.ask("What about the boats?")
    page.wait_for_function("JSON.parse(localStorage.getItem('rag.chats.'))?.[0].turns.length === 2")
    assert "valley" not in page.evaluate("localStorage.getItem('rag.chats.')")
    words = page.locator("#chat .words").all_inner_texts()
    page.reload()
    expect(page.locator("#chat .question")).to_have_text(["trains?", "What about the boats?"])
    expect(page.locator("#chat .words")).to_have_text(words)
    page.locator("#new").click()
    expect(page.locator("#chat .question")).to_have_count(0)
    page.reload()
    page.locator("#examples .example").first.wait_for()
    expect(page.locator("#chat .question")).to_have_count(0)


def test_kept_chats_are_opened_renamed_and_deleted(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    watched.ask("trains?")
    page.locator("#new").click()
    expect(page.locator("#chat .question")).to_have_count(0)
    watched.ask("boats?")
    page.locator(".chats-open").click()
    titles = page.locator("#chats .open")
    expect(titles).to_have_text(["boats?", "trains?"])
    page.locator("#chats").get_by_role("button", name="Rename").nth(1).click()
    page.locator("#chats input").fill("<b>All</b> of trains")
    page.locator("#chats input").press("Enter")
    expect(titles).to_have_text(["boats?", "<b>All</b> of trains"])
    titles.nth(1).click()
    expect(page.locator("#chat .question")).to_have_text(["trains?"])
    page.locator(".chats-open").click()
    page.locator("#chats").get_by_role("button", name="Delete", exact=True).nth(0).click()
    expect(titles).to_have_count(1)
    page.locator("#chats").get_by_role("button", name="Delete all").click()
    expect(page.locator("#chats li")).to_have_text(["No chat is kept yet."])


@pytest.fixture
def link(visit: Callable[..., Watched]) -> str:
    watched = visit()
    watched.ask("trains?")
    watched.page.locator("#chat .link").click()
    expect(watched.page.locator("#chat .link")).to_have_text("Copied")
    return clipboard(watched.page)


@pytest.mark.parametrize("language", ["", "ru/"])
def test_an_address_gives_the_same_reply_in_a_fresh_browser(
    visit: Callable[..., Watched], link: str, address: str, language: str
) -> None:
    page = visit(at=link.replace(f"{address}/", f"{address}/{language}")).page
    expect(page.locator("#chat .question")).to_have_text(["trains?"])
    expect(page.locator("#chat .answer .words")).to_have_count(4)
    expect(page.locator("#chat p.note")).to_have_count(0)


def test_an_address_says_what_has_changed(
    visit: Callable[..., Watched], link: str, library: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    trains = article_of("trains", [("title", "Trains"), ("body", "Ann Lee said the trains are new.")])
    monkeypatch.setitem(library.shelf, "trains", trains)
    monkeypatch.setattr(FakeLibrary, "version", property(lambda _: "0badcafe.2"))
    page = visit(at=link).page
    expect(page.locator("#chat p.note")).to_have_text(
        [
            "This reply is not the one that was saved: 1 quote is new, 3 quotes are gone.",
            "The library has changed since then.",
        ]
    )


def test_the_page_opens_at_an_address_that_holds_no_question(visit: Callable[..., Watched], address: str) -> None:
    page = visit(at=f"{address}/#ask=%%%").page
    expect(page.locator("#toast")).to_have_text("This address holds no question that can be read.")
    assert page.locator("#chat .question").count() == 0


def test_what_is_proposed_is_answered_when_it_is_clicked(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    watched.ask("boats?")
    proposal = page.locator("#suggestions .suggestion").first
    words = proposal.inner_text()
    proposal.click()
    expect(page.locator("#chat .question")).to_have_text(["boats?", words])
    expect(page.locator("#chat .answer")).to_have_count(2)
    expect(page.locator("#suggestions")).not_to_contain_text(words)


@pytest.mark.parametrize(
    ("name", "suffix", "words"),
    [
        ("Markdown", ".md", "trains will grow by 13%"),
        ("HTML", ".html", "trains will grow by 13%"),
        ("BibTeX", ".bib", "Trains for the valley"),
        ("CSL-JSON", ".json", "Trains for the valley"),
        ("Web Annotation", ".jsonld", "TextQuoteSelector"),
    ],
)
def test_a_reply_is_saved_as_a_file(visit: Callable[..., Watched], name: str, suffix: str, words: str) -> None:
    watched = visit()
    watched.ask("trains?")
    watched.page.locator("#chat .menu summary").first.click()
    with watched.page.expect_download() as saving:
        watched.page.get_by_role("button", name=name, exact=True).click()
    path = Path(saving.value.path())
    assert saving.value.suggested_filename.endswith(suffix)
    assert words in path.read_text(encoding="utf-8").replace("\\", "")


def test_a_quote_is_copied_with_its_source_in_one_click(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    watched.ask("trains?")
    page.locator("#chat .quote").first.hover()
    page.locator("#chat .with-source[data-style=apa]").first.click()
    expect(page.locator("#chat .with-source[data-style=apa]").first).to_have_text("Copied")
    copied = clipboard(page)
    assert "Ann Lee said trains will grow by 13% and doubt is out of place." in copied
    assert "(2024, May 1)" in copied


def test_what_a_reader_thinks_is_kept_as_a_case(visit: Callable[..., Watched], library: FakeLibrary) -> None:
    watched = visit()
    page = watched.page
    watched.ask("trains?")
    page.locator("#chat .menu summary").nth(1).click()
    page.get_by_role("button", name="Quote 2 is wrong").click()
    expect(page.locator("#said")).to_have_text("Saved. Thank you.")
    (line,) = (library.folder / "feedback.jsonl").read_text(encoding="utf-8").splitlines()
    kept = json.loads(line)
    assert (kept["verdict"], kept["question"], kept["history"]) == ("wrong quote", "trains?", [])
    assert kept["wrong"] == [2]
    assert kept["quotes"][1]["text"] == "“I welcome the trains,” said Bob Marsh."


def test_the_whole_way_goes_by_keyboard(visit: Callable[..., Watched]) -> None:
    page = visit().page
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.type("trains?")
    page.keyboard.press("Enter")
    page.locator("#chat .answer").wait_for()
    press_until(page, "Shift+Tab", "#chat a.cite")
    page.keyboard.press("Enter")
    expect(page.locator("#panel [aria-current]")).to_have_count(1)
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('#chat a.cite')")
