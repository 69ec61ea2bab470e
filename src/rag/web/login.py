"""Nobody comes in without a name: the form, the session's cookie, and whose Gradio session is whose.

Plain ASGI. Programs may send HTTP Basic instead of a cookie. Knows paths and cookies; `checking` knows passwords.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import json
import re
import secrets
import time
from base64 import b64decode
from urllib.parse import parse_qs, parse_qsl, quote, urlencode

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.web.checking import Checker, Verdict
from rag.web.login_page import login_page
from rag.web.passwords import Passwords
from rag.web.prefix import route_of
from rag.web.sessions import Clock, Sessions
from rag.web.strings import language_for, speaking, tell

COOKIE = "ask_session"
_OPEN = frozenset({"/healthz", "/favicon.ico"})
_PROGRAMS = re.compile(r"/api/|(/[a-z-]+)?/gradio_api/")
_IN_PATH = re.compile(r"(?<=/gradio_api/)(heartbeat|stream)/([^/]+)")
_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x1f\x7f]*")


class Login:
    """Lets people in who have a session, and programs that send HTTP Basic; says who in `scope["user_name"]`."""

    def __init__(self, app: ASGIApp, passwords: Passwords, base_path: str = "", clock: Clock = time.monotonic) -> None:
        """Ask for a name of `passwords` before `app`."""
        self._app, self._passwords, self._base = app, passwords, base_path
        self._sessions, self._checker = Sessions(clock), Checker(passwords, clock)
        self._key = secrets.token_bytes(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        route = route_of(scope)
        if route in _OPEN and scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
        elif route == "/login":
            await (await self._login(scope, receive))(scope, receive, send)
        elif route == "/logout" and scope["method"] == "POST":
            await self._logout(scope)(scope, receive, send)
        else:
            await self._enter(scope, receive, send)

    async def _enter(self, scope: Scope, receive: Receive, send: Send) -> None:
        verdict = await self._who(scope)
        if verdict.user is None:
            await self._turned_away(scope, verdict)(scope, receive, send)
            return
        scope["user_name"] = verdict.user
        if "/gradio_api/" in route_of(scope):
            owned = await self._owned(scope, receive, verdict.user)
            if owned is None:
                await JSONResponse({"error": "Only JSON is taken here."}, 415)(scope, receive, send)
                return
            scope, receive = owned
        await self._app(scope, receive, send)

    async def _who(self, scope: Scope) -> Verdict:
        for token in _tokens(scope):
            user = self._sessions.user_of(token, self._passwords.hash_of)
            if user is not None:
                return Verdict(user)
        name, password = _basic(Headers(scope=scope).get("authorization", ""))
        return await self._checker.recall(name, password, _address(scope)) if name else Verdict()

    def _turned_away(self, scope: Scope, verdict: Verdict) -> Response:
        headers, route = Headers(scope=scope), route_of(scope)
        if verdict.wait:
            return JSONResponse({"error": "Too many tries to log in."}, 429, {"Retry-After": str(verdict.wait)})
        reading = scope["method"] in ("GET", "HEAD") and "text/html" in headers.get("accept", "")
        if reading and not _PROGRAMS.match(route):
            query = scope.get("query_string", b"").decode("latin-1")[:500]
            to = quote(scope["path"], safe="/") + (f"?{query}" if query else "")
            return RedirectResponse(f"{self._base}/login?{urlencode({'next': to})}", status_code=303)
        asks = {} if "sec-fetch-mode" in headers else {"WWW-Authenticate": 'Basic realm="Ask the Article"'}
        return JSONResponse({"error": "Log in first."}, 401, asks)  # browsers, unasked, show no window of their own

    async def _login(self, scope: Scope, receive: Receive) -> Response:
        query = scope.get("query_string", b"").decode("latin-1")
        language = language_for(query, Headers(scope=scope).get("accept-language", ""))
        if scope["method"] in ("GET", "HEAD"):
            to = self._safe(parse_qs(query).get("next", [""])[-1])
            known = (await self._who(scope)).user if _tokens(scope) else None
            return _moved(to) if known else HTMLResponse(login_page(language, self._base, to=to))
        if scope["method"] != "POST":
            return Response(status_code=405, headers={"Allow": "GET, POST"})
        form = _form(await _body(receive))
        name, password, to = (form.get(field, [""])[-1] for field in ("name", "password", "next"))
        name, to = name.strip(), self._safe(to)
        verdict = await self._checker.check(name, password, _address(scope))
        digest = self._passwords.hash_of(verdict.user) if verdict.user else None
        if verdict.user and digest:
            for token in _tokens(scope):
                self._sessions.end(token)
            answer = _moved(to)
            self._set(answer, scope, self._sessions.begin(verdict.user, digest))
            return answer
        return self._refused(language, verdict, to=to, name=name)

    def _refused(self, language: str, verdict: Verdict, *, to: str, name: str) -> Response:
        with speaking(language):
            fault = tell("login.wait", n=verdict.wait) if verdict.wait else tell("login.wrong")
        page = login_page(language, self._base, to=to, name=name[:64], fault=fault)
        if verdict.wait:
            return HTMLResponse(page, 429, {"Retry-After": str(verdict.wait)})
        return HTMLResponse(page, 401)

    def _logout(self, scope: Scope) -> Response:
        for token in _tokens(scope):
            self._sessions.end(token)
        answer = _moved(f"{self._base}/login")
        self._set(answer, scope, "")
        return answer

    def _set(self, answer: Response, scope: Scope, token: str) -> None:
        answer.set_cookie(
            COOKIE,
            token,
            max_age=None if token else 0,
            path=self._base or "/",
            secure=scope.get("scheme") == "https",
            httponly=True,
            samesite="lax",
        )

    def _safe(self, to: str) -> str:
        """Where to go after log-in: a path below the base path on this host, never another site."""
        home = f"{self._base}/"
        again = to.startswith((f"{home}login", f"{home}logout"))
        return to if _LOCAL.fullmatch(to) and to.startswith(home) and not again else home

    async def _owned(self, scope: Scope, receive: Receive, user: str) -> tuple[Scope, Receive] | None:
        """The request with its Gradio session moved among this user's own; None for a body that could hide one.

        A session of another user has another name in Gradio, so to know it gives nothing.
        """
        mine = hmac.new(self._key, user.encode("utf-8"), hashlib.sha256).hexdigest()[:16] + "-"
        inner = dict(scope)
        pairs = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        if any(key == "session_hash" for key, _ in pairs):
            moved = [(key, mine + value if key == "session_hash" else value) for key, value in pairs]
            inner["query_string"] = urlencode(moved).encode("ascii")
        if scope["method"] in ("GET", "HEAD"):
            inner["path"] = _IN_PATH.sub(rf"\1/{mine}\2", scope["path"])
            return inner, receive
        body = await _body(receive)
        if body:
            try:
                said = json.loads(body)
            except ValueError:
                return None
            if isinstance(said, dict) and isinstance(said.get("session_hash"), str):
                said["session_hash"] = mine + said["session_hash"]
                body = json.dumps(said).encode("ascii")
                kept = [(name, value) for name, value in scope["headers"] if name.lower() != b"content-length"]
                inner["headers"] = [*kept, (b"content-length", str(len(body)).encode("ascii"))]
        return inner, _once(body, receive)


def _tokens(scope: Scope) -> list[str]:
    headers = Headers(scope=scope).getlist("cookie")
    return [token for header in headers if (token := cookie_parser(header[:8_192]).get(COOKIE))]


def _basic(header: str) -> tuple[str, str]:
    scheme, _, credentials = header[:1_000].partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, password = b64decode(credentials.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return name, password


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else "unknown"


def _moved(to: str) -> Response:
    return RedirectResponse(to, status_code=303)


def _form(body: bytes) -> dict[str, list[str]]:
    try:
        return parse_qs(body.decode("utf-8", "replace"), max_num_fields=8)
    except ValueError:
        return {}


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            break
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _once(body: bytes, receive: Receive) -> Receive:
    replay: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return replay.pop() if replay else await receive()

    return again
