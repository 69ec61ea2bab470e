"""A sentence with its grammar, and what of it stands in quotation marks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.records import Range, Sentence

if TYPE_CHECKING:
    from spacy.tokens import Doc


@dataclass(frozen=True, slots=True)
class Parsed:
    """A body sentence that was parsed.

    Attributes:
        sentence: The sentence.
        doc: Its tokens with tags, dependencies and entities.
        quoted: For each token whether it stands in quotation marks.
        paragraph: Number of its paragraph; a list belongs to the one before it.
        places: For each character of the tokens' text where it stands in the article.
    """

    sentence: Sentence
    doc: Doc
    quoted: tuple[bool, ...]
    paragraph: int
    places: Sequence[int]

    def place(self, first: int, last: int) -> Range:
        """Return where tokens `first` to `last` (inclusive) stand in the article."""
        start, end = self.doc[first].idx, self.doc[last].idx + len(self.doc[last])
        return Range(self.places[start], self.places[end - 1] + 1)


_LEFT_OUT = re.compile(
    r"^[A-Z][A-Z.’' -]*[A-Z](?:[ ,.]+(?:[A-Z][\w.]*|\d+|of|and))*\s(?:\([^)]{2,30}\)\s)?(?:—|–|--?)\s"  # a dateline
    r"|\s\((?:[RDI]|Republican|Democrat)[-–,. ][^)]{1,20}\)"  # a party behind a name
    r"|(?<=\s)\s+"
)
"""What a reader passes over and a parser stumbles upon: datelines, parties in brackets, doubled spaces."""


_GLUED = re.compile(r"(?<=[,:])(?=[“«„])|(?<=[,:])(?=\"\w)|(?<=[”»])(?=[^\W\d_])|(?<=[^\W_][,.!?]\")(?=[A-Za-z])")
"""Where a blank was forgotten beside a quotation mark."""


_SPACE = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Plain:
    """The words of a sentence as they are parsed, and for each character its place in the article."""

    text: str
    places: Sequence[int]


def plain(text: str, place: Range) -> Plain:
    """Return the words of a range without what only disturbs; every white space is a blank."""
    words = text[place.start : place.end]
    out = {n for match in _LEFT_OUT.finditer(words) for n in range(match.start(), match.end())}
    glued = {match.start() for match in _GLUED.finditer(words)}
    if not out and not glued:
        return Plain(_SPACE.sub(" ", words), range(place.start, place.end))
    pieces, places = list[str](), list[int]()
    for n, character in enumerate(words):
        if n in glued:
            pieces.append(" ")
            places.append(place.start + n)
        if n not in out:
            pieces.append(" " if character.isspace() else character)
            places.append(place.start + n)
    return Plain("".join(pieces), places) if places else Plain(words, range(place.start, place.end))
