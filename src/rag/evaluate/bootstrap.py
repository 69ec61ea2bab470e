"""A figure and how sure it is: 95 % intervals from questions drawn again (Efron's percentile bootstrap)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from rag.evaluate.metrics import Rows
from rag.evidence import Numbers

_LOW, _HIGH = 2.5, 97.5


@dataclass(frozen=True, slots=True)
class Draws:
    """What is left to chance: the seed, and how often the questions are drawn again, with replacement."""

    seed: int = 0
    resamples: int = 1000


@dataclass(frozen=True, slots=True)
class Figure:
    """A value, its 95 % interval, and over how many things it was measured."""

    value: float
    low: float
    high: float
    n: int


def estimate(statistic: Callable[[Rows], float], questions: int, draws: Draws, *, n: int | None = None) -> Figure:
    """Return a statistic of all questions with its interval.

    Every statistic sees the same resamples, so figures of several systems can be compared. The interval is
    widened to hold the value, which a biased statistic may leave it. A statistic that is not defined is NaN.

    Args:
        statistic: Rows of questions, shape (questions,), to a number.
        questions: How many there are.
        draws: The seed and the number of resamples.
        n: Over how many things it is measured; the questions when None.
    """
    value = statistic(np.arange(questions, dtype=np.int64)) if questions else float("nan")
    if np.isnan(value):
        return Figure(value, value, value, n if n is not None else questions)
    rng = np.random.default_rng(draws.seed)
    drawn = np.array([statistic(rng.integers(questions, size=questions)) for _ in range(draws.resamples)])
    low, high = np.nanpercentile([*drawn, value], [_LOW, _HIGH])
    return Figure(value, min(value, float(low)), max(value, float(high)), n if n is not None else questions)


def estimate_mean(parts: Sequence[Sequence[float]], draws: Draws) -> Figure:
    """Return the mean of all values with its interval; `parts` holds the values of each question, perhaps none."""
    sums: Numbers = np.array([sum(part) for part in parts], np.float64)  # (questions,)
    counts: Numbers = np.array([len(part) for part in parts], np.float64)

    def mean(rows: Rows) -> float:
        count = counts[rows].sum()
        return float(sums[rows].sum() / count) if count else float("nan")

    return estimate(mean, len(parts), draws, n=int(counts.sum()))
