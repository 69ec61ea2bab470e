"""The chat in a real browser: what is done with questions and replies, what is kept, and what addresses bring back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from browsing import Watched, light_and_dark, violations
from playwright.sync_api import Locator, Page, expect
from web_fakes import FakeLibrary, article_of, serving

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated:DeprecationWarning"),
]

BAD_LINK = "This address holds no question that can be read."


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> FakeLibrary:
    filler = " ".join(f"Filler number {number} stands here." for number in range(40))
    zebras = article_of(
        "zebras",
        [
            ("title", "Zebras at night"),
            ("heading", "Why are zebras awake"),
            ("body", "It was dark. Ann Lee said a zebra came. The other zebra slept."),
            ("body", filler),
            ("body", "“No zebra sleeps,” Bob Marsh said. Nobody saw lions."),
        ],
        published="2024-05-01",
    )
    return FakeLibrary({"zebras": zebras}, folder=tmp_path_factory.mktemp("library"), hold=threading.Event())


@pytest.fixture(scope="module")
def address(library: FakeLibrary) -> Iterator[str]:
    with serving(library) as address:
        yield address


def questions(page: Page) -> Locator:
    return page.locator("#chat .question")


def replies(page: Page) -> Locator:
    return page.locator("#chat .reply:not(.waiting)")


def box(page: Page) -> Locator:
    return page.locator("#question textarea")


def chats(page: Page) -> Locator:
    page.locator(".chats-open").click()
    return page.locator("#chats li .open")


def test_a_stopped_question_gets_no_late_reply_and_can_be_asked_again(
    visit: Callable[..., Watched], library: FakeLibrary
) -> None:
    watched = visit()
    page = watched.page
    assert library.hold is not None
    library.hold.clear()
    box(page).fill("slow zebra?")
    box(page).press("Enter")
    page.locator("#chat .stop").click()
    expect(replies(page)).to_have_text(["Stopped. Ask again when you want to know.Ask again"])
    library.hold.set()
    watched.ask("lions?")
    expect(replies(page).first).to_contain_text("Stopped.")
    page.locator("#chat .again").click()
    expect(questions(page)).to_have_text(["slow zebra?"])
    expect(page.locator("#chat .reply.answer .quote")).to_have_count(3)


def test_questions_stand_in_the_chat_until_their_replies_come(
    visit: Callable[..., Watched], library: FakeLibrary
) -> None:
    page = visit().page
    assert library.hold is not None
    library.hold.clear()
    for question in ("slow zebra?", "<b>lions?</b>"):
        box(page).fill(question)
        box(page).press("Enter")
        expect(box(page)).to_have_value("")
    expect(questions(page)).to_have_text(["slow zebra?", "<b>lions?</b>"])
    expect(page.locator("#chat .waiting").first).to_contain_text("Looking for quotes")
    assert violations(page) == []
    library.hold.set()
    expect(replies(page)).to_have_count(2)
    expect(questions(page)).to_have_text(["slow zebra?", "<b>lions?</b>"])
    expect(page.locator("#chat .waiting")).to_have_count(0)


def test_a_question_that_the_server_does_not_get_is_in_the_box_again(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    watched.ask("lions?")
    page.context.set_offline(True)
    box(page).fill("zebra?")
    box(page).press("Enter")
    expect(questions(page)).to_have_text(["lions?", "zebra?"])
    page.context.set_offline(False)  # now the page is loaded anew
    expect(box(page)).to_have_value("zebra?", timeout=20_000)
    expect(page.locator("#toast")).to_contain_text("Your question got no reply.")
    expect(questions(page)).to_have_text(["lions?"])
    watched.ask("zebra?")
    expect(questions(page)).to_have_text(["lions?", "zebra?"])
    page.reload()
    expect(questions(page)).to_have_text(["lions?", "zebra?"])
    expect(box(page)).to_have_value("")
    watched.faults.clear()  # the browser reports the lost connection, as it should


@pytest.mark.parametrize(
    ("status", "body"), [(500, '{"error": null}'), (429, '{"error": "Slow down."}'), (502, "<p>Bad")]
)
def test_a_question_that_the_server_fails_at_is_in_the_box_again(
    visit: Callable[..., Watched], status: int, body: str
) -> None:
    watched = visit()
    page = watched.page
    page.route("**/run/predict", lambda route: route.fulfill(status=status, body=body, content_type="text/html"))
    box(page).fill("zebra?")
    box(page).press("Enter")
    expect(page.locator("#toast")).to_contain_text("Your question got no reply.")
    expect(box(page)).to_have_value("zebra?")
    expect(questions(page)).to_have_count(0)
    page.unroute("**/run/predict")
    box(page).press("Enter")
    expect(questions(page)).to_have_text(["zebra?"])
    expect(replies(page)).to_have_count(1)
    watched.faults.clear()  # the browser reports the failure, as it should


def test_a_chat_that_the_server_fails_to_bring_back_is_told_of(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    watched.ask("zebra?")
    page.route("**/run/predict", lambda route: route.fulfill(status=500, body="{}"))
    page.locator(".chats-open").click()
    page.locator("#chats li .open").first.click()
    expect(page.locator("#toast")).to_have_text("The server did not answer. Please try again in a moment.")
    watched.faults.clear()  # the browser reports the failure, as it should


def test_a_failed_question_is_asked_again_with_one_click(visit: Callable[..., Watched], library: FakeLibrary) -> None:
    watched = visit()
    watched.ask("refuse zebra?")
    asked = len([one for one, _ in library.asked if one == "refuse zebra?"])
    watched.page.locator("#chat .again").click()
    expect(replies(watched.page)).to_have_count(1)
    watched.page.wait_for_function("!document.querySelector('#chat .waiting')")
    assert len([one for one, _ in library.asked if one == "refuse zebra?"]) == asked + 1


def test_a_citation_that_is_pointed_at_shows_its_sentence_and_its_neighbours(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    watched.ask("zebra?")
    watched.requests.clear()
    link = page.locator("#chat a.cite .chip").first
    link.hover()
    preview = page.locator("#preview")
    expect(preview.locator("p")).to_have_text(["It was dark.", "Ann Lee said a zebra came.", "The other zebra slept."])
    expect(preview.locator(".here")).to_have_text("Ann Lee said a zebra came.")
    place, mark = preview.bounding_box(), link.bounding_box()
    assert place and mark
    apart = place["x"] >= mark["x"] + mark["width"], place["y"] >= mark["y"] + mark["height"]
    assert any(apart) or place["y"] + place["height"] <= mark["y"]
    preview.hover()
    page.wait_for_timeout(500)
    expect(preview).to_be_visible()
    page.mouse.move(5, 300)
    expect(preview).to_have_count(0)
    link.hover()
    expect(preview).to_be_visible()
    page.keyboard.press("Escape")
    expect(preview).to_have_count(0)
    assert watched.requests == []


def test_a_citation_reached_by_keyboard_is_previewed_until_escape(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    watched.ask("zebra?")
    page.locator("#chat .edit").focus()
    page.keyboard.press("Tab")
    expect(page.locator("#preview")).to_be_visible()
    expect(page.locator("#chat a.cite").first).to_have_attribute("aria-describedby", "preview")
    page.keyboard.press("Escape")
    expect(page.locator("#preview")).to_have_count(0)
    expect(page.locator("#chat a.cite").first).to_be_focused()


@pytest.mark.parametrize(
    "fragment",
    [
        "", "%", "e30", "bnVsbA", "W10", "WzFd", "!!!", "eyJxdWVzdGlvbiI6IDV9", "eyJxdWVzdGlvbiI6ICIgIn0", "gICA",
        "A" * 200_000,
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_read_is_told_of_calmly(visit: Callable[..., Watched], fragment: str) -> None:
    watched = visit()
    watched.ask("zebra?")
    watched.page.evaluate("hash => { location.hash = hash; }", f"ask={fragment}")
    expect(watched.page.locator("#toast")).to_have_text(BAD_LINK)
    expect(questions(watched.page)).to_have_text(["zebra?"])


@pytest.mark.parametrize(
    "extra",
    [{"articles": 5}, {"articles": [1, None]}, {"after": "x"}, {"version": {}, "digest": []}, {"digest": "<b>"}],
)
def test_what_an_address_has_of_the_wrong_kind_is_left_out(
    visit: Callable[..., Watched], extra: dict[str, object]
) -> None:
    watched = visit()
    code = watched.page.evaluate("value => btoa(JSON.stringify(value))", {"question": "zebra?", **extra})
    watched.page.evaluate("hash => { location.hash = hash; }", f"ask={code}")
    expect(replies(watched.page).locator(".quote")).to_have_count(3)
    expect(replies(watched.page).locator(".note")).to_have_count(0)


@pytest.mark.parametrize("kept", ["", "{", "null", "7", '{"a": 1}', "[null, 1, {}, []]", '[{"id": "a", "turns": 5}]'])
def test_what_was_kept_and_cannot_be_read_is_left_out(visit: Callable[..., Watched], kept: str) -> None:
    watched = visit()
    page = watched.page
    page.evaluate("kept => localStorage.setItem('rag.chats.', kept)", kept)
    page.reload()
    expect(chats(page)).to_have_count(0)
    page.keyboard.press("Escape")
    watched.ask("zebra?")
    expect(chats(page)).to_have_text(["zebra?"])


def test_a_browser_without_room_says_so_and_goes_on(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    page.evaluate(
        "() => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"
    )
    watched.ask("zebra?")
    expect(page.locator("#toast")).to_have_text("The browser has no room to keep this chat.")
    watched.ask("lions?")
    expect(replies(page)).to_have_count(2)


def test_of_a_long_chat_the_newest_turns_are_shown_first(visit: Callable[..., Watched]) -> None:
    watched = visit()
    page = watched.page
    turns = [{"question": f"zebra {number}?"} for number in range(30)]
    page.wait_for_function("document.querySelector('#acting i')")
    page.evaluate(
        "detail => document.querySelector('#acting i').dispatchEvent(new CustomEvent('act', {bubbles: true, detail}))",
        {"do": "restore", "turns": turns},
    )
    expect(replies(page)).to_have_count(20)
    expect(questions(page).last).to_have_text("zebra 29?")
    page.get_by_role("button", name="Show 10 earlier questions").click()
    expect(questions(page)).to_have_count(30)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_chat_keeps_to_the_guidelines(visit: Callable[..., Watched], width: int) -> None:
    watched = visit(width)
    page = watched.page
    for question in ("zebra?", "nothing of lions?", "refuse this"):
        watched.ask(question)
    expect(page.locator("#suggestions .suggestion").first).to_be_visible()
    page.locator("#chat details.menu summary").first.click()
    assert light_and_dark(page, violations) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("Escape")
    page.locator(".chats-open").click()
    assert light_and_dark(page, violations) == []
