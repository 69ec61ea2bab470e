"""What every request must pass before the page sees it, and the headers that every response carries.

Plain ASGI, so streams stay streams. Knows hosts, origins, sizes and how often; knows nothing of articles or people.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.web.flood import CHANGE, READ, Flood
from rag.web.logs import log_failure
from rag.web.prefix import route_of

BODY_LIMIT = 1_048_576
"""Bytes of a request body: a thousand times a long question."""

UPLOAD_LIMIT = 64 * 1_048_576
"""Bytes of a request that brings files: many articles, or a few large ones."""

TEXT_LIMIT = 16 * 1_048_576
"""Bytes of an article in JSON, which takes up to three times the bytes of its text."""

LOGIN_LIMIT = 8_192
"""Bytes of a name and a password."""

UPLOADS = 4
"""Requests that may bring an article at the same time; each waits on disk until it is read."""

BODY_SECONDS = 20.0
"""Seconds until a body must have arrived, so that slow senders cannot hold memory."""

BYTES_PER_SECOND = 65_536
"""A body that is passed on as it comes gets one more second for so many bytes that have come."""

LOCAL = ("localhost", "127.0.0.1", "::1")
ANYWHERE = ("0.0.0.0", "::", "")
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_FREE = frozenset({"/healthz"})
_UPLOADS = "/api/articles"
_CLOSED = "/upload"
"""The end of Gradio's paths that store what they are sent; the page sends files to `_UPLOADS`."""

