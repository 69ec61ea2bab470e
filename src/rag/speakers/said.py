"""Statements -> whose words a sentence is; knows places, not grammar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.records import Range, Statement

_MOST = 0.5
"""Share of a sentence that is somebody's words, with who says so, from which the sentence counts as theirs."""
_OTHERS = 0.2
"""Share of a sentence that is somebody else's words from which it is nobody's."""


def who_says(text: str, place: Range, statements: Sequence[Statement]) -> Statement | None:
    """Return the statement that a sentence is part of; None where the author or several people speak in it.

    Of statements inside each other the outermost counts: in "Doe says that Roe lied" it is Doe who speaks.
    """
    whole = _letters(text, [place])
    said = [(one, _letters(text, one.content) & whole) for one in statements if _meets(one, place)]
    said = [(one, letters) for one, letters in said if letters]
    if not said:
        return None
    best, words = max(said, key=lambda pair: (len(pair[1]), -pair[0].cue.start))
    told = words | _letters(text, [best.source, best.cue]) & whole
    for other, letters in said:
        if other.speaker != best.speaker and len(letters - told) > _OTHERS * len(whole):
            return None
    return best if len(told) >= _MOST * len(whole) else None


def _meets(statement: Statement, place: Range) -> bool:
    return any(one.start < place.end and place.start < one.end for one in statement.content)


def _letters(text: str, places: Iterable[Range]) -> set[int]:
    return {n for one in places for n in range(one.start, one.end) if text[n].isalnum()}
