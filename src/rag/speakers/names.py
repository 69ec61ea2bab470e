"""Parsed sentences -> the places where somebody is named, with what the text says there of who it is."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.records import Range
from rag.speakers.cues import LEMMAS, SAYING
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

_NAME_TAGS = ("NNP", "NNPS")
_BREAKS = frozenset({"VBD", "VBZ", "VBP", "MD", "VBG", "WP", "WP$", "WDT", "WRB"})
"""Tags of words that a role behind a name ends before."""
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
_LONGEST_ROLE = 30
"""Tokens; what seems longer was misread."""
_ROLE_REACH = 8
"""Tokens after a comma among which the noun of a role must stand."""


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
        role = _role(text, parsed, first, last)
        gender = next((GENDERS[w] for w in reversed(before[-2:]) if w in GENDERS), None) or _gender(role)
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
    doc, start = parsed.doc, 0
    while start < len(doc):
        if not (_is_name(doc[start]) or _is_known(doc[start], known)):
            start += 1
            continue
        end = start + 1
        while end < len(doc):
            if doc[end].is_space and end + 1 < len(doc) and _is_name(doc[end + 1]):
                end += 2
            elif _is_name(doc[end]) and parsed.quoted[end] == parsed.quoted[start]:
                end += 1
            elif end + 1 < len(doc) and _joins(doc[end]) and _is_name(doc[end + 1]):
                end += 2
            else:
                break
        if start and doc[start - 1].lower_ in ("al", "el") and not doc[start - 1].is_sent_start:
            start -= 1
        yield range(start, end)
        start = end


def _is_name(token: Token) -> bool:
    return token.tag_ in _NAME_TAGS and token.text[0].isupper() and any(map(str.isalpha, token.text))


def _is_known(token: Token, known: frozenset[str]) -> bool:
    return token.text[0].isupper() and bool(known.intersection(fold(token.text)[-1:]))


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


# Roles


def _role(text: str, parsed: Parsed, first: int, last: int) -> str | None:
    return _role_before(text, parsed, first) or _role_after(text, parsed, last)


def _role_before(text: str, parsed: Parsed, first: int) -> str | None:
    """A role in front of a name: "Azerbaijani Foreign Minister", "Caucasus scholar, expert of the ... Foundation"."""
    doc = parsed.doc
    start = first
    while start and _in_role(doc[start - 1]) and not (doc[start - 1].text == "," and not _goes_on(doc, start, first)):
        start -= 1
    apart = first > 1 and doc[first - 1].text == ","  # "the transport minister, Maria Halden, said"
    if apart and not (names_person(doc[first - 2].lower_) and _closed_off(doc, first)):
        return None
    spoken = next((i for i in range(first - 1, start - 1, -1) if parsed.quoted[i] != parsed.quoted[first]), start - 1)
    start = spoken + 1
    while start < first and doc[start].tag_ in ("IN", "CC", ",", "POS", "TO", "RB", "HYPH", ":"):
        start += 1
    while start < first and doc[start].tag_ in ("DT", "PRP$"):
        start += 1
    span = list(doc[start : first - apart])
    if not span or not any(names_person(token.lower_) for token in span):
        return None
    while span and (span[-1].lower_ in HONORIFICS or span[-1].is_space):
        span.pop()
    if not span or span[-1].tag_[:2] != "NN" or not (names_person(span[-1].lower_) or _of_something(span)):
        return None
    at = next((n for n, token in enumerate(span) if names_person(token.lower_)), 0)
    if any(token.tag_ in ("IN", ",") for token in span[:at]):  # "in March Senator ..."
        cut = max(n for n, token in enumerate(span[:at]) if token.tag_ in ("IN", ",")) + 1
        span = span[cut:]
    return _words_of(text, parsed, span)


def _goes_on(doc: Doc, start: int, first: int) -> bool:
    """Whether a role goes on before a comma: "Caucasus scholar, expert of ...", unlike "with Doe, minister Roe"."""
    return start == first or (start > 1 and names_person(doc[start - 2].lower_) and doc[start - 2].tag_ == "NN")


def _of_something(span: Sequence[Token]) -> bool:
    """Whether a role ends with what it is a role in: "expert of the Strategic Culture Foundation"."""
    of = next((n for n, token in enumerate(span) if token.lower_ in ("of", "for", "at")), 0)
    return any(names_person(token.lower_) for token in span[:of])


def _closed_off(doc: Doc, first: int) -> bool:
    """Whether the name that begins at a token stands between commas."""
    end = first
    while end < len(doc) and _is_name(doc[end]):
        end += 1
    return end == len(doc) or doc[end].text in (",", ".", "—", "–")


def _in_role(token: Token) -> bool:
    if token.is_space:
        return True
    if token.tag_ == "NNS" and token.lower_ in LEMMAS:  # "promises director Doe"
        return False
    if token.tag_ == "IN":
        return token.lower_ in ("of", "for", "at", "on")
    return token.tag_ in ("NN", "NNS", "NNP", "NNPS", "JJ", "DT", ",", "HYPH", "POS", "VBN")


def _role_after(text: str, parsed: Parsed, last: int) -> str | None:
    """A role behind a name and a comma: ", an Azerbaijani MP from the ruling party"."""
    doc = parsed.doc
    at = last + 1
    if at < len(doc) and doc[at].text in ("'s", "’s"):
        return None
    if at >= len(doc) - 1 or doc[at].text != ",":
        return None
    span: list[Token] = []
    if doc[at + 1].tag_ == "CD" and at + 2 < len(doc) - 1 and doc[at + 2].text == ",":  # an age
        at += 2
    for token in doc[at + 1 : at + 1 + _LONGEST_ROLE]:
        attributive = token.tag_ == "VBG" and span and span[-1].tag_ == "DT"  # "the ruling party"
        if token.text in (",", ";", ".", "—", "–", ":") or (token.tag_ in _BREAKS and not attributive):
            break
        span.append(token)
    while span and span[-1].tag_ in ("DT", "IN", "CC", "PRP$"):
        span.pop()
    if span and span[0].lower_ in ("a", "an", "the", "his", "her", "their"):
        span = span[1:]
    reach = [n for n, token in enumerate(span[:_ROLE_REACH]) if names_person(token.lower_)]
    if not reach or any(token.tag_ in ("VBG", "VBN", "IN", "CC") for token in span[: reach[0]]):
        return None
    if span[0].tag_ == "PRP" or any(parsed.quoted[token.i] != parsed.quoted[last] for token in span):
        return None
    return _words_of(text, parsed, span)


def _words_of(text: str, parsed: Parsed, span: Sequence[Token]) -> str | None:
    if not span:
        return None
    place = parsed.place(span[0].i, span[-1].i)
    return " ".join(text[place.start : place.end].split()).strip(" ,") or None


def _gender(role: str | None) -> Gender | None:
    return next((GENDERS[word] for word in (role or "").lower().split() if word in GENDERS), None)