_KEPT = ("/assets/", "/static/", "/svelte/", "/theme.css", "/favicon.ico")
"""What browsers may keep, in each mounted page."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with no-referrer browsers send forms with the origin "null"
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True, slots=True)
class _Limit:
    size: int
    streamed: bool = False


class _BodyError(Exception):
    """A request body that is not taken, with the answer to give."""

    def __init__(self, answer: JSONResponse) -> None:
        super().__init__(answer.status_code)
        self.answer = answer


class Guard:
    """Refuses what does not belong here, and adds `HEADERS` to every response.

    Foreign hosts get 400, cross-site changes 403, long bodies 413, slow ones 408, floods 429, defects 500.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: Sequence[str] = LOCAL,
        body_limit: int = BODY_LIMIT,
        *,
        flood: Flood | None = None,
    ) -> None:
        """Guard `app`; an empty name or a wildcard address among `hosts` admits every literal IP address."""
        self._app = app
        self._hosts = frozenset(host.strip("[]").lower() for host in hosts)
        self._any_address = bool(self._hosts & set(ANYWHERE))
        self._body_limit = body_limit
        self._flood = Flood() if flood is None else flood
        self._uploading = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "Nothing here speaks WebSocket."})
        elif scope["type"] == "http":
            await self._guarded(scope, receive, _Answer(scope, send))
        else:
            await self._app(scope, receive, send)

    async def _guarded(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        limit = self._limit(scope)
        refusal = self._refusal(scope, limit)
        if refusal is not None:
            await refusal(scope, receive, answer.send)
            return
        try:
            if scope["method"] in _READS:
                await self._app(scope, receive, answer.send)
            elif limit.streamed:
                await self._stream(scope, receive, answer, limit)
            else:
                await self._app(scope, await _received(receive, limit.size), answer.send)
        except _BodyError as error:
            answer.refusal = error.answer
        except Exception as error:  # the last edge: what breaks here must not reach the client, nor end the server
            log_failure(scope, error)
            if not answer.begun:
                answer.refusal = _refuse(500, "This did not work because of a defect here; the log has the details.")
            else:
                raise
        if answer.refusal is not None and not answer.begun:
            refused, answer.refusal = answer.refusal, None
            await refused(scope, receive, answer.send)

    async def _stream(self, scope: Scope, receive: Receive, answer: _Answer, limit: _Limit) -> None:
        if self._uploading >= UPLOADS:
            busy = _refuse(503, "Other articles are being added. Try again in a moment.", {"Retry-After": "5"})
            raise _BodyError(busy)
        self._uploading += 1
        try:
            await self._app(scope, _bounded(receive, limit.size, answer), answer.send)
        finally:
            self._uploading -= 1

    def _limit(self, scope: Scope) -> _Limit:
        route = route_of(scope).rstrip("/")
        if route == "/login":
            return _Limit(min(LOGIN_LIMIT, self._body_limit))
        if route == _UPLOADS and scope["method"] == "POST":
            files = Headers(scope=scope).get("content-type", "").startswith("multipart/form-data")
            return _Limit(UPLOAD_LIMIT if files else TEXT_LIMIT, streamed=True)
        return _Limit(self._body_limit)

    def _refusal(self, scope: Scope, limit: _Limit) -> JSONResponse | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._knows(host):
            return _refuse(400, "This host name is not served here.")
        reads = scope["method"] in _READS
        wait = 0 if route_of(scope) in _FREE else self._flood.take(_client(scope), READ if reads else CHANGE)
        if wait:
            return _refuse(429, "Too many requests from your address. Try again shortly.", {"Retry-After": str(wait)})
        if reads:
            return None
        if headers.get("sec-fetch-site") == "cross-site" or _foreign(headers.get("origin"), host):
            return _refuse(403, "Requests from other sites are not accepted.")
        if route_of(scope).rstrip("/").endswith(_CLOSED):
            return _refuse(403, "Nothing can be uploaded here.")
        declared = headers.get("content-length", "0")
        if not declared.isascii() or not declared.isdigit():
            return _refuse(400, "The length of the request is not a number.")
        if int(declared[:20]) > limit.size:
            return _too_large(limit.size)
        return None

    def _knows(self, host: str) -> bool:
        name = _name(host)
        return name is not None and (name in self._hosts or (self._any_address and _is_address(name)))


class _Answer:
    """The way back to the client; `refusal` takes the place of a response that has not begun."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope, self._send = scope, send
        self.begun = False
        self.refusal: JSONResponse | None = None

    async def send(self, message: Message) -> None:
        """Send with `HEADERS`; what an application says of a body that was refused is dropped."""
        if self.refusal is not None and not self.begun:
            return
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            if self._private():
                headers["Cache-Control"] = "no-store"
        await self._send(message)

    def _private(self) -> bool:
        route = route_of(self._scope)
        return route.startswith("/api/") or "/gradio_api/" in route or not any(kept in route for kept in _KEPT)


def _name(host: str) -> str | None:
    try:
        parts = urlsplit(f"//{host}")
        return None if parts.path or parts.query or parts.username is not None else parts.hostname
    except ValueError:
        return None


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _foreign(origin: str | None, host: str) -> bool:
    if origin is None:
        return False
    try:
        return urlsplit(origin).netloc.lower() != host.lower()
    except ValueError:
        return True


def _client(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else "unknown"


def _refuse(status: int, why: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": why}, status_code=status, headers=headers)


def _too_large(limit: int) -> JSONResponse:
    return _refuse(413, f"The request is larger than {limit:,} bytes.")


def _too_slow() -> JSONResponse:
    return _refuse(408, "The request took too long to arrive.")


async def _received(receive: Receive, limit: int) -> Receive:
    """Read the whole body, at most `limit` bytes, and return a channel that gives it once more."""
    body = bytearray()
    more = True
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return receive
                body += message.get("body", b"")
                more = message.get("more_body", False)
                if len(body) > limit:
                    raise _BodyError(_too_large(limit))
    except TimeoutError:
        raise _BodyError(_too_slow()) from None
    replay: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

    async def again() -> Message:
        return replay.pop() if replay else await receive()

    return again


def _bounded(receive: Receive, limit: int, answer: _Answer) -> Receive:
    """A channel that gives the body as it comes, at most `limit` bytes and no slower than `BYTES_PER_SECOND`.

    It ends with `_BodyError`; because frameworks catch what happens while they read, the answer is noted too.
    """
    size, began, done = 0, asyncio.get_running_loop().time(), False

    def refuse(refusal: JSONResponse) -> _BodyError:
        answer.refusal = refusal
        return _BodyError(refusal)

    async def bounded() -> Message:
        nonlocal size, done
        deadline = None if done else began + BODY_SECONDS + size / BYTES_PER_SECOND
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError:
            raise refuse(_too_slow()) from None
        if message["type"] == "http.request":
            size += len(message.get("body", b""))
            done = not message.get("more_body", False)
            if size > limit:
                raise refuse(_too_large(limit))
        return message

    return bounded
