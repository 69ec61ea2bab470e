"""Judged sentences -> the ones to quote together: as many as the question needs, each fact once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from rag.embed import Vectors
from rag.evidence.pool import Numbers
from rag.words import content_words


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows of a pool to quote, in reading order, and for each the rows that say the same again."""

    rows: tuple[int, ...]
    also: Mapping[int, tuple[int, ...]] = field(default_factory=dict)


def choose(
    scores: Numbers, texts: Sequence[str], vectors: Vectors, *, leaning: float, distinct: float, most: int
) -> Selection:
    """Return the sentences to quote: at least one when there are any, at most `most`.

    Args:
        scores: Probability that each answers, shape (sentences,); 0 is never quoted beside another.
        texts: The sentences.
        vectors: Of the sentences, shape (sentences, dimensions).
        leaning: To recall, for `count`.
        distinct: Cosine up to which two sentences surely say different things.
        most: Quotes at most.
    """
    if not len(scores):
        return Selection(())
    also: dict[int, list[int]] = {}
    for row in np.argsort(-scores, kind="stable").tolist():
        if also and scores[row] <= 0:
            break
        near = [taken for taken in also if float(vectors[row] @ vectors[taken]) > distinct]
        twin = next((taken for taken in near if same_facts(texts[row], texts[taken])), None)
        if twin is None:
            also[row] = []
        else:
            also[twin].append(row)
    taken = list(also)
    gains = scores[taken]
    taken = taken[: min(most, count(gains, float(gains.sum()), leaning=leaning))]
    return Selection(tuple(sorted(taken)), {row: tuple(sorted(also[row])) for row in taken if also[row]})


def count(gains: Numbers, expected: float, *, leaning: float) -> int:
    """Return how many sentences of a ranking to take: at least one.

    Their number maximises the expected F-measure, `(1 + b^2) hits / (size + b^2 all)`, where hits and all are sums
    of probabilities and `b` is the leaning to recall; a tie takes fewer (Nan et al., ICML 2012).

    Args:
        gains: Probability of each, best first, at least one.
        expected: How many sentences answer, all in all: the sum of the probabilities.
        leaning: `b`; 1 weighs recall as much as precision.
    """
    square = leaning**2
    sizes = np.arange(1, len(gains) + 1)
    return int(((1 + square) * np.cumsum(gains) / (sizes + square * expected)).argmax()) + 1


def same_facts(one: str, other: str) -> bool:
    """Return whether two sentences of like meaning also agree in their numbers and name the same names."""
    return _facts(one) == _facts(other)


def _facts(text: str) -> frozenset[str]:
    return frozenset(word.stem for word in content_words(text) if word.name or word.number)
