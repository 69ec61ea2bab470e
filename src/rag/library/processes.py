"""Articles -> what is stored of them, in processes of their own: one process runs Python on one core at a time."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.connection import wait
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self

from rag.embed import load_encoder
from rag.errors import PreparingEndedError
from rag.library.preparing import Preparing
from rag.records import Article
from rag.settings import BUNDLED_ENCODER, MULTILINGUAL_ENCODER, Settings
from rag.speakers import StatementReader
from rag.store import Entry

_prepare: Callable[[Article], Entry]
"""In a process that prepares articles: how."""


def can_prepare_apart(settings: Settings) -> bool:
    """Tell whether there are cores for several processes, and an encoder that leaves them to each other."""
    return settings.threads > 1 and settings.encoder in (BUNDLED_ENCODER, MULTILINGUAL_ENCODER)


class Processes:
    """Prepares as many articles at a time as it is asked to, each in a process that has its own models.

    A process is started when none is free, about 2 s and 250 MB each, and ends with the program, whatever ends that;
    one that is lost costs one article.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = replace(settings, threads=1)
        self._free: SimpleQueue[ProcessPoolExecutor] = SimpleQueue()

    def entry(self, article: Article) -> Entry:
        """Return what is stored of an article.

        Raises:
            PreparingEndedError: The process ended, or could not be started.
        """
        try:
            process = self._free.get_nowait()
        except Empty:
            process = ProcessPoolExecutor(
                1, multiprocessing.get_context("spawn"), initializer=_start, initargs=(self._settings,)
            )
        try:
            with _deaf_to_the_keyboard():
                coming = process.submit(_entry, article)  # starts the process when it is the first
            problem = coming.exception()
        except (BrokenProcessPool, OSError) as error:  # it was lost while it waited, or cannot be started
            problem = error
        if isinstance(problem, BrokenProcessPool | OSError):
            process.shutdown(wait=False)
            raise PreparingEndedError(article.title) from problem
        self._free.put(process)
        return coming.result()

    def close(self) -> None:
        """End the processes; none may be at work."""
        while not self._free.empty():
            self._free.get().shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


@contextmanager
def _deaf_to_the_keyboard() -> Iterator[None]:
    """Keep Ctrl-C from a process from its first moment on: it stops the program, which lets its processes finish."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start(settings: Settings) -> None:
    """Load the models, in a process that is to prepare articles."""
    global _prepare
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _prepare = Preparing(settings, load_encoder(settings), StatementReader()).entry


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)


def _entry(article: Article) -> Entry:
    return _prepare(article)
