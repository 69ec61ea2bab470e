"""The interface for programs: what it takes, what it answers, and how it fails."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from api_fakes import READERS, ShelfLibrary, two_articles
from fakes import SaidReader, WordEncoder, WordScorer
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.types import ASGIApp, Receive, Scope, Send
from web_fakes import article_of, as_library

from rag.articles import read_text
from rag.errors import EmptyLibraryError, LibraryBusyError, ReadOnlyLibraryError
from rag.library import Library
from rag.settings import Settings
from rag.web.api import api_routes
from rag.web.gate import Gate
from rag.web.jobs import Jobs
from rag.web.options import WebOptions
from rag.web.passwords import write_password
from rag.web.server import build_app

if TYPE_CHECKING:
    from httpx2 import Response  # what Starlette's client for tests answers with

LOCAL = "http://127.0.0.1:7860"


class As:
    """The application as a user sees it who is named in a header, as log-in tells it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        names = [value.decode() for name, value in scope.get("headers", []) if name == b"x-user"]
        await self._app({**scope, "user_name": names[0] if names else None}, receive, send)


def client_of(library: Library, options: WebOptions = WebOptions()) -> TestClient:
    jobs = Jobs(library, most_articles=options.max_articles)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, lifespan=jobs.lifespan)
    app.include_router(api_routes(library, options=options, jobs=jobs, gate=Gate(waiting=12), readers=READERS))
    return TestClient(As(app), base_url=LOCAL)


@pytest.fixture
def shelf() -> ShelfLibrary:
    return two_articles()


@pytest.fixture
def client(shelf: ShelfLibrary) -> Iterator[TestClient]:
    with client_of(as_library(shelf)) as client:
        yield client


def error_of(response: Response) -> tuple[int, str]:
    assert set(response.json()) >= {"error"}
    return response.status_code, response.json()["error"]


# Questions


def test_a_question_is_answered_in_the_shape_of_the_command(client: TestClient) -> None:
    response = client.post("/api/ask", json={"question": "When did rain fall?", "unknown": 1})
    assert response.status_code == 200
    reply = response.json()
    assert (reply["kind"], reply["question"], reply["confidence"]) == ("answer", "When did rain fall?", 0.9)
    first = reply["quotes"][0]
    assert {key: first[key] for key in ("number", "text", "article", "title", "start", "end", "page")} == {
        "number": 1, "text": "Ann Lee said rain fell.", "article": "rain-1", "title": "Rain in Baku",
        "start": 14, "end": 37, "page": None,
    }  # fmt: skip


def test_earlier_questions_are_passed_on(client: TestClient, shelf: ShelfLibrary) -> None:
    client.post("/api/ask", json={"question": "And then?", "after": ["Did rain fall?", "Where?"]})
    assert shelf.asked == [("And then?", ("Did rain fall?", "Where?"))]


def test_a_comparison_has_its_speakers(client: TestClient) -> None:
    reply = client.post("/api/compare", json={"topic": "rain", "articles": ["rain-1"]}).json()
    assert (reply["kind"], reply["speakers"][0]["name"], reply["speakers"][0]["quotes"]) == (
        "comparison",
        "Ann Lee",
        [1],
    )


def test_a_search_gives_passages(client: TestClient) -> None:
    response = client.post("/api/search", json={"query": "rain", "k": 1})
    assert response.json() == {
        "passages": [{"article": "rain-1", "start": 0, "end": 12, "text": "Rain in Baku", "score": 0.5}]
    }


def test_statements_of_an_article_are_told(client: TestClient) -> None:
    said = client.get("/api/statements", params={"article": "rain-1"}).json()
    assert (said["article"], said["statements"][0]["speaker"]["name"]) == ("rain-1", "Ann Lee")
    assert said["statements"][0]["content"] == [{"start": 26, "end": 37}]


def test_statements_of_several_articles_are_told(client: TestClient) -> None:
    said = client.post("/api/statements", json={"articles": ["rain-2", "rain-1"]}).json()
    assert [(one["article"], len(one["statements"])) for one in said["articles"]] == [("rain-2", 0), ("rain-1", 1)]


