"""Every view against WCAG 2.2 AA, by axe-core, in light and dark, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from browsing import Watched, light_and_dark, violations
from playwright.sync_api import Page
from web_fakes import debate, serving

pytestmark = [
    pytest.mark.browser,
    # Gradio's queue sums up its timings with two options that pandas is about to drop.
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated:DeprecationWarning"),
]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(debate()) as address:
        yield address


def look(page: Page, view: str) -> None:
    page.locator(f".view[data-to={view}]").click()


def empty(watched: Watched) -> None:
    """The page as it opens."""


def answered(watched: Watched) -> None:
    watched.ask("trains?")
    watched.ask("nothing about the boats?")
    watched.ask("refuse this")
    watched.page.locator("a.cite").first.click()
    if watched.page.locator(".view[data-to=article]").is_visible():
        look(watched.page, "chat")


def read(watched: Watched) -> None:
    watched.ask("trains?")
    watched.page.locator("a.cite").nth(1).click()


def compared_in_chat(watched: Watched) -> None:
    watched.ask("Compare trains")


def library(watched: Watched) -> None:
    look(watched.page, "library")
    watched.page.wait_for_timeout(500)


def compared(watched: Watched) -> None:
    look(watched.page, "compare")
    watched.page.locator(".some").click()
    watched.page.locator("#offered .offer:not(:empty)").wait_for()
    watched.page.locator("#form [name=topic]").fill("trains")
    watched.page.locator("#form [name=topic]").press("Enter")
    watched.page.locator("#result .compared").wait_for()


def voices(watched: Watched) -> None:
    look(watched.page, "voices")
    watched.page.locator("#statements .voices").wait_for()


VIEWS = [empty, answered, read, compared_in_chat, library, compared, voices]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.__name__)
def test_a_view_breaks_no_rule(visit: Callable[..., Watched], view: Callable[[Watched], None], width: int) -> None:
    watched = visit(width)
    view(watched)
    assert light_and_dark(watched.page, violations) == []


@pytest.mark.parametrize("view", [answered, voices], ids=lambda view: view.__name__)
def test_the_russian_page_breaks_no_rule_and_says_what_it_is(
    visit: Callable[..., Watched], address: str, view: Callable[[Watched], None]
) -> None:
    watched = visit(at=f"{address}/ru/")
    view(watched)
    assert watched.page.evaluate("document.documentElement.lang") == "ru"
    assert violations(watched.page) == []


def test_the_check_sees_a_broken_rule(visit: Callable[..., Watched]) -> None:
    page = visit().page
    page.evaluate("document.querySelector('#panel').append(new Image())")
    assert [found.split(":")[:2] for found in light_and_dark(page, violations)] == [
        ["light", " image-alt"],
        ["dark", " image-alt"],
    ]
