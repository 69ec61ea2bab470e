"""Who is logged in, and how often somebody may try; kept in memory and bounded. Knows time, nothing of requests."""

from __future__ import annotations

import hashlib
import math
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from rag.web.flood import network_of

IDLE_SECONDS = 12 * 3600.0
"""A session that is not used for so long is over: a working day with its evening."""

LONGEST_SECONDS = 7 * 24 * 3600.0
"""A session is over after so long, used or not."""

PER_USER = 16
"""Sessions of one user; a further one ends the one that was silent longest."""

IN_ALL = 4_096
"""Sessions of all users."""

Clock = Callable[[], float]


@dataclass(slots=True)
class _Session:
    user: str
    digest: bytes
    began: float
    used: float


class Sessions:
    """Open sessions by the hashes of their tokens: who reads the memory cannot log in with what is there."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        """Begin with nobody logged in."""
        self._clock = clock
        self._open: OrderedDict[bytes, _Session] = OrderedDict()

    def begin(self, user: str, digest: bytes) -> str:
        """The token of a new session; `digest` is the hash of the password that opened it."""
        own = [key for key, one in self._open.items() if one.user == user]
        for key in own[: max(0, len(own) - PER_USER + 1)]:
            del self._open[key]
        while len(self._open) >= IN_ALL:
            self._open.popitem(last=False)
        token, now = secrets.token_urlsafe(32), self._clock()
        self._open[_hashed(token)] = _Session(user, digest, now, now)
        return token

    def user_of(self, token: str, current: Callable[[str], bytes | None]) -> str | None:
        """Who has this token; nobody when it is over, or when `current` says that the password is another now."""
        key, now = _hashed(token), self._clock()
        found = self._open.get(key)
        if found is None:
            return None
        over = now - found.used > IDLE_SECONDS or now - found.began > LONGEST_SECONDS
        if over or current(found.user) != found.digest:
            del self._open[key]
            return None
        found.used = now
        self._open.move_to_end(key)
        return found.user

    def end(self, token: str) -> None:
        """Close a session, if there is one."""
        self._open.pop(_hashed(token), None)

    def __len__(self) -> int:
        return len(self._open)


FREE_OF_NAME, FREE_OF_ADDRESS = 5, 10
"""Tries that fail before a name, and an address, must wait."""

FORGOTTEN_SECONDS = 60.0
"""One failure is forgotten in so long, so in the long run there is one guess a minute."""

LONGEST_WAIT = 300.0
"""The wait doubles up to this."""

REMEMBERED = 20_000
"""Names and addresses whose failures are remembered; the one that was silent longest is forgotten first."""


class Tries:
    """Failures to log in, by name and by address; every further one makes the next try wait longer."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        """Begin without failures."""
        self._clock = clock
        self._failed: dict[str, OrderedDict[bytes, tuple[float, float]]] = {
            "name": OrderedDict(),
            "address": OrderedDict(),
        }

    def begin(self, name: str, address: str) -> int:
        """Count a try as failed until `succeed`, and return 0; or the seconds to wait, and count nothing."""
        keys = (("name", name, FREE_OF_NAME), ("address", network_of(address), FREE_OF_ADDRESS))
        wait = max(self._wait(kind, key, free) for kind, key, free in keys)
        if wait <= 0:
            for kind, key, _ in keys:
                self._count(kind, key, 1)
        return math.ceil(max(wait, 0))

    def succeed(self, name: str, address: str) -> None:
        """Forget the failures of a name, and the last one of an address, which may have others' names to guess."""
        self._failed["name"].pop(_hashed(name), None)
        self._count("address", network_of(address), -1)

    def _wait(self, kind: str, key: str, free: int) -> float:
        count, when = self._failed[kind].get(_hashed(key), (0.0, 0.0))
        now = self._clock()
        left = count - (now - when) / FORGOTTEN_SECONDS
        if left <= free - 1:
            return 0.0
        return when + min(LONGEST_WAIT, math.pow(2, min(count - free, 20))) - now

    def _count(self, kind: str, key: str, more: int) -> None:
        failed, now = self._failed[kind], self._clock()
        count, when = failed.pop(_hashed(key), (0.0, now))
        left = max(0.0, count - (now - when) / FORGOTTEN_SECONDS) + more
        if left > 0:
            failed[_hashed(key)] = (left, now)
        if len(failed) > REMEMBERED:
            failed.popitem(last=False)

    def __len__(self) -> int:
        return sum(map(len, self._failed.values()))


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
