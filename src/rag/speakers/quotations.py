"""A paragraph -> its quotations; knows quotation marks, not who speaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.records import Range

_CLOSERS = {"“": "”\"“", "„": "“”\"", "«": "»", "»": "«", "\"": "\"”", "”": "”", "‘": "’", "‹": "›"}  # fmt: skip
"""For every mark that opens a quotation, those that may close it, in good typesetting or bad."""
_MARK = re.compile("[“”„«»\"‘’‹›]|''|``")
_OPENS_AFTER = re.compile(r"[\s(\[{—–/:;,-]?")
_GAP = re.compile(r"\s*")


@dataclass(frozen=True, slots=True)
class Quotation:
    """What stands in quotation marks, with the marks; `closed` is false where the closing one is missing."""

    range: Range
    closed: bool


def find_quotations(text: str, block: Range) -> list[Quotation]:
    """Return the outermost quotations of a paragraph in order; what stands inside another is part of it.

    A mark that is never closed holds to the end of the paragraph, or to the next mark that opens another. A closing
    mark that nothing opened is not looked at.
    """
    found: list[Quotation] = []
    opened: re.Match[str] | None = None
    for mark in _MARK.finditer(text, block.start, block.end):
        if opened is None:
            if _opens(text, mark, block):
                opened = mark
        elif mark.group() in _closers(opened) and _closes(text, mark, block):
            found.append(Quotation(Range(opened.start(), mark.end()), closed=True))
            opened = None
        elif mark.group() == opened.group() and _opens(text, mark, block) and mark.group() in "“„«":
            found.append(Quotation(Range(opened.start(), _trimmed(text, opened.start(), mark.start())), closed=False))
            opened = mark
    if opened is not None and opened.group() not in "‘”»":
        found.append(Quotation(Range(opened.start(), block.end), closed=False))
    return found


def _closers(opened: re.Match[str]) -> tuple[str, ...]:
    mark = opened.group()
    if mark in ("''", "``"):
        return ("''",)
    return tuple(_CLOSERS[mark].replace("“", "")) if mark == "“" else tuple(_CLOSERS[mark])


def _opens(text: str, mark: re.Match[str], block: Range) -> bool:
    """Whether a mark can open a quotation: a word comes next, or after a space that does not belong there."""
    sign = mark.group()
    if sign in ("’", "›"):
        return False
    before = text[mark.start() - 1] if mark.start() > block.start else " "
    after = text[mark.end()] if mark.end() < block.end else " "
    if sign in "“„«":
        return True
    return not before.isalnum() and before not in ".,!?…" and not after.isspace()


def _closes(text: str, mark: re.Match[str], block: Range) -> bool:
    """Whether a mark can close a quotation: straight marks that a word follows after a space open one."""
    after = text[mark.end()] if mark.end() < block.end else " "
    if mark.group() == "’":
        return not after.isalnum()
    before = text[mark.start() - 1]
    return mark.group() not in ('"', "''") or not (before.isspace() and after.isalnum())


def _trimmed(text: str, start: int, end: int) -> int:
    """The end of the visible characters between two places."""
    return start + len(text[start:end].rstrip())


def gap(text: str, start: int, end: int) -> bool:
    """Whether nothing visible stands between two places."""
    return start <= end and not text[start:end].strip()


def inside(place: Range, quotations: list[Quotation]) -> Iterator[Quotation]:
    """Yield the quotations that a place shares characters with."""
    return (one for one in quotations if one.range.start < place.end and place.start < one.range.end)