def test_statements_of_a_text_are_told_and_the_text_is_not_kept(client: TestClient, shelf: ShelfLibrary) -> None:
    said = client.post("/api/statements", json={"text": "Snow\n\nBob Marsh said snow fell today."}).json()
    assert said["statements"][0]["speaker"] == {"name": "Bob Marsh", "role": "a speaker of the article"}
    assert list(shelf.shelf) == ["rain-1", "rain-2"]


def test_statements_are_of_articles_or_of_a_text(client: TestClient) -> None:
    response = client.post("/api/statements", json={"text": "a", "articles": ["rain-1"]})
    assert error_of(response) == (422, "Send articles or a text, not both.")


def test_statements_of_too_many_articles_are_not_told_at_once() -> None:
    one = article_of("a", [("title", "Words")])
    many = ShelfLibrary({f"a{number}": replace(one, id=f"a{number}") for number in range(1_001)})
    with client_of(as_library(many)) as client:
        response = client.post("/api/statements", json={})
    assert error_of(response) == (422, "Name the articles; one request may ask of 1,000 at most.")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "The field question is missing."),
        ({"question": 3}, "The field question must be text."),
        ({"question": "x" * 10_001}, "The field question may have at most 10,000 characters."),
        ({"question": "x", "after": "y"}, "The field after must be a list."),
        ({"question": "x", "after": ["y", None]}, "The field after[1] must be text."),
        ({"question": "x", "quotes": 0}, "The field quotes must be at least 1."),
        ({"question": "x", "quotes": 101}, "The field quotes may be at most 100."),
        ({"question": "x", "quotes": "many"}, "The field quotes must be a whole number."),
        ({"question": "x", "quotes": 1.5}, "The field quotes must be a whole number."),
        ({"question": "x", "articles": ["a"] * 10_001}, "The field articles may hold at most 10,000."),
        ([], "The body of the request must be a JSON object, sent as application/json."),
        (None, "The body of the request must be a JSON object, sent as application/json."),
    ],
)
def test_what_does_not_fit_is_named_in_a_sentence(client: TestClient, body: object, sentence: str) -> None:
    response = client.post("/api/ask", content=json.dumps(body), headers={"content-type": "application/json"})
    assert (response.status_code, response.json()) == (422, {"error": sentence})


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe{", b"[" * 100_000])
def test_a_body_that_is_no_json_is_refused(client: TestClient, body: bytes) -> None:
    response = client.post("/api/ask", content=body, headers={"content-type": "application/json"})
    assert response.status_code in (400, 422)
    assert set(response.json()) == {"error"}


def test_halves_of_characters_and_nul_are_replaced(client: TestClient, shelf: ShelfLibrary) -> None:
    body = '{"question": "When\\u0000 did \\ud800rain fall?"}'
    response = client.post("/api/ask", content=body, headers={"content-type": "application/json"})
    assert response.json()["question"] == "When� did �rain fall?"


def test_a_question_that_cannot_be_asked_is_refused_with_the_next_step(client: TestClient) -> None:
    response = client.post("/api/ask", json={"question": "refuse"})
    assert error_of(response) == (422, "<b>This</b> cannot be read: it is not welcome. Choose it again.")


@pytest.mark.parametrize("path", ["/api/compare", "/api/search"])
def test_an_unknown_article_is_not_found(client: TestClient, path: str) -> None:
    response = client.post(path, json={"topic": "rain", "query": "rain", "articles": ["nowhere"]})
    assert error_of(response) == (
        404,
        "The article id 'nowhere' names no article here. GET /api/articles lists the ids.",
    )


def test_an_id_that_fits_several_articles_is_a_conflict(client: TestClient) -> None:
    status, sentence = error_of(client.get("/api/articles/rain"))
    assert (status, sentence) == (
        409,
        "The article id 'rain' fits several articles: rain-1, rain-2. GET /api/articles lists the ids.",
    )


@pytest.mark.parametrize(
    ("failure", "status", "sentence"),
    [
        (EmptyLibraryError("/srv/secret"), 409, "There are no articles yet. Add one first."),
        (
            LibraryBusyError(Path("/srv/secret")),
            503,
            "Another program is changing the library. Try again when it is done.",
        ),
        (
            ReadOnlyLibraryError(Path("/srv/secret"), "no space"),
            403,
            "The articles cannot be changed: their folder cannot be written. Nothing was changed.",
        ),
    ],
)
def test_errors_of_the_library_tell_nothing_of_its_folder(
    client: TestClient, shelf: ShelfLibrary, failure: Exception, status: int, sentence: str
) -> None:
    shelf.fails = failure
    assert error_of(client.patch("/api/articles/rain-1", json={"title": "New"})) == (status, sentence)


def test_too_many_questions_at_once_are_told_to_come_back() -> None:
    shelf = two_articles(hold=threading.Event())
    assert shelf.hold is not None
    with client_of(as_library(shelf)) as client:
        threads = [
            threading.Thread(target=client.post, args=("/api/ask",), kwargs={"json": {"question": "slow rain"}})
            for _ in range(16)
        ]
        try:
            for thread in threads:
                thread.start()
            refused = _until(lambda: client.post("/api/search", json={"query": "rain"}), status=429)
        finally:
            shelf.hold.set()
            for thread in threads:
                thread.join()
        assert (refused.json(), refused.headers["retry-after"]) == (
            {"error": "Too much is asked for at the same time. Try again in 2 seconds."},
            "2",
        )
        assert client.post("/api/search", json={"query": "rain"}).status_code == 200


def _until(ask: Callable[[], Response], *, status: int) -> Response:
    """Ask again until the status comes; searches that come too early wait for a turn, so they are made with care."""
    end = time.monotonic() + 20
    box: list[Response] = []
    while time.monotonic() < end:
        asking = threading.Thread(target=lambda: box.append(ask()), daemon=True)
        asking.start()
        asking.join(0.5)
        if box and box[-1].status_code == status:
            return box[-1]
    raise AssertionError(f"{status} never came")


# Articles


def test_articles_are_listed_with_their_number_and_the_version(client: TestClient) -> None:
    response = client.get("/api/articles").json()
    assert [one["id"] for one in response["articles"]] == ["rain-1", "rain-2"]
    assert (response["total"], response["version"]) == (2, "0badcafe.0")
    assert response["articles"][0] == {
        "id": "rain-1", "title": "Rain in Baku", "authors": [], "published": None, "source": None, "characters": 50,
        "sentences": 1, "passages": 1, "speakers": 0, "added": "2026-03-01T10:00:00+00:00",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "ids", "total"),
    [
        ("search=BAKU", ["rain-1"], 1),
        ("search=rain%20after", ["rain-2"], 1),
        ("search=nothing", [], 0),
        ("sort=title", ["rain-2", "rain-1"], 2),
        ("sort=title&descending=true", ["rain-1", "rain-2"], 2),
        ("sort=added&descending=true", ["rain-2", "rain-1"], 2),
        ("sort=published", ["rain-2", "rain-1"], 2),
        ("sort=published&descending=true", ["rain-2", "rain-1"], 2),
        ("sort=characters", ["rain-2", "rain-1"], 2),
        ("offset=1", ["rain-2"], 2),
        ("limit=1", ["rain-1"], 2),
        ("offset=5", [], 2),
    ],
)
def test_the_list_is_searched_sorted_and_cut(client: TestClient, query: str, ids: list[str], total: int) -> None:
    response = client.get(f"/api/articles?{query}").json()
    assert ([one["id"] for one in response["articles"]], response["total"]) == (ids, total)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("limit=0", "The field limit must be at least 1."),
        ("limit=1001", "The field limit may be at most 1,000."),
        ("offset=-1", "The field offset must be at least 0."),
        ("sort=size", "The field sort must be one of 'added', 'title', 'published' or 'characters'."),
        ("descending=maybe", "The field descending must be true or false."),
    ],
)
def test_a_list_that_cannot_be_given_is_refused(client: TestClient, query: str, sentence: str) -> None:
    assert error_of(client.get(f"/api/articles?{query}")) == (422, sentence)


