"""The path below which the application is reached, and headers that only a proxy may write."""

from __future__ import annotations

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_UNTRUSTED = frozenset({b"x-forwarded-host", b"x-forwarded-proto", b"x-gradio-server"})
"""Gradio builds addresses from these, whoever wrote them; a trusted proxy's word stands in the scope already."""


class Prefix:
    """Tells the application its base path, whether a proxy left it in the path or took it away."""

    def __init__(self, app: ASGIApp, base_path: str = "") -> None:
        """Serve `app` below `base_path`, which is empty or has no slash at its end."""
        self._app = app
        self._base = base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with `root_path` set and the whole path in `path`."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        inner = dict(scope)
        inner["headers"] = [(name, value) for name, value in scope["headers"] if name.lower() not in _UNTRUSTED]
        if self._base:
            if scope["path"] == self._base and scope["type"] == "http":
                await RedirectResponse(f"{self._base}/", status_code=308)(scope, receive, send)
                return
            inner["root_path"] = self._base
            if not scope["path"].startswith(f"{self._base}/"):
                inner["path"] = self._base + scope["path"]
                inner["raw_path"] = self._base.encode() + (scope.get("raw_path") or scope["path"].encode())
        await self._app(inner, receive, send)


def route_of(scope: Scope) -> str:
    """The path of a request below the base path."""
    path, base = str(scope["path"]), str(scope.get("root_path", ""))
    return path.removeprefix(base) if base and path.startswith(f"{base}/") else path
