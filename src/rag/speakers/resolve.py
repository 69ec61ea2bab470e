"""Mentions of who speaks -> the one speaker that the article proves, or nobody; knows people, roles and pronouns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.records import Range, Speaker
from rag.speakers.parsed import Parsed
from rag.speakers.people import Named, Person, fold
from rag.speakers.roles import (
    EXPERTS,
    FEMALE_NOUNS,
    FIRST,
    GENDERS,
    GROUPS,
    HE,
    INSTITUTIONS,
    MALE_NOUNS,
    MEETING,
    ORGANISATIONS,
    PARTNERS,
    PERSONS,
    RELATIVES,
    SHE,
    UNNAMED,
    Gender,
    alike,
)

if TYPE_CHECKING:
    from spacy.tokens import Token

_DEFINITE = frozenset({"the", "this", "that", "these", "those"})
_OWNERS = frozenset({"his", "her", "their", "its"})
_INDEFINITE = frozenset({"a", "an", "one", "another", "some", "any", "no", "many", "several", "most", "few", "two"})
_REACH = 2
"""Paragraphs back to which a pronoun may reach."""


@dataclass(frozen=True, slots=True)
class Source:
    """A mention of who speaks: tokens `first` to `last` (inclusive) of the parsed sentence `at`."""

    at: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Resolved:
    """The speaker that a mention means, and the mention that names them when it does not itself."""

    speaker: Speaker | None = None
    named_at: Range | None = None
    person: Person | None = None


class Resolver:
    """Resolves the mentions of one article in reading order: who spoke last is remembered."""

    def __init__(self, text: str, parsed: Sequence[Parsed], people: Sequence[Person], authors: Sequence[str]) -> None:
        self._text, self._parsed, self._people, self._authors = text, parsed, people, authors
        self._mentions = sorted(
            ((one, person) for person in people for one in person.mentions), key=lambda pair: pair[0].range
        )
        self._institutions: list[tuple[tuple[str, ...], Speaker, Range]] = []
        self._last: tuple[Source, Resolved] | None = None

    def resolve(self, source: Source) -> Resolved:
        """Return who a mention means; nobody when the article does not prove it."""
        found = self._resolve(source, depth=0)
        if found.speaker is not None:
            self._last = (source, found)
        return found

    def _resolve(self, source: Source, *, depth: int) -> Resolved:
        parsed = self._parsed[source.at]
        tokens = [token for token in parsed.doc[source.first : source.last + 1] if not token.is_punct]
        if not tokens or depth > 2:
            return Resolved()
        head = _head(tokens)
        word = head.lower_
        if len(tokens) == 1 or head.tag_ in ("PRP", "WP", "WDT"):
            if word in FIRST:
                return self._author()
            if word in RELATIVES:
                return self._antecedent(source, head, depth)
            if word in HE:
                return self._pronoun(source, "he")
            if word in SHE:
                return self._pronoun(source, "she")
            if word in ("it", "they", "them", "its", "their"):
                return self._thing(source)
        if any(token.dep_ == "conj" and token.head in tokens and token.head is head for token in tokens):
            return self._several(tokens)
        named = self._named(source, head)
        if named is not None:
            return named
        return self._description(source, tokens, head)

    # Names

    def _named(self, source: Source, head: Token) -> Resolved | None:
        """The person whose name is the head of a mention, or stands beside it: "spokesman John Doe"."""
        inside = [
            (one, person)
            for one, person in self._mentions
            if one.at == source.at and source.first <= one.first and one.last <= source.last
        ]
        for one, person in inside:
            if one.first <= head.i <= one.last or self._beside(head, one) or self._titled(source, one):
                whole = max(person.mentions, key=lambda mention: (len(mention.words), -mention.range.start))
                named_at = None if len(one.words) == len(whole.words) else whole.range
                return Resolved(self._speaker(person), named_at, person)
        return None

    def _beside(self, head: Token, one: Named) -> bool:
        name = self._parsed[one.at].doc[one.last]
        return name.dep_ == "appos" and name.head is head or (name.head is head and name.dep_ == "compound")

    def _titled(self, source: Source, one: Named) -> bool:
        """Whether a mention is a role and then a name: "expert of the Strategic Culture Foundation Andrey Areshev"."""
        if one.last != source.last or one.role is None:
            return False
        place = self._place(source)
        before = self._text[place.start : one.range.start].strip()
        return before.removeprefix("the ").removeprefix("The ") == one.role

    def _speaker(self, person: Person) -> Speaker:
        return Speaker(person.name, person.role)

    def _author(self) -> Resolved:
        return Resolved(Speaker(self._authors[0], "author")) if len(self._authors) == 1 else Resolved()

    def _antecedent(self, source: Source, head: Token, depth: int) -> Resolved:
        """Who "who" means: what the relative clause hangs on."""
        verb = next((one for one in head.ancestors if one.dep_ == "relcl"), None)
        if verb is None or verb.head.i >= head.i:
            return Resolved()
        noun = verb.head
        last = min(noun.right_edge.i, verb.left_edge.i - 1)
        found = self._resolve(Source(source.at, noun.left_edge.i, max(noun.i, last)), depth=depth + 1)
        if found.speaker is None:
            return found
        place = self._parsed[source.at].place(noun.left_edge.i, max(noun.i, last))
        return Resolved(found.speaker, found.named_at or place, found.person)

    # Pronouns

    def _pronoun(self, source: Source, gender: Gender) -> Resolved:
        """The person whom "he" or "she" means: the only one it can, or the one who speaks and is spoken of last."""
        person = self._meant(source, gender)
        return self._by(person, source) if person is not None else Resolved()

    def _by(self, person: Person, source: Source) -> Resolved:
        here = self._place(source)
        before = [one for one in person.mentions if one.range.start < here.start and not one.quoted]
        named_at = before[-1].range if before else person.mentions[0].range
        return Resolved(self._speaker(person), named_at, person)

    def _meant(self, source: Source, gender: Gender) -> Person | None:
        before = [pair for pair in self._near(source) if pair[1].gender in (None, gender)]
        block = self._parsed[source.at].sentence.block
        here = [pair for pair in before if self._parsed[pair[0].at].sentence.block == block]
        spoke = self._spoke(source, gender)
        for group in (here, before):
            people = list(dict.fromkeys(person for _, person in group))
            if spoke is not None and not people:
                return spoke
            if len(people) == 1:
                return people[0] if spoke in (None, people[0]) or group[-1][0].subject else None
            if people:
                subjects = [person for one, person in group if one.subject]
                if spoke is not None and (not subjects or subjects[-1] is spoke):
                    return spoke
                latest = group[-1]
                if subjects and latest[0].subject and latest[1] is subjects[-1] and spoke in (None, subjects[-1]):
                    return subjects[-1]
                return None
        return spoke

    def _near(self, source: Source) -> list[tuple[Named, Person]]:
        """The mentions before a place, outside quotation marks, as far back as a pronoun may reach."""
        here, block = self._place(source), self._parsed[source.at].sentence.block
        return [
            (one, person)
            for one, person in self._mentions
            if one.range.start < here.start
            and not one.quoted
            and 0 <= block - self._parsed[one.at].sentence.block <= _REACH
        ]

    def _spoke(self, source: Source, gender: Gender | None) -> Person | None:
        """The person who spoke last, when that was near."""
        if self._last is None or self._last[1].person is None:
            return None
        far = self._parsed[source.at].sentence.block - self._parsed[self._last[0].at].sentence.block
        person = self._last[1].person
        return person if far <= _REACH and (gender is None or person.gender in (None, gender)) else None

    def _thing(self, source: Source) -> Resolved:
        """What "it" or "they" means: who spoke in the sentence before, when that is no person."""
        if self._last is None or self._last[1].person is not None:
            return Resolved()
        at, found = self._last
        same_block = self._parsed[at.at].sentence.block == self._parsed[source.at].sentence.block
        if not same_block or source.at - at.at > 1:
            return Resolved()
        return Resolved(found.speaker, found.named_at or self._place(at))

    # Descriptions

    def _description(self, source: Source, tokens: Sequence[Token], head: Token) -> Resolved:
        opening, word = tokens[0].lower_, head.lower_
        proper = any(token.tag_ in ("NNP", "NNPS") for token in tokens)
        if opening in _OWNERS:
            return self._partner(source, opening) if word in PARTNERS else Resolved()
        if head.tag_ in ("NNP", "NNPS"):
            return self._person_by_role(source, tokens, head) or self._institution(tokens, source)
        if word in UNNAMED:
            return Resolved()
        if opening in _DEFINITE and (word in PERSONS or word in GENDERS):
            return self._person_by_role(source, tokens, head) or Resolved()
        if opening in _DEFINITE and word in ORGANISATIONS and not proper and word not in INSTITUTIONS:
            return self._organisation(source, word)
        if word in GROUPS and opening not in _DEFINITE:
            return Resolved(_described(self._text, self._place(_without(source, tokens, ()))))
        if word in GROUPS and proper:
            return self._institution(tokens, source)
        if word in INSTITUTIONS or (word in ORGANISATIONS and proper):
            return self._institution(tokens, source)
        return Resolved()

    def _person_by_role(self, source: Source, tokens: Sequence[Token], head: Token) -> Resolved | None:
        """The one person whose role has the words of "the Iranian minister"; for "the expert" whoever is one."""
        word = head.lower_
        if word not in PERSONS and word not in GENDERS:
            return None
        content = [t.lower_ for t in tokens if t.tag_[:2] in ("NN", "JJ") and t.i != head.i]
        gender: Gender | None = "she" if word in FEMALE_NOUNS else "he" if word in MALE_NOUNS else None
        here = self._place(source)
        fitting = [
            person
            for person in self._people
            if person.before(here.start)
            and person.gender in (None, gender or person.gender)
            and any(alike(word, role.strip(",.")) or _is_expert(word, role) for role in person.roles)
            and all(any(role.startswith(part[:5]) for role in person.roles) for part in content)
        ]
        if len(fitting) == 1:
            return self._by(fitting[0], source)
        spoke = self._spoke(source, gender)
        if fitting:
            near = list(dict.fromkeys(person for _, person in self._near(source) if person in fitting))
            if len(near) == 1 and spoke in (None, near[0]):
                return self._by(near[0], source)
            return self._by(spoke, source) if spoke in fitting and spoke is not None else None
        others = {person for _, person in self._near(source)}
        if not content and spoke is not None and others <= {spoke}:
            return self._by(spoke, source)
        return None

    def _partner(self, source: Source, owner: str) -> Resolved:
        """The one whom "his interlocutor" means: who met the one person that "his" can mean."""
        gender: Gender = "she" if owner == "her" else "he"
        one = self._meant(source, gender)
        if one is None or owner not in ("his", "her"):
            return Resolved()
        met: list[Person] = []
        for at, parsed in enumerate(self._parsed[: source.at + 1]):
            named = list(dict.fromkeys(person for mention, person in self._mentions if mention.at == at))
            if one in named and len(named) == 2 and any(token.lower_ in MEETING for token in parsed.doc):
                met.append(next(person for person in named if person is not one))
        return self._by(met[-1], source) if met and len(set(met)) == 1 else Resolved()

    # Institutions and groups

    def _institution(self, tokens: Sequence[Token], source: Source) -> Resolved:
        """An institution, a country or a group by the name that it has in the text, always the fullest one."""
        bare = _without(source, tokens, _DEFINITE | _INDEFINITE)
        place = self._place(bare)
        words = fold(self._text[place.start : place.end])
        for known, speaker, named_at in self._institutions:
            if known == words or (len(words) > 1 and known[-len(words) :] == words):
                return Resolved(speaker, None if known == words else named_at)
        speaker = _described(self._text, place)
        self._institutions.append((words, speaker, place))
        return Resolved(speaker)

    def _organisation(self, source: Source, noun: str) -> Resolved:
        """The organisation that "the agency" means: the only one with that noun in its name, or who spoke last."""
        found = [one for one in self._institutions if noun in one[0] or f"{noun}s" in one[0]]
        if len(found) == 1:
            return Resolved(found[0][1], found[0][2])
        return self._thing(source) if not found else Resolved()

    def _several(self, tokens: Sequence[Token]) -> Resolved:
        """Two or more who speak together are nobody in particular."""
        return Resolved()

    def _place(self, source: Source) -> Range:
        return self._parsed[source.at].place(source.first, source.last)


def _head(tokens: Sequence[Token]) -> Token:
    """The token that the others hang on."""
    inside = {token.i for token in tokens}
    return next((token for token in tokens if token.head.i not in inside or token.head is token), tokens[-1])


def _is_expert(word: str, role: str) -> bool:
    return word in EXPERTS and role.endswith(("ologist", "ographer"))


def _without(source: Source, tokens: Sequence[Token], openings: frozenset[str] | tuple[str, ...]) -> Source:
    """A source without an article in front and without what is told behind a comma."""
    kept = list(tokens)
    while len(kept) > 1 and kept[0].lower_ in openings:
        kept = kept[1:]
    return Source(source.at, kept[0].i, kept[-1].i)


def _described(text: str, place: Range) -> Speaker:
    """A speaker by the very words of a mention, with a capital letter in front."""
    words = " ".join(text[place.start : place.end].split())
    return Speaker(words[:1].upper() + words[1:])
