"""The command `rag serve` as a process of its own, the way a team runs it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from rag.library import open_library
from rag.settings import Settings
from rag.web.passwords import write_password

pytestmark = pytest.mark.models

OPTIONS = ["--base-path", "/news", "--site", "news.example", "--proxy", "127.0.0.1", "--port", "0"]
BEHIND = {"host": "news.example", "x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.9"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    open_library(tmp_path / "library", Settings(), create=True).close()
    write_password(tmp_path / "people", "ann", "a long password")
    where = ["--index", str(tmp_path / "library"), "--auth", str(tmp_path / "people")]
    command = [sys.executable, "-m", "rag.cli", "serve", *where, *OPTIONS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        address = re.search(r"http://\S+", process.stderr.readline())
        assert address is not None
        yield address[0], process
        process.kill()


def test_a_team_logs_in_through_a_proxy_and_each_request_is_a_line(server: tuple[str, subprocess.Popen[str]]) -> None:
    address, process = server
    assert address.endswith("/news")
    with httpx.Client(headers=BEHIND) as client:
        assert client.get(f"{address}/healthz").json() == {"ok": True, "articles": 0}
        form = {"name": "ann", "password": "a long password", "next": "/news/?q=secret"}
        answer = client.post(f"{address}/login", data=form, headers={"origin": "https://news.example"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/news/?q=secret")
        assert "; Secure" in answer.headers["set-cookie"]
        cookie = {"cookie": answer.headers["set-cookie"].split(";")[0]}
        page = client.get(f"{address}/?q=secret", headers=cookie)
        assert '"root":"https://news.example/news"' in page.text.replace(" ", "")
        assert client.get(f"{address}/config").status_code == 401
    process.terminate()
    _, errors = process.communicate(timeout=20)
    lines = [json.loads(line) for line in errors.splitlines() if line.startswith("{")]
    assert [(one["method"], one["path"], one["status"], one["user"]) for one in lines] == [
        ("GET", "/news/healthz", 200, None),
        ("POST", "/news/login", 303, None),
        ("GET", "/news/", 200, "ann"),
        ("GET", "/news/config", 401, None),
    ]
    assert "secret" not in errors
    assert "a long password" not in errors


def test_a_stopped_server_ends_at_once(server: tuple[str, subprocess.Popen[str]]) -> None:
    _, process = server
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode in (0, -15)
