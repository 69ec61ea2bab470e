"""A file of unknown origin is read in a process of its own, which may use little, and is ended when it uses more.

This file knows how such a process is started, fed, watched and ended; `apart_child` is what runs in it. Nothing
but JSON comes back, and of it nothing but a text, places in it, and errors of a known kind.
"""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from rag.articles.limits import LIMITS, Limits
from rag.articles.metadata import Metadata
from rag.articles.page import Page
from rag.errors import (
    DamagedFileError,
    LockedFileError,
    MissingPackageError,
    NoTextError,
    NotTextError,
    ReadError,
    ReadLimitError,
    ReadStoppedError,
    TooLargeError,
    UnsafeFileError,
    WrongFormatError,
    shorten,
)
from rag.records import Block, Kind, Range

TOLD: dict[type[ReadError], tuple[str, ...]] = {
    WrongFormatError: ("name", "kind"),
    DamagedFileError: ("name", "kind"),
    LockedFileError: ("name",),
    NoTextError: ("name", "what", "next_step"),
    NotTextError: ("name",),
    UnsafeFileError: ("name", "cause"),
    TooLargeError: ("name", "size", "limit"),
    ReadLimitError: ("name", "limit"),
}
"""The errors that come back, each with the facts that it is made of."""

log = logging.getLogger(__name__)

_POLL = 0.1  # seconds between two looks at the clock and at who may cancel
_BROKEN = "a file of this kind"

_START = "import sys; sys.path[:] = sys.argv[2:]; from rag.articles.apart_child import main; main(sys.argv[1])"


def read_apart(data: bytes, name: str, suffix: str, *, max_bytes: int, limits: Limits = LIMITS) -> Page:
    """Return the page of a file that another process reads.

    Args:
        data: The bytes of the file.
        name: What messages call it.
        suffix: Which of `READERS` takes it.
        max_bytes: Most bytes of its text.
        limits: What it may cost.

    Raises:
        ReadLimitError: It took too much time or memory.
        ReadStoppedError: It was cancelled.
        MissingPackageError: A package that the reader needs is not there.
        ReadError: What the reader says, and `DamagedFileError` when the process ended without a word.
    """
    job = {
        "name": name,
        "suffix": suffix,
        "max_bytes": max_bytes,
        "cpu_seconds": limits.cpu_seconds,
        "memory_bytes": limits.memory_bytes,
    }
    with _started(json.dumps(job), data) as process:
        told = _answer(process, name, limits)
    return _page(told, name, process.returncode, limits)


@contextmanager
def _started(job: str, data: bytes) -> Iterator[subprocess.Popen[bytes]]:
    """Start the process, isolated: no environment, no open files, no folder of the user; end it whatever happens."""
    own = Path(__file__).parents[2]
    path = [str(Path(entry).resolve()) for entry in (str(own), *sys.path) if entry]
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _START, job, *path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd=Path(sys.executable).anchor,
        start_new_session=True,
    )
    pipe, process.stdin = process.stdin, None
    feeder = threading.Thread(target=_feed, args=(pipe, data))
    feeder.start()
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
        feeder.join()


def _feed(pipe: IO[bytes], data: bytes) -> None:
    """Hand over the bytes; a process that ends before it has read them all has said why."""
    with suppress(BrokenPipeError), pipe:
        pipe.write(data)


def _answer(process: subprocess.Popen[bytes], name: str, limits: Limits) -> bytes:
    """Wait for what comes back, for so long as that may take."""
    end = time.monotonic() + limits.seconds
    while True:
        try:
            return process.communicate(timeout=_POLL)[0]
        except subprocess.TimeoutExpired:
            if limits.cancelled():
                raise ReadStoppedError(name) from None
            if time.monotonic() > end:
                raise ReadLimitError(name, f"{limits.seconds:g} seconds") from None


def _page(told: bytes, name: str, code: int, limits: Limits) -> Page:
    if code == -signal.SIGXCPU:
        raise ReadLimitError(name, f"{limits.cpu_seconds} seconds")
    if code or not told:
        raise DamagedFileError(name, _BROKEN)
    answer = json.loads(told)
    if "missing" in answer:
        raise MissingPackageError(str(answer["missing"]), f"Reading {name}")
    if "broken" in answer:
        log.warning("reading %s ended with %s", shorten(name), answer["broken"])
        raise DamagedFileError(name, _BROKEN)
    if "error" in answer:
        raise _error(answer)
    return page_of(answer)


def _error(answer: dict[str, Any]) -> ReadError:
    kind = next(kind for kind in TOLD if kind.__name__ == answer["error"])
    return kind(*answer["facts"])


def shape_of(page: Page) -> dict[str, object]:
    """Return a page as JSON can hold it."""
    known = page.metadata
    return {
        "text": page.text,
        "metadata": [known.title, known.authors, known.published, known.source, known.note],
        "blocks": [(block.range.start, block.range.end, block.kind) for block in page.blocks],
        "pages": page.pages,
    }


def page_of(shape: dict[str, Any]) -> Page:
    """Return the page that `shape_of` made a shape of."""
    title, authors, published, source, note = shape["metadata"]
    return Page(
        shape["text"],
        Metadata(title, tuple(authors), published, source, note),
        tuple(map(_block, shape["blocks"])),
        tuple(shape["pages"]),
    )


def _block(shape: Sequence[Any]) -> Block:
    start, end, kind = shape
    kinds: dict[str, Kind] = {"title": "title", "byline": "byline", "heading": "heading", "body": "body"}
    return Block(Range(start, end), kinds[kind])
