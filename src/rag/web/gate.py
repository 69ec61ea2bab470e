"""How many questions are answered at once, whoever asks: a few pass, some more wait, others must come back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rag.errors import BusyError

AT_ONCE = 4
"""Questions answered at the same time; more than the cores of a small machine only adds waiting."""

WAITING = 64
"""Questions that wait; at 12 a second the last one waits five seconds."""

_COME_BACK = 2  # seconds


class Gate:
    """At most `at_once` are inside at the same time, and at most `waiting` wait for it. Safe between threads."""

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self._places = threading.Semaphore(at_once + waiting)
        self._inside = threading.Semaphore(at_once)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Wait until there is room, and hold it.

        Raises:
            BusyError: Too many wait already.
        """
        if not self._places.acquire(blocking=False):
            raise BusyError("Too many questions are asked at the same time", _COME_BACK)
        try:
            with self._inside:
                yield
        finally:
            self._places.release()
