"""Parsed sentences -> the people that an article names, each with all mentions; knows names, not who speaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import OSA

from rag.speakers.names import Named, fold, names_of
from rag.speakers.parsed import Parsed
from rag.speakers.roles import PARTICLES, RANKS, Gender

_PLACES = frozenset({"GPE", "LOC", "NORP", "FAC"})
_GENDERS: tuple[Gender, ...] = ("he", "she")
_CONTRARY = 3
"""A pronoun tells a person's gender when it comes more than so many times as often as the other one."""


@dataclass(slots=True, eq=False)
class Person:
    """Somebody whom the article names; `name` is the fullest form at the first place that has it."""

    name: str
    mentions: list[Named] = field(default_factory=list)
    pronouns: Counter[Gender] = field(default_factory=Counter)

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
        """What titles and nouns say, when they agree; else the pronoun in sentences about nobody else."""
        known = {one.gender for one in self.mentions if one.gender}
        if known:
            return known.pop() if len(known) == 1 else None
        he, she = self.pronouns["he"], self.pronouns["she"]
        if min(he, she) * _CONTRARY >= max(he, she):
            return None
        return "he" if he > she else "she"

    def before(self, place: int) -> bool:
        """Whether the person was named before a place."""
        return any(one.range.start < place for one in self.mentions)


def find_people(text: str, parsed: Sequence[Parsed]) -> list[Person]:
    """Return the people that an article names, in the order of their first full names."""
    votes = _votes(parsed)
    people = _with_full_names(text, parsed, votes)
    known = frozenset(word for person in people for word in _plain(person.mentions[0].words))
    for one in (one for at, sentence in enumerate(parsed) for one in names_of(text, at, sentence, known)):
        if parsed[one.at].sentence.kind != "body" and not known.issuperset(_plain(one.words)):
            continue  # a headline has capitals everywhere
        if len(_plain(one.words)) == 1:
            _add_short(text, one, people, votes)
    for person in people:
        person.mentions.sort(key=lambda mention: mention.range)
    _count_pronouns(parsed, people)
    return sorted(people, key=lambda person: person.mentions[0].range)


def _with_full_names(text: str, parsed: Sequence[Parsed], votes: Counter[str]) -> list[Person]:
    """The people who are named by more than one word, with those mentions."""
    people: list[Person] = []
    for one in (one for at, sentence in enumerate(parsed) for one in names_of(text, at, sentence, frozenset())):
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


def _count_pronouns(parsed: Sequence[Parsed], people: Sequence[Person]) -> None:
    """Count "he" and "she" behind the only name of a sentence: "Doe said he would come"."""
    alone: dict[int, list[tuple[Named, Person]]] = {}
    for person in people:
        for one in person.mentions:
            alone.setdefault(one.at, []).append((one, person))
    for at, named in alone.items():
        first, person = named[0]
        if any(other is not person for _, other in named):
            continue
        doc, quoted = parsed[at].doc, parsed[at].quoted
        said = [token.lower_ for token in doc[first.last + 1 :] if quoted[token.i] == quoted[first.last]]
        person.pronouns.update(gender for gender in _GENDERS if gender in said)


def _just_named(text: str, person: Person, one: Named) -> bool:
    """Whether a person was named in full in the same paragraph, and the family as a whole not since."""
    full = [m for m in person.mentions if len(_plain(m.words)) > 1 and m.range < one.range]
    between = text[full[-1].range.end : one.range.start] if full else "\n"
    return "\n" not in between and f"{text[one.range.start : one.range.end]}s" not in between


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
