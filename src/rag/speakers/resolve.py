"""Mentions of who speaks -> the one speaker that the article proves, or nobody; knows people, roles and pronouns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.records import Range, Speaker
from rag.speakers.parsed import Parsed
from rag.speakers.people import Named, Person, fold
from rag.speakers.roles import (
    DOCUMENTS,
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
            if word in ("they", "them", "their"):
                return self._group_before(source) or self._thing(source)
            if word in ("it", "its"):
                return self._thing(source)
        if any(token.dep_ == "conj" and token.head == head for token in tokens):
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
        return name.head == head and name.dep_ in ("appos", "compound")

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
        block = self._parsed[source.at].paragraph
        here = [pair for pair in before if self._parsed[pair[0].at].paragraph == block]
        spoke = self._spoke(source, gender)
        if spoke is not None and self._last is not None:
            since = {person for one, person in before if self._last[0].at < one.at}
            spoke = spoke if since <= {spoke} else None
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
        here, block = self._place(source), self._parsed[source.at].paragraph
        return [
            (one, person)
            for one, person in self._mentions
            if one.range.start < here.start and not one.quoted and 0 <= block - self._parsed[one.at].paragraph <= _REACH
        ]

    def _spoke(self, source: Source, gender: Gender | None) -> Person | None:
        """The person who spoke last, when that was near."""
        if self._last is None or self._last[1].person is None:
            return None
        far = self._parsed[source.at].paragraph - self._parsed[self._last[0].at].paragraph
        person = self._last[1].person
        return person if far <= _REACH and (gender is None or person.gender in (None, gender)) else None

    def _thing(self, source: Source) -> Resolved:
        """What "it" or "they" means: who spoke in the sentence before, when that is no person."""
        if self._last is None or self._last[1].person is not None:
            return Resolved()
        at, found = self._last
        same_block = self._parsed[at.at].paragraph == self._parsed[source.at].paragraph
        if not same_block or source.at - at.at > 1:
            return Resolved()
        return Resolved(found.speaker, found.named_at or self._place(at))

    def _group_before(self, source: Source) -> Resolved | None:
        """The people whom "they" means: the one group that is the subject of the sentence before."""
        at = source.at - 1
        if at < 0 or self._parsed[at].paragraph != self._parsed[source.at].paragraph:
            return None
        plural = [token for token in self._parsed[at].doc if token.tag_ == "NNS" and token.lower_ in GROUPS]
        if len(plural) != 1 or plural[0].dep_ not in ("nsubj", "nsubjpass"):
            return None
        tokens = [token for token in plural[0].subtree if not token.is_punct]
        bare = _without(Source(at, tokens[0].i, tokens[-1].i), _bare_name(tokens), _DEFINITE)
        place = self._place(bare)
        return Resolved(_described(self._text, place), place)

    # Descriptions

    def _description(self, source: Source, tokens: Sequence[Token], head: Token) -> Resolved:
        opening, word = tokens[0].lower_, head.lower_
        proper = any(token.tag_ in ("NNP", "NNPS") for token in tokens)
        if opening in _OWNERS:
            return self._partner(source, opening, word) if word in PARTNERS else Resolved()
        if head.tag_ in ("NNP", "NNPS") and head.text[0].isupper():
            if any(fold(head.text)[-1:] == one.words[-1:] for one, _ in self._mentions):
                return Resolved()  # two people have this name
            return self._person_by_role(source, tokens, head) or self._institution(tokens, source)
        if word in UNNAMED:
            return Resolved()
        if opening in _DEFINITE and (word in PERSONS or word in GENDERS):
            return self._person_by_role(source, tokens, head) or Resolved()
        if opening in _DEFINITE and word in ORGANISATIONS and not proper and word not in INSTITUTIONS:
            return self._organisation(source, word)
        if (
            word in GROUPS or (head.tag_ == "NNS" and word not in DOCUMENTS)
        ) and opening not in _DEFINITE | _INDEFINITE:
            return Resolved(_described(self._text, self._place(source)))
        if word in GROUPS and opening in _DEFINITE and len(tokens) > 2:
            return self._institution(tokens, source)
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

    def _partner(self, source: Source, owner: str, noun: str) -> Resolved:
        """The one whom "his interlocutor" means: who met the one person that "his" can mean.

        "Her colleague" is the other one of two who are named in the sentence before.
        """
        one = self._meant(source, "she" if owner == "her" else "he") if owner in ("his", "her") else None
        if one is None:
            return self._either(source) if owner in ("his", "her") else Resolved()
        near = range(max(0, source.at - 1), source.at) if noun == "colleague" else range(source.at)
        others: list[Person] = []
        for at in near:
            named = self._two(at)
            if one in named and (noun == "colleague" or self._they_meet(at)):
                others.append(next(person for person in named if person is not one))
        return self._by(others[-1], source) if len(set(others)) == 1 else Resolved()

    def _either(self, source: Source) -> Resolved:
        """Of two people in the sentence before, the one whom its subject talks with."""
        at = source.at - 1
        named = self._two(at) if at >= 0 else []
        if len(named) != 2:
            return Resolved()
        subject = next((person for mention, person in self._mentions if mention.at == at and mention.subject), None)
        spoke = self._spoke(source, None)
        one = spoke if spoke in named else subject
        if one is None:
            return Resolved()
        return self._by(next(person for person in named if person is not one), source)

    def _two(self, at: int) -> list[Person]:
        """The two people of a sentence; nobody when it names fewer or more."""
        named = list(dict.fromkeys(person for mention, person in self._mentions if mention.at == at))
        return named if len(named) == 2 else []

    def _they_meet(self, at: int) -> bool:
        return any(token.lower_ in MEETING for token in self._parsed[at].doc)

    # Institutions and groups

    def _institution(self, tokens: Sequence[Token], source: Source) -> Resolved:
        """An institution, a country or a group by the name that it has in the text, always the fullest one."""
        bare = _without(source, _bare_name(tokens), _DEFINITE | _INDEFINITE)
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
        here = self._place(source)
        named: dict[tuple[str, ...], tuple[Speaker, Range]] = {}
        for parsed in self._parsed[: source.at + 1]:
            for place in _called(parsed, noun):
                if place.start < here.start:
                    words = fold(self._text[place.start : place.end])
                    named.setdefault(words, (_described(self._text, place), place))
        if len(named) == 1:
            speaker, place = next(iter(named.values()))
            return Resolved(speaker, place)
        return self._thing(source) if not named else Resolved()

    def _several(self, tokens: Sequence[Token]) -> Resolved:
        """Two or more who speak together are nobody in particular."""
        return Resolved()

    def _place(self, source: Source) -> Range:
        return self._parsed[source.at].place(source.first, source.last)


def _head(tokens: Sequence[Token]) -> Token:
    """The token that the others hang on."""
    inside = {token.i for token in tokens}
    return next((token for token in tokens if token.head.i not in inside or token.head == token), tokens[-1])


def _bare_name(tokens: Sequence[Token]) -> list[Token]:
    """A mention up to what a comma adds, and without the noun before a name: "the agency Nordwire"."""
    doc = tokens[0].doc
    cut = next((n for n, t in enumerate(tokens) if n and doc[t.i - 1].text == ","), len(tokens))
    kept = list(tokens[:cut])
    at = next((n for n, token in enumerate(kept) if token.lower_ in ORGANISATIONS), None)
    if at is not None and at + 1 < len(kept) and all(token.tag_ in ("NNP", "NNPS") for token in kept[at + 1 :]):
        return kept[at + 1 :]
    return kept


def _called(parsed: Parsed, noun: str) -> Iterator[Range]:
    """The names that a sentence gives with a noun: "the agency Nordwire", "the Nordwire agency", "Ministry of Trade"."""
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
