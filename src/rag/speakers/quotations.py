"""A paragraph -> its quotations; knows quotation marks, not who speaks."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.records import Range
from rag.speakers.cues import SPOKEN

_CLOSERS = {
    "“": ("”", '"'), "„": ("“", "”", '"'), "«": ("»", "”", '"'), "»": ("«",), '"': ('"', "”"), "”": ("”",),
    "‘": ("’",), "‹": ("›",), "''": ("''",), "``": ("''",),
}  # fmt: skip
"""For every mark that opens a quotation, those that may close it, in good typesetting or bad."""
_MARK = re.compile("[“”„«»\"‘’‹›]|''|``")


_ASIDE = re.compile(
    r"[,.!?…]\s*[-–—]\s(?P<aside>[^\"“”„«»—–]{3,90}?)(?:[,.]?\s[-–—]\s|\s?[.]?$)",
)
"""Words between dashes inside of the marks, as in "Never, - said Doe, - and nowhere"."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """What stands in quotation marks, with the marks; `closed` is false where the closing one is missing.

    `aside` are words behind it between dashes that tell who speaks.
    """

    range: Range
    closed: bool
    aside: Range | None = None


def find_quotations(text: str, block: Range) -> list[Quotation]:
    """Return the outermost quotations of a paragraph in order; what stands inside another is part of it.

    A mark that is never closed holds to the end of the paragraph, or to the next mark that opens another. A closing
    mark that nothing opened is not looked at.
    """
    return [part for one in _outermost(text, block) for part in _without_asides(text, one)]


def meeting(quotations: Sequence[Quotation], place: Range) -> Sequence[Quotation]:
    """Return those of a paragraph's quotations that share characters with a range."""
    first = bisect_right(quotations, place.start, key=lambda one: one.range.end)
    return quotations[first : bisect_left(quotations, place.end, key=lambda one: one.range.start)]


def _outermost(text: str, block: Range) -> list[Quotation]:
    found: list[Quotation] = []
    opened: re.Match[str] | None = None
    for mark in _MARK.finditer(text, block.start, block.end):
        if opened is None:
            if _opens(text, mark, block):
                opened = mark
            elif mark.group() in "”»" and _closes_speech(text, mark, block):
                start = _sentence_start(text, found[-1].range.end if found else block.start, mark.start())
                found.append(Quotation(Range(start, mark.end()), closed=False))
        elif _ends(text, opened, mark, block):
            found.append(Quotation(Range(opened.start(), mark.end()), closed=True))
            opened = None
        elif mark.group() == opened.group() and _opens(text, mark, block) and mark.group() in "“„«":
            found.append(Quotation(Range(opened.start(), _trimmed(text, opened.start(), mark.start())), closed=False))
            opened = mark
    if opened is not None and opened.group() not in "‘”»":
        found.append(Quotation(Range(opened.start(), block.end), closed=False))
    return found


def _ends(text: str, opened: re.Match[str], mark: re.Match[str], block: Range) -> bool:
    """Whether a mark ends the quotation that another opened, also where an opening one is typed for a closing one."""
    if mark.group() in _CLOSERS[opened.group()]:
        return _closes(text, mark, block)
    before, after = text[mark.start() - 1], text[mark.end()] if mark.end() < block.end else " "
    return mark.group() == opened.group() == "“" and not before.isspace() and not after.isalnum()


def _without_asides(text: str, one: Quotation) -> Iterator[Quotation]:
    """A quotation in the parts that stand around who speaks."""
    start = one.range.start
    aside = _ASIDE.search(text, start, one.range.end)
    while aside is not None:
        if SPOKEN.isdisjoint(re.findall(r"\w+", aside["aside"].lower())):
            aside = _ASIDE.search(text, aside.start() + 1, one.range.end)
            continue
        place = Range(aside.start("aside"), aside.end("aside"))
        yield Quotation(Range(start, aside.start() + 1), closed=True, aside=place)
        start = aside.end()
        aside = _ASIDE.search(text, start, one.range.end)
    if text[start : one.range.end].strip():
        yield Quotation(Range(start, one.range.end), one.closed)


def _closes_speech(text: str, mark: re.Match[str], block: Range) -> bool:
    """Whether a closing mark that nothing opened ends what somebody says: a stop or comma stands beside it."""
    before, after = text[mark.start() - 1 : mark.start()], text[mark.end() : min(block.end, mark.end() + 2)].strip()
    return before in tuple(",.!?…") or after[:1] == ","


def _sentence_start(text: str, start: int, end: int) -> int:
    """Where the sentence begins that a place stands in."""
    stops = list(re.finditer(r"[.!?…]\s+", text[start:end]))
    first = start + (stops[-1].end() if stops else 0)
    return first + len(text[first:end]) - len(text[first:end].lstrip())


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


def is_label(text: str, one: Quotation) -> bool:
    """Return whether what stands in marks is a name or a title: its longer words have capitals, and no stop ends it."""
    words = re.findall(r"[^\W_][\w’'-]*", text[one.range.start : one.range.end])
    inside = text[one.range.start : one.range.end].rstrip("”\"»“’' ")
    if inside.endswith((".", "!", "?", "…")) or not words:
        return False
    return all(word[0].isupper() or word[0].isdigit() for word in words if len(word) > 3)
