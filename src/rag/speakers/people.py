"""Parsed sentences -> the people that an article names, each with all mentions; knows names, not who speaks."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA

from rag.records import Range
from rag.speakers.cues import LEMMAS
from rag.speakers.parsed import Parsed
from rag.speakers.roles import CALENDAR, GENDERS, GROUPS, HONORIFICS, PARTICLES, PERSONS, RANKS, Gender

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_NAME_TAGS = ("NNP", "NNPS")
_PLACES = frozenset({"GPE", "LOC", "NORP", "FAC"})
_FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
_TITLES = PERSONS | RANKS | HONORIFICS | CALENDAR
_LONGEST_NAME = 5
_LONGEST_ROLE = 30
"""Tokens; a role that seems longer is a sentence that was misread."""
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


@dataclass(slots=True, eq=False)
class Person:
    """Somebody whom the article names; `name` is the fullest form at the first place that has it."""

    name: str
    mentions: list[Named] = field(default_factory=list)

    @property
    def role(self) -> str | None:
        """The first role that the article gives."""
        return next((one.role for one in self.mentions if one.role), None)

    @property
    def roles(self) -> frozenset[str]:
        """All words of all roles that the article gives, in small letters."""
        return frozenset(word for one in self.mentions if one.role for word in one.role.lower().split())

    @property
    def gender(self) -> Gender | None:
        """What titles and nouns say, when they agree."""
        known = {one.gender for one in self.mentions if one.gender}
        return known.pop() if len(known) == 1 else None

    def before(self, place: int) -> bool:
        """Whether the person was named before a place."""
        return any(one.range.start < place for one in self.mentions)


def find_people(text: str, parsed: Sequence[Parsed]) -> list[Person]:
    """Return the people that an article names, in the order of their first full names."""
    votes = _votes(parsed)
    people = _with_full_names(text, parsed, votes)
    known = frozenset(word for person in people for word in _plain(person.mentions[0].words))
    for one in (one for at, sentence in enumerate(parsed) for one in _named(text, at, sentence, known)):
        if parsed[one.at].sentence.kind != "body" and not known.issuperset(_plain(one.words)):
            continue  # a headline has capitals everywhere
        if len(_plain(one.words)) == 1:
            _add_short(text, one, people, votes)
    for person in people:
        person.mentions.sort(key=lambda mention: mention.range)
    return sorted(people, key=lambda person: person.mentions[0].range)


def _with_full_names(text: str, parsed: Sequence[Parsed], votes: Counter[str]) -> list[Person]:
    """The people who are named by more than one word, with those mentions."""
    people: list[Person] = []
    for one in (one for at, sentence in enumerate(parsed) for one in _named(text, at, sentence, frozenset())):
        if parsed[one.at].sentence.kind != "body":
            continue
        if len(_plain(one.words)) < 2 or not (one.sure or votes[one.words[-1]] > 0):
            continue
        person = next((known for known in people if _same_person(known.mentions[0].words, one.words)), None)
        if person is None:
            person = Person(" ".join(text[one.range.start : one.range.end].split()))
            people.append(person)
        person.mentions.append(one)
    return people


def _add_short(text: str, one: Named, people: list[Person], votes: Counter[str]) -> None:
    """Give a surname or first name to the one person that has it, if it is one; two of the same name stay apart."""
    word = _plain(one.words)[0]
    named = [p for p in people if any(alike_names(word, _plain(m.words)[-1]) for m in p.mentions)]
    named = named or [p for p in people if any(alike_names(word, w) for m in p.mentions for w in _plain(m.words))]
    known = [person for person in named if person.before(one.range.start)] or named
    if one.gender is not None and len(known) > 1:
        known = [person for person in known if person.gender in (None, one.gender)]
    if len(known) > 1:
        known = [person for person in known if _just_named(text, person, one)]
    if len(known) == 1:
        known[0].mentions.append(one)
    elif not named and word not in RANKS and (one.gender or one.role or (one.sure and one.subject and votes[word] > 0)):
        people.append(Person(text[one.range.start : one.range.end], [one]))


def _just_named(text: str, person: Person, one: Named) -> bool:
    """Whether a person was named in full in the same paragraph, and the family as a whole not since."""
    full = [m for m in person.mentions if len(_plain(m.words)) > 1 and m.range < one.range]
    between = text[full[-1].range.end : one.range.start] if full else "\n"
    return "\n" not in between and f"{text[one.range.start : one.range.end]}s" not in between


def fold(name: str) -> tuple[str, ...]:
    """Return the words of a name in a spelling that variants share: small letters, no accents, `i` for `y`."""
    bare = unicodedata.normalize("NFKD", name.replace("’", "").replace("'", "").replace("-", " "))
    letters = "".join(character for character in bare if not unicodedata.combining(character))
    return tuple(word.strip(".").lower().replace("y", "i") for word in letters.split())


def alike_names(one: str, other: str) -> bool:
    """Return whether two folded words can be spellings of one name: at most a letter apart in six or more."""
    return one == other or (min(len(one), len(other)) >= 6 and OSA.distance(one, other, score_cutoff=1) <= 1)


def _same_person(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two full names can be one: like surnames, and first names that do not contradict each other."""
    a, b = _plain(one), _plain(other)
    if not alike_names(a[-1], b[-1]):
        return False
    return any(_first_alike(x, y) for x in a[:-1] for y in b[:-1])