def test_an_article_comes_with_its_text(client: TestClient) -> None:
    article = client.get("/api/articles/rain-1").json()
    assert (article["id"], article["characters"]) == ("rain-1", 50)
    assert article["text"] == "Rain in Baku\n\nAnn Lee said rain fell. It was cold."


def test_a_title_is_changed(client: TestClient) -> None:
    response = client.patch("/api/articles/rain-1", json={"title": " New  title "})
    assert (response.status_code, response.json()["title"], response.json()["id"]) == (200, "New title", "rain-1")


@pytest.mark.parametrize(("title", "status"), [("", 422), ("  ", 422), ("x" * 301, 422), (None, 422)])
def test_a_title_that_is_none_is_refused(client: TestClient, title: str | None, status: int) -> None:
    assert error_of(client.patch("/api/articles/rain-1", json={"title": title}))[0] == status


def test_an_article_is_removed(client: TestClient, shelf: ShelfLibrary) -> None:
    response = client.delete("/api/articles/rain-2")
    assert (response.status_code, response.json()) == (
        200,
        {"removed": [{"id": "rain-2", "title": "After the rain"}]},
    )
    assert list(shelf.shelf) == ["rain-1"]


def test_many_articles_are_removed_all_or_none(client: TestClient, shelf: ShelfLibrary) -> None:
    assert client.post("/api/articles/remove", json={"articles": ["rain-1", "nowhere"]}).status_code == 404
    assert list(shelf.shelf) == ["rain-1", "rain-2"]
    response = client.post("/api/articles/remove", json={"articles": ["rain-2", "rain-1", "rain-1"]})
    assert [one["id"] for one in response.json()["removed"]] == ["rain-2", "rain-1"]
    assert shelf.shelf == {}


