"""Articles and their parts; offsets are 0-based, half-open, in characters of the stored text."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

from rag.errors import OffsetError

Kind: TypeAlias = Literal["title", "byline", "heading", "body"]
"""What a part of an article is for; only `body` is quoted unless the question asks for the others."""


@dataclass(frozen=True, slots=True, order=True)
class Range:
    """Characters `start` to `end` (exclusive) of an article's text, at least one."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a range must hold a character, not {self.start}..{self.end}")


@dataclass(frozen=True, slots=True)
class Block:
    """A title, byline, heading or paragraph: one stretch of text that no sentence crosses."""

    range: Range
    kind: Kind


@dataclass(frozen=True, slots=True)
class Article:
    """A text, kept exactly as it came, and what is known about it.

    `blocks` are in order, do not overlap, begin and end with a visible character, and cover every
    visible character of `text`. `published` is a date as the source gives it. `note` is a remark
    for readers, such as the language of the original. `pages` is where each page of a paged original
    begins in `text`, 0 first and ascending; it is empty for an original without pages.
    """

    id: str
    text: str
    title: str
    blocks: tuple[Block, ...]
    authors: tuple[str, ...] = ()
    published: str | None = None
    source: str | None = None
    note: str | None = None
    pages: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        end = 0
        for block in self.blocks:
            if block.range.start < end or block.range.end > len(self.text):
                raise OffsetError(self.id, block.range.start, block.range.end)
            end = block.range.end
        if self.pages and (self.pages[0] != 0 or any(a >= b for a, b in pairwise(self.pages))):
            raise ValueError("the first page begins the text, and each other one after the page before")
        if self.pages and self.pages[-1] > len(self.text):
            raise OffsetError(self.id, self.pages[-1], len(self.text))

    def page_of(self, offset: int) -> int | None:
        """Return the page, from 1, that the character at `offset` stands on; None for an article without pages."""
        return bisect_right(self.pages, offset) or None


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence (or heading line) of an article; `number` counts from 0 in reading order.

    `block` is the position of its block in `Article.blocks`.
    """

    number: int
    range: Range
    block: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences, numbers `first` to `last` (inclusive), that fits the encoder's window.

    A sentence longer than the window is cut into several passages with the same `first` and `last`.
    """

    range: Range
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class ArticleSummary:
    """One line of the list of articles; four fields are counts, and `added` is when it was, in ISO 8601."""

    id: str
    title: str
    authors: tuple[str, ...]
    published: str | None
    source: str | None
    characters: int
    sentences: int
    passages: int
    speakers: int
    added: str
