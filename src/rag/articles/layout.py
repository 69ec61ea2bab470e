"""A text becomes pieces, and every piece gets a kind: title, byline, heading or body.

This file knows lines, hand-made wraps, list markers and the looks of headlines. It knows no sentences and
changes no character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from rag.articles.bylines import is_byline, is_credit
from rag.articles.metadata import one_line
from rag.records import Block, Kind, Range

# Lengths in characters unless said otherwise, from how newspapers set their pages.
LONGEST_TITLE = 150
LONGEST_HEADING = 80
LONGEST_HEADING_WORDS = 12
NARROWEST_WRAP, WIDEST_WRAP = 40, 120
FULL_LINE = 0.8  # share of the width that a wrapped line fills at least
HEAD_PIECES, TAIL_PIECES = 5, 3  # how far from the ends bylines and credits are looked for


LIST_MARKER = re.compile(r"\s*(?:[•◦‣▪●∙·*+–—-]|\d{1,2}[.)])\s+(?=\S)")
"""What opens a list item, or with a dash somebody's words; only at the start of a block."""

_RULE = re.compile(r"=+|-{3,}")

_HASHES = re.compile(r"(#{1,6})\s+\S")

_CLOSED = re.compile(r"[.!?…:;。！？][\"'”’“»«)\]]*$")

_INNER_STOP = re.compile(r"[!?…]\s|\w{3,}\.\s+[^\W\d_a-z]")

_QUOTES = "\"'“”‘’„«»…"


@dataclass(frozen=True, slots=True)
class Piece:
    """Visible characters of a line, or of lines that belong together."""

    range: Range
    text: str
    indent: int
    after_blank: bool


def find_pieces(text: str) -> list[Piece]:
    """Find the pieces of a text in order; together they hold every visible character of it."""
    lines = list(_lines(text))
    width = _wrap_width(lines)
    opens = [True, *(not (_continues(*pair, width) or _underlines(*pair)) for pair in pairwise(lines))]
    firsts = [at for at, is_open in enumerate(opens) if is_open]
    return [_join(text, lines[first], lines[end - 1]) for first, end in pairwise([*firsts, len(lines)])]


def pieces_of(text: str, blocks: Sequence[Block]) -> list[Piece]:
    """Return the pieces of a text whose parts are known."""
    return [Piece(block.range, text[block.range.start : block.range.end], 0, True) for block in blocks]


def _join(text: str, first: Piece, last: Piece) -> Piece:
    whole = Range(first.range.start, last.range.end)
    return replace(first, range=whole, text=text[whole.start : whole.end])


def _lines(text: str) -> Iterator[Piece]:
    """Yield the lines that have visible characters, whatever ends them."""
    start, after_blank = 0, True
    for line in text.splitlines(keepends=True):
        visible = line.strip()
        indent = len(line) - len(line.lstrip())
        if visible:
            yield Piece(Range(start + indent, start + indent + len(visible)), visible, indent, after_blank)
        after_blank = not visible
        start += len(line)


def _wrap_width(lines: Sequence[Piece]) -> int:
    """Find the width that a text was wrapped at by hand, 0 if its lines are whole paragraphs.

    In wrapped text few lines are long, and of the lines with another below most are nearly full and most
    break off inside a sentence.
    """
    lengths = [len(line.text) for line in lines]
    width = max((length for length in lengths if length <= WIDEST_WRAP), default=0)
    upper = [(before, line) for before, line in pairwise(lines) if not line.after_blank]
    full = sum(_is_full(before, line, width) for before, line in upper)
    broken = sum(not _CLOSED.search(before.text) for before, _ in upper)
    few_long = sum(length > WIDEST_WRAP for length in lengths) * 20 <= len(lengths)
    wrapped = width >= NARROWEST_WRAP and few_long and full * 5 >= len(upper) * 3 and broken * 2 >= len(upper)
    return width if wrapped else 0


def _is_full(line: Piece, below: Piece, width: int) -> bool:
    """Tell whether the first word below would not have fitted, or hardly."""
    return len(line.text) + 1 + len(below.text.split()[0]) > FULL_LINE * width


def _continues(before: Piece, line: Piece, width: int) -> bool:
    """Tell whether a line carries on the paragraph of the line before it."""
    if line.after_blank or _stands_alone(line.text) or _HASHES.match(before.text) or _RULE.fullmatch(before.text):
        return False
    if line.indent > before.indent + 1 and not LIST_MARKER.match(before.text):
        return False
    if line.text[0].islower() and not _CLOSED.search(before.text) and len(before.text) >= NARROWEST_WRAP:
        return True
    return width > 0 and _is_full(before, line, width)


def _stands_alone(line: str) -> bool:
    return _is_marked(line) or is_byline(line)


def _is_marked(line: str) -> bool:
    return bool(LIST_MARKER.match(line) or _HASHES.match(line) or _RULE.fullmatch(line) or line.startswith(">"))