def test_removing_nothing_is_refused(client: TestClient) -> None:
    response = client.post("/api/articles/remove", json={"articles": []})
    assert error_of(response) == (422, "The field articles must hold at least 1.")


def test_what_was_removed_is_restored_as_it_was(client: TestClient, shelf: ShelfLibrary) -> None:
    before = dict(shelf.shelf)
    client.post("/api/articles/remove", json={"articles": ["rain-1", "rain-2"]})
    response = client.post("/api/articles/restore", json={"articles": ["rain-1", "rain-2"]})
    assert (response.status_code, response.json()) == (
        201,
        {
            "articles": [{"id": "rain-1", "title": "Rain in Baku"}, {"id": "rain-2", "title": "After the rain"}],
            "skipped": [],
        },
    )
    assert shelf.shelf == before


def test_what_was_not_removed_here_is_not_restored(client: TestClient, shelf: ShelfLibrary) -> None:
    client.delete("/api/articles/rain-1")
    response = client.post("/api/articles/restore", json={"articles": ["rain-1", "other"]})
    assert error_of(response) == (404, "'other' was not removed here within the last hour.")
    assert list(shelf.shelf) == ["rain-2"]


def test_nobody_restores_what_somebody_else_removed(client: TestClient, shelf: ShelfLibrary) -> None:
    client.delete("/api/articles/rain-1", headers={"x-user": "ann"})
    body = {"articles": ["rain-1"]}
    assert client.post("/api/articles/restore", json=body, headers={"x-user": "bob"}).status_code == 404
    assert client.post("/api/articles/restore", json=body).status_code == 404
    assert client.post("/api/articles/restore", json=body, headers={"x-user": "ann"}).status_code == 201


# Adding


