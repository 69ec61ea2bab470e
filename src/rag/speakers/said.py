"""Statements -> whose words a sentence is; knows places, not grammar."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from rag.records import Range, Sentence, Statement

_MOST = 0.5
"""Share of a sentence that is somebody's words, with who says so, from which the sentence counts as theirs."""
_QUOTED = 0.3
"""The share that is enough for a quotation when nobody else speaks in the sentence."""
_OTHERS = 0.2
"""Share of a sentence that is somebody else's words from which it is nobody's."""


class _Bits(dict[int, str]):
    """For a character's number `1` when it is a letter or a digit, else `0`; found out when it is met first."""

    def __missing__(self, number: int) -> str:
        """Return the bit of a character that was not met yet."""
        bit = self[number] = "1" if chr(number).isalnum() else "0"
        return bit


_BITS = _Bits()


def whose_words(text: str, sentences: Sequence[Sentence], statements: Sequence[Statement]) -> dict[int, Statement]:
    """Return for every sentence that is somebody's words, by its number, the statement that it is part of.

    Sentences in the author's voice, and those in which several people speak, are left out. Of statements inside each
    other the outermost counts: in "Doe says that Roe lied" it is Doe who speaks.
    """
    found: dict[int, Statement] = {}
    for at, told in sorted(_told(sentences, statements).items()):
        whose = _whose(text, sentences[at].range, [(statements[one], ranges) for one, ranges in told.items()])
        if whose is not None:
            found[sentences[at].number] = whose
    return found


def spoken_sentences(sentences: Sequence[Sentence], statements: Sequence[Statement]) -> frozenset[int]:
    """Return the numbers of all sentences in which a statement stands, or a part of one."""
    return frozenset(sentences[at].number for at in _told(sentences, statements))


def _told(sentences: Sequence[Sentence], statements: Sequence[Statement]) -> dict[int, dict[int, list[Range]]]:
    """For the position of a sentence the statements that touch it, by position, with the ranges that do."""
    ends = [sentence.range.end for sentence in sentences]
    told: dict[int, dict[int, list[Range]]] = {}
    for number, statement in enumerate(statements):
        for one in statement.content:
            at = bisect_right(ends, one.start)
            while at < len(sentences) and sentences[at].range.start < one.end:
                told.setdefault(at, {}).setdefault(number, []).append(one)
                at += 1
    return told


def _whose(text: str, place: Range, told: Sequence[tuple[Statement, Sequence[Range]]]) -> Statement | None:
    whole = _letters(text, place)
    said = [(one, whole & _within(place, ranges)) for one, ranges in told]
    best, words = max(said, key=lambda pair: (pair[1].bit_count(), -pair[0].cue.start))
    own, size = words | (whole & _within(place, [best.source, best.cue])), whole.bit_count()
    for other, letters in said:
        if other.speaker != best.speaker and (letters & ~own).bit_count() > _OTHERS * size:
            return None
    alone = best.attribution != "indirect" and all(other.speaker == best.speaker for other, _ in said)
    return best if own.bit_count() >= (_QUOTED if alone else _MOST) * size else None


def _letters(text: str, place: Range) -> int:
    """A bit for each character of a range, the first one lowest: whether it is a letter or a digit."""
    return int(text[place.start : place.end][::-1].translate(_BITS), 2)


def _within(place: Range, ranges: Iterable[Range]) -> int:
    """A bit for each character of a range: whether it stands in one of some others."""
    bits = 0
    for one in ranges:
        first, last = max(one.start, place.start) - place.start, min(one.end, place.end) - place.start
        if first < last:
            bits |= (1 << last) - (1 << first)
    return bits
