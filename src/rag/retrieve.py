"""Question -> ranked passages (FIND): nearest vectors and shared words, merged by rank."""

from __future__ import annotations

from collections.abc import Sequence

from rag.embed import Vector
from rag.search import Filter, Ranked, SearchBackend


def fuse(rankings: Sequence[Sequence[int]], *, k: int) -> list[Ranked]:
    """Merge rankings by reciprocal rank, so that no scales of scores need to agree.

    A key scores `1 / (k + rank)` in every ranking that holds it, ranks from 1 (Cormack, Clarke and
    Buettcher, SIGIR 2009). Best first; ties go to the lower key.
    """
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, key in enumerate(ranking, start=1):
            scores[key] = scores.get(key, 0.0) + 1 / (k + rank)
    return [Ranked(key, score) for key, score in sorted(scores.items(), key=lambda item: (-item[1], item[0]))]


def retrieve(
    text: str, vector: Vector, index: SearchBackend, *, depth: int, k: int, within: Filter | None = None
) -> list[Ranked]:
    """Return passages for a text and its vector, best first; at most `depth` from either ranking."""
    dense = index.nearest(vector, depth, within=within)
    words = index.holding(text, depth, within=within)
    return fuse([[ranked.key for ranked in ranking] for ranking in (dense, words)], k=k)