def test_a_text_is_added_with_what_is_known_about_it(client: TestClient, shelf: ShelfLibrary) -> None:
    known = {"title": "Hail", "author": ["Ann Lee"], "published": "2026-03-01", "source": "A paper"}
    body = {"text": "It hailed.\r\n", **known}
    response = client.post("/api/articles", json=body)
    added = response.json()["articles"]
    assert (response.status_code, [one["title"] for one in added], response.json()["skipped"]) == (201, ["Hail"], [])
    article = shelf.shelf[added[0]["id"]]
    assert (article.text, article.authors, article.published, article.source) == (
        "It hailed.\r\n",
        ("Ann Lee",),
        "2026-03-01",
        "A paper",
    )
    assert shelf.refreshed == 1


def test_the_same_text_twice_is_told_and_added_once(client: TestClient, shelf: ShelfLibrary) -> None:
    first = client.post("/api/articles", json={"text": "It hailed."}).json()["articles"][0]["id"]
    response = client.post("/api/articles", json={"text": "It hailed.", "title": "Other"})
    message = f"Other is in the library already, as {first}."
    assert (response.status_code, response.json()) == (
        200,
        {"articles": [], "skipped": [{"name": "Other", "message": message, "article": first}]},
    )
    assert len(shelf.shelf) == 3


def test_many_files_are_added_and_a_bad_one_is_named(client: TestClient) -> None:
    files = [
        ("files", ("../../etc/hail.txt", b"Hail in March\n\nIt hailed.")),
        ("files", ("bad.txt", b"\x00\x01\x02")),
        ("files", ("sun.txt", "Sun — at last\n\nIt shone.".encode())),
    ]
    response = client.post("/api/articles", files=files)
    assert response.status_code == 201
    assert [one["title"] for one in response.json()["articles"]] == ["Hail in March", "Sun — at last"]
    assert [(one["name"], one["article"]) for one in response.json()["skipped"]] == [("bad.txt", None)]
    assert response.json()["skipped"][0]["message"].startswith("bad.txt holds binary data")


def test_files_of_which_none_can_be_added_are_refused(client: TestClient) -> None:
    files = [("files", ("a.txt", b"\x00\x01")), ("files", ("b.txt", b" "))]
    response = client.post("/api/articles", files=files)
    assert error_of(response) == (422, "None of the 2 could be added.")
    assert [one["name"] for one in response.json()["skipped"]] == ["a.txt", "b.txt"]


def test_a_form_without_files_is_refused(client: TestClient) -> None:
    response = client.post("/api/articles", files={"other": ("a.txt", b"words")})
    assert error_of(response)[0] == 422


def test_an_address_is_fetched(client: TestClient) -> None:
    response = client.post("/api/articles", json={"address": "https://news.example/1"})
    assert response.json()["articles"][0]["title"] == "The page at https://news.example/1"


@pytest.mark.parametrize(
    ("address", "status"), [("http://private/", 422), ("http://large/", 413), ("http://gone/", 422)]
)
def test_an_address_that_gives_nothing_is_refused(client: TestClient, address: str, status: int) -> None:
    response = client.post("/api/articles", json={"address": address})
    assert error_of(response)[0] == status
    assert response.json()["error"].startswith(address)


def test_a_text_that_is_too_large_is_refused(client: TestClient) -> None:
    response = client.post("/api/articles", json={"text": "x" * 5_000_001})
    assert error_of(response)[0] == 413


@pytest.mark.parametrize(
    "body",
    [
        {"text": "a", "address": "b"},
        {},
        {"text": None},
        {"text": 1},
        {"text": " "},
        {"text": "\ud800"},
        {"text": "a", "author": "Ann"},
        [],
    ],
)
def test_what_cannot_be_an_article_is_refused(client: TestClient, body: object) -> None:
    response = client.post(
        "/api/articles", content=json.dumps(body), headers={"content-type": "application/json; charset=utf-8"}
    )
    assert error_of(response)[0] == 422


def test_a_body_of_another_kind_is_refused(client: TestClient) -> None:
    assert error_of(client.post("/api/articles", content=b"It hailed."))[0] == 422


