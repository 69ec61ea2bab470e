"""That the users of the load test notice what goes wrong, and that a server is measured at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from web_fakes import FakeLibrary, debate, running, serving

from rag.bench import Load, bench_serving
from rag.bench import serving as under_load
from rag.bench.users import ApiUser, MixedUpError, PageUser, ServerError, page_config
from rag.errors import SettingError
from rag.settings import Settings

ARTICLES = Path(__file__).parents[1] / "index" / "articles"


@pytest.fixture(scope="module")
def library() -> FakeLibrary:
    return debate()


@pytest.fixture(scope="module")
def url(library: FakeLibrary) -> Iterator[str]:
    with serving(library) as url:
        yield url


@pytest.fixture
def reader(url: str) -> Iterator[PageUser]:
    user = PageUser(url, page_config(url))
    user.begin(())
    yield user
    user.close()


def test_a_reader_asks_as_the_page_does_and_gets_the_quoted_places(reader: PageUser, library: FakeLibrary) -> None:
    library.asked.clear()
    quoted = reader.ask("price of <b>boats?")
    assert [place.partition("!")[0] for place in quoted] == ["trains-8", "trains-9", "boats-1"]
    assert [place.partition("!")[0] for place in reader.ask("it was a  long day?")] == ["trains-4"]
    typed = [asked for asked in library.asked if asked[0] in ("price of <b>boats?", "it was a  long day?")]
    assert typed == [("price of <b>boats?", ()), ("it was a  long day?", ("price of <b>boats?",))]


def test_a_new_conversation_begins_without_the_old_one(reader: PageUser, library: FakeLibrary) -> None:
    reader.ask("trains?")
    reader.begin(())
    library.asked.clear()
    reader.ask("boats?")
    assert library.asked == [("boats?", ())]


def test_a_reader_notices_quotes_of_articles_that_were_not_chosen(
    reader: PageUser, library: FakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "ask", lambda question, **_: FakeLibrary.ask(library, question))  # quotes from all
    reader.begin(("boats",))
    with pytest.raises(MixedUpError, match=r"quoted \['trains'\]"):
        reader.ask("trains?")


def test_a_reader_notices_a_question_of_somebody_else(reader: PageUser) -> None:
    reader.ask("trains?")
    reader._asked[0] = "another?"
    with pytest.raises(MixedUpError, match="another"):
        reader.ask("boats?")


def test_a_refused_question_is_an_error(reader: PageUser) -> None:
    with pytest.raises(ServerError, match="not welcome"):
        reader.ask("refuse this")


def api(replies: Sequence[dict[str, Any]]) -> tuple[FastAPI, list[dict[str, Any]]]:
    app, asked, left = FastAPI(), list[dict[str, Any]](), list(replies)
    router = APIRouter()

    @router.post("/news/api/ask")
    def ask(body: dict[str, Any]) -> dict[str, Any]:
        asked.append(body)
        return {"question": body["question"], "quotes": [], **left.pop(0)}

    app.include_router(router)
    return app, asked


QUOTE = {"article": "a", "start": 3, "end": 9}


def test_a_program_asks_with_its_own_questions_and_articles() -> None:
    app, asked = api([{"quotes": [QUOTE]}, {"nearest": [QUOTE]}])
    with running(app) as url:
        user = ApiUser(f"{url}/news")
        user.begin(("a",))
        assert [user.ask("one?"), user.ask("two?")] == [("a:3-9",), ("a:3-9",)]
        user.close()
    assert asked == [
        {"question": "one?", "after": [], "articles": ["a"]},
        {"question": "two?", "after": ["one?"], "articles": ["a"]},
    ]


def test_a_program_notices_the_reply_to_another_question_or_article() -> None:
    app, _ = api([{"question": "other?"}, {"quotes": [QUOTE]}])
    with running(app) as url:
        user = ApiUser(f"{url}/news")
        user.begin(("b",))
        for _ in range(2):
            with pytest.raises(MixedUpError):
                user.ask("one?")
        user.close()


class _Forgetful:
    """Quotes another place every time it is asked the same."""

    def __init__(self) -> None:
        self.asked = 0

    def begin(self, articles: Sequence[str]) -> None:
        pass

    def ask(self, question: str) -> tuple[str, ...]:
        self.asked += 1
        if self.asked > 2:
            raise ServerError("no more")
        return (f"a-{self.asked}",)

    def close(self) -> None:
        pass


def test_another_reply_than_the_first_time_is_a_mix_up(monkeypatch: pytest.MonkeyPatch) -> None:
    tally, now = under_load._Tally(), iter(range(100))
    monkeypatch.setattr("rag.bench.serving.monotonic", lambda: next(now))
    monkeypatch.setattr("rag.bench.serving.sleep", lambda _: None)
    under_load._live(_Forgetful(), ((), ("same?",)), 10, tally)
    assert len(tally.seconds) == 1
    assert tally.mixed_up == ["'same?' gave ('a-1',), then ('a-2',)"]
    assert set(tally.failed) == {"ServerError: no more"}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from rag.articles import read_file
    from rag.library import open_library

    folder = tmp_path_factory.mktemp("library")
    with open_library(folder, Settings(), create=True) as library:
        library.add(read_file(ARTICLES / "iran-azerbaijan.txt", max_bytes=5_000_000))
        library.refresh()
    return folder


@pytest.mark.models
def test_a_real_server_is_started_asked_by_many_and_stopped(index: Path) -> None:
    figures = bench_serving(index, Settings(), Load(users=3, seconds=2))
    assert (figures["errors"], figures["mixed-up replies"]) == (0, 0)
    assert figures["replies"] >= 3
    assert figures["ms max"] >= figures["ms p95"] >= figures["ms p50"] > 0
    assert all(figures[f"memory at the {when}, MB"] > 0 for when in ("start", "middle", "end"))


@pytest.mark.models
def test_no_two_users_ask_the_same(index: Path) -> None:
    scripts = under_load._scripts(index, Settings(), 20)
    questions = [question for _, own in scripts for question in own]
    assert len(questions) == len(set(questions)) == 100
    assert all(re.fullmatch(r"What does the article say about \S+( \S+){4}\?", question) for question in questions)


@pytest.mark.models
def test_a_server_that_is_not_there_is_named(index: Path) -> None:
    with pytest.raises(under_load.NoServerError, match=r"refused.*rag serve"):
        bench_serving(index, Settings(), Load(users=1, seconds=1, url="http://127.0.0.1:9"))


@pytest.mark.models
def test_too_many_users_for_a_library_are_refused(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(under_load, "QUESTIONS_EACH", 20_000)
    with pytest.raises(SettingError, match="too few sentences"):
        under_load._scripts(index, Settings(), 1)
