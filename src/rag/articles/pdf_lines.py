"""Lines of printed pages -> paragraphs and headings; running heads and page numbers are left out.

This file knows sizes and places of lines, hyphens and hard line ends; it does not know PDF.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from rag.articles.bylines import is_byline
from rag.articles.layout import LIST_MARKER, LONGEST_HEADING, LONGEST_TITLE
from rag.articles.page import Part
from rag.records import Kind

EDGE_LINES = 3  # lines at the top and at the bottom of a page among which running heads are looked for
LARGER = 1.12  # times the size of the body, from which on a line is set as a heading
WIDER_GAP = 1.3  # times the usual distance of lines, from which on a paragraph ends
FULL_LINE = 0.85  # share of the width that a line fills, with the first word below, which does not end a paragraph
NEARBY = 8  # lines above and below that tell how wide a column is
ANOTHER_SIZE = 0.6  # points by which the lines of one paragraph never differ
INDENT = 0.7  # times the size, by which the first line of a paragraph stands in

_CLOSED = re.compile(r"[.!?…:;。！？][\"'”’“»«)\]]*$")
_PAGE_NUMBER = re.compile(
    r"(?:page |p\. ?|seite |стр\. ?)?[-–— ]*(\d{1,4})[-–— ]*(?:(?:of|/|von|из) *\d{1,4})?", re.IGNORECASE
)
_PRINTED = re.compile(
    r"(?:(?P<address>https?://[^\s…]+)|\S+:/\S+) \d+/\d+|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}, \d{1,2}:\d\d(?: [AP]M)?(?: .*)?"
)
"""What browsers print at the edges of a page: its address and number, the time and the title."""

_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_HYPHENS = "-\u2010\u00ad"
_KEPT_BEFORE = frozenset("self well half vice cross mid long short high low".split())
"""What a hyphen that ends a line mostly belongs to."""


@dataclass(frozen=True, slots=True)
class Line:
    """A visible line: its page from 0, where it begins in points from the lower left, its size, and its weight."""

    text: str
    page: int
    left: float
    down: float
    size: float
    bold: bool


def paragraphs(pages: Sequence[Sequence[Line]]) -> Iterator[Part]:
    """Yield the paragraphs and headings of some pages in order.

    Kinds are told by size and weight; where all lines look alike, they are left open.
    """
    lines = [line for page in _without_running_heads(pages) for line in page]
    if not lines:
        return
    body = _body_size(lines)
    gap = _usual_gap(lines, body)
    groups: list[list[Line]] = []
    for line, width in zip(lines, _widths(lines), strict=True):
        if groups and not _begins(groups[-1], line, gap, width):
            groups[-1].append(line)
        else:
            groups.append([line])
    kinds = _kinds(groups, body)
    words = Counter(re.findall(r"\w+(?:-\w+)*", " ".join(line.text for line in lines).lower()))
    before_item = False
    for group, kind in zip(groups, kinds, strict=True):
        is_item = bool(LIST_MARKER.match(group[0].text))
        yield Part(tuple(_runs(group, words)), kind, close=is_item and before_item, page=group[0].page)
        before_item = is_item


def printed_from(pages: Sequence[Sequence[Line]]) -> str | None:
    """Return the address that a browser printed below the first page."""
    printed = (_PRINTED.fullmatch(page[at].text) for page in pages[:1] for at in sorted(_edge_places(page)))
    return next((match["address"] for match in printed if match and match["address"]), None)


def _without_running_heads(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Leave out what stands at the same edge of most pages, digits aside, and numbers of pages."""
    edges = [{at: _edge_key(page[at]) for at in _edge_places(page)} for page in pages]
    seen = Counter(key for edge in edges for key in set(edge.values()))
    shown = sum(bool(page) for page in pages)
    repeated = {key for key, count in seen.items() if count >= 2 and count * 2 >= shown}
    kept = []
    for page, edge in zip(pages, edges, strict=True):
        dropped = {at for at, key in edge.items() if key in repeated}
        ends = {0, len(page) - 1}
        dropped |= {at for at in edge if _PRINTED.fullmatch(page[at].text) and len(page) > 1}
        dropped |= {at for at in ends & edge.keys() if _is_page_number(page[at]) and len(page) > 1}
        kept.append([line for at, line in enumerate(page) if at not in dropped])
    return kept


def _edge_places(page: Sequence[Line]) -> set[int]:
    """Where the edges are: first and last in the order of the file, and uppermost and lowest on the paper."""
    count = len(page)
    by_height = sorted(range(count), key=lambda at: -page[at].down)
    return {*range(count)[:EDGE_LINES], *range(count)[-EDGE_LINES:], *by_height[:EDGE_LINES], *by_height[-EDGE_LINES:]}