def test_what_went_wrong_is_told_in_the_language_that_is_asked_for(client: TestClient) -> None:
    binary = {"files": ("a.txt", b"\x00\x01", "text/plain")}
    russian = client.post("/api/articles", files=binary, headers={"Accept-Language": "ru,en;q=0.5"})
    assert error_of(russian) == (
        422,
        "a.txt: это не текст, а двоичные данные. Сохраните как обычный текст UTF-8 и добавьте снова.",
    )
    assert error_of(client.post("/api/articles", files=binary)) == (
        422,
        "a.txt holds binary data, not text. Save it as plain UTF-8 text and add it again.",
    )
    gone = client.get("/api/articles/nowhere", headers={"Accept-Language": "ru"})
    assert error_of(gone) == (404, "Этой статьи больше нет. Выберите в библиотеке другую.")
    assert gone.headers["content-language"] == "ru"


def test_a_defect_at_one_article_is_answered_without_its_words(client: TestClient, shelf: ShelfLibrary) -> None:
    shelf.fails = RuntimeError("secret")
    response = client.post("/api/articles", json={"text": "It hailed."})
    assert error_of(response) == (503, "This could not be added because of a defect here; the log has the details.")


def test_a_job_is_followed_to_its_end(client: TestClient) -> None:
    begun = client.post("/api/articles", json={"text": "It hailed."}, headers={"prefer": "respond-async"})
    assert (begun.status_code, begun.headers["preference-applied"]) == (202, "respond-async")
    place = f"/api/jobs/{begun.json()['job']}"
    assert begun.headers["location"] == place
    job = _done(client, place)
    item = job["items"][0]
    assert (job["job"], len(job["items"])) == (begun.json()["job"], 1)
    assert item == {
        "name": "pasted text", "stage": "added", "share": 1.0, "article": item["article"], "title": "It hailed.",
        "message": None,
    }  # fmt: skip
    assert client.get(f"/api/articles/{item['article']}").status_code == 200


def test_a_job_that_is_cancelled_adds_nothing() -> None:
    shelf = two_articles(hold=threading.Event())
    assert shelf.hold is not None
    with client_of(as_library(shelf)) as client:
        files = [("files", ("a.txt", b"A slow one\n\nIt hailed.")), ("files", ("b.txt", b"Another\n\nIt shone."))]
        begun = client.post("/api/articles", files=files, headers={"prefer": "respond-async"})
        place = f"/api/jobs/{begun.json()['job']}"
        assert shelf.adding.wait(20)
        assert client.get(place).json()["items"][0]["stage"] == "adding"
        client.delete(place)
        shelf.hold.set()
        assert [item["stage"] for item in _done(client, place)["items"]] == ["cancelled", "cancelled"]
        assert list(shelf.shelf) == ["rain-1", "rain-2"]


def test_nobody_sees_the_job_of_somebody_else(client: TestClient) -> None:
    headers = {"prefer": "respond-async", "x-user": "ann"}
    place = f"/api/jobs/{client.post('/api/articles', json={'text': 'It hailed.'}, headers=headers).json()['job']}"
    sentence = "There is no such job, or it was done more than an hour ago."
    assert error_of(client.get(place, headers={"x-user": "bob"})) == (404, sentence)
    assert error_of(client.delete(place)) == (404, sentence)
    assert client.get(place, headers={"x-user": "ann"}).status_code == 200


def _done(client: TestClient, place: str) -> dict[str, Any]:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        job: dict[str, Any] = client.get(place).json()
        if job["done"]:
            return job
        time.sleep(0.01)
    raise AssertionError("the job was never done")


# Limits


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/articles", {"text": "It hailed."}),
        ("PATCH", "/api/articles/rain-1", {"title": "New"}),
        ("DELETE", "/api/articles/rain-1", None),
        ("POST", "/api/articles/remove", {"articles": ["rain-1"]}),
        ("POST", "/api/articles/restore", {"articles": ["rain-1"]}),
    ],
)
def test_nothing_is_changed_where_articles_can_only_be_read(
    shelf: ShelfLibrary, method: str, path: str, body: object
) -> None:
    with client_of(as_library(shelf), WebOptions(read_only=True)) as client:
        response = client.request(method, path, json=body)
    assert error_of(response) == (
        403,
        "The articles can only be read here. Ask whoever runs this server to change them.",
    )
    assert shelf.changes == 0


