"""What an article has told up to a place: who was named, and who spoke last; knows no grammar."""

from __future__ import annotations

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
        self.mentions = sorted(
            ((one, person) for person in people for one in person.mentions), key=lambda pair: pair[0].range
        )
        self.last: tuple[Source, Resolved] | None = None

    def place(self, source: Source) -> Range:
        """Return where a mention stands."""
        return self.parsed[source.at].place(source.first, source.last)

    def by(self, person: Person, source: Source) -> Resolved:
        """Return a person as who is meant at a place, with the mention before it that names them."""
        here = self.place(source)
        before = [one for one in person.mentions if one.range.start < here.start and not one.quoted]
        named_at = before[-1].range if before else person.mentions[0].range
        return Resolved(Speaker(person.name, person.role), named_at, person)

    def meant(self, source: Source, gender: Gender) -> Person | None:
        """Return whom "he" or "she" means: the only one it can, or who speaks and is spoken of last; else nobody."""
        before = [pair for pair in self.near(source) if pair[1].gender in (None, gender)]
        block = self.parsed[source.at].paragraph
        here = [pair for pair in before if self.parsed[pair[0].at].paragraph == block]
        spoke = last = self.spoke(source, gender)
        if last is not None and self.last is not None:
            since = {person for one, person in before if self.last[0].at < one.at}
            spoke = last if since <= {last} else None
        for group in (here, before):
            people = list(dict.fromkeys(person for _, person in group))
            if spoke is not None and not people:
                return spoke
            if len(people) == 1:
                certain = last in (None, people[0]) and not self._spoken_of_before(source, gender, group[0][0])
                return people[0] if certain or group[-1][0].subject else None
            if people:
                subjects = [person for one, person in group if one.subject]
                if spoke is not None and (not subjects or subjects[-1] is spoke):
                    return spoke
                latest = group[-1]
                if subjects and latest[0].subject and latest[1] is subjects[-1] and spoke in (None, subjects[-1]):
                    return subjects[-1]
                return None
        return spoke

    def near(self, source: Source) -> list[tuple[Named, Person]]:
        """Return the mentions before a place, outside quotation marks, as far back as a pronoun may reach."""
        here, block = self.place(source), self.parsed[source.at].paragraph
        return [
            (one, person)
            for one, person in self.mentions
            if one.range.start < here.start and not one.quoted and 0 <= block - self.parsed[one.at].paragraph <= _REACH
        ]

    def spoke(self, source: Source, gender: Gender | None) -> Person | None:
        """Return the person who spoke last, when that was near."""
        if self.last is None or self.last[1].person is None:
            return None
        far = self.parsed[source.at].paragraph - self.parsed[self.last[0].at].paragraph
        person = self.last[1].person
        return person if far <= _REACH and (gender is None or person.gender in (None, gender)) else None

    def two(self, at: int) -> list[Person]:
        """Return the two people of a sentence; nobody when it names fewer or more."""
        named = list(dict.fromkeys(person for mention, person in self.mentions if mention.at == at))
        return named if len(named) == 2 else []

    def they_meet(self, at: int) -> bool:
        """Return whether a sentence tells of people who talk with each other."""
        return any(token.lower_ in MEETING for token in self.parsed[at].doc)

    def _spoken_of_before(self, source: Source, gender: Gender, named: Named) -> bool:
        """Whether the pronoun stands in the paragraph already, before somebody is named there who is no subject."""
        paragraph = self.parsed[source.at].paragraph
        words = HE if gender == "he" else SHE
        return not named.subject and any(
            token.lower_ in words and not parsed.quoted[token.i]
            for at, parsed in enumerate(self.parsed[: named.at + 1])
            if parsed.paragraph == paragraph
            for token in parsed.doc[: named.first if at == named.at else len(parsed.doc)]
        )
