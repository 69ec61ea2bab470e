"""Parsed sentences -> the people that an article names, each with all mentions; knows names, not who speaks."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import OSA

from rag.speakers.names import Named, fold, names_of
from rag.speakers.parsed import Parsed
from rag.speakers.roles import PARTICLES, RANKS, Gender

_PLACES = frozenset({"GPE", "LOC", "NORP", "FAC"})
_GENDERS: tuple[Gender, ...] = ("he", "she")
_CONTRARY = 3
"""A pronoun tells a person's gender when it comes more than so many times as often as the other one."""
_SPELLED = 6
"""Letters from which two words that are one letter apart may be one name; shorter ones are too often two."""


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """Somebody whom the article names.

    Attributes:
        name: As it stands where they are first named in full.
        role: The first role that the article gives.
        roles: All words of all roles that the article gives, in small letters.
        gender: What titles and nouns say, when they agree; else the pronoun in sentences about nobody else.
        mentions: Where they are named, in reading order.
        fullest: The first of the mentions that have the most words.
    """

    name: str
    role: str | None
    roles: frozenset[str]
    gender: Gender | None
    mentions: tuple[Named, ...]
    fullest: Named

    def before(self, place: int) -> bool:
        """Return whether the person was named before a place."""
        return self.mentions[0].range.start < place


@dataclass(slots=True, eq=False)
class _Draft:
    """A person in the making: mentions by `full` name and by one word (`short`), both in reading order."""

    name: str
    full: list[Named] = field(default_factory=list)
    short: list[Named] = field(default_factory=list)
    genders: set[Gender] = field(default_factory=set)

    def mentions(self) -> list[Named]:
        return sorted((*self.full, *self.short), key=lambda mention: mention.range)

    def before(self, place: int) -> bool:
        return any(named and named[0].range.start < place for named in (self.full, self.short))


class _Register:
    """People by a word of their names; words that are spelled alike are found without comparing all with all."""

    def __init__(self) -> None:
        self._words: dict[str, dict[str, None]] = {}
        self._people: dict[str, dict[_Draft, None]] = {}

    def add(self, word: str, person: _Draft) -> None:
        if word not in self._people:
            for key in _keys(word):
                self._words.setdefault(key, {})[word] = None
        self._people.setdefault(word, {})[person] = None

    def find(self, word: str) -> list[_Draft]:
        """Return who has a word in their name; who has one that is spelled alike only when nobody does."""
        if word in self._people:
            return list(self._people[word])
        words = dict.fromkeys(other for key in _keys(word) for other in self._words.get(key, ()))
        return list(dict.fromkeys(p for other in words if alike_names(word, other) for p in self._people[other]))


def _keys(word: str) -> Iterator[str]:
    """A word, and a long one without each of its letters: words at most one letter apart share one of these."""
    yield word
    if len(word) >= _SPELLED:
        yield from (word[:n] + word[n + 1 :] for n in range(len(word)))


def find_people(text: str, parsed: Sequence[Parsed]) -> list[Person]:
    """Return the people that an article names, in the order of their first mentions."""
    votes = _votes(parsed)
    people = _with_full_names(text, parsed, votes)
    _add_short_names(text, parsed, people, votes)
    named = [(person, person.mentions()) for person in people]
    pronouns = _pronouns(parsed, named)
    made = [_person(person, mentions, pronouns[person]) for person, mentions in named]
    return sorted(made, key=lambda person: person.mentions[0].range)


def _person(draft: _Draft, mentions: Sequence[Named], pronouns: Counter[Gender]) -> Person:
    roles = [one.role for one in mentions if one.role and not one.quoted]
    roles += [one.role for one in mentions if one.role and one.quoted]
    return Person(
        name=draft.name,
        role=next((role for role in roles if " " in role), roles[0] if roles else None),
        roles=frozenset(word for role in roles for word in role.lower().split()),
        gender=_gender(draft.genders, pronouns),
        mentions=tuple(mentions),
        fullest=max(mentions, key=lambda mention: (len(mention.words), -mention.range.start)),
    )


def _gender(known: set[Gender], pronouns: Counter[Gender]) -> Gender | None:
    if known:
        return next(iter(known)) if len(known) == 1 else None
    he, she = pronouns["he"], pronouns["she"]
    if min(he, she) * _CONTRARY >= max(he, she):
        return None
    return "he" if he > she else "she"


def _with_full_names(text: str, parsed: Sequence[Parsed], votes: Counter[str]) -> list[_Draft]:
    """The people who are named by more than one word, with those mentions."""
    people: list[_Draft] = []
    surnames = _Register()
    for one in (one for at, sentence in enumerate(parsed) for one in names_of(text, at, sentence, frozenset())):
        if parsed[one.at].sentence.kind != "body":
            continue
        words = _plain(one.words)
        if len(words) < 2 or not (one.sure or votes[one.words[-1]] > 0):
            continue
        alike = (person for person in surnames.find(words[-1]) if _same_person(person.full[0].words, one.words))
        person = min(alike, key=lambda person: person.full[0].range, default=None)
        if person is None:
            person = _Draft(" ".join(text[one.range.start : one.range.end].split()))
            people.append(person)
            surnames.add(words[-1], person)
        person.full.append(one)
        if one.gender:
            person.genders.add(one.gender)
    return people


