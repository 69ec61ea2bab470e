"""The library view in a real browser: adding, finding, changing and choosing articles."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browsing import Watched, light_and_dark, violations
from fastapi.responses import JSONResponse
from playwright.sync_api import FilePayload, Locator, Page, Route, expect
from shelf_fakes import FakeShelf
from web_fakes import FakeLibrary, article_of, serving

pytestmark = [
    pytest.mark.browser,
    # Gradio's queue sums up its timings with two options that pandas is about to drop.
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated:DeprecationWarning"),
]

HOSTILE = "<img src=x onerror='window.hacked=1'> ${window.hacked=1} \u202e“&amp;”"


@pytest.fixture(scope="module")
def shelf() -> FakeShelf:
    return FakeShelf(FakeLibrary({}))


@pytest.fixture(scope="module")
def address(shelf: FakeShelf) -> Iterator[str]:
    with serving(shelf.library, routers=[shelf.router()]) as address:
        yield address


@pytest.fixture(autouse=True)
def stocked(shelf: FakeShelf) -> None:
    """Four articles; what earlier tests did is undone."""
    shelf.rest()
    shelf.__init__(shelf.library)  # type: ignore[misc]  # the routes hold this very shelf
    shelf.hold.set()
    shelf.library.__init__({})  # type: ignore[misc]
    for name, words, published in (
        ("zebra", "A zebra came.", "2026-02-01"),
        ("boats", "Boats sink. A zebra swims.", None),
        ("trains", "Trains are late. No zebra was seen in them.", "2025-12-31"),
        ("apples", "Fallen.", "2026-01-15"),
    ):
        shelf.library.shelf[name] = article_of(
            name,
            [("title", f"On {name}"), ("body", words)],
            published=published,
            source=f"https://www.{name}.example/x",
        )


def library_of(watched: Watched) -> Page:
    page = watched.page
    page.locator(".view[data-to=library]").click()
    page.locator("#shelves .library:not([data-busy])").wait_for()
    return page


def emptied(shelf: FakeShelf, watched: Watched) -> Watched:
    """The page once more, over no article at all."""
    shelf.library.shelf.clear()
    watched.page.reload()
    watched.page.locator("#question textarea").wait_for()
    return watched


def titles(page: Page) -> list[str]:
    return page.locator("#shelves .open").all_inner_texts()


def row(page: Page, title: str) -> Locator:
    return page.locator("#shelves tbody tr").filter(has=page.get_by_role("button", name=title, exact=True))


def said(page: Page) -> Locator:
    return page.locator("#said [role=status]")


def text_file(name: str, text: str) -> FilePayload:
    return {"name": name, "mimeType": "text/plain", "buffer": text.encode()}


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.className || document.activeElement.id"))


def is_expected(fault: str) -> bool:
    return fault.startswith("Failed to load resource")


def forgive(watched: Watched) -> None:
    """Browsers write every refused request to the console; here some are asked for."""
    watched.faults[:] = [fault for fault in watched.faults if not is_expected(fault)]


# Adding


def test_pasted_text_is_added_with_what_is_known_about_it(visit: Callable[..., Watched], shelf: FakeShelf) -> None:
    page = library_of(visit())
    page.get_by_role("button", name="Paste text").click()
    assert focused(page) == page.evaluate("document.querySelector('.paste textarea').className")
    page.get_by_label("Text of the article").fill("A text about lemons.")
    page.get_by_label("Title", exact=True).fill("Lemons")
    page.locator(".paste [name=source]").fill("https://lemons.example/1")
    page.locator(".paste .main").click()
    expect(page.locator(".delivery .summary")).to_have_text("Added “Lemons”.")
    expect(page.locator("#shelves .open").first).to_have_text("Lemons")
    expect(row(page, "Lemons").locator(".more")).to_have_text("lemons.example2 speakers")
    expect(page.locator(".paste")).to_be_hidden()
    expect(said(page)).to_have_text("Added “Lemons”.")


def test_addresses_are_added_one_a_line(visit: Callable[..., Watched], shelf: FakeShelf) -> None:
    page = library_of(visit())
    page.get_by_role("button", name="From addresses").click()
    page.get_by_label("Addresses, one a line").fill("https://a.example/1\n\n https://b.example/2 \n")
    page.locator(".addresses .main").click()
    expect(page.locator(".delivery .summary")).to_have_text("1 added. 1 already there.")
    assert list(shelf.jobs) == ["job0", "job1"]
    assert {item["name"] for items in shelf.jobs.values() for item in items} == {
        "https://a.example/1",
        "https://b.example/2",
    }


def test_many_files_are_added_and_each_that_fails_keeps_its_line(
    visit: Callable[..., Watched], shelf: FakeShelf
) -> None:
    page = library_of(visit())
    page.locator("input.files").set_input_files(
        [
            text_file("good.txt", "Good words about pears."),
            text_file("spoilt.txt", "bad words"),
            text_file("again.txt", "A zebra came."),
            text_file("film.mp4", "moving"),
            text_file("nothing.txt", ""),
        ]
    )
    expect(page.locator(".delivery .summary")).to_have_text("1 added. 1 already there. 3 not added.")
    lines = page.locator(".lines li:visible")
    assert lines.locator(".name").all_inner_texts() == ["spoilt.txt", "again.txt", "film.mp4", "nothing.txt"]
    assert lines.locator(".stage").all_inner_texts() == [
        "Not added: spoilt.txt could not be read. Is it <b>text</b>?",
        "Already there as “On zebra”",
        "Not added: This is no text, web page, PDF or Word file.",
        "Not added: This file is empty.",
    ]
    expect(said(page)).to_contain_text("3 not added. spoilt.txt: spoilt.txt could not be read.")
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator(".delivery")).to_have_count(0)
    assert focused(page) == "pick-files way"


def test_a_file_chooser_opens_for_files(visit: Callable[..., Watched]) -> None:
    page = library_of(visit())
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Upload files").press("Enter")
    assert chooser.value.is_multiple()
    chooser.value.set_files([text_file("one.txt", "One text.")])
    expect(page.locator(".delivery .summary")).to_have_text("Added “One text.”.")


def test_a_folder_gives_what_can_be_read_of_it(visit: Callable[..., Watched], tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.txt").write_text("Text in a folder.")
    (tmp_path / "b.md").write_text("Another one.")
    (tmp_path / "c.exe").write_text("not this")
    page = library_of(visit())
    page.locator("input.folder").set_input_files(tmp_path)
    expect(page.locator(".delivery .summary")).to_have_text("2 added.")


def test_files_are_dropped_anywhere_on_the_view(visit: Callable[..., Watched]) -> None:
    page = library_of(visit())
    transfer = page.evaluate_handle(
        """() => { const all = new DataTransfer();
            all.items.add(new File(["Dropped words."], "dropped.txt", {type: "text/plain"})); return all; }"""
    )
    page.locator("#library").dispatch_event("dragover", {"dataTransfer": transfer})
    expect(page.locator("#library")).to_have_class(re.compile("dropping"))
    page.locator("#shelves .list").dispatch_event("drop", {"dataTransfer": transfer})
    expect(page.locator("#library")).not_to_have_class(re.compile("dropping"))
    expect(page.locator(".delivery .summary")).to_have_text("Added “Dropped words.”.")


def test_what_is_too_much_at_once_is_sent_in_parts(visit: Callable[..., Watched], shelf: FakeShelf) -> None:
    shelf.limit = 2
    watched = visit()
    page = library_of(watched)
    page.locator("input.files").set_input_files([text_file(f"{n}.txt", f"Text {n}.") for n in range(5)])
    expect(page.locator(".delivery .summary")).to_have_text("5 added.")
    assert shelf.taken == [5, 3, 2, 1, 2]
    forgive(watched)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (413, "This is larger than the server takes. Add it in smaller parts."),
        (401, "You are no longer logged in. Log in again to go on."),
        (422, "It is <b>wrong</b>. Change it."),
        (500, "This did not work just now. Please try it again in a moment."),
    ],
)
def test_what_the_server_refuses_is_told_with_the_next_step(
    visit: Callable[..., Watched], shelf: FakeShelf, status: int, sentence: str
) -> None:
    shelf.trouble = [JSONResponse({"error": "It is <b>wrong</b>. Change it."} if status == 422 else {}, status)]
    watched = visit()
    page = library_of(watched)
    page.locator("input.files").set_input_files([text_file("one.txt", "One text.")])
    expect(page.locator(".lines .stage")).to_have_text(f"Not added: {sentence}")
    forgive(watched)


def test_a_busy_server_is_tried_again(visit: Callable[..., Watched], shelf: FakeShelf) -> None:
    shelf.trouble = [JSONResponse({}, 429, {"Retry-After": "0"}), JSONResponse({}, 503, {"Retry-After": "0"})]
    watched = visit()
    page = library_of(watched)
    page.locator("input.files").set_input_files([text_file("one.txt", "One text.")])
    expect(page.locator(".delivery .summary")).to_have_text("Added “One text.”.")
    forgive(watched)


def test_cancelling_keeps_what_is_at_work_and_drops_what_waits(visit: Callable[..., Watched], shelf: FakeShelf) -> None:
    shelf.hold.clear()
    page = library_of(visit())
    page.locator("input.files").set_input_files([text_file(f"{n}.txt", f"Text {n}.") for n in range(3)])
    expect(page.locator(".lines .stage").first).to_have_text("Adding, 50 %")
    expect(page.locator(".delivery .summary")).to_have_text("Adding: 0 of 3")
    page.locator(".delivery .stop").click()
    expect(page.locator(".lines [data-stage=cancelled]")).to_have_count(2)
    shelf.hold.set()
    expect(page.locator(".delivery .summary")).to_have_text("1 added. 2 cancelled.")


def test_adding_goes_on_in_other_views_and_says_when_it_is_done(
    visit: Callable[..., Watched], shelf: FakeShelf
) -> None:
    shelf.hold.clear()
    page = library_of(visit())
    page.locator("input.files").set_input_files([text_file("one.txt", "One text."), text_file("two.txt", "Two.")])
    expect(said(page)).to_have_text("Adding 2 articles.")
    page.locator(".view[data-to=chat]").click()
    button = page.locator(".view[data-to=library]")
    expect(button).to_have_attribute("data-adding", "0/2")
    shelf.hold.set()
    expect(button).to_have_attribute("data-adding", "•")
    expect(said(page)).to_have_text("2 added.")
    expect(page.locator("#scope .scope-words")).to_have_text("All 6 articles")
    button.click()
    expect(button).not_to_have_attribute("data-adding", "•")


def test_a_job_is_shown_again_when_the_page_comes_back(visit: Callable[..., Watched], shelf: FakeShelf) -> None:
    shelf.hold.clear()
    watched = visit()
    page = library_of(watched)
    page.locator("input.files").set_input_files([text_file("one.txt", "One text."), text_file("spoilt.txt", "bad")])
    expect(page.locator(".lines .stage").first).to_have_text("Adding, 50 %")
    page.reload()
    expect(page.locator(".view[data-to=library]")).to_have_attribute("data-adding", "0/2")
    shelf.hold.set()
    library_of(watched)
    expect(page.locator(".delivery .summary")).to_have_text("1 added. 1 not added.")
    page.reload()
    library_of(watched)
    expect(page.locator(".lines li:visible .name")).to_have_text(["spoilt.txt"])
    page.get_by_role("button", name="Dismiss").click()
    page.reload()
    library_of(watched)
    assert page.locator(".delivery").count() == 0


def test_a_job_that_the_server_forgot_is_told(visit: Callable[..., Watched], shelf: FakeShelf) -> None:
    shelf.hold.clear()
    watched = visit()
    page = library_of(watched)
    page.locator("input.files").set_input_files([text_file("one.txt", "One text.")])
    expect(page.locator(".lines .stage")).to_have_text("Adding, 50 %")
    shelf.jobs.clear()
    expect(page.locator(".lines .stage")).to_have_text(
        "Not added: The server no longer knows about this. Look in the list whether it was added."
    )
    forgive(watched)


# Finding


def test_an_empty_library_says_what_to_do_and_the_first_article_opens(
    visit: Callable[..., Watched], shelf: FakeShelf
) -> None:
    page = library_of(emptied(shelf, visit()))
    expect(page.locator(".empty h3")).to_have_text("There is no article yet")
    assert page.locator("#shelves .tools, #shelves .list").locator("visible=true").count() == 0
    page.locator("input.files").set_input_files([text_file("one.txt", "Why is it long?\nA zebra came.")])
    expect(page.locator(".empty")).to_be_hidden()
    expect(page.locator("#panel .article .title")).to_have_text("Why is it long?")


def test_the_list_is_sorted_by_its_heads_in_both_directions(visit: Callable[..., Watched]) -> None:
    page = library_of(visit())
    assert titles(page) == ["On apples", "On trains", "On boats", "On zebra"]
    for name, first, second in (
        ("Title", "On apples", "On zebra"),
        ("Date", "On zebra", "On boats"),
        ("Length", "On trains", "On apples"),
        ("Added", "On apples", "On zebra"),
    ):
        head = page.get_by_role("columnheader", name=name)
        head.get_by_role("button").click()
        expect(page.locator("#shelves .open").first).to_have_text(first)
        head.get_by_role("button").click()
        expect(page.locator("#shelves .open").first).to_have_text(second)
        expect(head).to_have_attribute("aria-sort", "descending" if name == "Title" else "ascending")
        assert page.locator("#shelves [aria-sort]").count() == 1


def test_articles_are_found_and_nothing_found_is_told(visit: Callable[..., Watched]) -> None:
    page = library_of(visit())
    field = page.get_by_role("searchbox", name="Search titles")
    field.fill("zebra")
    expect(page.locator("#shelves .count")).to_have_text("1 article found")
    assert titles(page) == ["On zebra"]
    expect(said(page)).to_have_text("1 article found")
    field.fill(HOSTILE)
    expect(page.locator(".none p")).to_contain_text(f"Nothing found for “{HOSTILE}”.")
    page.get_by_role("button", name="Clear the search").click()
    expect(page.locator("#shelves .open")).to_have_count(4)
    assert page.evaluate("document.activeElement.type") == "search"


def test_a_thousand_articles_come_in_pages(visit: Callable[..., Watched], shelf: FakeShelf) -> None:
    shelf.library.shelf.update(
        {f"n{n}": article_of(f"n{n}", [("title", f"Number {n}"), ("body", "Words.")]) for n in range(1_000)}
    )
    page = library_of(visit())
    expect(page.locator("#shelves .count")).to_have_text("1,004 articles")
    assert page.locator("#shelves tbody tr").count() == 50
    assert titles(page)[0] == "Number 999"
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".where")).to_have_text("51 to 100 of 1,004")
    assert titles(page)[0] == "Number 949"
    page.locator("thead .all").click()
    expect(page.locator(".picked .words")).to_have_text("50 selected")
    page.get_by_role("button", name="Select all 1,004").click()
    expect(page.locator(".picked .words")).to_have_text("1,004 selected")
    page.get_by_role("button", name="Ask only these (1,004)").click()
    expect(page.locator("#scope .scope-words")).to_have_text("1,004 of 1,004 articles")


# Changing


def test_an_article_is_renamed_where_it_stands(visit: Callable[..., Watched], shelf: FakeShelf) -> None:
    watched = visit()
    page = library_of(watched)
    row(page, "On boats").get_by_role("button", name="Rename").click()
    field = page.get_by_label("New title")
    expect(field).to_be_focused()
    expect(field).to_have_value("On boats")
    field.fill("not kept")
    field.press("Escape")
    assert focused(page) == "rename"
    assert "On boats" in titles(page)
    page.keyboard.press("Enter")
    field.fill("refuse this")
    field.press("Enter")
    expect(page.locator(".why")).to_have_text("The title is <i>refused</i>. Take another.")
    field.fill(HOSTILE)
    field.press("Enter")
    expect(row(page, HOSTILE)).to_have_count(1)
    assert focused(page) == "rename"
    assert shelf.library.shelf["boats"].title == HOSTILE
    expect(page.locator("#panel select option", has_text="onerror")).to_have_text(HOSTILE)
    assert page.evaluate("window.hacked") is None
    forgive(watched)


def test_a_removed_article_comes_back_by_undo(visit: Callable[..., Watched], shelf: FakeShelf) -> None:
    page = library_of(visit())
    row(page, "On boats").get_by_role("button", name="Remove").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".bar.removed .words")).to_have_text("Removed “On boats”.")
    expect(page.locator(".undo")).to_be_focused()
    expect(page.locator("#shelves .open")).to_have_count(3)
    expect(page.locator("#panel select option")).to_have_count(3)
    page.keyboard.press("Enter")
    expect(page.locator("#shelves .open")).to_have_count(4)
    expect(page.locator(".bar.removed")).to_be_hidden()
    expect(row(page, "On boats").locator(".open")).to_be_focused()
    expect(said(page)).to_have_text("“On boats” is back.")
    assert "boats" in shelf.library.shelf


def test_many_are_selected_by_a_range_and_removed(visit: Callable[..., Watched], shelf: FakeShelf) -> None:
    page = library_of(visit())
    page.locator(".tick").nth(0).click()
    page.locator(".tick").nth(2).click(modifiers=["Shift"])
    expect(page.locator(".picked .words")).to_have_text("3 selected")
    page.locator(".remove-these").click()
    expect(page.locator(".bar.removed .words")).to_have_text("Removed 3 articles.")
    assert list(shelf.library.shelf) == ["zebra"]
    expect(page.locator(".picked")).to_be_hidden()


def test_very_many_are_removed_only_when_it_is_said_twice(visit: Callable[..., Watched], shelf: FakeShelf) -> None:
    shelf.library.shelf.update(
        {f"n{n}": article_of(f"n{n}", [("title", f"Number {n}"), ("body", "Words.")]) for n in range(40)}
    )
    page = library_of(visit())
    page.locator("thead .all").click()
    page.locator(".remove-these").click()
    expect(page.get_by_role("dialog", name="Remove 44 articles?")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".remove-these")).to_be_focused()
    assert len(shelf.library.shelf) == 44
    page.locator(".remove-these").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.locator(".empty h3")).to_be_visible()
    assert shelf.library.shelf == {}


def test_an_article_that_is_gone_already_is_told(visit: Callable[..., Watched], shelf: FakeShelf) -> None:
    watched = visit()
    page = library_of(watched)
    del shelf.library.shelf["boats"]
    row(page, "On boats").get_by_role("button", name="Remove").click()
    expect(page.locator(".trouble p")).to_have_text("There is no article boats. List them anew.")
    expect(page.locator("#shelves .open")).to_have_count(3)
    forgive(watched)


def test_a_change_does_not_disturb_the_conversation(visit: Callable[..., Watched]) -> None:
    watched = visit()
    watched.ask("zebra?")
    page = library_of(watched)
    row(page, "On apples").get_by_role("button", name="Remove").click()
    expect(page.locator("#panel select option")).to_have_count(3)
    page.locator(".view[data-to=chat]").click()
    assert page.locator("#chat .question").all_inner_texts() == ["zebra?"]
    watched.ask("boats?")


# Choosing what is asked


def test_one_article_opens_in_the_panel(visit: Callable[..., Watched]) -> None:
    page = library_of(visit())
    page.get_by_role("button", name="On trains", exact=True).click()
    expect(page.locator("#panel .article:visible .title")).to_have_text("On trains")
    expect(page.get_by_role("button", name="On trains", exact=True)).to_have_attribute("aria-current", "true")


def test_the_question_goes_to_the_chosen_articles_alone(visit: Callable[..., Watched], shelf: FakeShelf) -> None:
    watched = visit()
    page = library_of(watched)
    expect(page.locator("#scope .scope-words")).to_have_text("All 4 articles")
    row(page, "On trains").locator(".tick").click()
    row(page, "On boats").locator(".tick").click()
    page.get_by_role("button", name="Ask only these (2)").click()
    expect(page.locator("#question textarea")).to_be_focused()
    expect(page.locator("#scope .scope-words")).to_have_text("2 of 4 articles")
    watched.ask("zebra?")
    assert shelf.library.limited[-1] == ("boats", "trains")
    assert page.locator("#chat .quote").count() == 2
    page.reload()
    page.locator("#question textarea").wait_for()
    expect(page.locator("#scope .scope-words")).to_have_text("2 of 4 articles")
    expect(page.locator("#chat .quote")).to_have_count(2)
    watched.ask("zebra?")
    assert shelf.library.limited[-1] == ("boats", "trains")
    page.get_by_role("button", name="Ask all articles").click()
    expect(page.locator("#scope .scope-words")).to_have_text("All 4 articles")
    watched.ask("zebra?")
    assert len(shelf.library.limited[-1]) == 0


def test_one_chosen_article_is_told_by_its_title(visit: Callable[..., Watched], shelf: FakeShelf) -> None:
    watched = visit()
    page = library_of(watched)
    row(page, "On boats").get_by_role("button", name="Ask only this").click()
    expect(page.locator("#scope .scope-words")).to_have_text("On boats")
    page.locator(".scope-of-question").click()
    expect(page.locator(".picked .words")).to_have_text("1 selected")
    expect(row(page, "On boats").locator(".tick")).to_be_checked()


def late(route: Route) -> None:
    """Lets a file through as late as on a slow machine."""
    time.sleep(4)
    route.continue_()


def test_articles_that_are_removed_leave_what_is_asked(visit: Callable[..., Watched], shelf: FakeShelf) -> None:
    watched = visit()
    page = library_of(watched)
    page.locator(".tick").nth(0).click()
    page.locator(".tick").nth(1).click()
    page.get_by_role("button", name="Ask only these (2)").click()
    library_of(watched)
    row(page, "On apples").get_by_role("button", name="Remove").click()
    expect(page.locator("#scope .scope-words")).to_have_text("On trains")
    page.goto("about:blank")  # where nothing is asked of the server any more
    del shelf.library.shelf["trains"]
    shelf.changes += 1
    page.route("**/assets/Blocks-*.js", late)
    page.goto(watched.address)
    expect(page.locator("#scope .scope-words")).to_have_text("All 2 articles", timeout=20_000)
    expect(said(page)).to_have_text("The chosen articles are gone. The next questions go to all articles.")
    watched.ask("zebra?")
    assert shelf.library.limited[-1] == ()


def test_the_comparison_follows_what_is_asked(visit: Callable[..., Watched], shelf: FakeShelf) -> None:
    watched = visit()
    page = library_of(watched)
    page.locator(".tick").nth(0).click()
    page.locator(".tick").nth(1).click()
    page.get_by_role("button", name="Ask only these (2)").click()
    page.locator(".view[data-to=compare]").click()
    expect(page.get_by_label("Chosen articles (2)")).to_be_checked()
    page.locator(".go-compare").click()
    page.locator("#result .abstention").wait_for()
    assert shelf.library.compared[-1] == ("", (), ("apples", "trains"))
    page.locator(".view[data-to=chat]").click()
    page.get_by_role("button", name="Ask all articles").click()
    page.locator(".view[data-to=compare]").click()
    expect(page.locator("#form [value=all]")).to_be_checked()
    expect(page.locator("#form [value=chosen]")).to_be_hidden()


# What may not be done, and what goes wrong


def test_a_library_for_reading_offers_no_change_and_says_why(visit: Callable[..., Watched], shelf: FakeShelf) -> None:
    shelf.read_only = True
    page = library_of(visit())
    expect(page.locator(".closed")).to_contain_text("This library is read-only")
    assert page.locator("#shelves :is(.add, .rename, .remove)").locator("visible=true").count() == 0
    page.locator(".tick").first.click()
    expect(page.locator(".remove-these")).to_be_hidden()
    expect(page.locator(".ask-these")).to_be_visible()


def test_a_full_library_says_what_to_do(visit: Callable[..., Watched], shelf: FakeShelf) -> None:
    shelf.max_articles = 4
    page = library_of(visit())
    expect(page.locator(".closed")).to_have_text(
        "The library is full: it may hold 4 articles. Remove some to add others."
    )
    expect(page.locator(".add")).to_be_hidden()
    row(page, "On boats").get_by_role("button", name="Remove").click()
    expect(page.locator(".add")).to_be_visible()


def test_who_is_logged_in_can_log_out(visit: Callable[..., Watched], shelf: FakeShelf) -> None:
    shelf.user = HOSTILE
    page = visit().page
    expect(page.locator(".account .user")).to_have_text(HOSTILE)
    expect(page.locator(".account")).to_have_attribute("method", "post")
    assert str(page.locator(".account").get_attribute("action")).endswith("/logout")
    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    assert page.evaluate("window.hacked") is None


def test_a_server_that_is_gone_is_told_and_asked_again(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = library_of(watched)
    page.route("**/api/articles?*", lambda route: route.abort())
    page.get_by_role("columnheader", name="Title").get_by_role("button").click()
    expect(page.locator(".trouble p")).to_have_text("The server cannot be reached. Check the connection.")
    assert len(titles(page)) == 4
    page.unroute("**/api/articles?*")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".trouble")).to_be_hidden()
    expect(page.locator("#shelves .open").first).to_have_text("On apples")
    forgive(watched)


def test_hostile_names_titles_and_sources_are_shown_as_they_are(
    visit: Callable[..., Watched], shelf: FakeShelf
) -> None:
    shelf.library.shelf["x"] = article_of(
        "x", [("title", HOSTILE), ("body", "Words.")], published=HOSTILE, source=HOSTILE
    )
    page = library_of(visit())
    page.locator("input.files").set_input_files([text_file(f"{HOSTILE.replace('/', '')}.txt", f"bad {HOSTILE}")])
    expect(page.locator(".lines .name")).to_have_text(f"{HOSTILE}.txt")
    expect(page.locator(".lines .stage")).to_contain_text("could not be read. Is it <b>text</b>?")
    assert page.locator("#shelves .open").first.evaluate("one => one.textContent") == HOSTILE
    assert page.locator("#shelves .published").nth(1).evaluate("one => one.textContent") == HOSTILE
    page.locator("tbody .only").first.click()
    assert page.locator("#scope .scope-words").evaluate("one => one.textContent") == HOSTILE
    assert page.locator("#shelves img, #scope img").count() == 0
    assert page.evaluate("window.hacked") is None


# For every reader


def test_everything_can_be_done_by_keyboard(visit: Callable[..., Watched], shelf: FakeShelf) -> None:
    page = visit().page
    page.locator(".view[data-to=library]").press("Enter")
    page.locator("#shelves .open").first.wait_for()
    page.locator("thead .all").focus()
    for _ in range(5):
        page.keyboard.press("Tab")
    assert focused(page) == "tick"
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    assert focused(page) == "open"
    for name in ("only", "rename", "remove"):
        page.keyboard.press("Tab")
        assert focused(page) == name
        expect(page.locator("tbody tr").first.locator(f".{name}")).to_have_css("opacity", "1")
    page.keyboard.press("Enter")
    expect(page.locator(".undo")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert focused(page) == "library-title"
    expect(page.locator(".bar.removed")).to_be_hidden()
    assert "apples" not in shelf.library.shelf
    page.get_by_role("button", name="Paste text").press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator(".paste")).to_be_hidden()
    expect(page.get_by_role("button", name="Paste text")).to_be_focused()


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1280, 1920])
def test_nothing_of_it_scrolls_sideways(visit: Callable[..., Watched], shelf: FakeShelf, width: int) -> None:
    shelf.library.shelf["w"] = article_of(
        "w", [("title", "Donaudampfschiff" * 12), ("body", "Words.")], source="s" * 90
    )
    page = library_of(visit(width, 844))
    page.locator("input.files").set_input_files([text_file(f"{'n' * 120}.txt", "bad")])
    page.locator(".lines [data-stage=failed]").wait_for()
    page.get_by_role("button", name="Paste text").click()
    page.locator(".tick").first.click()
    wide = """() => [document.documentElement, ...document.querySelectorAll('#library, #shelves, #shelves *')]
        .filter(box => box.scrollWidth > box.clientWidth + 1 && box.clientWidth
            && getComputedStyle(box).display !== 'inline').map(box => box.className || box.id || box.tagName)"""
    assert page.evaluate(wide) == []


def test_on_a_phone_an_article_opens_and_sorting_is_a_list(visit: Callable[..., Watched]) -> None:
    page = library_of(visit(390, 844))
    expect(page.locator("thead .sort").first).to_be_hidden()
    page.get_by_label("Order").select_option("Longest first")
    expect(page.locator("#shelves .open").first).to_have_text("On trains")
    page.get_by_role("button", name="On trains", exact=True).click()
    expect(page.locator("#panel .article:visible .title")).to_have_text("On trains")
    expect(page.locator("#panel .shelf")).to_be_focused()


@pytest.mark.parametrize("width", [390, 1280])
def test_it_keeps_to_the_guidelines_for_everybody(visit: Callable[..., Watched], shelf: FakeShelf, width: int) -> None:
    shelf.hold.clear()
    shelf.user = "Ada"
    page = library_of(visit(width, 844))
    row(page, "On boats").get_by_role("button", name="Remove").click()
    page.locator(".bar.removed").wait_for()
    page.locator("input.files").set_input_files([text_file("a.txt", "Text."), text_file("b.txt", "bad")])
    page.locator(".lines [data-stage=adding]").wait_for()
    page.get_by_role("button", name="Paste text").click()
    page.locator(".tick").first.click()
    page.locator(".rename").first.click()
    assert light_and_dark(page, violations) == []
    shelf.hold.set()
    page.locator(".lines [data-stage=failed]").wait_for()
    page.locator(".ask-these").click()
    assert light_and_dark(page, violations) == []


def test_it_speaks_russian_too(visit: Callable[..., Watched], address: str) -> None:
    watched = visit()
    watched.page.goto(f"{address}/ru/")
    page = library_of(watched)
    expect(page.locator("#shelves .count")).to_have_text("4 статьи")
    row(page, "On boats").get_by_role("button", name="Удалить").click()
    expect(page.locator(".bar.removed .words")).to_have_text("Удалено: «On boats».")


def test_the_scripts_hold_no_markup_of_data() -> None:
    web = Path(__file__).parents[1] / "src" / "rag" / "web"
    scripts = "".join((web / name).read_text() for name in ("rest.js", "scope.js", "shelf.js", "adding.js"))
    assert re.findall(r"innerHTML|insertAdjacentHTML|outerHTML|document\.write", scripts) == []
