"""What a clause is that says who says what, and what all finders of such clauses share.

Positions are those of tokens in the sentence. Dependencies are named as spaCy's English models name them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.speakers.cues import IT, THAT, TO

if TYPE_CHECKING:
    from spacy.tokens import Token

EMPTY_SUBJECTS = frozenset({"that", "what", "there", "nobody", "anybody", "anyone", "none"})
"""Subjects that are nobody."""
_OBJECTS = frozenset({"dobj", "oprd", "acomp", "attr"})


@dataclass(frozen=True, slots=True)
class Clause:
    """Somebody says something: positions of the source, the cue and the content, ascending.

    `speech` tells whether a quotation beside it is said too; then the content may be empty.
    """

    source: tuple[int, ...]
    cue: tuple[int, ...]
    content: tuple[int, ...]
    speech: bool


def mention_of(subject: Token, verb: Token, quoted: Sequence[bool]) -> set[int]:
    """Return the mention of who speaks, without clauses set off by a comma that tell more."""
    positions = set(span(subject))
    if verb.i in positions:
        positions = {i for i in positions if (i < verb.i) == (subject.i < verb.i)}
    for child in subject.subtree:
        if child.dep_ in ("relcl", "acl") and child.left_edge.i and child.doc[child.left_edge.i - 1].text == ",":
            positions -= set(range(child.left_edge.i - 1, child.right_edge.i + 1))
    if quoted:
        spoken = [i for i in positions if quoted[i]]
        if any(i > subject.i for i in spoken):
            positions = {i for i in positions if i < min(i for i in spoken if i > subject.i)}
        if any(i < subject.i for i in spoken):
            positions = {i for i in positions if i > max(i for i in spoken if i < subject.i)}
        while positions and verb.doc[min(positions)].is_punct:
            positions.discard(min(positions))
    return positions


def span(token: Token) -> range:
    """Return the positions of a token with all that hangs on it."""
    return range(token.left_edge.i, token.right_edge.i + 1)


def ascending(positions: Iterable[int]) -> tuple[int, ...]:
    """Return positions in order."""
    return tuple(sorted(positions))


def denied(verb: Token) -> bool:
    """Return whether somebody might, should, or did not."""
    return any(c.tag_ == "MD" or c.dep_ == "neg" for c in verb.children)


def kind_of(child: Token) -> str | None:
    """Return the kind of content that something is to the word that it hangs on, as the table of cues names kinds."""
    if child.dep_ in ("ccomp", "advcl") and any(c.dep_ == "mark" and c.lower_ == "for" for c in child.children):
        return "for"
    if child.dep_ == "ccomp":
        return THAT
    if child.dep_ == "xcomp":
        return TO
    if child.dep_ in _OBJECTS:
        return IT
    return child.lower_ if child.dep_ == "prep" else None
