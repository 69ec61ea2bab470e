"""Mentions of who speaks -> the one speaker that the article proves, or nobody; knows people, roles and pronouns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.records import Range, Speaker
from rag.speakers.discourse import Discourse, Resolved
from rag.speakers.mentions import Source, bare_name, described, head_of, names_with, without
from rag.speakers.names import Named, fold
from rag.speakers.parsed import Parsed
from rag.speakers.people import Person
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
    ORGANISATIONS,
    PARTNERS,
    RELATIVES,
    SCHOLARS,
    SHE,
    UNNAMED,
    Gender,
    alike,
    names_person,
)

if TYPE_CHECKING:
    from spacy.tokens import Token

_DEFINITE = frozenset({"the", "this", "that", "these", "those"})
_OWNERS = frozenset({"his", "her", "their", "its"})
_INDEFINITE = frozenset({"a", "an", "one", "another", "some", "any", "no", "many", "several", "most", "few", "two"})


class Resolver:
    """Resolves the mentions of one article in reading order: who spoke last is remembered."""

    def __init__(self, text: str, parsed: Sequence[Parsed], people: Sequence[Person], authors: Sequence[str]) -> None:
        self._told, self._authors = Discourse(text, parsed, people), authors
        self._institutions: dict[tuple[str, ...], Resolved] = {}
        self._called: dict[str, list[Person]] = {}
        self._organisations: dict[str, list[Range]] = {}

    def resolve(self, source: Source) -> Resolved:
        """Return who a mention means; nobody when the article does not prove it."""
        found = self._resolve(source, depth=0)
        if found.speaker is not None:
            self._told.last = (source, found)
        return found

    def _resolve(self, source: Source, *, depth: int) -> Resolved:
        parsed = self._told.parsed[source.at]
        tokens = [token for token in parsed.doc[source.first : source.last + 1] if not token.is_punct]
        if not tokens or depth > 2:
            return Resolved()
        head = head_of(tokens)
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
        within = {token.i for token in tokens}
        pairs = [token for token in tokens if token.dep_ == "conj" and token.head.i in within]
        if any(token.head == head or {token.tag_, token.head.tag_} <= {"NNP", "NNPS"} for token in pairs):
            return Resolved()  # two who speak together are nobody in particular
        named = self._named(source, head)
        if named is not None:
            return named
        return self._description(source, tokens, head)

    # Names

    def _named(self, source: Source, head: Token) -> Resolved | None:
        """The person whose name is the head of a mention, or stands beside it: "spokesman John Doe"."""
        inside = [pair for pair in self._told.named_in(source.at) if pair[0].first <= head.i <= pair[0].last]
        for one, person in [*inside, *self._told.named_in(source.at)]:
            if not (source.first <= one.first and one.last <= source.last):
                continue
            if one.first <= head.i <= one.last or self._beside(head, one) or self._titled(source, one):
                named_at = None if len(one.words) == len(person.fullest.words) else person.fullest.range
                return Resolved(Speaker(person.name, person.role), named_at, person)
        return None

    def _beside(self, head: Token, one: Named) -> bool:
        name = self._told.parsed[one.at].doc[one.last]
        if name.dep_ == "appos":
            return name.head == head
        titled = head.i < one.first and names_person(head.lower_)  # unlike "Clinton aides", who are others
        return name.head == head and name.dep_ == "compound" and titled

    def _titled(self, source: Source, one: Named) -> bool:
        """Whether a mention is a role and then a name: "expert of the Strategic Culture Foundation Andrey Areshev"."""
        if one.last != source.last or one.role is None:
            return False
        place = self._told.place(source)
        before = self._told.text[place.start : one.range.start].strip()
        return before.removeprefix("the ").removeprefix("The ") == one.role

    def _author(self) -> Resolved:
        return Resolved(Speaker(self._authors[0], "author")) if len(self._authors) == 1 else Resolved()

    def _antecedent(self, source: Source, head: Token, depth: int) -> Resolved:
        """Who "who" means: what the relative clause hangs on."""
        verb = next((one for one in head.ancestors if one.dep_ == "relcl"), None)
        if verb is None or verb.head.i >= head.i:
            return Resolved()
        noun = verb.head
        last = max(noun.i, min(noun.right_edge.i, verb.left_edge.i - 1))
        while last > noun.i and noun.doc[last].is_punct:
            last -= 1
        named = Source(source.at, noun.left_edge.i, last)
        found = self._resolve(named, depth=depth + 1)
        if found.speaker is None:
            return found
        place = self._told.place(named)
        return Resolved(found.speaker, found.named_at or place, found.person)

    # Pronouns

    def _pronoun(self, source: Source, gender: Gender) -> Resolved:
        """The person whom "he" or "she" means: the only one it can, or the one who speaks and is spoken of last."""
        person = self._told.meant(source, gender)
        return self._told.by(person, source) if person is not None else Resolved()

    def _thing(self, source: Source) -> Resolved:
        """What "it" or "they" means: who spoke in the sentence before, when that is no person."""
        if self._told.last is None or self._told.last[1].person is not None:
            return Resolved()
        at, found = self._told.last
        same_block = self._told.parsed[at.at].paragraph == self._told.parsed[source.at].paragraph
        if not same_block or source.at - at.at > 1:
            return Resolved()
        return Resolved(found.speaker, found.named_at or self._told.place(at))

    def _group_before(self, source: Source) -> Resolved | None:
        """The people whom "they" means: the one group that is the subject of the sentence before."""
        at = source.at - 1
        if at < 0 or self._told.parsed[at].paragraph != self._told.parsed[source.at].paragraph:
            return None
        plural = [token for token in self._told.parsed[at].doc if token.tag_ == "NNS" and token.lower_ in GROUPS]
        if len(plural) != 1 or plural[0].dep_ not in ("nsubj", "nsubjpass"):
            return None
        tokens = [token for token in plural[0].subtree if not token.is_punct]
        bare = without(Source(at, tokens[0].i, tokens[-1].i), bare_name(tokens), _DEFINITE)
        place = self._told.place(bare)
        return Resolved(described(self._told.text, place), place)

    # Descriptions

    def _description(self, source: Source, tokens: Sequence[Token], head: Token) -> Resolved:
        opening, word = tokens[0].lower_, head.lower_
        proper = any(token.tag_ in ("NNP", "NNPS") for token in tokens)
        if opening in _OWNERS:
            return self._partner(source, opening, word) if word in PARTNERS else Resolved()
        if head.tag_ in ("NNP", "NNPS") and head.text[0].isupper():
            if any(map(self._told.is_surname, fold(head.text)[-1:])):
                return Resolved()  # two people have this name
            return self._person_by_role(source, tokens, head) or self._institution(tokens, source)
        if word in UNNAMED:
            return Resolved()
        if opening in _DEFINITE and (names_person(word) or word in GENDERS):
            return self._person_by_role(source, tokens, head) or Resolved()
        if opening in _DEFINITE and word in ORGANISATIONS and not proper and word not in INSTITUTIONS:
            return self._organisation(source, word)
        if (
            word in GROUPS or (head.tag_ == "NNS" and word not in DOCUMENTS)
        ) and opening not in _DEFINITE | _INDEFINITE:
            return Resolved(described(self._told.text, self._told.place(source)))
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
        if not names_person(word) and word not in GENDERS:
            return None
        content = [t.lower_ for t in tokens if t.tag_[:2] in ("NN", "JJ") and t.i != head.i]
        gender: Gender | None = "she" if word in FEMALE_NOUNS else "he" if word in MALE_NOUNS else None
        here = self._told.place(source)
        fitting = [
            person
            for person in self._with_role(word)
            if person.before(here.start)
            and person.gender in (None, gender or person.gender)
            and all(any(role.startswith(part[:5]) for role in person.roles) for part in content)
        ]
        if len(fitting) == 1:
            return self._told.by(fitting[0], source)
        spoke = self._told.spoke(source, gender)
        if fitting:
            near = list(dict.fromkeys(person for _, person in self._told.near(source) if person in fitting))
            if len(near) == 1 and spoke in (None, near[0]):
                return self._told.by(near[0], source)
            return self._told.by(spoke, source) if spoke in fitting and spoke is not None else None
        others = {person for _, person in self._told.near(source)}
        if not content and spoke is not None and others <= {spoke}:
            return self._told.by(spoke, source)
        return None

    def _with_role(self, noun: str) -> Sequence[Person]:
        """The people who can be called by a noun, by any role that the article gives them."""
        if noun not in self._called:
            self._called[noun] = [
                person
                for person in self._told.people
                if any(alike(noun, role.strip(",.")) or _is_expert(noun, role) for role in person.roles)
            ]
        return self._called[noun]

    def _partner(self, source: Source, owner: str, noun: str) -> Resolved:
        """The one whom "his interlocutor" means: who met the one person that "his" can mean.

        "Her colleague" is the other one of two who are named in the sentence before.
        """
        one = self._told.meant(source, "she" if owner == "her" else "he") if owner in ("his", "her") else None
        if one is None:
            return self._either(source) if owner in ("his", "her") else Resolved()
        before = dict.fromkeys(mention.at for mention in one.mentions if mention.at < source.at)
        others: set[Person] = set()
        for at in before:
            fits = at == source.at - 1 if noun == "colleague" else self._told.they_meet(at)
            if fits:
                others.update(person for person in self._told.two(at) if person is not one)
        return self._told.by(others.pop(), source) if len(others) == 1 else Resolved()

    def _either(self, source: Source) -> Resolved:
        """Of two people in the sentence before, the one whom its subject talks with."""
        at = source.at - 1
        named = self._told.two(at) if at >= 0 else []
        if len(named) != 2:
            return Resolved()
        subject = next((person for mention, person in self._told.named_in(at) if mention.subject), None)
        spoke = self._told.spoke(source, None)
        one = spoke if spoke in named else subject
        if one is None:
            return Resolved()
        return self._told.by(next(person for person in named if person is not one), source)

    # Institutions and groups

    def _institution(self, tokens: Sequence[Token], source: Source) -> Resolved:
        """An institution, a country or a group by the name that it has in the text, always the fullest one."""
        bare = without(source, bare_name(tokens), _DEFINITE | _INDEFINITE)
        place = self._told.place(bare)
        words = fold(self._told.text[place.start : place.end])
        if words in self._institutions:
            return self._institutions[words]
        speaker = described(self._told.text, place)
        for shorter in range(1, len(words) - 1):  # "Energy Authority" may mean "the Belmor Energy Authority"
            self._institutions.setdefault(words[shorter:], Resolved(speaker, place))
        self._institutions[words] = Resolved(speaker)
        return Resolved(speaker)

    def _organisation(self, source: Source, noun: str) -> Resolved:
        """The organisation that "the agency" means: the only one with that noun in its name, or who spoke last."""
        if noun not in self._organisations:
            self._organisations[noun] = self._named_with(noun)
        here = self._told.place(source)
        named = [place for place in self._organisations[noun][:2] if place.start < here.start]
        if len(named) == 1:
            return Resolved(described(self._told.text, named[0]), named[0])
        return self._thing(source) if not named else Resolved()

    def _named_with(self, noun: str) -> list[Range]:
        """The first place of every name that the article gives with a noun, in order."""
        named: dict[tuple[str, ...], Range] = {}
        for place in sorted(place for parsed in self._told.parsed for place in names_with(parsed, noun)):
            named.setdefault(fold(self._told.text[place.start : place.end]), place)
        return list(named.values())


def _is_expert(word: str, role: str) -> bool:
    return word in EXPERTS and role.endswith(SCHOLARS)
