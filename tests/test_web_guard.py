"""Limits of sizes, times and floods, what is written down, and where the application is reached."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from fastapi import APIRouter, Request, Response
from fastapi.testclient import TestClient
from starlette.routing import Mount
from starlette.types import Message, Receive, Scope, Send
from web_fakes import FakeLibrary, article_of, as_library, serving

from rag.bench.users import PageUser, ServerError, page_config
from rag.errors import SettingError
from rag.web import flood, guard, logs, server
from rag.web.flood import Flood, network_of
from rag.web.gate import Gate
from rag.web.guard import Guard
from rag.web.logs import RequestLog, log_question, write_logs
from rag.web.options import WebOptions, options_of
from rag.web.server import SESSIONS, build_app
from rag.web.strings import LANGUAGES


class Clock:
    now = 50.0

    def __call__(self) -> float:
        return self.now


def routes() -> APIRouter:
    router = APIRouter()

    @router.post("/api/articles")
    async def brought(request: Request) -> dict[str, int]:
        return {"bytes": sum([len(piece) async for piece in request.stream()])}

    @router.post("/api/ask")
    async def asked(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @router.get("/api/cited")
    def cited() -> Response:
        return Response("words", media_type="text/markdown", headers={"cache-control": "public, max-age=99"})

    @router.get("/api/broken")
    def broken() -> None:
        raise RuntimeError("a secret of /srv/data")

    return router


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    library = FakeLibrary({"a": article_of("a", [("title", "T"), ("body", "Words.")])})
    app = build_app(as_library(library), routers=[routes()])
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


def call(
    app: Any, body: list[bytes], *, path: str = "/api/articles", kind: str = "multipart/form-data; boundary=x"
) -> tuple[int, dict[str, Any], list[int]]:
    """Post pieces of a body to a guarded app; the status, the answer, and how much came before each answer."""
    sent: list[Message] = []
    pieces = list(body)
    taken: list[int] = []

    async def receive() -> Message:
        if not pieces:
            await asyncio.sleep(60)
        taken.append(len(pieces[0]))
        return {"type": "http.request", "body": pieces.pop(0), "more_body": True}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"content-type", kind.encode())]
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers, "client": ("192.0.2.1", 1)}
    asyncio.run(app(scope, receive, send))
    starts = [message for message in sent if message["type"] == "http.response.start"]
    assert len(starts) == 1
    return starts[0]["status"], json.loads(b"".join(message.get("body", b"") for message in sent[1:])), taken


async def reading(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads to the end; when reading fails it says 400, like a framework that catches everything."""
    status = 200
    try:
        while (await receive()).get("more_body"):
            pass
    except Exception:
        status = 400
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})


# Sizes and times


def test_articles_may_be_far_longer_than_questions(client: TestClient) -> None:
    body = b"x" * (guard.BODY_LIMIT + 1)
    headers = {"content-type": "multipart/form-data; boundary=x"}
    assert client.post("/api/articles", content=body, headers=headers).json() == {"bytes": len(body)}
    assert client.post("/api/ask", content=body, headers=headers).status_code == 413


def test_an_article_in_json_has_a_limit_of_its_own(client: TestClient) -> None:
    headers = {"content-type": "application/json", "content-length": str(guard.TEXT_LIMIT + 1)}
    answer = client.post("/api/articles", content=b"", headers=headers)
    assert (answer.status_code, answer.json()) == (413, {"error": "The request is larger than 16,777,216 bytes."})


def test_files_are_passed_on_as_they_come_and_cut_off_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "UPLOAD_LIMIT", 100)
    status, said, taken = call(Guard(reading), [b"x" * 40] * 9)
    assert (status, said) == (413, {"error": "The request is larger than 100 bytes."})
    assert taken == [40, 40, 40]


def test_a_body_that_does_not_go_on_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.05)
    late = {"error": "The request took too long to arrive."}
    assert call(Guard(reading), [b"x"])[:2] == (408, late)
    assert call(Guard(reading), [b"x"], path="/api/ask")[:2] == (408, late)


