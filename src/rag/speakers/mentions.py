"""Mentions of who speaks, and their words; knows grammar and names, not who is meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.records import Range, Speaker
from rag.speakers.parsed import Parsed
from rag.speakers.roles import ORGANISATIONS

if TYPE_CHECKING:
    from spacy.tokens import Token


@dataclass(frozen=True, slots=True)
class Source:
    """A mention of who speaks: tokens `first` to `last` (inclusive) of the parsed sentence `at`."""

    at: int
    first: int
    last: int


def head_of(tokens: Sequence[Token]) -> Token:
    """Return the token that the others hang on."""
    inside = {token.i for token in tokens}
    return next((token for token in tokens if token.head.i not in inside or token.head == token), tokens[-1])


def bare_name(tokens: Sequence[Token]) -> list[Token]:
    """Return a mention up to what a comma adds, and without the noun before a name: "the agency Nordwire"."""
    doc = tokens[0].doc
    cut = next((n for n, t in enumerate(tokens) if n and doc[t.i - 1].text == ","), len(tokens))
    kept = list(tokens[:cut])
    at = next((n for n, token in enumerate(kept) if token.lower_ in ORGANISATIONS), None)
    if at is not None and at + 1 < len(kept) and all(token.tag_ in ("NNP", "NNPS") for token in kept[at + 1 :]):
        return kept[at + 1 :]
    return kept


def names_with(parsed: Parsed, noun: str) -> Iterator[Range]:
    """Yield the names that a sentence gives with a noun: "the agency Nordwire", "the Nordwire agency"."""
    doc = parsed.doc
    for token in doc:
        if token.lower_ != noun:
            continue
        after, before = token.i + 1, token.i - 1
        while after < len(doc) and doc[after].tag_ in ("NNP", "NNPS"):
            after += 1
        while before >= 0 and doc[before].tag_ in ("NNP", "NNPS"):
            before -= 1
        if token.text[0].isupper() and (before < token.i - 1 or after > token.i + 1):
            yield parsed.place(before + 1, after - 1) if before < token.i - 1 else parsed.place(token.i + 1, after - 1)
        elif after > token.i + 1:
            yield parsed.place(token.i + 1, after - 1)
        elif before < token.i - 1:
            yield parsed.place(before + 1, token.i - 1)


def without(source: Source, tokens: Sequence[Token], openings: frozenset[str] | tuple[str, ...]) -> Source:
    """Return a source without an article in front and without what is told behind a comma."""
    kept = list(tokens)
    while len(kept) > 1 and kept[0].lower_ in openings:
        kept = kept[1:]
    return Source(source.at, kept[0].i, kept[-1].i)


def described(text: str, place: Range) -> Speaker:
    """Return a speaker by the very words of a mention, with a capital letter in front."""
    words = " ".join(text[place.start : place.end].split())
    return Speaker(words[:1].upper() + words[1:])
