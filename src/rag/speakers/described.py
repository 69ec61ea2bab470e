"""The words beside a name -> the role that they give to who has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.speakers.cues import LEMMAS
from rag.speakers.parsed import Parsed
from rag.speakers.roles import GENDERS, HONORIFICS, Gender, names_person

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_NAME_TAGS = ("NNP", "NNPS")
_BREAKS = frozenset({"VBD", "VBZ", "VBP", "MD", "VBG", "WP", "WP$", "WDT", "WRB"})
"""Tags of words that a role behind a name ends before."""
_LONGEST_ROLE = 30
"""Tokens; what seems longer was misread."""
_ROLE_REACH = 8
"""Tokens after a comma among which the noun of a role must stand."""


def is_name(token: Token) -> bool:
    """Return whether a token can be a word of a name."""
    return token.tag_ in _NAME_TAGS and token.text[0].isupper() and any(map(str.isalpha, token.text))


def role_beside(text: str, parsed: Parsed, first: int, last: int) -> str | None:
    """Return the role that stands before or behind the name from token `first` to `last`, if there is one."""
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
    while end < len(doc) and is_name(doc[end]):
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


def gender_of(role: str | None) -> Gender | None:
    """Return what a role tells of who has it: a spokeswoman is a she."""
    return next((GENDERS[word] for word in (role or "").lower().split() if word in GENDERS), None)
