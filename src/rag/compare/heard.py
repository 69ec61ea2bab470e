"""What a comparison is made from: all that is said, what is asked, and what sentences are chosen by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rag.compare.people import Meant
from rag.compare.relevance import TopicModel
from rag.compare.spoken import Spoken
from rag.embed import Vectors
from rag.evidence import Numbers
from rag.records import Speaker
from rag.settings import Balance
from rag.words import Word

Cosines: TypeAlias = Callable[[Sequence[str]], Numbers]
"""Topics -> their cosines to everything that is said, shape (topics, sentences)."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Everything that is said in some articles, in reading order, and its vectors, shape (sentences, dimensions)."""

    spoken: Sequence[Spoken]
    vectors: Vectors

    @property
    def speakers(self) -> tuple[Speaker, ...]:
        """Everybody who speaks, in the order of their first words."""
        return tuple(dict.fromkeys(one.speaker for one in self.spoken))

    @property
    def articles(self) -> int:
        """How many articles somebody speaks in."""
        return len({one.candidate.article.id for one in self.spoken})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is compared.

    Attributes:
        question: As it was asked.
        topic: In the asker's words; empty for all that is spoken of.
        meant: The speakers that were asked for.
        unmentioned: Words of the topic that stand in none of the articles.
    """

    question: str
    topic: str
    meant: Meant
    unmentioned: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Measures:
    """What sentences are chosen by.

    Attributes:
        model: Tells what is said on a topic.
        cosines: Of topics to everything that is said.
        distinct: Cosine up to which two sentences surely say different things.
        leaning: How much more it counts to hear everybody who was asked for than to hear nobody in vain.
        balance: How sure it must be that anybody speaks of a topic.
    """

    model: TopicModel
    cosines: Cosines
    distinct: float
    leaning: float
    balance: Balance
