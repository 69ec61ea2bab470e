"""Users that ask a running server over HTTP, on the ways that people and programs take; knows no library.

A reply is told apart by the sentences it quotes, so that one which belongs to somebody else shows.
"""

from __future__ import annotations

import http.client
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from html import unescape
from typing import Any, Protocol, TypeAlias
from urllib.parse import urlsplit

Quoted: TypeAlias = tuple[str, ...]
"""Where the quotes of a reply stand, in their order."""

TIMEOUT_SECONDS = 60.0

_PLACE = re.compile(r'class="cite[^>]*href="#s-([^"]+)"|href="#s-([^"]+)"[^>]*class="cite')
_QUESTION = re.compile(r'<div class="question">(.*?)</div>', re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


class ServerError(Exception):
    """An answer of the server that is no reply."""


class MixedUpError(Exception):
    """A reply that belongs to another question, conversation or choice of articles."""


class User(Protocol):
    """Somebody who asks."""

    def begin(self, articles: Sequence[str]) -> None:
        """Begin a new conversation over some articles, or all."""

    def ask(self, question: str) -> Quoted:
        """Ask one question more and return what the reply quotes."""

    def close(self) -> None:
        """Leave."""


class ApiUser:
    """Asks as a program does, through `/api/ask`."""

    def __init__(self, url: str) -> None:
        """Meet the server at `url`."""
        self._http = _Connection(url)
        self._asked: list[str] = []
        self._articles: Sequence[str] = ()

    def begin(self, articles: Sequence[str]) -> None:
        """Begin a new conversation over some articles, or all."""
        self._asked, self._articles = [], articles

    def ask(self, question: str) -> Quoted:
        """Ask one question more and return what the reply quotes."""
        body: dict[str, Any] = {"question": question, "after": self._asked}
        if self._articles:
            body["articles"] = list(self._articles)
        reply = self._http.post("/api/ask", body)
        self._asked.append(question)
        if reply.get("question") != question:
            raise MixedUpError(f"asked {question!r}, got {reply.get('question')!r}")
        quotes = reply["quotes"] or reply.get("nearest", [])
        _check_articles((quote["article"] for quote in quotes), self._articles)
        return tuple(f"{quote['article']}:{quote['start']}-{quote['end']}" for quote in quotes)

    def close(self) -> None:
        """Leave."""
        self._http.close()


class PageUser:
    """Asks as a reader does, by what the page's own script sends: the question, its reply, what to ask next."""

    def __init__(self, url: str, config: Mapping[str, Any]) -> None:
        """Meet the page at `url`; `config` is what `page_config` found there."""
        self._url, self._http = url, _Connection(url)
        self._ids = {
            one["props"].get("elem_id"): one["id"] for one in config["components"] if one["props"].get("elem_id")
        }
        self._events = config["dependencies"]
        self._ask = self._event("asking", "submit")
        proposed = self._ids["suggestions"]
        self._next = next(
            one for one in self._events if one["trigger_after"] == self._ask["id"] and one["outputs"] == [proposed]
        )
        self._heart: _Connection | None = None
        self._hash = ""
        self._asked: list[str] = []
        self._articles: Sequence[str] = ()

    def begin(self, articles: Sequence[str]) -> None:
        """Open the page anew, and choose the articles to ask."""
        if self._heart is not None:
            self._heart.close()
        self._hash, self._asked, self._articles = secrets.token_hex(6), [], articles
        self._heart = _Connection(self._url)
        self._heart.begin(f"/gradio_api/heartbeat/{self._hash}")
        if articles:
            self._run(self._event("scope", "select"), [None], {"value": list(articles)})

    def ask(self, question: str) -> Quoted:
        """Ask one question more and return what the reply quotes."""
        self._asked.append(question)
        shown = _texts(self._run(self._ask, [None], {"value": {"question": question}})["data"][0])
        asked, replies = [_QUESTION.findall(text) for text in shown[::2]], shown[1::2]
        if [_plain(text) for found in asked for text in found] != [" ".join(text.split()) for text in self._asked]:
            raise MixedUpError(f"the conversation {self._asked} shows {asked}")
        if "waiting" in replies[-1] or "failure" in replies[-1]:
            raise ServerError(_plain(replies[-1]))
        found = tuple(one or other for one, other in _PLACE.findall(replies[-1]))
        _check_articles((place.partition("!")[0].rpartition("-")[0] for place in found), self._articles)
        self._run(self._next, [None])
        return found

    def close(self) -> None:
        """Leave."""
        self._http.close()
        if self._heart is not None:
            self._heart.close()

    def _event(self, element: str, kind: str) -> dict[str, Any]:
        target = [self._ids[element], kind]
        found: dict[str, Any] = next(one for one in self._events if target in one["targets"])
        return found

    def _body(self, event: Mapping[str, Any], data: list[Any], event_data: Any = None) -> dict[str, Any]:
        return {
            "data": data,
            "event_data": event_data,
            "fn_index": event["id"],
            "trigger_id": self._ids["asking"],
            "session_hash": self._hash,
        }

    def _run(self, event: Mapping[str, Any], data: list[Any], event_data: Any = None) -> dict[str, Any]:
        return self._http.post("/gradio_api/run/predict", self._body(event, data, event_data))


def page_config(url: str) -> dict[str, Any]:
    """What the page tells its script: its elements and their events."""
    connection = _Connection(url)
    try:
        return connection.get("/config")
    finally:
        connection.close()


class _Connection:
    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._http = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
        self._base = parts.path.rstrip("/")

    def get(self, path: str) -> dict[str, Any]:
        self._http.request("GET", self._base + path)
        return self._answer()

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        self._http.request("POST", self._base + path, json.dumps(body), {"Content-Type": "application/json"})
        return self._answer()

    def begin(self, path: str) -> None:
        self._http.request("GET", self._base + path)

    def close(self) -> None:
        self._http.close()

    def _answer(self) -> dict[str, Any]:
        answer = self._http.getresponse()
        body = answer.read()
        if answer.status not in (200, 201):
            raise ServerError(f"{answer.status} {body[:200].decode('utf-8', 'replace')}")
        found: dict[str, Any] = json.loads(body)
        return found


def _texts(messages: Sequence[Mapping[str, Any]]) -> list[str]:
    """The markup of each message, whether it came as a string or in parts."""
    shown = []
    for message in messages:
        content = message["content"]
        parts = content if isinstance(content, list) else [content]
        shown.append("".join(part if isinstance(part, str) else str(part.get("text", "")) for part in parts))
    return shown


def _plain(markup: str) -> str:
    return " ".join(unescape(_TAG.sub(" ", markup)).split())


def _check_articles(found: Any, wanted: Sequence[str]) -> None:
    other = set(found) - set(wanted)
    if wanted and other:
        raise MixedUpError(f"asked of {list(wanted)}, quoted {sorted(other)}")