def test_a_long_body_gets_time_for_what_has_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.01)
    monkeypatch.setattr(guard, "BYTES_PER_SECOND", 10)
    sent: list[Message] = []
    pieces: list[Message] = [
        {"type": "http.request", "body": b"x" * 100, "more_body": True},
        {"type": "http.request", "body": b"x", "more_body": False},
    ]

    async def receive() -> Message:
        if len(pieces) == 1:
            await asyncio.sleep(0.1)
        return pieces.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"content-type", b"multipart/form-data; boundary=x")]
    scope = {"type": "http", "method": "POST", "path": "/api/articles", "headers": headers}
    asyncio.run(Guard(reading)(scope, receive, send))
    assert sent[0]["status"] == 200


def test_only_some_articles_are_brought_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "UPLOADS", 0)
    status, said, _ = call(Guard(reading), [b"x"])
    assert (status, said) == (503, {"error": "Other articles are being added. Try again in a moment."})


def test_a_refused_upload_gives_its_place_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "UPLOADS", 1)
    monkeypatch.setattr(guard, "UPLOAD_LIMIT", 1)
    app = Guard(reading)
    assert [call(app, [b"xx"])[0] for _ in range(2)] == [413, 413]


@pytest.mark.parametrize("path", ["/gradio_api/upload", "/ru/gradio_api/upload", "/upload", "/ru/gradio_api/upload/"])
def test_nothing_can_be_uploaded_to_gradio(client: TestClient, path: str) -> None:
    assert client.post(path, files={"files": b"x"}).status_code == 403


def test_the_form_of_log_in_is_short() -> None:
    status, _, _ = call(Guard(reading), [b"x" * 8_193], path="/login")
    assert status == 413


# Floods


def test_an_address_that_asks_too_much_is_told_when_to_come_back() -> None:
    clock = Clock()
    bucket = Flood(1.0, 10.0, clock=clock)
    assert [bucket.take("192.0.2.1", 5) for _ in range(3)] == [0, 0, 5]
    assert bucket.take("192.0.2.2", 5) == 0
    clock.now += 5
    assert [bucket.take("192.0.2.1", 5) for _ in range(2)] == [0, 5]


