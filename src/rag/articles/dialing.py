"""Connections to exactly the addresses that were found public, within one deadline; knows nothing of HTTP.

The name is looked up once, every address it has must be public, and one of these very addresses is dialled, so a
name that means another machine a moment later changes nothing.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpcore

from rag.articles.limits import Limits
from rag.articles.public import is_public
from rag.errors import FetchError, ReadStoppedError, RefusedAddressError

_POLL = 0.2  # seconds between two looks at the clock and at who may cancel


def _resolve(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(where[0]) for *_, where in found))


def _dial(address: str, port: int, seconds: float) -> httpcore.NetworkStream:
    return httpcore.SyncBackend().connect_tcp(address, port, timeout=seconds)


@dataclass(frozen=True, slots=True)
class Network:
    """How names are looked up and addresses dialled.

    Attributes:
        resolve: A host and a port -> its IP addresses; raises `OSError` when it has none.
        dial: An IP address, a port, and how many seconds it may take -> a connection.
    """

    resolve: Callable[[str, int], Sequence[str]] = _resolve
    dial: Callable[[str, int, float], httpcore.NetworkStream] = _dial


INTERNET = Network()


class Clock:
    """The one deadline of a fetch, and who may cancel it."""

    def __init__(self, address: str, limits: Limits) -> None:
        self.address, self.limits = address, limits
        self._end = time.monotonic() + limits.seconds

    def left(self) -> float:
        """Return the seconds that are left.

        Raises:
            FetchError: There are none.
            ReadStoppedError: The fetch was cancelled.
        """
        if self.limits.cancelled():
            raise ReadStoppedError(self.address)
        left = self._end - time.monotonic()
        if left <= 0:
            raise FetchError(self.address, f"it takes more than {self.limits.seconds:g} seconds")
        return left


class PublicBackend(httpcore.NetworkBackend):
    """Dials public addresses alone."""

    def __init__(self, network: Network, clock: Clock) -> None:
        self._network, self._clock = network, clock

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to one of the addresses of a host, the first that answers.

        Raises:
            RefusedAddressError: One of its addresses is not public.
            FetchError: It has none, none answers, or the time is over.
        """
        address = self._clock.address
        found = self._look_up(host, port)
        if private := [one for one in found if not is_public(one)]:
            raise RefusedAddressError(address, f"{host} is {private[0]}, which is not a public address")
        for one in found:
            try:
                return _Stream(self._network.dial(one, port, self._clock.left()), self._clock)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        raise FetchError(address, f"{host} cannot be reached")

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        """Refuse it."""
        raise RefusedAddressError(self._clock.address, "it is no address of a web page")

    def _look_up(self, host: str, port: int) -> Sequence[str]:
        """Look a name up, for no longer than there is time."""
        pool = ThreadPoolExecutor(1, thread_name_prefix="look-up")
        try:
            asked = pool.submit(self._network.resolve, host, port)
            while True:
                try:
                    found = asked.result(timeout=min(_POLL, self._clock.left()))
                    break
                except TimeoutError:
                    continue
        except (OSError, UnicodeError) as error:
            raise FetchError(self._clock.address, f"no site is called {host}") from error
        finally:
            pool.shutdown(wait=False)
        if not found:
            raise FetchError(self._clock.address, f"no site is called {host}")
        return found


class _Stream(httpcore.NetworkStream):
    """A connection that no slow site can hold open beyond the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, clock: Clock) -> None:
        self._inner, self._clock = inner, clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        while True:
            try:
                return self._inner.read(max_bytes, timeout=min(_POLL, self._clock.left()))
            except httpcore.ReadTimeout:
                continue

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout=self._clock.left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, self._clock.left()), self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