def _edge_key(line: Line) -> tuple[str, float, int]:
    return re.sub(r"\d+", "#", line.text), line.size, round(line.down / 5)


def _is_page_number(line: Line) -> bool:
    match = _PAGE_NUMBER.fullmatch(line.text)
    return match is not None and (int(match[1]) == line.page + 1 or not line.text.isdigit())


def _body_size(lines: Sequence[Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return max(sizes, key=lambda size: (sizes[size], -size))


def _usual_gap(lines: Sequence[Line], body: float) -> float:
    gaps = [
        above.down - below.down
        for above, below in pairwise(lines)
        if above.page == below.page and above.size == below.size == body and 0 < above.down - below.down < 4 * body
    ]
    return sorted(gaps)[len(gaps) // 4] if gaps else 0.0


def _widths(lines: Sequence[Line]) -> list[int]:
    """Return how long the lines around each one are, those of its column, in characters."""
    widths: list[int] = []
    for _, run in groupby(lines, key=lambda line: line.size):
        lengths = [len(line.text) for line in run]
        widths += [max(lengths[max(0, at - NEARBY) : at + NEARBY + 1]) for at in range(len(lengths))]
    return widths


def _begins(group: Sequence[Line], line: Line, gap: float, width: int) -> bool:
    """Tell whether a line begins a paragraph of its own below the lines of a group.

    Args:
        group: The lines of the paragraph so far.
        line: The next line.
        gap: The usual distance of two lines of a paragraph.
        width: How long the lines around are.
    """
    last = group[-1]
    if abs(line.size - last.size) > ANOTHER_SIZE or LIST_MARKER.match(line.text) or is_byline(line.text):
        return True
    if is_byline(last.text) and len(group) == 1:
        return True
    closed = bool(_CLOSED.search(last.text))
    full = len(last.text) + 1 + len(line.text.split()[0]) > FULL_LINE * width
    step = last.down - line.down
    if line.page != last.page or step < -line.size:  # the next page, or the next column
        return closed or not (line.text[0].islower() or full)
    if line.bold != last.bold and (closed or not full):
        return True
    if gap and step > WIDER_GAP * max(gap, line.size):
        return True
    indented = line.left - last.left > INDENT * line.size
    return closed and step > 0 and (indented or not full)


def _kinds(groups: Sequence[Sequence[Line]], body: float) -> list[Kind | None]:
    """Tell headings by size and weight; the largest lines of the first page that has any are the title."""
    kinds: list[Kind | None] = [_kind(group, body) for group in groups]
    if not any(kinds):
        return kinds
    headings = [at for at, kind in enumerate(kinds) if kind and groups[at][0].page == groups[0][0].page]
    if headings:
        title = max(headings, key=lambda at: (groups[at][0].size, -at))
        if title == headings[0] and (groups[title][0].size > LARGER * body or title == 0):
            kinds[title] = "title"
    return [kind or "body" for kind in kinds]


def _kind(group: Sequence[Line], body: float) -> Kind | None:
    length, size = sum(len(line.text) for line in group), group[0].size
    if size > LARGER * body and length <= LONGEST_TITLE and any(map(str.isalpha, group[0].text)):
        return "heading"
    is_open = not re.search(r"[.,;:]$", group[-1].text)
    bold = all(line.bold for line in group) and is_open and length <= LONGEST_HEADING
    return "heading" if bold and not is_byline(group[0].text) and size >= body else None


def _runs(group: Sequence[Line], words: Counter[str]) -> Iterator[str]:
    """Yield the text of a paragraph, one run a page, with its lines joined."""
    written = group[0].text
    for above, line in pairwise(group):
        joined = _join(written, line.text, words)
        if line.page != above.page:
            yield joined.translate(_LIGATURES)
            written = line.text
        else:
            written = joined + line.text
    yield written.translate(_LIGATURES)


def _join(above: str, below: str, words: Counter[str]) -> str:
    """Return the text above as it stands before the line below: with a space, or without its hyphen."""
    if above[-1] in _HYPHENS and len(above) > 1 and above[-2].isalpha() and below[0].isalpha():
        first = re.findall(r"\w+$", above[:-1])[-1].lower()
        second = re.findall(r"^\w+", below)[0].lower()
        is_compound = first in _KEPT_BEFORE or words[f"{first}-{second}"] > words[first + second]
        return above if above[-1] != "\u00ad" and (is_compound or below[0].isupper()) else above[:-1]
    if _is_wide(above[-1]) and _is_wide(below[0]):
        return above
    return above + " "


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"
