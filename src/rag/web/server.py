"""The web application around the page, and the process that serves it.

Knows routes, ports and addresses; the page itself is built by `page`, requests are checked by `guard`.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Callable, Sequence
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING

import gradio as gr
import uvicorn
from anyio.to_thread import current_default_thread_limiter
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import RedirectResponse

from rag.collecting import collect_seldom
from rag.errors import AddressError, SettingError
from rag.web.api import api_routes
from rag.web.examples import Proposals
from rag.web.feedback import can_be_kept
from rag.web.gate import Gate
from rag.web.guard import ANYWHERE, BODY_LIMIT, LOCAL, Guard
from rag.web.jobs import Jobs
from rag.web.login import Login
from rag.web.logs import RequestLog, write_logs
from rag.web.options import WebOptions
from rag.web.page import NAME, build_page, head, theme
from rag.web.passwords import Passwords
from rag.web.prefix import Prefix
from rag.web.strings import LANGUAGES
from rag.web.tools import speak_json

if TYPE_CHECKING:
    from rag.library import Library

_log = logging.getLogger(__name__)

WARM_SECONDS = 5.0
"""Seconds after the start until what only some questions need is loaded; the first page is shown before."""

THREADS = 120
"""Requests that are worked on at once; more than questions may wait, so that nothing else waits behind them."""

GOODBYE_SECONDS = 2
"""Seconds that open pages get when the server stops; they hold a stream that never ends by itself."""

SESSIONS = 500
"""Open pages whose conversations are remembered, by language: 50 people with ten each. A page takes about 0.1 MB, and
Gradio would keep 10,000 of them; the one that was silent longest is forgotten first."""

CONNECTIONS = 1_000
"""Connections that may be open: an open page holds one or two; those beyond are told to come back."""


def port_number(value: str) -> int:
    """The port that `value` names; 0 asks for a free one.

    Raises:
        SettingError: `value` is not a port.
    """
    if not (value.isascii() and value.isdigit() and len(value) <= 5 and int(value) <= 65535):
        raise SettingError("PORT", value, "a whole number from 0 to 65535")
    return int(value)


def build_app(
    library: Library,
    *,
    hosts: Sequence[str] = (),
    routers: Sequence[APIRouter] = (),
    body_limit: int = BODY_LIMIT,
    options: WebOptions = WebOptions(),
) -> FastAPI:
    """The web application: `/healthz`, the given routers, and the page at `/`.

    Args:
        library: What is asked.
        hosts: Names to answer to besides this machine's own; a wildcard address admits every literal IP address.
        routers: Further routes, which come before the page.
        body_limit: Bytes that a request may carry which brings no article.
        options: What whoever runs it chose.

    Raises:
        PasswordFileError: The file of passwords cannot be used.
    """
    jobs = Jobs(library, most_articles=options.max_articles)
    app = FastAPI(title=NAME, docs_url=None, redoc_url=None, openapi_url=None, lifespan=jobs.lifespan)
    # Its presence keeps Gradio from answering every origin with open CORS headers.
    app.add_middleware(CORSMiddleware, allow_origins=())
    if options.auth is not None:
        app.add_middleware(Login, passwords=Passwords(options.auth), base_path=options.base_path)
    app.add_middleware(Guard, hosts=(*LOCAL, *hosts, *options.names), body_limit=body_limit)
    app.add_middleware(RequestLog)
    app.add_middleware(Prefix, base_path=options.base_path)  # what is added last comes first

    @app.get("/healthz")
    def healthz() -> dict[str, object]:
        return {"ok": True, "articles": len(library.articles())}

    @app.get("/favicon.ico", include_in_schema=False)
    def favicon() -> Response:
        return Response(files("rag.web").joinpath("icon.svg").read_bytes(), media_type="image/svg+xml")

    gate = Gate()
    for router in (*routers, api_routes(library, options=options, jobs=jobs, gate=gate)):
        app.include_router(router)
    _in_a_loop(partial(_mount_pages, app, library, gate, body_limit, options))
    return app


def serve(
    library: Library,
    host: str,
    port: int,
    *,
    announce: Callable[[str], None] | None = None,
    options: WebOptions = WebOptions(),
) -> None:
    """Serve the page until the process is told to stop, with a line on stderr for each request.

    Args:
        library: What is asked.
        host: The address to listen on.
        port: The port; 0 takes a free one.
        announce: Called once with the page's address when it answers; without it the address is logged.
        options: What whoever runs it chose.

    Raises:
        AddressError: the address or port cannot be listened on.
        PasswordFileError: The file of passwords cannot be used.
    """
    listener = listen(host, port)
    hosts = (host, socket.gethostname()) if host in ANYWHERE else (host,)
    tell = announce or (lambda url: _log.info("%s is at %s", NAME, url))
    with listener:
        config = uvicorn.Config(
            build_app(library, hosts=hosts, options=options),
            ws="none",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=bool(options.proxies),
            forwarded_allow_ips=list(options.proxies),
            limit_concurrency=CONNECTIONS,
            timeout_graceful_shutdown=GOODBYE_SECONDS,
        )
        write_logs(questions=options.log_questions)
        collect_seldom()
        warm = threading.Timer(WARM_SECONDS, library.warm)
        warm.daemon = True
        warm.start()
        _Server(config, lambda: tell(_url(host, listener) + options.base_path)).run(sockets=[listener])
        warm.cancel()


def _in_a_loop(work: Callable[[], None]) -> None:
    """Do `work` inside an event loop, because Gradio leaks one for each lock that it makes outside."""

    async def working() -> None:
        work()

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(working())
    else:
        work()


def _mount_pages(app: FastAPI, library: Library, gate: Gate, body_limit: int, options: WebOptions) -> None:
    """Mount the page once for each language: the first at `/`, each other one at its code."""
    first, *others = LANGUAGES
    proposals = Proposals(library)
    rated = not options.read_only and can_be_kept(library)
    for language in others:
        app.router.add_route(f"/{language}", _leading_to(f"{language}/"))
    for language in (*others, first):  # what comes first answers first, and `/` answers everything
        page = build_page(library, language, gate=gate, proposals=proposals, rated=rated)
        page.state_session_capacity = SESSIONS
        gr.mount_gradio_app(
            app,
            page,
            path="/" if language == first else f"/{language}",
            theme=theme(),
            head=head(language, base_path=options.base_path),
            app_kwargs={"openapi_url": None},
            footer_links=[],
            run_history=False,
            ssr_mode=False,
            mcp_server=language == first,
            enable_monitoring=False,
            show_error=False,
            max_file_size=body_limit,
        )
        if page.mcp_server_obj:
            speak_json(page.mcp_server_obj)


def _leading_to(address: str) -> Callable[[Request], Response]:
    return lambda request: RedirectResponse(address)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        current_default_thread_limiter().total_tokens = THREADS
        await super().startup(sockets)
        if self.started:
            self._tell()


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that waits for readers.

    Raises:
        AddressError: Something else listens there, or it is no address of this machine.
    """
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        listener = socket.create_server(address[:2], family=family)
        # connections inherit this; without it the end of a reply waits 40 ms for word that its beginning came, and
        # asyncio asks for it only on sockets that were made with the protocol's number
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener
    except (OSError, OverflowError) as error:
        cause = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise AddressError(host, port, cause) from error


def _url(host: str, listener: socket.socket) -> str:
    name = "localhost" if host in ANYWHERE else host
    return f"http://{f'[{name}]' if ':' in name else name}:{listener.getsockname()[1]}"
