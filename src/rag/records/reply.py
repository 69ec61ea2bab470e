"""Replies, which are made of quotes, and what a search finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rag.errors import OffsetError
from rag.records.article import Article, Passage, Range
from rag.records.speech import Attribution, Speaker

Strength: TypeAlias = Literal["direct", "named", "unnamed", "author"]
"""Whose word a sentence is: quoted from a named speaker, a report of one, of one who is not named, or the author's."""
Reason: TypeAlias = Literal["not_mentioned", "not_answered"]
StanceLabel: TypeAlias = Literal["agreement", "disagreement", "optimism", "doubt", "support", "rejection"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sentence stands: its article, its number there and its range.

    Raises:
        OffsetError: The range lies outside the text.
    """

    article: Article
    sentence: int
    range: Range

    def __post_init__(self) -> None:
        if self.range.end > len(self.article.text):
            raise OffsetError(self.article.id, self.range.start, self.range.end)


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of an article, word for word, with its place; `number` counts from 1 in its reply.

    `sentence` is the number of the sentence in its article. `score` is the probability that the sentence
    answers the question. `context` is the neighbour that the sentence leans on; it is not part of the quote.
    `cue` are the words that prove the speaker. `also` are other places that say the same again. `strength` is
    whose word it is, None where that is not known: several speak in it, or nobody read who said what.

    Raises:
        OffsetError: `article.text[start:end]` is not `text`, or another range lies outside the text.
    """

    number: int
    article: Article
    sentence: int
    range: Range
    text: str
    score: float
    passage: Range
    context: Range | None = None
    speaker: Speaker | None = None
    attribution: Attribution | None = None
    cue: Range | None = None
    also: tuple[Place, ...] = ()
    strength: Strength | None = None

    def __post_init__(self) -> None:
        if self.article.text[self.range.start : self.range.end] != self.text:
            raise OffsetError(self.article.id, self.range.start, self.range.end)
        for other in (self.passage, self.context, self.cue):
            if other is not None and other.end > len(self.article.text):
                raise OffsetError(self.article.id, other.start, other.end)
        if (self.speaker is None) != (self.cue is None) or (self.speaker is None) != (self.attribution is None):
            raise ValueError("a speaker, an attribution and the cue that proves it come together or not at all")
        if self.strength is not None and (self.strength in ("direct", "named")) != (self.speaker is not None):
            raise ValueError("the words of somebody who is named have a speaker, and no others")


@dataclass(frozen=True, slots=True)
class Answer:
    """At least one quote, numbered 1..n in reading order, and the probability that they answer."""

    question: str
    quotes: tuple[Quote, ...]
    confidence: float
    elapsed_ms: float

    def __post_init__(self) -> None:
        if not self.quotes:
            raise ValueError("an answer quotes something; without quotes it is an abstention")
        _check_numbers(self.quotes)


@dataclass(frozen=True, slots=True)
class Abstention:
    """The honest refusal: why, in a sentence for people, and the quotes that come nearest.

    `confidence` is the probability that the nearest quotes would have answered. `missing` are words of the question
    that the articles do not mention, where that is the reason.
    """

    question: str
    reason: Reason
    message: str
    nearest: tuple[Quote, ...]
    confidence: float
    elapsed_ms: float
    missing: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_numbers(self.nearest)


@dataclass(frozen=True, slots=True)
class Stance:
    """A position that the words `cue` inside or around quote `quote` carry."""

    label: StanceLabel
    quote: int
    cue: Range


@dataclass(frozen=True, slots=True)
class Side:
    """One speaker of a comparison with the numbers of their quotes, at least one, in order.

    `stances` are the positions that words of the text carry, in the order of their quotes, each label once a quote.
    """

    speaker: Speaker
    quotes: tuple[int, ...]
    stances: tuple[Stance, ...] = ()

    def __post_init__(self) -> None:
        if not self.quotes or list(self.quotes) != sorted(set(self.quotes)):
            raise ValueError("a side has quotes, each once, in order")
        if not {stance.quote for stance in self.stances} <= set(self.quotes):
            raise ValueError("the words that carry a stance stand at one of its speaker's quotes")


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that is spoken of, in words of the articles, and the numbers of the quotes about it."""

    name: str
    quotes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """Quotes of one topic that give different numbers for what may be the same thing."""

    quotes: tuple[int, ...]
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What speakers say, side by side; quotes are numbered 1..n, speaker by speaker.

    Attributes:
        question: What was asked; the topic itself when only that was given.
        topic: What is compared, in the asker's words; None for all that the articles speak of.
        quotes: All quotes; every quote belongs to one side and to at most one topic.
        sides: The speakers who say something, in the order of their first quotes.
        topics: The topic that was asked for, or the articles' own main ones.
        silent: Speakers of these articles of whom nothing was found on it.
        differing: Numbers that do not agree.
        confidence: The probability that the quotes are on the topic.
        elapsed_ms: Milliseconds from question to reply.
    """

    question: str
    topic: str | None
    quotes: tuple[Quote, ...]
    sides: tuple[Side, ...]
    topics: tuple[Topic, ...]
    silent: tuple[Speaker, ...]
    differing: tuple[Figures, ...]
    confidence: float
    elapsed_ms: float

    def __post_init__(self) -> None:
        if not self.quotes:
            raise ValueError("a comparison quotes somebody; without quotes it is an abstention")
        _check_numbers(self.quotes)
        told = [number for side in self.sides for number in side.quotes]
        if sorted(told) != [quote.number for quote in self.quotes]:
            raise ValueError("every quote of a comparison belongs to one speaker")


Reply: TypeAlias = Answer | Abstention | Comparison


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search found; a higher score is better."""

    article: Article
    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class RankedSentence:
    """A sentence, word for word, with its place; `score` is the probability that it answers a question."""

    article: Article
    range: Range
    text: str
    score: float


def _check_numbers(quotes: Sequence[Quote]) -> None:
    if [quote.number for quote in quotes] != list(range(1, len(quotes) + 1)):
        raise ValueError("quotes are numbered 1..n in their order")
