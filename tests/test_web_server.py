"""What the server lets in, and what every response carries."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient
from web_fakes import FakeLibrary, article_of, as_library

from rag.errors import AddressError, SettingError
from rag.web.guard import BODY_LIMIT, Guard
from rag.web.server import build_app, listen, port_number, serve

JOIN = "/gradio_api/queue/join"


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    library = FakeLibrary({"a": article_of("a", [("title", "</script><b>T"), ("body", "Words.")])})
    echo = APIRouter()

    @echo.post("/echo")
    def echoed(body: dict[str, str]) -> dict[str, str]:
        return body

    app = build_app(as_library(library), hosts=("news.example",), routers=[echo])
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        yield client


def test_health_is_ok_and_counts_the_articles(client: TestClient) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"ok": True, "articles": 1})


def test_the_page_is_at_the_root(client: TestClient) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert "Ask the Article" in response.text


@pytest.mark.parametrize("path", ["/", "/healthz", "/theme.css", "/nowhere", "/favicon.ico"])
def test_every_response_carries_the_policy(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'self'; ")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"


def test_a_refusal_carries_the_policy_too(client: TestClient) -> None:
    response = client.get("/healthz", headers={"host": "evil.example"})
    assert "content-security-policy" in response.headers


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:7860", "127.0.0.1:1", "[::1]", "[::1]:7860", "news.example", "NEWS.example:80"]
)
def test_known_hosts_are_served(client: TestClient, host: str) -> None:
    assert client.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "10.0.0.7", "", "localhost@evil.example", "[::1", "localhost/x", "a b"],
)
def test_other_hosts_are_refused(client: TestClient, host: str) -> None:
    assert client.get("/healthz", headers={"host": host}).status_code == 400


def test_a_wildcard_address_admits_addresses_but_no_names() -> None:
    app = build_app(as_library(FakeLibrary({})), hosts=("0.0.0.0",))
    client = TestClient(app)
    assert client.get("/healthz", headers={"host": "192.168.1.7:7860"}).status_code == 200
    assert client.get("/healthz", headers={"host": "[fe80::1]:7860"}).status_code == 200
    assert client.get("/healthz", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "null"},
        {"origin": "http://[bad"},
    ],
)
@pytest.mark.parametrize("path", ["/echo", JOIN])
def test_other_sites_can_change_nothing(client: TestClient, path: str, headers: dict[str, str]) -> None:
    assert client.post(path, json={"a": "b"}, headers=headers).status_code == 403


@pytest.mark.parametrize("headers", [{}, {"origin": "http://127.0.0.1:7860", "sec-fetch-site": "same-origin"}])
def test_the_own_page_and_programs_are_let_through(client: TestClient, headers: dict[str, str]) -> None:
    response = client.post("/echo", json={"a": "b"}, headers=headers)
    assert (response.status_code, response.json()) == (200, {"a": "b"})


def test_no_origin_is_told_that_it_may_read(client: TestClient) -> None:
    for origin in ("https://evil.example", "http://localhost:3000"):
        response = client.get("/config", headers={"origin": origin, "host": "news.example"})
        assert "access-control-allow-origin" not in response.headers


def test_a_declared_body_over_the_limit_is_refused(client: TestClient) -> None:
    assert client.post("/echo", content=b"x" * (BODY_LIMIT + 1)).status_code == 413


def test_an_undeclared_body_over_the_limit_is_refused(client: TestClient) -> None:
    chunks = (b"x" * 65_536 for _ in range(BODY_LIMIT // 65_536 + 1))
    assert client.post("/echo", content=chunks).status_code == 413


def test_a_body_of_exactly_the_limit_is_read(client: TestClient) -> None:
    body = b'{"a":"' + b"x" * (BODY_LIMIT - 8) + b'"}'
    assert len(body) == BODY_LIMIT
    assert client.post("/echo", content=body, headers={"content-type": "application/json"}).status_code == 200


@pytest.mark.parametrize("length", ["-1", "many", "²"])
def test_a_length_that_is_no_number_is_refused(client: TestClient, length: str) -> None:
    headers = [(b"content-length", length.encode())]
    assert client.post("/echo", content=b"{}", headers=headers).status_code == 400


@pytest.mark.parametrize("path", ["/gradio_api/upload", "/gradio_api/upload/"])
def test_nothing_can_be_uploaded(client: TestClient, path: str) -> None:
    assert client.post(path, files={"files": b"x"}).status_code == 403


def test_the_interface_description_and_run_history_are_not_served(client: TestClient) -> None:
    assert client.get("/docs").status_code == 404
    assert client.get("/openapi.json").status_code == 404


@pytest.mark.parametrize(("value", "port"), [("0", 0), ("7860", 7860), ("65535", 65535)])
def test_a_port_is_a_whole_number(value: str, port: int) -> None:
    assert port_number(value) == port


@pytest.mark.parametrize("value", ["", "-1", "65536", "80.0", "http", "²", "000000"])
def test_other_ports_are_refused(value: str) -> None:
    with pytest.raises(SettingError, match="PORT"):
        port_number(value)


def test_a_taken_port_is_reported_with_the_next_step() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AddressError, match=rf"port {port}: .*choose another port"):
            serve(as_library(FakeLibrary({})), "127.0.0.1", port)


def test_an_unknown_address_is_reported() -> None:
    with pytest.raises(AddressError, match=r"192\.0\.2\.1"):
        serve(as_library(FakeLibrary({})), "192.0.2.1", 0)


def test_a_guard_passes_other_protocols_on() -> None:
    with TestClient(Guard(_lifespan_only)):
        pass


async def _lifespan_only(scope: object, receive: object, send: object) -> None:
    assert isinstance(scope, dict)
    assert scope["type"] == "lifespan"
    assert callable(receive)
    assert callable(send)
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


def test_each_language_has_a_page_of_its_own(client: TestClient) -> None:
    redirected = client.get("/ru", follow_redirects=False)
    assert (redirected.status_code, redirected.headers["location"]) == (307, "ru/")
    for path, question in (("/", "Your question"), ("/ru/", "Ваш вопрос")):
        parts = client.get(f"{path}config").json()["components"]
        assert [part["props"]["label"] for part in parts if part["props"].get("elem_id") == "question"] == [question]


def test_the_end_of_a_reply_does_not_wait_for_word_that_its_beginning_came() -> None:
    with listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        connection, _ = listener.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
