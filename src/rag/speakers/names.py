"""Parsed sentences -> the places where somebody is named, with what the text says there of who it is."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from rag.records import Range
from rag.speakers.cues import LEMMAS, SAYING
from rag.speakers.described import gender_of, is_name, role_beside
from rag.speakers.parsed import Parsed
from rag.speakers.roles import (
    CALENDAR,
    DOCUMENTS,
    GENDERS,
    HONORIFICS,
    ORGANISATIONS,
    PARTICLES,
    RANKS,
    Gender,
    names_person,
)

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_TITLES = RANKS | HONORIFICS | CALENDAR
_THINGS = (
    ORGANISATIONS
    | DOCUMENTS
    | frozenset(
        "house coalition union department times post journal tribune herald news street states city county state court "
        "liberties party conference association initiative act bill project campaign tower square avenue".split()
    )
)
"""Words that a name ends with which is no person's."""
_SMALL = frozenset(
    "against amid after before with without under over about versus vs and or the in on to from by as if not slams "
    "says said calls hits wins".split()
)
"""Words that stand in headlines and names of things, never in a person's name."""
_LONGEST_NAME = 10


@dataclass(frozen=True, slots=True)
class Named:
    """A place where somebody is named.

    Attributes:
        at: Position of the sentence among the parsed ones.
        first: Token where the name begins, without titles.
        last: Token where it ends (inclusive).
        range: Where the name stands.
        words: The words of the name, folded.
        role: What the text says there of who it is.
        gender: What a title or a noun there says of it.
        quoted: Whether it stands in quotation marks.
        subject: Whether it is the subject of a verb.
        sure: Whether a title, a role or the entity recogniser says that this is a person.
    """

    at: int
    first: int
    last: int
    range: Range
    words: tuple[str, ...]
    role: str | None
    gender: Gender | None
    quoted: bool
    subject: bool
    sure: bool


@lru_cache(maxsize=16_384)
def fold(name: str) -> tuple[str, ...]:
    """Return the words of a name in a spelling that variants share: small letters, no accents, `i` for `y`."""
    bare = unicodedata.normalize("NFKD", name.replace("’", "").replace("'", "").replace("-", " "))
    letters = "".join(character for character in bare if not unicodedata.combining(character))
    return tuple(word.strip(".").lower().replace("y", "i") for word in letters.split())


def names_of(text: str, at: int, parsed: Parsed, known: frozenset[str]) -> Iterator[Named]:
    """Yield the names of a sentence, in order.

    Args:
        text: Of the article.
        at: Position of the sentence among the parsed ones.
        parsed: The sentence.
        known: Folded words that are names wherever they are written with a capital.
    """
    for run in _runs(parsed, known):
        start, label = _begin(parsed, run)
        name = list(range(start, run.stop))
        if not name or len(name) > _LONGEST_NAME:
            continue
        first, last = name[0], name[-1]
        if _is_something(parsed, first, last):
            continue
        place = parsed.place(first, last)
        before = [parsed.doc[i].lower_ for i in range(max(0, first - 3), first)]
        role = role_beside(text, parsed, first, last)
        gender = next((GENDERS[w] for w in reversed(before[-2:]) if w in GENDERS), None) or gender_of(role)
        titled = bool(before) and (before[-1] in HONORIFICS or before[-1] in RANKS)
        yield Named(
            at=at,
            first=first,
            last=last,
            range=place,
            words=fold(text[place.start : place.end]),
            role=role,
            gender=gender,
            quoted=parsed.quoted[last],
            subject=parsed.doc[last].dep_ in ("nsubj", "nsubjpass"),
            sure=label == "PERSON" or titled or role is not None or _speaks(parsed, first, last),
        )


def _is_something(parsed: Parsed, first: int, last: int) -> bool:
    """Whether a run of capitals is plainly no person: a day, a newspaper, "Coalition Against Trump"."""
    words = [token.lower_ for token in parsed.doc[first : last + 1]]
    return words[-1] in _THINGS or any(word in _SMALL for word in words[1:]) or all(word in CALENDAR for word in words)


