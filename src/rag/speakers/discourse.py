"""What an article has told up to a place: who was named, and who spoke last; knows no grammar."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from rag.records import Range, Speaker
from rag.speakers.mentions import Source
from rag.speakers.names import Named
from rag.speakers.parsed import Parsed
from rag.speakers.people import Person
from rag.speakers.roles import HE, MEETING, SHE, Gender

_REACH = 2
"""Paragraphs back to which a pronoun may reach."""
_FARTHEST = 60
"""Sentences back to which it may reach; more than two paragraphs have, unless the text lost its paragraphs."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """The speaker that a mention means, and the mention that names them when it does not itself."""

    speaker: Speaker | None = None
    named_at: Range | None = None
    person: Person | None = None


class Discourse:
    """One article as it is read: its people, where they are named, and who spoke last so far."""

    def __init__(self, text: str, parsed: Sequence[Parsed], people: Sequence[Person]) -> None:
        self.text, self.parsed, self.people = text, parsed, people
        self.last: tuple[Source, Resolved] | None = None
        self._mentions = sorted(
            ((one, person) for person in people for one in person.mentions), key=lambda pair: pair[0].range
        )
        self._in_sentence: dict[int, list[tuple[Named, Person]]] = {}
        for one, person in self._mentions:
            self._in_sentence.setdefault(one.at, []).append((one, person))
        self._unquoted = {person: [one for one in person.mentions if not one.quoted] for person in people}
        self._surnames = {one.words[-1] for one, _ in self._mentions}

    def named_in(self, at: int) -> Sequence[tuple[Named, Person]]:
        """Return who is named in a sentence, in order, with the mentions."""
        return self._in_sentence.get(at, [])

    def is_surname(self, word: str) -> bool:
        """Return whether the name of somebody ends with a folded word."""
        return word in self._surnames

    def place(self, source: Source) -> Range:
        """Return where a mention stands."""
        return self.parsed[source.at].place(source.first, source.last)

    def by(self, person: Person, source: Source) -> Resolved:
        """Return a person as who is meant at a place, with the mention before it that names them."""
        here = self.place(source)
        unquoted = self._unquoted[person]
        before = bisect_left(unquoted, here.start, key=lambda one: one.range.start)
        named_at = unquoted[before - 1].range if before else person.mentions[0].range
        return Resolved(Speaker(person.name, person.role), named_at, person)

    def meant(self, source: Source, gender: Gender) -> Person | None:
        """Return whom "he" or "she" means: the only one it can, or who speaks and is spoken of last; else nobody."""
        before = [pair for pair in self.near(source) if pair[1].gender in (None, gender)]
        paragraph = self.parsed[source.at].paragraph
        here = [pair for pair in before if self.parsed[pair[0].at].paragraph == paragraph]
        spoke = last = self.spoke(source, gender)
        if last is not None and self.last is not None:
            since = {person for one, person in before if self.last[0].at < one.at}
            spoke = last if since <= {last} else None
        group = here or (before if spoke is None else [])
        if not group:
            return spoke
        first, person = group[0]
        if any(other is not person for _, other in group):
            return _foremost(group, spoke, gender, last)
        certain = last in (None, person) and not self._spoken_of_before(source, gender, first)
        return person if certain or group[-1][0].subject else None

    def near(self, source: Source) -> list[tuple[Named, Person]]:
        """Return the mentions before a place, outside quotation marks, as far back as a pronoun may reach."""
        here = self.place(source)
        return [
            (one, person)
            for at in range(self._first_within(source, _REACH), source.at + 1)
            for one, person in self.named_in(at)
            if one.range.start < here.start and not one.quoted
        ]

    def _first_within(self, source: Source, paragraphs: int) -> int:
        """The first sentence not farther before a place than some paragraphs, nor than a pronoun may reach."""
        at, block = source.at, self.parsed[source.at].paragraph
        first = max(0, at - _FARTHEST)
        while at > first and block - self.parsed[at - 1].paragraph <= paragraphs:
            at -= 1
        return at

    def spoke(self, source: Source, gender: Gender | None) -> Person | None:
        """Return the person who spoke last, when that was near."""
        if self.last is None or self.last[1].person is None:
            return None
        far = self.parsed[source.at].paragraph - self.parsed[self.last[0].at].paragraph
        person = self.last[1].person
        return person if far <= _REACH and (gender is None or person.gender in (None, gender)) else None

    def two(self, at: int) -> list[Person]:
        """Return the two people of a sentence; nobody when it names fewer or more."""
        named = list(dict.fromkeys(person for _, person in self.named_in(at)))
        return named if len(named) == 2 else []

    def they_meet(self, at: int) -> bool:
        """Return whether a sentence tells of people who talk with each other."""
        return any(token.lower_ in MEETING for token in self.parsed[at].doc)

    def _spoken_of_before(self, source: Source, gender: Gender, named: Named) -> bool:
        """Whether the pronoun stands in the paragraph already, before somebody is named there who is no subject."""
        words = HE if gender == "he" else SHE
        return not named.subject and any(
            token.lower_ in words and not self.parsed[at].quoted[token.i]
            for at in range(self._first_within(source, 0), named.at + 1)
            for token in (self.parsed[at].doc[: named.first] if at == named.at else self.parsed[at].doc)
        )


def _foremost(
    group: Sequence[tuple[Named, Person]], spoke: Person | None, gender: Gender, last: Person | None
) -> Person | None:
    """The one of several people who was the subject last: who spoke last, or else who is named last of all.

    Of those whom the last naming sentence tells of, its one subject is meant when the gender is known to fit.
    """
    subjects = [person for one, person in group if one.subject]
    if spoke is not None and (not subjects or subjects[-1] is spoke):
        return spoke
    latest, person = group[-1]
    if latest.subject and spoke in (None, person):
        return person
    told_of = [other for one, other in group if one.subject and one.at == latest.at]
    return told_of[0] if len(told_of) == 1 and told_of[0].gender == gender and last in (None, told_of[0]) else None