def test_addresses_are_remembered_within_bounds() -> None:
    bucket = Flood(1.0, 10.0, addresses=3, clock=Clock())
    for number in range(9):
        bucket.take(f"192.0.2.{number}")
    assert len(bucket) == 3


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_stands_for_one_client(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_flood_gets_429_and_health_still_answers() -> None:
    app = build_app(as_library(FakeLibrary({})))
    for middleware in app.user_middleware:
        if getattr(middleware.cls, "__name__", "") == "Guard":
            middleware.kwargs["flood"] = Flood(1.0, 3.0, clock=Clock())
    client = TestClient(app, base_url="http://127.0.0.1")
    answers = [client.get("/favicon.ico") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].headers["retry-after"] == "1"
    assert "content-security-policy" in answers[-1].headers
    assert client.get("/healthz").status_code == 200


def test_a_person_who_opens_the_page_and_asks_never_meets_the_limit() -> None:
    bucket = Flood(clock=Clock())
    for _ in range(20):  # twenty times within a moment: a page of 80 files, and four questions
        assert not any(bucket.take("192.0.2.1", flood.READ) for _ in range(80))
        assert not any(bucket.take("192.0.2.1", flood.CHANGE) for _ in range(8))


# Headers, defects, other protocols


@pytest.mark.parametrize("path", ["/", "/config", "/healthz", "/api/cited", "/nowhere", "/ru/config"])
def test_what_holds_data_is_never_stored(client: TestClient, path: str) -> None:
    assert client.get(path).headers["cache-control"] == "no-store"


def test_what_is_the_same_for_all_may_be_stored(client: TestClient) -> None:
    assert client.get("/favicon.ico").headers.get("cache-control") != "no-store"
    assert client.get("/static/img/logo.svg").headers.get("cache-control") != "no-store"


def test_a_defect_is_told_to_the_log_alone(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, "rag.web.requests")
    answer = client.get("/api/broken")
    assert answer.status_code == 500
    assert answer.json() == {"error": "This did not work because of a defect here; the log has the details."}
    assert "content-security-policy" in answer.headers
    [record] = caplog.records
    written = json.loads(record.getMessage())
    assert (written["path"], written["error"]) == ("/api/broken", "RuntimeError")
    assert "a secret of /srv/data" in written["trace"]


def test_a_websocket_is_refused(client: TestClient) -> None:
    from starlette.websockets import WebSocketDisconnect

    with pytest.raises(WebSocketDisconnect) as refused, client.websocket_connect("/gradio_api/queue/join"):
        pass
    assert refused.value.code == 1008


# Logs


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    scope["user_name"] = "ann"
    await send({"type": "http.response.start", "status": 201, "headers": []})
    await send({"type": "http.response.body", "body": b"four", "more_body": True})
    await send({"type": "http.response.body", "body": b"five5"})


def test_a_request_is_one_line_without_its_query(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "rag.web.requests")
    TestClient(RequestLog(_answer)).get("/api/search", params={"query": "a secret"})
    [record] = caplog.records
    written = json.loads(record.getMessage())
    assert list(written) == ["time", "method", "path", "status", "ms", "user", "bytes"]
    assert written["ms"] >= 0
    assert {key: written[key] for key in ("method", "path", "status", "user", "bytes")} == {
        "method": "GET",
        "path": "/api/search",
        "status": 201,
        "user": "ann",
        "bytes": 9,
    }
    assert "secret" not in record.getMessage()


@pytest.fixture
def quiet_again() -> Iterator[None]:
    yield
    for logger in (logs._requests, logs._questions):
        logger.handlers.clear()
        logger.setLevel(logging.NOTSET if logger is logs._requests else logging.CRITICAL)
    logs._requests.propagate = True


@pytest.mark.usefixtures("quiet_again")
def test_questions_are_written_only_on_demand(capsys: pytest.CaptureFixture[str]) -> None:
    log_question("before?", "ann")
    write_logs()
    log_question("not wanted?", "ann")
    assert capsys.readouterr().err == ""
    write_logs(questions=True)
    log_question("what\nelse?", "ann")
    [line] = capsys.readouterr().err.splitlines()
    assert {key: json.loads(line)[key] for key in ("question", "user")} == {"question": "what\nelse?", "user": "ann"}


# Where it is reached


@pytest.fixture(scope="module")
def below() -> Iterator[TestClient]:
    library = FakeLibrary({"a": article_of("a", [("title", "T"), ("body", "Words.")])})
    app = build_app(as_library(library), routers=[routes()], options=WebOptions(base_path="/news"))
    with TestClient(app, base_url="http://127.0.0.1", follow_redirects=False) as client:
        yield client


@pytest.mark.parametrize("base", ["/news", ""])
def test_the_base_path_may_be_left_or_taken_away_by_a_proxy(below: TestClient, base: str) -> None:
    assert below.get(f"{base}/healthz").status_code == 200
    assert below.post(f"{base}/api/ask", content=b"x").json() == {"bytes": 1}
    page = below.get(f"{base}/").text
    assert "http://127.0.0.1/news" in page
    assert below.get(f"{base}/config").json()["root"] == "http://127.0.0.1/news"
    assert below.get(f"{base}/ru/config").json()["root"] == "http://127.0.0.1/news/ru"
    assert below.post(f"{base}/gradio_api/upload").status_code == 403


def test_the_base_path_alone_leads_to_the_page(below: TestClient) -> None:
    answer = below.get("/news")
    assert (answer.status_code, answer.headers["location"]) == (308, "/news/")
    assert below.get("/newspaper").status_code == 404


@pytest.mark.parametrize("name", ["x-forwarded-host", "x-gradio-server"])
def test_nobody_can_tell_gradio_another_address(client: TestClient, name: str) -> None:
    headers = {name: "https://evil.example", "x-forwarded-proto": "https"}
    assert client.get("/config", headers=headers).json()["root"] == "http://127.0.0.1"
    assert "evil.example" not in client.get("/", headers=headers).text


def test_a_named_site_is_answered_to() -> None:
    client = TestClient(build_app(as_library(FakeLibrary({})), options=WebOptions(names=("news.example",))))
    assert client.get("/healthz", headers={"host": "news.example"}).status_code == 200
    assert client.get("/healthz", headers={"host": "other.example"}).status_code == 400


@pytest.mark.parametrize("path", ["news", "/news/", "/", "/a//b", "/a/../b", "/..", "/a b", "/é", "/a?b", "//evil"])
def test_a_base_path_that_is_none_is_refused(path: str) -> None:
    with pytest.raises(SettingError, match="base-path"):
        WebOptions(base_path=path)


def test_options_come_from_variables() -> None:
    given = {
        "RAG_AUTH": "people",
        "RAG_BASE_PATH": "/news/",
        "RAG_MAX_ARTICLES": "20",
        "RAG_READ_ONLY": "1",
        "RAG_LOG_QUESTIONS": "no",
        "RAG_SITE": "news.example, other.example",
    }
    options = options_of(given)
    assert (str(options.auth), options.base_path, options.max_articles) == ("people", "/news", 20)
    assert (options.read_only, options.log_questions) == (True, False)
    assert options.names == ("news.example", "other.example")
    assert options_of({}) == WebOptions()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RAG_MAX_ARTICLES", "0"),
        ("RAG_MAX_ARTICLES", "many"),
        ("RAG_READ_ONLY", "maybe"),
        ("RAG_SITE", "https://news.example/"),
        ("RAG_PROXY", "10.0.0.0/8"),
    ],
)
def test_a_variable_that_cannot_be_used_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingError):
        options_of({name: value})