def test_no_more_articles_are_added_than_there_may_be(shelf: ShelfLibrary) -> None:
    with client_of(as_library(shelf), WebOptions(max_articles=3)) as client:
        files = [("files", ("a.txt", b"It hailed.")), ("files", ("b.txt", b"It shone."))]
        response = client.post("/api/articles", files=files)
        full = "The library holds 3 articles, as many as it may. Remove one first."
        assert response.status_code == 201
        assert response.json()["skipped"] == [{"name": "b.txt", "message": full, "article": None}]
        assert error_of(client.post("/api/articles", json={"text": "It froze."})) == (409, full)


def test_the_session_tells_who_asks_and_what_is_allowed(shelf: ShelfLibrary) -> None:
    with client_of(as_library(shelf), WebOptions(read_only=True, max_articles=9)) as client:
        session = client.get("/api/session", headers={"x-user": "ann"}).json()
    assert session == {
        "user": "ann", "read_only": True, "version": "0badcafe.0", "articles": 2, "max_articles": 9,
    }  # fmt: skip


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/nothing"), ("PUT", "/api/ask"), ("POST", "/api/predict")])
def test_there_is_nothing_else(client: TestClient, method: str, path: str) -> None:
    assert error_of(client.request(method, path))[0] == 404


# The description


def test_the_description_names_every_route_with_its_failures(client: TestClient) -> None:
    told = client.get("/api/openapi.json").json()
    routes = sorted(f"{method.upper()} {path}" for path, methods in told["paths"].items() for method in methods)
    assert routes == [
        "DELETE /api/articles/{article_id}", "DELETE /api/jobs/{job}", "GET /api/articles",
        "GET /api/articles/{article_id}", "GET /api/jobs/{job}", "GET /api/session", "GET /api/statements",
        "PATCH /api/articles/{article_id}", "POST /api/articles", "POST /api/articles/remove",
        "POST /api/articles/restore", "POST /api/ask", "POST /api/compare", "POST /api/search", "POST /api/statements",
    ]  # fmt: skip
    assert "HTTPValidationError" not in told["components"]["schemas"]
    failure = told["paths"]["/api/ask"]["post"]["responses"]["429"]["content"]["application/json"]["schema"]
    assert failure == {"$ref": "#/components/schemas/Failure"}


def test_every_route_is_described_in_words(client: TestClient) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    without = [path for path, methods in paths.items() for one in methods.values() if not one.get("description")]
    assert without == []


def test_the_list_of_routes_says_what_each_does(client: TestClient) -> None:
    told = client.get("/api/openapi.json").json()
    assert told["paths"]["/api/search"]["post"]["summary"] == "Find the passages that fit a query best"


def test_only_the_files_of_the_description_are_served(client: TestClient) -> None:
    assert client.get("/api/docs-files/swagger-ui.css").headers["content-type"].startswith("text/css")
    for name in ("core.py", "..%2fcore.py", "redoc.standalone.js"):
        assert client.get(f"/api/docs-files/{name}").status_code == 404


# Anything at all

_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_FIELDS = ("question", "after", "articles", "quotes", "topic", "speakers", "query", "k", "text", "address", "title")
_BODIES = st.dictionaries(st.sampled_from(_FIELDS), _JSON | st.text(st.characters(), max_size=20), max_size=5) | _JSON
_PATHS = st.sampled_from(
    [f"/api/{one}" for one in ("ask", "compare", "search", "statements", "articles", "articles/remove",
                               "articles/restore")]
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=_PATHS, body=_BODIES)
def test_no_body_breaks_it(client: TestClient, path: str, body: object) -> None:
    response = client.post(path, content=json.dumps(body), headers={"content-type": "application/json"})
    assert response.status_code < 500
    assert response.status_code < 400 or isinstance(response.json()["error"], str)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(max_size=30))
