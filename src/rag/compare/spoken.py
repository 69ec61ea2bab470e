"""Sentences and statements -> who says what in which sentence, under one name for each; knows no topic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rag.answer import Candidate
from rag.records import Range, Speaker, Statement


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence of which a statement holds a part, and who is proven to say it.

    Attributes:
        candidate: The sentence.
        statement: The statement; its speaker's name is the article's.
        speaker: Who speaks, by the name that is used for them in all articles.
        before: Texts that are read with the sentence, nearest first.
        heading: The heading it stands under, empty without one.
        cues: All words of the sentence that report what this speaker says.
    """

    candidate: Candidate
    statement: Statement
    speaker: Speaker
    before: tuple[str, ...]
    heading: str
    cues: tuple[Range, ...] = ()

    @property
    def mention(self) -> str:
        """The words of the article that mean the speaker here."""
        source = self.statement.source
        return self.candidate.article.text[source.start : source.end]


def one_name_each(spoken: Sequence[Spoken]) -> list[Spoken]:
    """Return what is spoken, everybody under one name: the fullest, with the first role that an article gives.

    A name of one word means whoever has it as a surname, when that is one person.
    """
    parts = {one.speaker.name: tuple(_parts(one.speaker.name)) for one in spoken}
    families: dict[str, list[str]] = {}
    for name, words in parts.items():
        families.setdefault(words[-1] if words else "", []).append(name)
    full = {name: _fullest(name, families[words[-1] if words else ""], parts) for name, words in parts.items()}
    roles: dict[str, str | None] = {}
    for one in spoken:
        name = full[one.speaker.name]
        roles[name] = roles.get(name) or one.speaker.role
    return [replace(one, speaker=Speaker(full[one.speaker.name], roles[full[one.speaker.name]])) for one in spoken]


def _fullest(name: str, family: Sequence[str], parts: Mapping[str, tuple[str, ...]]) -> str:
    """The longest name that ends with the same word and holds all words of this one; the name when several do."""
    own = parts[name]
    longer = [other for other in family if own and set(own) <= set(parts[other]) and len(parts[other]) >= len(own)]
    most = max((len(parts[other]) for other in longer), default=0)
    fullest = {parts[other]: other for other in reversed(longer) if len(parts[other]) == most}
    return next(iter(fullest.values())) if len(fullest) == 1 else name


def _parts(name: str) -> list[str]:
    return name.lower().replace(".", " ").split()
