"""What a reader makes of a file: parts of known or unknown kind become one text, with the place of each.

This file knows how parts are set below one another; it knows no format. The text is built here, so that every
offset comes by construction. Characters are only left out or, white space alone, put between.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.articles.layout import Piece, settle_kinds
from rag.articles.metadata import UNKNOWN, Metadata
from rag.records import Block, Kind, Range

_UNFIT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u2060\ufeff\ud800-\udfff]")
"""What no reader of a text sees or a file of text cannot hold: controls, soft hyphens, lone surrogates."""


BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What libraries say of broken files beside their own errors."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a reader makes of a file: its text and what the format itself says about it.

    Attributes:
        text: The whole text.
        metadata: What the format says about it.
        blocks: The parts of the text when the format knows them; without them they are found by their looks.
        pages: Where each page begins in the text, as in an `Article`.
    """

    text: str
    metadata: Metadata = UNKNOWN
    blocks: tuple[Block, ...] = ()
    pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A title, heading, paragraph or line of a list, as a format tells it.

    Attributes:
        runs: Its text, as `visible` leaves it, in one run for each page that it stands on.
        kind: None when the format does not tell it.
        close: It stands right below the part before it, as the lines of a list do.
        page: The page of the first run, from 0.
    """

    runs: tuple[str, ...]
    kind: Kind | None = "body"
    close: bool = False
    page: int = 0


def visible(text: str) -> str:
    """Return a text without what cannot be seen, its lines with single spaces and none at their ends."""
    lines = (re.sub(r"[^\S\t]+", " ", line).strip() for line in _UNFIT.sub("", text).splitlines())
    return "\n".join(filter(None, lines))


def part(text: str, kind: Kind | None = "body", *, close: bool = False) -> Part:
    """Return a part of a format that has no pages."""
    return Part((visible(text),), kind, close)


def set_page(parts: Sequence[Part], metadata: Metadata = UNKNOWN, *, paged: bool = False) -> Page:
    """Set parts below one another, with a blank line between those that are not close.

    Kinds that no format tells are found as for a plain text. An empty page of a paged original that has another
    after it gets a line end, so that each page has a place of its own.
    """
    setter = _Setter()
    for one in parts:
        if any(map(str.strip, one.runs)):
            setter.set(one)
    text = "".join(setter.written)
    pieces = [Piece(place, text[place.start : place.end], 0, True) for place in setter.places]
    kinds = settle_kinds(pieces, setter.kinds, metadata.title)
    blocks = tuple(Block(place, kind) for place, kind in zip(setter.places, kinds, strict=True))
    return Page(text, metadata, blocks, tuple(setter.pages) if paged and blocks else ())


class _Setter:
    """The text so far, where its parts stand, and where its pages begin."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.places: list[Range] = []
        self.kinds: list[Kind | None] = []
        self.pages = [0]
        self._length = 0

    def set(self, one: Part) -> None:
        if self.places:
            self._write("\n" if one.close else "\n\n")
        self._turn_to(one.page)
        start = self._length
        for page, run in enumerate(one.runs, one.page):
            self._turn_to(page)
            self._write(run)
        self.places.append(Range(start, self._length))
        self.kinds.append(one.kind)

    def _write(self, text: str) -> None:
        self.written.append(text)
        self._length += len(text)

    def _turn_to(self, page: int) -> None:
        while len(self.pages) <= page:
            if self.pages[-1] >= self._length:
                self._write("\n")
            self.pages.append(self._length)
