"""A made-up internet: sites with public names and addresses, all of them served by this machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpcore

from rag.articles.dialing import Network

PUBLIC = "93.184.215.14"
"""What the names of the made-up internet mean unless said otherwise."""

Site = Callable[[BaseHTTPRequestHandler], None]


@dataclass(slots=True)
class Internet:
    """What was asked of a made-up internet, and its names; a name with several answers gives one a look-up."""

    port: int
    names: dict[str, list[Sequence[str]]] = field(default_factory=dict)
    looked_up: list[str] = field(default_factory=list)
    dialled: list[tuple[str, int]] = field(default_factory=list)
    requests: list[dict[str, str]] = field(default_factory=list)

    @property
    def network(self) -> Network:
        return Network(self._resolve, self._dial)

    def _resolve(self, host: str, port: int) -> Sequence[str]:
        self.looked_up.append(host)
        answers = self.names.get(host, [[PUBLIC]])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def _dial(self, address: str, port: int, seconds: float) -> httpcore.NetworkStream:
        self.dialled.append((address, port))
        return httpcore.SyncBackend().connect_tcp("127.0.0.1", self.port, timeout=seconds)


@contextmanager
def internet(pages: dict[str, Site]) -> Iterator[Internet]:
    """Serve pages by `host/path`; everything else is answered with 404."""
    seen: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append({"path": self.path, **{name.lower(): value for name, value in self.headers.items()}})
            pages.get(f"{self.headers['Host']}{self.path}", answer(status=404))(self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Who is asked may hang up."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield Internet(server.server_address[1], requests=seen)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answer(
    body: bytes = b"", *, kind: str | None = "text/html", status: int = 200, **headers: str
) -> Callable[[BaseHTTPRequestHandler], None]:
    """A page with these bytes."""

    def give(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        if kind is not None:
            handler.send_header("Content-Type", kind)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return give


def moved(to: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """A page that leads on."""
    return answer(status=302, Location=to)
