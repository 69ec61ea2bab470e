"""Scores and labels -> figures of quality; knows numbers alone, no models and no articles.

Labels are 1 for what answers and 0 for what does not. Equal scores rank in the order of `ties`, a permutation
that the caller draws; without one they keep their order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rag.evidence import Numbers

Rows: TypeAlias = NDArray[np.int64]
"""Positions, shape (rows,), int64."""

BINS = 10
"""Bins of equal width that confidences from 0 to 1 are sorted into."""


@dataclass(frozen=True, slots=True)
class Bin:
    """The questions whose confidence lies from `low` to `high`: how many, their mean confidence, the share right."""

    low: float
    high: float
    n: int
    confidence: float
    right: float


def ranking(scores: Numbers, ties: Rows | None = None) -> Rows:
    """Return the rows of `scores`, shape (rows,), best first."""
    return np.lexsort((np.arange(len(scores)) if ties is None else ties, -scores)).astype(np.int64)


def average_precision(scores: Numbers, labels: Numbers, ties: Rows | None = None) -> float:
    """Return the mean precision at the ranks that hold an answer; at least one label is 1."""
    ranked = labels[ranking(scores, ties)]
    return float((np.cumsum(ranked) / np.arange(1, len(ranked) + 1))[ranked > 0].mean())


def reciprocal_rank(scores: Numbers, labels: Numbers, ties: Rows | None = None) -> float:
    """Return 1 / the rank of the first answer, ranks from 1; at least one label is 1."""
    return 1 / (1 + int(np.argmax(labels[ranking(scores, ties)] > 0)))


def precision_at_1(scores: Numbers, labels: Numbers, ties: Rows | None = None) -> float:
    """Return 1 when the best score is that of an answer, else 0; there is at least one row."""
    return float(labels[ranking(scores, ties)[0]] > 0)


def area_under_roc(right: Sequence[float] | Numbers, wrong: Sequence[float] | Numbers) -> float:
    """Return how often a right one scores above a wrong one, a tie counting half; NaN when either is missing."""
    if not len(right) or not len(wrong):
        return float("nan")
    lower = np.sort(np.asarray(wrong, np.float64))
    below, up_to = np.searchsorted(lower, right, "left"), np.searchsorted(lower, right, "right")
    return float((below + up_to).mean() / 2 / len(lower))


def f1(said: Numbers, labels: Numbers) -> float:
    """Return the F1 of decisions, shape (rows,), 1 or 0, for labels of the same shape; NaN when all are 0."""
    total = said.sum() + labels.sum()
    return float(2 * (said * labels).sum() / total) if total else float("nan")


def brier(confidences: Numbers, labels: Numbers) -> float:
    """Return the mean squared distance of confidences to labels (Brier, 1950): 0 is best."""
    return float(((confidences - labels) ** 2).mean())


def calibration_error(confidences: Numbers, labels: Numbers) -> float:
    """Return the expected calibration error over `BINS` bins (Guo et al., ICML 2017): 0 is best."""
    which = _bin_of(confidences)
    gaps = np.bincount(which, weights=confidences - labels, minlength=BINS)
    return float(np.abs(gaps).sum() / len(confidences))


def reliability(confidences: Numbers, labels: Numbers) -> tuple[Bin, ...]:
    """Return the bins that hold a question, in order; a confidence on an edge lies in the upper bin, 1 in the last."""
    which = _bin_of(confidences)
    return tuple(
        Bin(
            float(at) / BINS,
            float(at + 1) / BINS,
            int((which == at).sum()),
            float(confidences[which == at].mean()),
            float(labels[which == at].mean()),
        )
        for at in np.unique(which)
    )


def _bin_of(confidences: Numbers) -> Rows:
    return np.minimum((confidences * BINS).astype(np.int64), BINS - 1)
