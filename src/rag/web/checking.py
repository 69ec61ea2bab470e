"""Whether a name and a password belong together; tries are counted, and few are made at once."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import secrets
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from rag.web.passwords import Passwords, fits
from rag.web.sessions import Clock, Tries

AT_ONCE = max(1, (os.cpu_count() or 1) // 2)
"""Passwords tried at the same time; each takes a core for about 0.2 s, and half of the cores are for answers."""

WAITING = 64
"""Log-ins that may wait for their turn: about 15 s for the last one on two cores."""

BUSY_SECONDS = 10
"""What those beyond are told to wait."""

KNOWN_SECONDS = 300.0
"""A program that sends its password with every request is believed for so long without trying it again."""

KNOWN = 256
"""Such programs remembered."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who it is, or nobody; `wait` are the seconds until a further try is taken, 0 when this one was."""

    user: str | None = None
    wait: int = 0


class Checker:
    """Tries passwords in threads of its own, so that nobody else waits for them."""

    def __init__(self, passwords: Passwords, clock: Clock = time.monotonic) -> None:
        """Check against a file of passwords."""
        self._passwords, self._clock, self._tries = passwords, clock, Tries(clock)
        self._threads = ThreadPoolExecutor(AT_ONCE, "passwords")
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._running: dict[bytes, asyncio.Task[Verdict]] = {}
        self._key = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, tuple[bytes, float]] = OrderedDict()

    async def check(self, name: str, password: str, address: str) -> Verdict:
        """The verdict on a try from an address; the same try that comes twice at once is made once."""
        same = self._mark(f"{address}\n{name}", password)
        task = self._running.get(same)
        if task is None:
            task = asyncio.create_task(self._check(name, password, address))
            self._running[same] = task
            task.add_done_callback(lambda _: self._running.pop(same, None))
        return await asyncio.shield(task)

    async def recall(self, name: str, password: str, address: str) -> Verdict:
        """The verdict on what a program sends again and again."""
        mark, digest, now = self._mark(name, password), self._passwords.hash_of(name), self._clock()
        known = self._known.get(mark)
        if known is not None and known[0] == digest and now - known[1] < KNOWN_SECONDS:
            return Verdict(name)
        verdict = await self.check(name, password, address)
        if verdict.user is not None and digest is not None:
            self._known[mark] = (digest, now)
            if len(self._known) > KNOWN:
                self._known.popitem(last=False)
        return verdict

    async def _check(self, name: str, password: str, address: str) -> Verdict:
        if self._waiting >= WAITING:
            return Verdict(wait=BUSY_SECONDS)
        self._waiting += 1
        try:
            async with self._turns:
                wait = self._tries.begin(name, address)
                return Verdict(wait=wait) if wait else await self._tried(name, password, address)
        finally:
            self._waiting -= 1

    async def _tried(self, name: str, password: str, address: str) -> Verdict:
        digest = self._passwords.hash_of(name)
        right = await asyncio.get_running_loop().run_in_executor(
            self._threads, fits, password, digest or self._passwords.nobody()
        )
        if digest is None or not right:
            return Verdict()
        self._tries.succeed(name, address)
        return Verdict(name)

    def _mark(self, name: str, password: str) -> bytes:
        said = f"{len(name)}:{name}{password}".encode("utf-8", "replace")
        return hmac.new(self._key, said, hashlib.sha256).digest()
