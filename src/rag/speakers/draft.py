"""A statement in the making; knows places, not who is meant."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from rag.records import Range, Sentence
from rag.speakers.mentions import Source
from rag.speakers.quotations import Quotation

Key = TypeVar("Key", bound=Hashable)
One = TypeVar("One")


@dataclass(slots=True, eq=False)
class Draft:
    """What somebody says: its places, and the quotations that belong to it.

    `speech` tells whether quotations beside it may belong to it.
    """

    sentence: Sentence
    mention: Source
    source: Range
    cue: Range
    content: list[Range]
    speech: bool
    quotations: list[Quotation] = field(default_factory=list)

    def ranges(self) -> list[Range]:
        """Return all that is said, in order: content and quotations that touch are one."""
        merged: list[Range] = []
        for one in sorted([*self.content, *(quotation.range for quotation in self.quotations)]):
            if merged and one.start <= merged[-1].end:
                merged[-1] = Range(merged[-1].start, max(merged[-1].end, one.end))
            else:
                merged.append(one)
        return merged


def grouped(items: Iterable[One], key: Callable[[One], Key]) -> dict[Key, list[One]]:
    """Return items by a key, in their order."""
    groups: dict[Key, list[One]] = {}
    for one in items:
        groups.setdefault(key(one), []).append(one)
    return groups


def has_letters(text: str, place: Range) -> bool:
    """Return whether a letter or digit stands in a range."""
    return any(map(str.isalnum, text[place.start : place.end]))
