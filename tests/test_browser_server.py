"""A team's server in a real browser: behind a base path, with a log-in."""

from __future__ import annotations

from collections.abc import Iterator

import bcrypt
import pytest
from browsing import Watched, violations
from playwright.sync_api import Browser, BrowserContext, expect
from web_fakes import debate, serving

from rag.web.options import WebOptions

pytestmark = [
    pytest.mark.browser,
    # Gradio's queue sums up its timings with two options that pandas is about to drop.
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated:DeprecationWarning"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    people = tmp_path_factory.mktemp("people") / "people"
    digest = bcrypt.hashpw(b"first password", bcrypt.gensalt(4)).decode()
    people.write_text(f"ann:{digest}\nbob:{digest}\n", encoding="utf-8")
    with serving(debate(), WebOptions(base_path="/news", auth=people)) as address:
        yield f"{address}/news/"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield context
    context.close()


def log_in(watched: Watched, password: str = "first password") -> None:
    watched.page.get_by_label("Name").fill("ann")
    watched.page.get_by_label("Password").fill(password)
    watched.page.keyboard.press("Enter")


def test_all_of_the_page_works_below_the_base_path_after_log_in(context: BrowserContext, address: str) -> None:
    watched = Watched(context.new_page(), address)
    watched.listen()
    watched.page.goto(address)
    assert watched.page.url == f"{address}login?next=%2Fnews%2F"
    log_in(watched)
    watched.page.locator("#panel .article").first.wait_for(state="attached")
    assert watched.page.url == address
    watched.ask("trains?")
    watched.page.locator(".view[data-to=compare]").click()
    watched.page.locator(".view[data-to=chat]").click()
    watched.page.locator("a.language").click()
    watched.page.wait_for_url(f"{address}ru/**")
    watched.page.locator("#panel .article").first.wait_for(state="attached")
    expect(watched.page.locator("#chat .reply:not(.waiting)")).to_have_count(1)  # the chat that the browser kept
    watched.ask("boats?")
    assert watched.outside() == []
    assert watched.faults == []


def test_the_log_in_form_is_read_and_used_by_everybody(context: BrowserContext, address: str) -> None:
    watched = Watched(context.new_page(), address)
    watched.page.goto(f"{address}ru/")
    assert violations(watched.page) == []
    assert watched.page.evaluate("document.activeElement.id") == "name"
    log_in(watched, "wrong")
    expect(watched.page.get_by_role("alert")).to_have_text(
        "This name and password do not belong together. Check both and try again."
    )
    assert violations(watched.page) == []
    assert watched.page.evaluate("document.activeElement.id") == "password"
    watched.page.emulate_media(color_scheme="dark")
    assert violations(watched.page) == []
    watched.page.set_viewport_size({"width": 320, "height": 600})
    assert watched.page.evaluate("document.documentElement.scrollWidth") == 320
    watched.page.get_by_role("link", name="Русский").click()
    expect(watched.page.get_by_role("button", name="Войти")).to_be_visible()
    watched.page.get_by_label("Имя").fill("ann")
    watched.page.get_by_label("Пароль").fill("first password")
    watched.page.keyboard.press("Enter")
    watched.page.wait_for_url(f"{address}ru/")


def test_a_session_that_ended_leads_back_to_the_form(context: BrowserContext, address: str) -> None:
    watched = Watched(context.new_page(), address)
    watched.page.goto(address)
    log_in(watched)
    watched.page.locator("#panel .article").first.wait_for(state="attached")
    assert watched.page.evaluate("document.cookie") == ""
    status = watched.page.evaluate("async () => (await fetch('logout', {method: 'POST'})).url")
    assert status == f"{address}login"
    watched.page.reload()
    expect(watched.page.get_by_label("Password")).to_be_visible()