def _add_short_names(text: str, parsed: Sequence[Parsed], people: list[_Draft], votes: Counter[str]) -> None:
    """Give every surname or first name that stands alone to the one person that has it.

    Two of the same name stay apart: then nobody has it. Who is called by one word only is added to the people.
    """
    surnames, words = _Register(), _Register()
    for person in people:
        for one in person.full:
            _register(person, one, surnames, words)
    known = frozenset(word for person in people for word in _plain(person.full[0].words))
    for one in (one for at, sentence in enumerate(parsed) for one in names_of(text, at, sentence, known)):
        if parsed[one.at].sentence.kind != "body" and not known.issuperset(_plain(one.words)):
            continue  # a headline has capitals everywhere
        if len(_plain(one.words)) != 1:
            continue
        word = _plain(one.words)[0]
        named = [person for person in surnames.find(word) or words.find(word) if _has_particles(person, one)]
        owner = _owner(text, one, named)
        if owner is None and not named and _is_person(one, word, votes):
            owner = _Draft(text[one.range.start : one.range.end])
            people.append(owner)
        if owner is not None:
            owner.short.append(one)
            if one.gender:
                owner.genders.add(one.gender)
            _register(owner, one, surnames, words)


def _register(person: _Draft, one: Named, surnames: _Register, words: _Register) -> None:
    plain = _plain(one.words)
    surnames.add(plain[-1], person)
    for word in plain:
        words.add(word, person)


def _has_particles(person: _Draft, one: Named) -> bool:
    """Whether a person's name has the small words of a mention: "Al Hadid" is Idris Al-Hadid, "Al Gore" no Ann Gore."""
    small = PARTICLES.intersection(one.words)
    return not small or any(small.issubset(mention.words) for mention in (*person.full, *person.short))


def _owner(text: str, one: Named, named: Sequence[_Draft]) -> _Draft | None:
    """The one of some people with the same name who is meant at a place."""
    known = [person for person in named if person.before(one.range.start)] or named
    if one.gender is not None and len(known) > 1:
        known = [person for person in known if len(person.genders) != 1 or one.gender in person.genders]
    if len(known) > 1:
        since = {person: _since_named(text, person, one) for person in known}
        here = [person for person, between in since.items() if between is not None]
        known = [person for person in here if _family(text, one) not in (since[person] or "")] if here else _main(known)
    return known[0] if len(known) == 1 else None


def _main(people: Sequence[_Draft]) -> list[_Draft]:
    """Those who are the subject of some sentence: not a husband who is named once beside his wife."""
    return [person for person in people if any(one.subject for one in person.full)]


def _is_person(one: Named, word: str, votes: Counter[str]) -> bool:
    """Whether a single word that is no part of a known name names somebody."""
    return word not in RANKS and bool(one.gender or one.role or (one.sure and one.subject and votes[word] > 0))


def _pronouns(
    parsed: Sequence[Parsed], people: Sequence[tuple[_Draft, Sequence[Named]]]
) -> Mapping[_Draft, Counter[Gender]]:
    """Count "he" and "she" behind the only name of a sentence: "Doe said he would come"."""
    alone: dict[int, list[tuple[Named, _Draft]]] = {}
    for person, mentions in people:
        for one in mentions:
            alone.setdefault(one.at, []).append((one, person))
    counts: dict[_Draft, Counter[Gender]] = {person: Counter() for person, _ in people}
    for at, named in alone.items():
        first, person = named[0]
        if any(other is not person for _, other in named):
            continue
        doc, quoted = parsed[at].doc, parsed[at].quoted
        said = [token.lower_ for token in doc[first.last + 1 :] if quoted[token.i] == quoted[first.last]]
        counts[person].update(gender for gender in _GENDERS if gender in said)
    return counts


def _since_named(text: str, person: _Draft, one: Named) -> str | None:
    """The text since a person was named in full, None when that was not in the same paragraph."""
    at = bisect_left(person.full, one.range, key=lambda mention: mention.range)
    since = person.full[at - 1].range.end if at else 0
    return None if not at or text.find("\n", since, one.range.start) >= 0 else text[since : one.range.start]


def _family(text: str, one: Named) -> str:
    """The name of a whole family: "the Does"."""
    return f"{text[one.range.start : one.range.end]}s"


def alike_names(one: str, other: str) -> bool:
    """Return whether two folded words can be spellings of one name: at most a letter but the first apart."""
    long = min(len(one), len(other)) >= _SPELLED and one[0] == other[0]
    return one == other or (long and OSA.distance(one, other, score_cutoff=1) <= 1)


def _same_person(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two full names can be one: like surnames, and first names that do not contradict each other."""
    a, b = _plain(one), _plain(other)
    if not alike_names(a[-1], b[-1]):
        return False
    return any(_first_alike(x, y) for x in a[:-1] for y in b[:-1])


def _first_alike(one: str, other: str) -> bool:
    initial = min(len(one), len(other)) == 1 and one[:1] == other[:1]
    return initial or alike_names(one, other)


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