# What Gradio would do if it were asked


@pytest.mark.parametrize("path", ["/gradio_api/file=", "/ru/gradio_api/file="])
@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "/proc/self/environ"]
)
def test_no_file_of_the_machine_is_served(client: TestClient, path: str, name: str) -> None:
    assert client.get(path + name).status_code in (403, 404)


@pytest.mark.parametrize(
    "path", ["/static/../../server.py", "/assets/%2e%2e/%2e%2e/%2e%2e/routes.py", "/svelte/..%2f..%2fapp.py"]
)
def test_no_path_leads_out_of_the_pages_own_files(client: TestClient, path: str) -> None:
    assert client.get(path).status_code in (403, 404)


@pytest.mark.parametrize("path", ["/gradio_api/proxy=http://192.0.2.1/", "/gradio_api/file=http://192.0.2.1/x"])
def test_nothing_is_fetched_for_others(client: TestClient, path: str) -> None:
    assert client.get(path, follow_redirects=False).status_code in (400, 403, 404)


def test_no_more_than_a_few_questions_may_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "Gate", partial(Gate, at_once=1, waiting=1))
    library = FakeLibrary({"a": article_of("a", [("title", "T"), ("body", "Words.")])}, hold=threading.Event())
    with serving(library) as url:
        config = page_config(url)
        asked = [threading.Thread(target=_asks, args=(url, config)) for _ in range(2)]
        asked[0].start()
        while not library.asked:
            time.sleep(0.01)
        asked[1].start()
        time.sleep(0.5)  # until it waits for its turn
        with pytest.raises(ServerError, match="Too much is asked for at the same time"):
            _asks(url, config)
        assert library.hold is not None
        library.hold.set()
        for thread in asked:
            thread.join(30)
    assert [question for question, _ in library.asked if "slow" in question] == ["slow words?"] * 2


def _asks(url: str, config: dict[str, Any]) -> None:
    user = PageUser(url, config)
    try:
        user.begin(())
        user.ask("slow words?")
    finally:
        user.close()


def test_few_open_pages_are_remembered() -> None:
    app = build_app(as_library(FakeLibrary({})))
    mounted = [route.app for route in app.routes if isinstance(route, Mount)]
    capacities = [one.state_holder.capacity for one in mounted if hasattr(one, "state_holder")]
    assert capacities == [SESSIONS] * len(LANGUAGES)
