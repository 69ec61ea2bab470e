"""A browser, and pages in it that must do nothing they should not; a library in every place where one can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browsing import ARGUMENTS, Watched
from libraries import PLACES, Place, library_in
from playwright.sync_api import Browser, BrowserContext, sync_playwright


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Callable[..., Watched]]:
    contexts: list[BrowserContext] = []
    visits: list[Watched] = []

    def visit(width: int = 1280, height: int = 800, *, dark: bool = False, at: str = address) -> Watched:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
        )
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        contexts.append(context)
        visits.append(Watched(context.new_page(), at))
        visits[-1].open()
        return visits[-1]

    yield visit
    for context in contexts:
        context.close()
    for watched in visits:
        assert watched.faults == []
        assert watched.outside() == []


@pytest.fixture(scope="session")
def milvus_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("milvus") / "lite.db"


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path, milvus_file: Path) -> Iterator[Place]:
    with library_in(request.param, tmp_path, milvus_file) as place:
        yield place
