"""Who comes in, who does not, and what guessing costs."""

from __future__ import annotations

import base64
import io
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import bcrypt
import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send
from web_fakes import FakeLibrary, article_of, as_library

from rag.cli import main
from rag.errors import PasswordError, PasswordFileError, UnwritableFileError
from rag.web import checking, passwords, sessions
from rag.web.login import COOKIE, Login
from rag.web.options import WebOptions
from rag.web.passwords import Passwords, fits, read_passwords, write_password
from rag.web.server import build_app
from rag.web.sessions import Sessions, Tries
from rag.web.strings import language_for

HTML = {"accept": "text/html,*/*"}


def line(name: str, password: str) -> str:
    return f"{name}:{bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode().replace('$2b$', '$2y$')}\n"


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def lines() -> str:
    return line("ann", "first password") + line("боб", "пароль Боба")


@pytest.fixture
def file(tmp_path: Path, lines: str) -> Path:
    path = tmp_path / "people"
    path.write_text(lines, encoding="utf-8")
    return path


@pytest.fixture
def client(file: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setattr(checking, "AT_ONCE", 2)
    with TestClient(Login(_who, Passwords(file), "", clock), follow_redirects=False) as client:
        yield client


async def _who(scope: Scope, receive: Receive, send: Send) -> None:
    """Tells the user, and the Gradio session that was asked for."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    request = Request(scope, receive)
    body = await request.body()
    said = {"user": scope.get("user_name"), "path": scope["path"], "query": dict(request.query_params)}
    await JSONResponse({**said, "body": body.decode()})(scope, receive, send)


def log_in(client: TestClient, name: str = "ann", password: str = "first password", **more: str) -> int:
    return client.post("/login", data={"name": name, "password": password, **more}).status_code


# The file


def test_a_written_password_can_be_read_and_fits(tmp_path: Path) -> None:
    path = tmp_path / "people"
    assert write_password(path, "ann", "a long password")
    digest = read_passwords(path)["ann"]
    assert fits("a long password", digest)
    assert not fits("another password", digest)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["people"]


def test_a_new_password_takes_the_place_of_the_old_one_alone(file: Path) -> None:
    before = read_passwords(file)
    assert not write_password(file, "ann", "second password")
    after = read_passwords(file)
    assert fits("second password", after["ann"])
    assert after["боб"] == before["боб"]


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a\nb", "x" * 65])
def test_a_name_that_a_line_cannot_hold_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(PasswordError, match="name"):
        write_password(tmp_path / "people", name, "a long password")


@pytest.mark.parametrize("password", ["1234567", "x" * 73, "ж" * 37, "with\nline ends", "with \0 in it"])
def test_a_password_that_bcrypt_would_cut_is_refused(tmp_path: Path, password: str) -> None:
    with pytest.raises(PasswordError, match="password"):
        write_password(tmp_path / "people", "ann", password)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", "it has no names"),
        ("# nobody\n\n", "it has no names"),
        ("ann\n", "line 1, .*it is not name:hash"),
        ("# people\nann:secret\n", "line 2, .*not of the kind bcrypt"),
        ("ann:$apr1$abcdefgh$0123456789012345678901\n", "line 1, .*not of the kind bcrypt"),
        ("ann:{SHA}0DPiKuNIrrVmD8IUCuw1hQxNqZc=\n", "line 1, .*not of the kind bcrypt"),
        ("ann:$2y$31$" + "a" * 53, "line 1, .*cost outside 4 to 15"),
        (("ann:$2y$05$" + "a" * 53 + "\n") * 2, "line 2, .*stands above already"),
    ],
)
def test_a_bad_file_is_refused_with_the_line_and_the_next_step(tmp_path: Path, text: str, cause: str) -> None:
    path = tmp_path / "people"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PasswordFileError, match=rf"(?s){cause}.*rag password"):
        read_passwords(path)


def test_a_missing_file_and_one_that_is_no_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PasswordFileError, match="No such file"):
        read_passwords(tmp_path / "none")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    with pytest.raises(PasswordFileError, match="not UTF-8"):
        read_passwords(tmp_path / "bytes")


def test_a_folder_that_is_not_there_is_reported(tmp_path: Path) -> None:
    with pytest.raises(UnwritableFileError, match="cannot be written"):
        write_password(tmp_path / "none" / "people", "ann", "a long password")


def test_a_file_is_read_again_when_it_changes_and_stays_good_when_it_breaks(file: Path) -> None:
    people = Passwords(file)
    file.write_text(line("cem", "third password"), encoding="utf-8")
    assert people.hash_of("ann") is None
    known = people.hash_of("cem")
    assert known is not None
    file.write_text("broken", encoding="utf-8")
    assert people.hash_of("cem") == known


def test_the_hash_for_nobody_takes_as_many_rounds_as_the_slowest_and_fits_nothing(tmp_path: Path) -> None:
    path = tmp_path / "people"
    path.write_text(line("ann", "x") + "bob:$2y$06$" + "a" * 53 + "\n", encoding="utf-8")
    nobody = Passwords(path).nobody()
    assert nobody.startswith(b"$2y$06$")
    assert not fits("", nobody)


# Coming in


def test_a_right_password_opens_a_session_with_a_closed_cookie(client: TestClient) -> None:
    answer = client.post("/login", data={"name": "ann", "password": "first password"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} == {part.strip() for part in cookie.split(";")[1:]}
    assert len(cookie.split(";")[0]) >= len(COOKIE) + 43
    assert client.get("/").json()["user"] == "ann"


def test_a_name_in_another_alphabet_comes_in(client: TestClient) -> None:
    assert log_in(client, "боб", "пароль Боба") == 303
    assert client.get("/").json()["user"] == "боб"


def test_the_cookie_is_secure_over_https_and_bound_to_the_base_path(file: Path) -> None:
    with TestClient(Login(_who, Passwords(file), "/news"), base_url="https://testserver") as client:
        answer = client.post("/login", data={"name": "ann", "password": "first password"}, follow_redirects=False)
        assert answer.headers["location"] == "/news/"
        assert "; Secure" in answer.headers["set-cookie"]
        assert "; Path=/news;" in answer.headers["set-cookie"]


@pytest.mark.parametrize(("name", "password"), [("ann", "wrong"), ("nobody", "first password"), ("", ""), ("ann", "")])
def test_a_wrong_try_says_the_same_whatever_was_wrong(client: TestClient, name: str, password: str) -> None:
    answer = client.post("/login", data={"name": name, "password": password})
    assert answer.status_code == 401
    assert '<p role="alert" id="fault">This name and password do not belong together.' in answer.text
    assert "set-cookie" not in answer.headers


def test_an_unknown_name_costs_one_try_of_bcrypt_too(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[bytes] = []

    def watched(password: str, digest: bytes) -> bool:
        tried.append(digest)
        return False

    monkeypatch.setattr(checking, "fits", watched)
    log_in(client, "nobody")
    log_in(client, "ann")
    assert [digest[:7] for digest in tried] == [b"$2y$04$", b"$2y$04$"]


def test_more_than_the_longest_password_is_no_defect(client: TestClient) -> None:
    assert log_in(client, "ann", "x" * 4_000) == 401
    assert log_in(client, "ann", "\0") == 401


def test_a_form_with_too_many_fields_is_a_wrong_try(client: TestClient) -> None:
    assert client.post("/login", content="&".join(f"a{n}=1" for n in range(100))).status_code == 401


@pytest.mark.parametrize(
    ("to", "where"),
    [
        ("/ru/", "/ru/"),
        ("/?a=1", "/?a=1"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/a\r\nset-cookie: x", "/"),
        ("javascript:alert(1)", "/"),
        ("/logout", "/"),
        ("", "/"),
    ],
)
def test_log_in_leads_to_this_site_alone(client: TestClient, to: str, where: str) -> None:
    answer = client.post("/login", data={"name": "ann", "password": "first password", "next": to})
    assert answer.headers["location"] == where


def test_a_page_leads_to_log_in_and_back(client: TestClient) -> None:
    answer = client.get("/ru/?a=1&b=2", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Fru%2F%3Fa%3D1%26b%3D2")
    form = client.get(answer.headers["location"])
    assert '<input type="hidden" name="next" value="/ru/?a=1&amp;b=2">' in form.text


@pytest.mark.parametrize("path", ["/api/articles", "/gradio_api/queue/data", "/ru/gradio_api/info"])
def test_programs_are_told_so_in_json(client: TestClient, path: str) -> None:
    answer = client.get(path, headers=HTML)
    assert (answer.status_code, answer.json()) == (401, {"error": "Log in first."})
    assert answer.headers["www-authenticate"].startswith("Basic ")


def test_a_browsers_script_gets_no_window_that_asks(client: TestClient) -> None:
    answer = client.get("/api/articles", headers={"sec-fetch-mode": "cors"})
    assert answer.status_code == 401
    assert "www-authenticate" not in answer.headers


@pytest.mark.parametrize("path", ["/healthz", "/favicon.ico"])
def test_health_and_icon_are_open(client: TestClient, path: str) -> None:
    assert client.get(path).json()["user"] is None


@pytest.mark.parametrize(
    "path", ["/healthz/", "/healthz/../", "//healthz", "/Healthz", "/login/", "/login/x", "/x/login"]
)
def test_what_looks_open_is_not(client: TestClient, path: str) -> None:
    assert client.request("GET", f"http://testserver{path}").status_code == 401


def test_to_post_to_an_open_path_needs_a_session(client: TestClient) -> None:
    assert client.post("/healthz").status_code == 401


def test_log_out_ends_the_session_for_every_copy_of_the_cookie(client: TestClient) -> None:
    log_in(client)
    token = client.cookies[COOKIE]
    answer = client.post("/logout")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert "Max-Age=0" in answer.headers["set-cookie"]
    client.cookies.clear()
    assert client.get("/", headers={"cookie": f"{COOKIE}={token}"}).status_code == 401


def test_another_log_in_ends_the_session_before_it(client: TestClient) -> None:
    log_in(client)
    first = client.cookies[COOKIE]
    log_in(client)
    client.cookies.clear()
    assert client.get("/", headers={"cookie": f"{COOKIE}={first}"}).status_code == 401


@pytest.mark.parametrize("cookie", [f"{COOKIE}=", f"{COOKIE}=guessed", "=; ;;", f"{COOKIE}={'x' * 9_000}"])
def test_a_cookie_that_nobody_got_opens_nothing(client: TestClient, cookie: str) -> None:
    assert client.get("/", headers={"cookie": cookie}).status_code == 401


def test_a_changed_password_ends_the_sessions_of_its_name(client: TestClient, file: Path) -> None:
    log_in(client)
    write_password(file, "ann", "second password")
    assert client.get("/").status_code == 401


def test_a_session_ends_when_it_is_idle_and_when_it_is_old(client: TestClient, clock: Clock) -> None:
    log_in(client)
    clock.now += sessions.IDLE_SECONDS
    assert client.get("/").status_code == 200
    clock.now += sessions.IDLE_SECONDS + 1
    assert client.get("/").status_code == 401
    log_in(client)
    for _ in range(int(sessions.LONGEST_SECONDS / sessions.IDLE_SECONDS)):
        clock.now += sessions.IDLE_SECONDS
        assert client.get("/").status_code == 200
    clock.now += 1
    assert client.get("/").status_code == 401


def test_a_user_keeps_the_latest_sessions_and_tokens_are_kept_hashed() -> None:
    kept = Sessions(Clock())
    tokens = [kept.begin("ann", b"h") for _ in range(sessions.PER_USER + 1)]
    others = kept.begin("bob", b"h")
    assert kept.user_of(tokens[0], lambda _: b"h") is None
    assert [kept.user_of(token, lambda _: b"h") for token in (tokens[1], others)] == ["ann", "bob"]
    assert len(kept) == sessions.PER_USER + 1
    assert others not in repr(vars(kept))


def test_sessions_in_all_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "IN_ALL", 3)
    kept = Sessions(Clock())
    for number in range(9):
        kept.begin(f"user {number}", b"h")
    assert len(kept) == 3


# Guessing


def test_the_sixth_guess_of_a_name_must_wait_ever_longer(client: TestClient, clock: Clock) -> None:
    assert [log_in(client, "ann", f"guess {n}") for n in range(6)] == [401] * 5 + [429]
    waits = []
    for _ in range(4):
        refused = client.post("/login", data={"name": "ann", "password": "g"})
        assert refused.status_code == 429
        assert f"Wait {refused.headers['retry-after']} second" in refused.text
        waits.append(int(refused.headers["retry-after"]))
        clock.now += waits[-1]
        assert log_in(client, "ann", f"another {clock.now}") == 401
    assert waits == [1, 2, 4, 8]


def test_even_the_right_password_must_wait_and_then_comes_in(client: TestClient, clock: Clock) -> None:
    for number in range(5):
        log_in(client, "ann", f"guess {number}")
    assert log_in(client) == 429
    clock.now += 1
    assert log_in(client) == 303
    assert log_in(client, "ann", "wrong") == 401


def test_many_names_from_one_address_must_wait_too(client: TestClient) -> None:
    codes = [log_in(client, f"name {number}", "guess") for number in range(12)]
    assert codes == [401] * 10 + [429] * 2


def test_failures_are_forgotten_and_remembered_ones_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    tries = Tries(clock)
    for _ in range(5):
        assert tries.begin("ann", "192.0.2.1") == 0
    assert tries.begin("ann", "192.0.2.2") == 1
    clock.now += 5 * sessions.FORGOTTEN_SECONDS
    assert [tries.begin("ann", "192.0.2.2") for _ in range(5)] == [0] * 5
    monkeypatch.setattr(sessions, "REMEMBERED", 50)
    for number in range(200):
        tries.begin(f"name {number}", f"198.51.{number}.1")
    assert len(tries) == 100


def test_an_own_log_in_does_not_wash_an_address_clean() -> None:
    tries = Tries(Clock())
    for number in range(9):
        assert tries.begin(f"victim {number}", "192.0.2.1") == 0
        assert tries.begin("own", "192.0.2.1") == 0
        tries.succeed("own", "192.0.2.1")
    assert [tries.begin(f"last victim {number}", "192.0.2.1") for number in range(2)] == [0, 1]


def test_one_client_of_ipv6_is_its_whole_network() -> None:
    tries = Tries(Clock())
    waits = [tries.begin(f"name {number}", f"2001:db8::{number:x}") for number in range(11)]
    assert waits == [0] * 10 + [1]


def test_those_who_log_in_wait_in_a_bounded_line(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "WAITING", 2)
    hold, begun = threading.Event(), threading.Semaphore(0)

    def slow(password: str, digest: bytes) -> bool:
        begun.release()
        return hold.wait(20)

    monkeypatch.setattr(checking, "fits", slow)
    codes: list[int] = []
    threads = [threading.Thread(target=lambda n=name: codes.append(log_in(client, n))) for name in ("ann", "боб")]
    for thread in threads:
        thread.start()
        assert begun.acquire(timeout=20)
    assert client.get("/healthz").status_code == 200  # nobody else waits for them
    assert log_in(client, "third") == 429
    hold.set()
    for thread in threads:
        thread.join(20)
    assert codes == [303, 303]


# Programs


def basic(name: str, password: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def test_a_program_sends_its_password_with_each_request(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def watched(password: str, digest: bytes) -> bool:
        tried.append(password)
        return fits(password, digest)

    monkeypatch.setattr(checking, "fits", watched)
    for _ in range(20):
        assert client.post("/api/ask", json={}, headers=basic("ann", "first password")).json()["user"] == "ann"
    assert tried == ["first password"]


def test_a_program_that_guesses_must_wait(client: TestClient) -> None:
    codes = [client.get("/api/x", headers=basic("ann", f"guess {n}")).status_code for n in range(6)]
    assert codes == [401] * 5 + [429]


def test_a_programs_password_that_changes_is_asked_again(client: TestClient, file: Path) -> None:
    assert client.get("/api/x", headers=basic("ann", "first password")).status_code == 200
    write_password(file, "ann", "second password")
    assert client.get("/api/x", headers=basic("ann", "first password")).status_code == 401


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Basic /w==", "Bearer x", "Basic " + "QUJD" * 900])
def test_other_credentials_open_nothing(client: TestClient, header: str) -> None:
    assert client.get("/api/x", headers={"authorization": header}).status_code == 401


# The form


def test_the_form_speaks_the_readers_language(client: TestClient) -> None:
    assert '<html lang="en">' in client.get("/login").text
    russian = client.get("/login", headers={"accept-language": "ru-RU,ru;q=0.9,en;q=0.8"}).text
    assert '<html lang="ru">' in russian
    assert '<label for="name">Имя</label>' in russian
    assert '<a href="/login?lang=en&amp;next=%2F" lang="en" hreflang="en">English</a>' in russian
    refused = client.post("/login?lang=ru", data={"name": "ann", "password": "x"}).text
    assert '<p role="alert" id="fault">Имя и пароль не подходят друг к другу.' in refused


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [
        ("", "", "en"),
        ("", "de", "en"),
        ("", "de,ru;q=0.3", "ru"),
        ("", "ru;q=0.3,en;q=0.4", "en"),
        ("lang=ru", "en", "ru"),
        ("lang=xx", "ru", "ru"),
        ("", "ru;q=0", "en"),
        ("", ";;q=,,ru;q=9", "en"),
    ],
)
def test_the_language_is_named_or_liked_best(query: str, accepted: str, language: str) -> None:
    assert language_for(query, accepted) == language


def test_a_name_comes_back_as_text(client: TestClient) -> None:
    answer = client.post("/login", data={"name": '"><script>x</script>', "password": "x", "next": '/"><b>'})
    assert "<script" not in answer.text
    assert "<b>" not in answer.text


def test_who_is_logged_in_needs_no_form(client: TestClient) -> None:
    log_in(client)
    answer = client.get("/login?next=/ru/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/ru/")


# Gradio


def test_a_gradio_session_belongs_to_one_user(client: TestClient) -> None:
    seen = []
    for name, password in (("ann", "first password"), ("боб", "пароль Боба"), ("ann", "first password")):
        log_in(client, name, password)
        query = client.get("/gradio_api/queue/data", params={"session_hash": "abc"}).json()["query"]["session_hash"]
        path = client.get("/ru/gradio_api/heartbeat/abc").json()["path"]
        body = client.post("/gradio_api/queue/join", json={"data": [1], "session_hash": "abc"}).json()["body"]
        assert path == f"/ru/gradio_api/heartbeat/{query}"
        assert f'"session_hash": "{query}"' in body
        seen.append(query)
    assert seen[0] == seen[2] != seen[1]
    assert all(one.endswith("-abc") for one in seen)


def test_a_body_that_could_hide_a_session_is_refused(client: TestClient) -> None:
    log_in(client)
    files = {"session_hash": (None, "abc")}
    assert client.post("/gradio_api/component_server", files=files).status_code == 415
    assert client.post("/gradio_api/queue/join", content=b"{").status_code == 415
    twice = b'{"session_hash": "abc", "session_hash": "def"}'
    assert "-def" in client.post("/gradio_api/queue/join", content=twice).json()["body"]


PATHS = [
    ("POST", "/gradio_api/queue/join"),
    ("GET", "/gradio_api/queue/data?session_hash=a"),
    ("GET", "/gradio_api/queue/status"),
    ("GET", "/gradio_api/heartbeat/a"),
    ("GET", "/gradio_api/info"),
    ("GET", "/gradio_api/openapi.json"),
    ("GET", "/gradio_api/file=/etc/passwd"),
    ("GET", "/gradio_api/file/etc/passwd"),
    ("GET", "/gradio_api/mcp/"),
    ("POST", "/gradio_api/mcp/"),
    ("POST", "/gradio_api/run/predict"),
    ("POST", "/gradio_api/call/predict"),
    ("POST", "/gradio_api/upload"),
    ("GET", "/gradio_api/startup-events"),
    ("GET", "/config"),
    ("GET", "/"),
    ("GET", "/theme.css"),
    ("GET", "/assets/index.js"),
    ("POST", "/login/"),
    ("GET", "/api/articles"),
    ("GET", "/docs"),
]


def test_without_a_session_nothing_of_the_whole_application_answers(file: Path) -> None:
    library = FakeLibrary({"a": article_of("a", [("title", "Secret"), ("body", "Hidden words.")])})
    app = build_app(as_library(library), hosts=("testserver",), options=WebOptions(auth=file))
    with TestClient(app, follow_redirects=False) as client:
        answers = {
            (method, base + path): client.request(method, base + path, json={} if method == "POST" else None)
            for base in ("", "/ru")
            for method, path in PATHS
        }
        closed = {key: answer.status_code for key, answer in answers.items()}
        assert {code for key, code in closed.items() if not key[1].endswith("/upload")} == {401}
        assert {code for key, code in closed.items() if key[1].endswith("/upload")} == {403}
        assert all("Hidden" not in answer.text for answer in answers.values())
        mounted = {getattr(route, "path", "") for route in app.routes}
        for path in sorted(path for path in mounted if path and "{" not in path):
            expected = 200 if path in ("/healthz", "/favicon.ico") else 401
            assert (path, client.get(path).status_code) == (path, expected)


def test_the_whole_application_lets_a_user_in_and_says_who(file: Path) -> None:
    app = build_app(as_library(FakeLibrary({})), hosts=("testserver",), options=WebOptions(auth=file))
    with TestClient(app) as client:
        assert client.post("/login", data={"name": "ann", "password": "first password"}).status_code == 200
        assert "Ask the Article" in client.get("/", headers=HTML).text
        assert client.get("/config").status_code == 200


def test_an_unusable_file_stops_the_server_before_it_answers(tmp_path: Path) -> None:
    with pytest.raises(PasswordFileError, match="rag password"):
        build_app(as_library(FakeLibrary({})), options=WebOptions(auth=tmp_path / "none"))


def test_the_shortest_cost_is_not_the_written_one(tmp_path: Path) -> None:
    write_password(tmp_path / "people", "ann", "a long password")
    assert read_passwords(tmp_path / "people")["ann"].startswith(f"$2b${passwords.COST}$".encode())


# The command


def test_the_command_writes_what_the_server_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "people"
    monkeypatch.setattr("sys.stdin", io.StringIO("a long password\nnot this\n"))
    assert main(["password", str(path), "ann"]) == 0
    assert capsys.readouterr().err == f"rag: ann can log in now: {path}\n"
    assert fits("a long password", read_passwords(path)["ann"])
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    assert main(["password", str(path), "ann"]) == 1
    assert capsys.readouterr().err.startswith("rag: The password is too short.")
    assert fits("a long password", read_passwords(path)["ann"])


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_command_asks_twice_at_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, said = tmp_path / "people", iter(["a long password", "a lng password", "a long password", "a long password"])
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(said))
    assert main(["password", str(path), "ann"]) != 0
    assert not path.exists()
    assert main(["password", str(path), "ann"]) == 0


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--auth", "/nowhere/people"], 1, "No such file"),
        (["--base-path", "news"], 1, "base-path"),
        (["--site", "https://news.example"], 1, "a host name or an address"),
        (["--max-articles", "0"], 2, "--max-articles"),
    ],
)
def test_options_that_cannot_be_used_are_told_in_a_line(
    options: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str], index: Path
) -> None:
    try:
        got = main(["serve", "--index", str(index), "--port", "0", *options])
    except SystemExit as stop:
        got = int(stop.code or 0)
    assert got == code
    assert message in capsys.readouterr().err.splitlines()[-1]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from rag.library import open_library
    from rag.settings import Settings

    folder = tmp_path_factory.mktemp("library")
    open_library(folder, Settings(), create=True).close()
    return folder


def test_a_known_gradio_session_shows_nothing_to_another_user(file: Path) -> None:
    app = build_app(as_library(FakeLibrary({})), hosts=("testserver",), options=WebOptions(auth=file))
    with TestClient(app) as client:
        log_in(client)
        config = client.get("/config").json()
        asking = next(one["id"] for one in config["components"] if one["props"].get("elem_id") == "asking")
        event = next(one["id"] for one in config["dependencies"] if [asking, "submit"] in one["targets"])

        def shown(question: str) -> str:
            asked = {"event_data": {"value": {"question": question}}, "data": [None], "session_hash": "known"}
            body = {**asked, "fn_index": event, "trigger_id": asking}
            return client.post("/gradio_api/run/predict", json=body).text

        assert "a secret of Ann" in shown("a secret of Ann")
        assert "a secret of Ann" in shown("another question")
        client.cookies.clear()
        log_in(client, "боб", "пароль Боба")
        seen = shown("what did Ann ask")
        assert "what did Ann ask" in seen
        assert "a secret of Ann" not in seen