def _first_alike(one: str, other: str) -> bool:
    initial = min(len(one), len(other)) == 1 and one[:1] == other[:1]
    return initial or one == other or (min(len(one), len(other)) >= 5 and alike_names(one, other))


def _plain(words: Sequence[str]) -> list[str]:
    """The words of a name without the small ones inside it."""
    return [word for word in words if word not in PARTICLES] or list(words)


def _votes(parsed: Sequence[Parsed]) -> Counter[str]:
    """For every last word of an entity how often it was taken for a person rather than for a place or a people."""
    votes: Counter[str] = Counter()
    for one in parsed:
        for entity in one.doc.ents if one.sentence.kind == "body" else ():
            words = fold(entity.text.removesuffix("'s").removesuffix("’s"))
            if words and entity.label_ == "PERSON":
                votes[words[-1]] += 1
            elif words and entity.label_ in _PLACES:
                votes[words[-1]] -= 1
    return votes


# The names of a sentence


def _named(text: str, at: int, parsed: Parsed, known: frozenset[str]) -> Iterator[Named]:
    for run in _runs(parsed, known):
        start, label = _begin(parsed, run)
        name = list(range(start, run.stop))
        if not name or len(name) > _LONGEST_NAME * 2:
            continue
        first, last = name[0], name[-1]
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
            sure=label == "PERSON" or titled or role is not None,
        )


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
        if doc[i].lower_ in _TITLES and i + 1 < run.stop:
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
        if doc[before].lower_ in PERSONS:
            return True
        before -= 1
    return doc[before].lower_ in PERSONS


# Roles


def _role(text: str, parsed: Parsed, first: int, last: int) -> str | None:
    return _role_before(text, parsed, first) or _role_after(text, parsed, last)


def _role_before(text: str, parsed: Parsed, first: int) -> str | None:
    """A role in front of a name: "Azerbaijani Foreign Minister", "Caucasus scholar, expert of the ... Foundation"."""
    doc = parsed.doc
    start = first
    while start and _in_role(doc[start - 1]):
        start -= 1
    apart = first > 1 and doc[first - 1].text == ","  # "the transport minister, Maria Halden, said"
    if apart and not (doc[first - 2].lower_ in PERSONS and _closed_off(doc, first)):
        return None
    spoken = next((i for i in range(first - 1, start - 1, -1) if parsed.quoted[i] != parsed.quoted[first]), start - 1)
    start = spoken + 1
    while start < first and doc[start].tag_ in ("IN", "CC", ",", "POS", "TO", "RB", "HYPH", ":"):
        start += 1
    while start < first and doc[start].tag_ in ("DT", "PRP$"):
        start += 1
    span = list(doc[start : first - apart])
    if not span or not any(token.lower_ in PERSONS for token in span):
        return None
    while span and (span[-1].lower_ in HONORIFICS or span[-1].is_space):
        span.pop()
    if not span or span[-1].tag_[:2] != "NN" or not (span[-1].lower_ in PERSONS or _of_something(span)):
        return None
    at = next((n for n, token in enumerate(span) if token.lower_ in PERSONS), 0)
    if any(token.tag_ in ("IN", ",") for token in span[:at]):  # "in March Senator ..."
        cut = max(n for n, token in enumerate(span[:at]) if token.tag_ in ("IN", ",")) + 1
        span = span[cut:]
    return _words_of(text, parsed, span)


def _of_something(span: Sequence[Token]) -> bool:
    """Whether a role ends with what it is a role in: "expert of the Strategic Culture Foundation"."""
    of = next((n for n, token in enumerate(span) if token.lower_ in ("of", "for", "at")), 0)
    return any(token.lower_ in PERSONS for token in span[:of])


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
    return token.tag_ in ("NN", "NNS", "NNP", "NNPS", "JJ", "DT", ",", "CC", "HYPH", "POS", "VBN")


def _role_after(text: str, parsed: Parsed, last: int) -> str | None:
    """A role behind a name and a comma: ", an Azerbaijani MP from the ruling party"."""
    doc = parsed.doc
    at = last + 1
    if at < len(doc) and doc[at].text in ("'s", "’s"):
        return None
    if at >= len(doc) - 1 or doc[at].text != ",":
        return None
    span: list[Token] = []
    for token in doc[at + 1 : at + 1 + _LONGEST_ROLE]:
        if token.text in (",", ";", ".", "—", "–", ":") or token.tag_ in _FINITE or token.tag_ in ("WP", "WDT"):
            break
        span.append(token)
    if span and span[0].lower_ in ("a", "an", "the", "his", "her", "their"):
        span = span[1:]
    reach = [n for n, token in enumerate(span[:_ROLE_REACH]) if token.lower_ in PERSONS]
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


def is_group(words: Iterable[str]) -> bool:
    """Return whether words name people by what they are: "experts"."""
    return any(word in GROUPS for word in words)