def _underlines(before: Piece, line: Piece) -> bool:
    return (
        before.after_blank
        and not line.after_blank
        and bool(_RULE.fullmatch(line.text))
        and _looks_like_title(before.text)
    )


def find_kinds(pieces: Sequence[Piece], title: str | None) -> list[Kind]:
    """Tell the kind of every piece; `title` is the known one, which the first piece may repeat.

    A text of one piece is body, so that there is something to quote.
    """
    kinds: list[Kind] = ["body"] * len(pieces)
    if len(pieces) == 1:
        return kinds
    _mark_ends(pieces, kinds)
    title_at = _find_title(pieces, kinds, title)
    if title_at is not None:
        kinds[title_at] = "title"
    for at, piece in enumerate(pieces):
        if kinds[at] == "body" and _level(piece.text):
            kinds[at] = "heading"
    for at in list(_heading_places(pieces, kinds)):
        kinds[at] = "heading"
    return kinds


def settle_kinds(pieces: Sequence[Piece], told: Sequence[Kind | None], title: str | None) -> list[Kind]:
    """Tell the kind of every piece of a format that tells some, None where it does not.

    A format that tells no kind at all leaves them to the looks. Bylines and credits are found at both ends; where
    nothing is left to quote, everything but the title is body.
    """
    if not any(told):
        return find_kinds(pieces, title)
    kinds: list[Kind] = [kind or "body" for kind in told]
    _mark_ends(pieces, kinds, below=kinds.index("title") if "title" in kinds else 0)
    if "body" not in kinds:
        kinds = ["title" if kind == "title" and len(kinds) > 1 else "body" for kind in kinds]
    return kinds if "body" in kinds else ["body"] * len(kinds)


def _mark_ends(pieces: Sequence[Piece], kinds: list[Kind], *, below: int = 0) -> None:
    """Mark the bylines at the top, where a title that is known begins it, and the credits at the end."""
    for at, piece in enumerate(pieces):
        head, tail = at < below + HEAD_PIECES, at >= max(1, len(pieces) - TAIL_PIECES)
        if kinds[at] == "body" and ((head and is_byline(piece.text)) or (tail and is_credit(piece.text))):
            kinds[at] = "byline"


def _find_title(pieces: Sequence[Piece], kinds: Sequence[Kind], title: str | None) -> int | None:
    marked = next((at for at, piece in enumerate(pieces) if _level(piece.text) == 1), None)
    if marked is not None:
        return marked
    first = next((at for at, kind in enumerate(kinds) if kind == "body"), None)
    if first is None:
        return None
    text = pieces[first].text
    is_given = title is not None and one_line(text).casefold() == title.casefold()
    return first if is_given or (first < len(pieces) - 1 and _looks_like_title(text)) else None


def _heading_places(pieces: Sequence[Piece], kinds: Sequence[Kind]) -> Iterator[int]:
    """Yield where headings without Markdown's marks stand: at most two in a row above a paragraph.

    A longer row, or a row without blank lines, is a list or a poem.
    """
    looks = [kind == "body" and _looks_like_heading(piece.text) for piece, kind in zip(pieces, kinds, strict=True)]
    for looks_like_heading, row in groupby(range(len(pieces)), key=looks.__getitem__):
        places = list(row)
        below = places[-1] + 1
        apart = all(pieces[at].after_blank for at in places[1:])
        if looks_like_heading and len(places) <= 2 and apart and below < len(pieces) and kinds[below] == "body":
            yield from places


def _level(text: str) -> int:
    """Count the level of a Markdown heading, 0 for anything else."""
    if hashes := _HASHES.match(text):
        return len(hashes[1])
    first, *more = text.splitlines()
    if first and more and _RULE.fullmatch(more[-1]):
        return 1 if more[-1].startswith("=") else 2
    return 0


def _looks_like_title(text: str) -> bool:
    if len(text) > LONGEST_TITLE or _is_marked(text):
        return False
    letter = next((char for char in text if char.isalpha()), "a")
    ends_open = text[-1] not in ".,:;" or re.search(r"\b(?:\w\.){2,}$", text)
    return bool(ends_open) and not letter.islower()


def _looks_like_heading(text: str) -> bool:
    if len(text) > LONGEST_HEADING or len(text.split()) > LONGEST_HEADING_WORDS or text[0] in _QUOTES:
        return False
    ends_open = text[-1].isalnum() or text[-1] in "?)%’'"
    return ends_open and _looks_like_title(text) and not _INNER_STOP.search(text)


def bare_heading(heading: str) -> str:
    """Strip Markdown's marks from a heading and put it on one line."""
    return one_line(re.sub(r"^#+\s+|\s+#+\s*$|[\r\n]+\s*(?:=+|-{3,})$|\*\*|__", "", heading))
