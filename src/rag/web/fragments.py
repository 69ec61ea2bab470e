"""A place in an article -> the address of its original that leads right there, by a text fragment.

A text fragment names words of a page, and words around them when they stand there more than once; a browser scrolls
to the first place where they are found (https://wicg.github.io/scroll-to-text-fragment/). It looks for them without
regard to capitals, accents and white space, and each of the named parts within one paragraph.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from urllib.parse import quote, urlsplit

from rag.articles import LIST_MARKER
from rag.records import Article, Range

WHOLE = 300
"""Characters of words that are named whole; of longer ones only the beginning and the end are, as browsers do it."""

_GROWTH = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)
"""Words of context that are tried, fewest first."""

_FEWEST = 4
"""Words of the beginning and of the end that a long quote is named by at least."""

_STRIDE = 4096
_WORD = re.compile(r"\S+")
_ACCENTS = re.compile("[\u0300-\u036f]+")


def address_of(source: str | None) -> str | None:
    """Return a source if it is an address of the web that a link may lead to, None when it is anything else."""
    source = (source or "").strip()
    try:
        parts = urlsplit(source)
        named = bool(parts.hostname)
    except ValueError:
        return None
    plain = not re.search(r"[\s\x00-\x1f\x7f\\]", source)
    return source if named and plain and parts.scheme in ("http", "https") else None


def text_fragment(article: Article, where: Range) -> str:
    """Return the address of an article's original with the words of a range as its text fragment.

    It is the empty string when the source is no address of the web, and the plain address when there are no words.
    Where the same words stand in the same surroundings several times, the first of these places may be found.
    """
    address = address_of(article.source)
    words = list(_words(article.text, where))
    if address is None or not words:
        return address or ""
    address = address.split(":~:")[0]
    return f"{address}{'' if '#' in address else '#'}:~:text={_directive(article, words)}"


@dataclass(frozen=True, slots=True)
class _Folded:
    """A text as a browser compares it: without white space, capitals and accents.

    `starts` tells for every `_STRIDE` characters of `text` how many folded ones stand before.
    """

    text: str
    plain: str
    starts: Sequence[int]

    def before(self, offset: int) -> int:
        """How many folded characters stand before `offset`."""
        stride = offset // _STRIDE
        return self.starts[stride] + len(_fold(self.text[stride * _STRIDE : offset]))


@dataclass(frozen=True, slots=True)
class _Named:
    """Ranges of words by which a place is named: all of it, or its beginning and its end; and what stands around."""

    start: Range
    end: Range | None
    prefix: Range | None
    suffix: Range | None

    def written(self, text: str) -> str:
        """The value of `text=`."""
        parts = (
            (self.prefix, "", "-"),
            (self.start, "", ""),
            (self.end, "", ""),
            (self.suffix, "-", ""),
        )
        return ",".join(f"{a}{_encoded(text[one.start : one.end])}{b}" for one, a, b in parts if one is not None)

    def found_first(self, folded: _Folded) -> bool:
        """Whether the first place where a browser finds these words is theirs."""
        first = (self.prefix or self.start).start
        last = (self.suffix or self.end or self.start).end
        if self.end is None:
            return _finds(folded, Range(first, last), 0)
        opens = Range(first, self.start.end)
        closes = Range(self.end.start, last)
        return _finds(folded, opens, 0) and _finds(folded, closes, folded.before(opens.end))


def _directive(article: Article, words: Sequence[Range]) -> str:
    named = list(_candidates(article, words))
    folded = _folded(article.text)
    return next((one for one in named if one.found_first(folded)), named[0]).written(article.text)


def _candidates(article: Article, words: Sequence[Range]) -> Iterator[_Named]:
    """Ways to name words, the shortest first."""
    blocks = _blocks(article, words[0].start, words[-1].end)
    before = list(_words(article.text, *blocks.before))
    after = list(_words(article.text, *blocks.after))
    whole = Range(words[0].start, words[-1].end)
    opening = [word for word in words if word.end <= blocks.first_end]
    closing = [word for word in words if word.start >= blocks.last_start]
    one_block = len(opening) == len(words)
    if (one_block and whole.end - whole.start <= WHOLE) or len(words) == 1:
        yield _Named(whole, None, None, None)
        for many in _GROWTH:
            for prefix, suffix in ((many, 0), (0, many), (many, many)):
                yield _Named(whole, None, _last(before, prefix), _first(after, suffix))
        return
    for many in (size for size in _GROWTH if size >= _FEWEST):
        room = min(many, len(words) // 2)
        start = _first(opening, room) or words[0]
        end = _last(closing, room) or words[-1]
        for prefix, suffix in ((0, 0), (many, 0), (0, many), (many, many)):
            yield _Named(start, end, _last(before, prefix), _first(after, suffix))


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """The paragraphs that words stand in: where the first ends and the last starts, and where context is taken from."""

    first_end: int
    last_start: int
    before: Sequence[Range]
    after: Sequence[Range]


def _blocks(article: Article, start: int, end: int) -> _Surroundings:
    """Where context can be taken from: the rest of the paragraph, or when there is none, the neighbour."""
    ranges = [_without_marker(article.text, block.range) for block in article.blocks]
    first = next((one for one in ranges if one.start <= start < one.end), Range(start, end))
    last = next((one for one in ranges if one.start < end <= one.end), Range(start, end))
    earlier = next((one for one in reversed(ranges) if one.end <= start), None)
    later = next((one for one in ranges if one.start >= end), None)
    before = Range(first.start, start) if article.text[first.start : start].strip() else earlier
    after = Range(end, last.end) if article.text[end : last.end].strip() else later
    return _Surroundings(first.end, last.start, [before] if before else [], [after] if after else [])


def _without_marker(text: str, block: Range) -> Range:
    """A block without the mark of a list item, which a page draws but does not hold as text."""
    marker = LIST_MARKER.match(text, block.start, block.end)
    return Range(marker.end(), block.end) if marker and marker.end() < block.end else block


def _words(text: str, *ranges: Range) -> Iterator[Range]:
    for where in ranges:
        yield from (Range(*word.span()) for word in _WORD.finditer(text, where.start, where.end))


def _first(words: Sequence[Range], many: int) -> Range | None:
    return Range(words[0].start, words[: many or None][-1].end) if words and many else None


def _last(words: Sequence[Range], many: int) -> Range | None:
    return Range(words[-many:][0].start, words[-1].end) if words and many else None


def _finds(folded: _Folded, where: Range, begin: int) -> bool:
    return folded.plain.find(_fold(folded.text[where.start : where.end]), begin) == folded.before(where.start)


@lru_cache(maxsize=16)
def _folded(text: str) -> _Folded:
    pieces = [_fold(text[start : start + _STRIDE]) for start in range(0, len(text) + 1, _STRIDE)]
    return _Folded(text, "".join(pieces), list(accumulate(map(len, pieces), initial=0)))


def _fold(text: str) -> str:
    plain = "".join(text.split()).casefold()
    return plain if plain.isascii() else _ACCENTS.sub("", unicodedata.normalize("NFD", plain))


def _encoded(words: str) -> str:
    """Words as they stand in a directive, where a dash, a comma and an ampersand have meanings."""
    return quote(" ".join(words.split()), safe="", errors="replace").replace("-", "%2D")