def _speaks(parsed: Parsed, first: int, last: int) -> bool:
    """Whether a full name stands right beside a verb of saying, and was not taken for anything but a person."""
    doc = parsed.doc
    if last == first or any(token.ent_type_ not in ("", "PERSON") for token in doc[first : last + 1]):
        return False
    beside = [doc[i] for i in (first - 1, last + 1) if 0 <= i < len(doc)]
    return any(LEMMAS.get(token.lower_) in SAYING and token.tag_ in ("VBD", "VBZ") for token in beside)


def _runs(parsed: Parsed, known: frozenset[str]) -> Iterator[range]:
    """The runs of tokens that are written as names, or that are names already known, with the small words inside."""
    doc, end = parsed.doc, 0
    for start in [token.i for token in doc if is_name(token) or _is_known(token, known)]:
        if start < end:
            continue
        end = start + 1
        while end < len(doc):
            if doc[end].is_space and end + 1 < len(doc) and is_name(doc[end + 1]):
                end += 2
            elif is_name(doc[end]) and parsed.quoted[end] == parsed.quoted[start]:
                end += 1
            elif end + 1 < len(doc) and _joins(doc[end]) and is_name(doc[end + 1]):
                end += 2
            else:
                break
        if start and doc[start - 1].lower_ in ("al", "el") and not doc[start - 1].is_sent_start:
            start -= 1
        yield range(start, end)


def _is_known(token: Token, known: frozenset[str]) -> bool:
    return bool(known) and token.text[0].isupper() and not known.isdisjoint(fold(token.text)[-1:])


def _joins(token: Token) -> bool:
    inside = token.text in ("-", "‑") and not token.whitespace_
    return inside or (token.lower_ in PARTICLES and token.text.islower() and token.tag_ not in ("DT", "IN"))


def _begin(parsed: Parsed, run: range) -> tuple[int, str]:
    """Where in a run the name itself begins, and what the entity recogniser takes it for."""
    doc = parsed.doc
    label, start = "", run.start
    for entity in doc.ents:
        if entity.start < run.stop <= entity.end + 1 and entity.label_ == "PERSON" and entity.start >= run.start:
            label, start = "PERSON", entity.start
    if label and run.stop - start == 1 and start > run.start and not doc[start - 1].ent_type_:
        start -= 1  # a first name that the recogniser left out
    if len(run) > 2 and run.start > 1 and _holds(doc, run.start):  # "Minister of Energy of Belmor Farida Nuray"
        start = max(start, run.stop - 2)
    for i in run:  # after the last title: "Iranian Foreign Minister Hossein Amir Abdollahian"
        if (doc[i].lower_ in _TITLES or names_person(doc[i].lower_)) and i + 1 < run.stop:
            start = max(start, i + 1)
    while start < run.stop - 1 and doc[start].ent_type_ in ("NORP", "GPE") and label != "PERSON":
        if doc[start + 1].ent_iob_ == "I" and doc[run.stop - 1].ent_iob_ == "I":
            break  # the whole name was taken for a place
        start += 1
    of_state = doc[start].text == "State" and start > 1 and doc[start - 1].lower_ == "of"
    if of_state and doc[start - 2].lower_ in RANKS and start + 1 < run.stop:
        start += 1
    while start < run.stop - 1 and (doc[start].text in ("-", "‑") or doc[start].is_space):
        start += 1
    return start, label


def _holds(doc: Doc, at: int) -> bool:
    """Whether a role and "of" stand before a place in the same phrase."""
    before = at - 1
    if doc[before].lower_ == "the":
        before -= 1
    if doc[before].lower_ not in ("of", "for"):
        return False
    while before > 0 and (doc[before].tag_[:2] in ("NN", "JJ", "DT") or doc[before].lower_ in ("of", "for", "the")):
        if names_person(doc[before].lower_):
            return True
        before -= 1
    return names_person(doc[before].lower_)
