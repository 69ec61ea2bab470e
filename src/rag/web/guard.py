"""What every request must pass before the page sees it, and the headers that every response carries.

Plain ASGI, so streams stay streams. Knows hosts, origins and sizes; knows nothing of articles.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_LIMIT = 1_048_576
"""Bytes of a request body: a thousand times a long question."""

BODY_SECONDS = 20.0
"""Seconds until a body must have arrived, so that slow senders cannot hold memory."""

LOCAL = ("localhost", "127.0.0.1", "::1")
ANYWHERE = ("0.0.0.0", "::", "")
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_CLOSED = ("/gradio_api/upload", "/upload")
"""Paths that store what they are sent; the page has nothing to upload."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class BodyTooLargeError(Exception):
    """A request body that is longer than the limit; answered with 413."""


class Guard:
    """Refuses foreign hosts (400), cross-site changes (403) and long bodies (413), and adds `HEADERS`."""

    def __init__(self, app: ASGIApp, hosts: Sequence[str] = LOCAL, body_limit: int = BODY_LIMIT) -> None:
        """Guard `app`; an empty name or a wildcard address among `hosts` admits every literal IP address."""
        self._app = app
        self._hosts = frozenset(host.strip("[]").lower() for host in hosts)
        self._any_address = bool(self._hosts & set(ANYWHERE))
        self._body_limit = body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sender = _with_headers(send)
        refusal = self._refusal(scope)
        if refusal is None and scope["method"] not in _READS:
            try:
                async with asyncio.timeout(BODY_SECONDS):
                    receive = await _received(receive, self._body_limit)
            except BodyTooLargeError:
                refusal = _refuse(413, f"The request is larger than {self._body_limit:,} bytes.")
            except TimeoutError:
                refusal = _refuse(408, "The request took too long to arrive.")
        await (refusal or self._app)(scope, receive, sender)

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._knows(host):
            return _refuse(400, "This host name is not served here.")
        if scope["method"] in _READS:
            return None
        if headers.get("sec-fetch-site") == "cross-site" or _foreign(headers.get("origin"), host):
            return _refuse(403, "Requests from other sites are not accepted.")
        if scope["path"].rstrip("/") in _CLOSED:
            return _refuse(403, "Nothing can be uploaded here.")
        declared = headers.get("content-length", "0")
        if not declared.isascii() or not declared.isdigit():
            return _refuse(400, "The length of the request is not a number.")
        if int(declared[:20]) > self._body_limit:
            return _refuse(413, f"The request is larger than {self._body_limit:,} bytes.")
        return None

    def _knows(self, host: str) -> bool:
        name = _name(host)
        return name is not None and (name in self._hosts or (self._any_address and _is_address(name)))


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


def _refuse(status: int, why: str) -> JSONResponse:
    return JSONResponse({"error": why}, status_code=status)


def _with_headers(send: Send) -> Send:
    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
        await send(message)

    return sender


async def _received(receive: Receive, limit: int) -> Receive:
    """Read the whole body, at most `limit` bytes, and return a channel that gives it once more."""
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return receive
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > limit:
            raise BodyTooLargeError
    replay: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

    async def again() -> Message:
        return replay.pop() if replay else await receive()

    return again
