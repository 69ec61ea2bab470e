"""Sentences that may answer, and which of the question's words they meet; knows words, no model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rag.question import Question
from rag.words import content_words, likeness

Numbers: TypeAlias = NDArray[np.float64]
"""Real numbers, float64; the shape is said where they are made."""

NEARBY = 5
"""Texts before a sentence whose words count for it too."""
FADE = 0.8
"""What a word counts that stands in the sentence before instead of this one; squared for the one before that."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Sentences that may answer, in reading order.

    Attributes:
        texts: The sentences.
        before: For each, up to `NEARBY` texts that are read with it: those before it in its section, nearest
            first, and the heading it stands under.
        follows: For each, whether it comes right after the one before it in this pool, in the same section.
        cosines: Cosine of each to the question, shape (sentences,).
        voices: For each, the stems of the name and role of who says it, none in the author's voice; empty when the
            question asks for nobody's words.
    """

    texts: Sequence[str]
    before: Sequence[Sequence[str]]
    follows: Sequence[bool]
    cosines: Numbers
    voices: Sequence[frozenset[str]] = ()


@dataclass(frozen=True, slots=True)
class Matches:
    """How well every word of the question is met: in the sentence, and in it or the texts before it.

    Both of shape (sentences, question words), 0 to 1. `rarity` weighs the words, shape (question words,):
    what few sentences of the pool hold tells more.
    """

    own: Numbers
    nearby: Numbers
    rarity: Numbers


def match_words(question: Question, pool: Pool) -> Matches:
    """Compare every word of the question with every word of the pool."""
    stems = {text: stems_of(text) for group in (pool.texts, *pool.before) for text in group}
    vocabulary = frozenset().union(*stems.values())
    alike = [_alike(word.stem, vocabulary) for word in question.words]
    met = {text: np.array([_most(near, group) for near in alike]) for text, group in stems.items()}
    own = np.array([met[text] for text in pool.texts])
    nearby = own.copy()
    for row, texts in enumerate(pool.before):
        for distance, text in enumerate(texts[:NEARBY], start=1):
            nearby[row] = np.maximum(nearby[row], FADE**distance * met[text])
    holding = (own > 0).sum(axis=0)
    rarity = np.log1p((len(own) - holding + 0.5) / (holding + 0.5)) * np.array(question.weights)
    return Matches(own, nearby, rarity)


def near_best(matches: Matches, scores: Numbers) -> Numbers:
    """Return how well the likeliest sentences meet each word, shape (words,)."""
    near: Numbers = matches.nearby[likely_rows(scores)].max(axis=0, initial=0)
    return near


def likely_rows(scores: Numbers) -> list[int]:
    """Return the rows of the best sentence and of those at least half as likely."""
    rows: list[int] = np.flatnonzero(scores >= scores.max() / 2).tolist()
    return rows


@lru_cache(maxsize=4096)
def stems_of(text: str) -> frozenset[str]:
    """Return the stems of a text's content words."""
    return frozenset(word.stem for word in content_words(text))


def _alike(stem: str, vocabulary: Iterable[str]) -> dict[str, float]:
    """The words of a vocabulary that may mean the same as a stem; they begin alike."""
    same = (other for other in vocabulary if other[:1] == stem[:1])
    return {other: share for other in same if (share := likeness(stem, other))}


def _most(near: Mapping[str, float], stems: frozenset[str]) -> float:
    return max((share for other, share in near.items() if other in stems), default=0.0)
