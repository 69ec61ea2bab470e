"""What can be added in the background: files, pasted text, addresses, articles that were removed.

Knows how each is read and what it holds until then; knows nothing of jobs or HTTP.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Literal, TypeAlias

from rag.articles import Limits, Metadata, read_address, read_text, read_upload
from rag.errors import TooLargeError, shorten
from rag.records import Article
from rag.settings import Settings

Cancelled: TypeAlias = Callable[[], bool]
"""Asked again and again while something is read; reading ends with `ReadStoppedError` when it says True."""

IN_MEMORY = 262_144
"""Bytes of a file that wait in memory; a larger one waits in a file without a name, which goes with the process."""

PASTED = "pasted text"


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Source:
    """One thing to be added.

    Attributes:
        name: What people call it.
        read: Makes an article of it, or raises a `ReadError`; called once.
        stage: What its reading is called.
        held: Bytes that it holds until it is closed.
        close: Gives back what it holds.
    """

    name: str
    read: Callable[[Cancelled], Article]
    stage: Literal["reading", "fetching"] = "reading"
    held: int = 0
    close: Callable[[], None] = _nothing


@dataclass(frozen=True, slots=True)
class Readers:
    """How files and addresses are read."""

    upload: Callable[..., Article] = read_upload
    address: Callable[..., Article] = read_address


def uploaded(file: BinaryIO, name: str, settings: Settings, *, readers: Readers = Readers()) -> Source:  # frozen
    """A file that somebody sent, copied; `name` is a label, of which the ending tells the kind."""
    label = shorten(re.split(r"[/\\]", name.strip())[-1]) or "the file"
    waiting = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # closed by who takes the source
    shutil.copyfileobj(file, waiting)
    held = waiting.tell()

    def read(cancelled: Cancelled) -> Article:
        waiting.seek(0)
        limits = Limits(file_bytes=settings.max_file_bytes, cancelled=cancelled)
        return readers.upload(waiting.read(), name=label, max_bytes=settings.max_article_bytes, limits=limits)

    return Source(label, read, held=held, close=waiting.close)


def pasted(text: str, given: Metadata, settings: Settings) -> Source:
    """A text, kept exactly as it is."""

    def read(cancelled: Cancelled) -> Article:
        size = len(text.encode(errors="surrogatepass"))
        if size > settings.max_article_bytes:
            raise TooLargeError(PASTED, size, settings.max_article_bytes)
        return read_text(text, name=PASTED, metadata=given)

    return Source(shorten(given.title) if given.title else PASTED, read, held=len(text))


def addressed(address: str, given: Metadata, settings: Settings, *, readers: Readers = Readers()) -> Source:  # frozen
    """What a public address gives."""

    def read(cancelled: Cancelled) -> Article:
        limits = Limits(file_bytes=settings.max_file_bytes, cancelled=cancelled)
        return readers.address(address, max_bytes=settings.max_article_bytes, given=given, limits=limits)

    return Source(shorten(address), read, stage="fetching")


def known(article: Article) -> Source:
    """An article that is at hand already."""
    return Source(shorten(article.title), lambda cancelled: article)
