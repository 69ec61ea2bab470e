"""Whose turn it is: a few at once, a few more wait, the others are told to come back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rag.errors import BusyError

AT_ONCE = 4
"""Questions of programs answered at the same time; more than the cores of a small machine only adds waiting."""

WAITING = 12
"""Questions of programs that wait; with those at work they hold 16 of the 40 threads that answer requests."""

_COME_BACK = 2  # seconds


class Turns:
    """At most `at_once` are inside at the same time, and at most `waiting` wait for it. Safe between threads."""

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self._places = threading.Semaphore(at_once + waiting)
        self._running = threading.Semaphore(at_once)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn and hold it.

        Raises:
            BusyError: Too many wait already.
        """
        if not self._places.acquire(blocking=False):
            raise BusyError("Too many questions are asked at the same time", _COME_BACK)
        try:
            with self._running:
                yield
        finally:
            self._places.release()
