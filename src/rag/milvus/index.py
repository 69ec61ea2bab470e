"""Nearest passages and passages with given words, as Milvus finds them; keeps nothing of its own."""

from __future__ import annotations

import logging

from rag.embed import Vector
from rag.milvus.filters import ALL, among, every, expression
from rag.milvus.server import Sought
from rag.milvus.store import MilvusStore
from rag.search import Filter, Ranked
from rag.segment import terms_of

_TRIES = 8
"""Searches for one question, each without the articles that the one before found left behind."""

log = logging.getLogger(__name__)


class MilvusIndex:
    """A `SearchBackend` over a library in Milvus. Safe to share between threads.

    A server without BM25 (before Milvus 2.5) finds nothing by words, which a warning says once.
    """

    def __init__(self, store: MilvusStore) -> None:
        self._store = store
        if not store.opened().about.words:
            log.warning("%s cannot rank by words (BM25): passages are found by meaning alone", store.place)

    def nearest(self, vector: Vector, depth: int, *, within: Filter | None = None) -> list[Ranked]:
        """Return up to `depth` passages by cosine, best first, ties by key; of the articles within a filter."""
        return self._ranked(Sought("dense", "COSINE", vector.tolist(), ""), depth, within)

    def holding(self, text: str, depth: int, *, within: Filter | None = None) -> list[Ranked]:
        """Return up to `depth` passages by BM25 of the words in `text`, best first, ties by key."""
        terms = terms_of(text)
        if not terms or not self._store.opened().about.words:
            return []
        return self._ranked(Sought("sparse", "BM25", " ".join(terms), ""), depth, within)

    def refresh(self) -> None:
        """Take in what the store has gained and lost since: Milvus has done so."""

    def settle(self) -> None:
        """Take in everything, and wait until it is kept: Milvus has done so."""

    def build(self) -> None:
        """Clear away what writers that were killed have left behind; Milvus builds its indexes itself."""
        swept = self._store.sweep()
        if swept:
            log.info("%d rows were cleared away that belonged to no article", swept)

    def close(self) -> None:
        """Give up what is being written: nothing is."""

    # Inside

    def _ranked(self, sought: Sought, depth: int, within: Filter | None) -> list[Ranked]:
        """What is found, but for passages whose article is not there."""
        opened = self._store.opened()
        wanted, gone = expression(within) if within is not None else ALL, list[int]()
        found: list[Ranked] = []
        for _ in range(_TRIES):
            where = every(wanted, among("article", gone, turned=True)) if gone else wanted
            look = Sought(sought.field, sought.metric, sought.target, where if where != ALL else "")
            hits = opened.server.search(opened.names.passages, look, depth, also="article")
            live = opened.live({article for _, article in hits})
            found = [ranked for ranked, article in hits if article in live]
            gone += sorted({article for _, article in hits} - live)
            if len(found) == len(hits):
                break
        return sorted(found, key=lambda ranked: (-ranked.score, ranked.key))
