"""What a run of `rag bench growth` is to measure, and what it found; knows no way of measuring."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured.

    Attributes:
        data: The folder of labelled data that texts and questions are from.
        work: The folder on whose disk everything is made; the pool stays there.
        sizes: Passages of the libraries.
        paragraphs: Real paragraphs of the pool, two pieces each.
        files: Real articles that are added one after the other; none when 0.
        patience: Seconds that a baseline may take at one size.
        seed: Of all chance.
    """

    data: Path
    work: Path
    sizes: tuple[int, ...] = (1_000, 10_000, 100_000, 1_000_000)
    paragraphs: int = 4_000
    files: int = 300
    patience: float = 1_800.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Measure:
    """A value, and how many things it was measured on."""

    value: float
    n: int


@dataclass(frozen=True, slots=True)
class Column:
    """What was measured on so many passages: the name of each measure with its unit, and why others are missing."""

    name: str
    passages: int
    measures: Mapping[str, Measure]
    left_out: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Growth:
    """All that a run measured.

    Attributes:
        adding: Ours and txtai, adding the same articles.
        sizes: A library of each size.
        pieces: Real pieces that the texts of the libraries are put together from.
        questions: How many were asked, and how many looked up.
        real: A library of real texts, and one of as many passages put together.
    """

    adding: tuple[Column, ...]
    sizes: tuple[Column, ...]
    pieces: int
    questions: tuple[int, int]
    real: tuple[Column, ...] = ()


def timed(name: str, seconds: Sequence[float], *, worst: bool = False) -> dict[str, Measure]:
    """Return the middle and the 95th percentile of some times in milliseconds, and the longest when asked."""
    n = len(seconds)
    p95 = statistics.quantiles(seconds, n=20, method="inclusive")[-1] if n > 1 else seconds[0]
    told = {"p50": statistics.median(seconds), "p95": p95, **({"max": max(seconds)} if worst else {})}
    return {f"{name}, ms {which}": Measure(1000 * value, n) for which, value in told.items()}