def test_no_address_breaks_it(client: TestClient, words: str) -> None:
    written = quote(words.encode(), safe="")
    for path in (f"/api/articles/{written}", f"/api/jobs/{written}", f"/api/articles?search={written}&sort={written}"):
        assert client.get(path).status_code < 500


# The whole application


def test_below_a_base_path_the_description_names_it(shelf: ShelfLibrary) -> None:
    with TestClient(build_app(as_library(shelf), options=WebOptions(base_path="/news")), base_url=LOCAL) as client:
        assert client.get("/news/api/openapi.json").json()["servers"] == [{"url": "/news"}]
        begun = client.post("/news/api/articles", json={"text": "It hailed."}, headers={"prefer": "respond-async"})
        assert begun.headers["location"] == f"/news/api/jobs/{begun.json()['job']}"
        assert client.get(begun.headers["location"]).status_code == 200


def test_who_logged_in_is_who_asks(shelf: ShelfLibrary, tmp_path: Path) -> None:
    file = tmp_path / "people"
    write_password(file, "ann", "a long password")
    with TestClient(build_app(as_library(shelf), options=WebOptions(auth=file)), base_url=LOCAL) as client:
        assert client.get("/api/session").status_code == 401
        assert client.post("/gradio_api/mcp/", json={}).status_code == 401
        assert client.get("/api/session", auth=("ann", "a long password")).json()["user"] == "ann"


def test_an_article_may_be_larger_than_a_question(shelf: ShelfLibrary) -> None:
    with TestClient(build_app(as_library(shelf)), base_url=LOCAL) as client:
        large = {"text": "Large\n\n" + "It rained. " * 200_000}
        assert client.post("/api/ask", json={"question": "x" * 2_000_000}).status_code == 413
        assert client.post("/api/articles", json=large).status_code == 201


# The real library


def test_a_real_library_answers_in_the_same_shapes(tmp_path: Path) -> None:
    encoder, scorer, reader = WordEncoder(), WordScorer(), SaidReader()
    with Library(tmp_path, Settings(), encoder=encoder, scorer=scorer, reader=reader) as library:
        library.add(
            read_text("Rain in Baku\n\nHeavy rain closed four streets in Baku on Monday. Ali said it rained.\n")
        )
        with client_of(library) as client:
            added = client.post("/api/articles", json={"text": "Snow in Ganja\n\nSnow closed all schools in Ganja.\n"})
            article_id = added.json()["articles"][0]["id"]
            question = {"question": "Which schools did snow\u0000 close in Ganja?"}
            reply = client.post("/api/ask", json=question).json()
            text = client.get(f"/api/articles/{article_id}").json()["text"]
            first = reply["quotes"][0]
            assert (reply["kind"], first["article"], first["text"]) == (
                "answer",
                article_id,
                "Snow closed all schools in Ganja.",
            )
            assert text[first["start"] : first["end"]] == first["text"]
            assert {client.get(f"/api/articles/{odd}").status_code for odd in ("%00", "%ff", "%f0%9f")} == {404}
            version = client.get("/api/session").json()["version"]
            client.delete(f"/api/articles/{article_id}")
            assert client.get(f"/api/articles/{article_id}").status_code == 404
            restored = client.post("/api/articles/restore", json={"articles": [article_id]})
            assert restored.json()["articles"] == [{"id": article_id, "title": "Snow in Ganja"}]
            assert client.get("/api/session").json()["version"] != version
            hit = client.post("/api/search", json={"query": "snow", "k": 1}).json()["passages"][0]
            assert (hit["article"], text[hit["start"] : hit["end"]]) == (article_id, hit["text"])
            assert client.post("/api/statements", json={"text": "Ali said more."}).json() == {
                "statements": [
                    {
                        "speaker": {"name": "Ali", "role": None},
                        "attribution": "indirect",
                        "source": {"start": 0, "end": 3},
                        "cue": {"start": 4, "end": 8},
                        "content": [{"start": 9, "end": 14}],
                    }
                ]
            }
