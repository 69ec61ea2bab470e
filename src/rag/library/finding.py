"""A question -> the passages, sentences and articles that fit it (FIND); knows the index, not what answers."""

from __future__ import annotations

import threading
from collections.abc import Callable

from rag.embed import Encoder, Vector
from rag.errors import IndexMismatchError
from rag.index import PassageIndex
from rag.library.reading import Found, Read, read_sentences
from rag.library.shelf import Kept, Shelf
from rag.question import Question, understand
from rag.retrieve import retrieve
from rag.settings import Settings
from rag.store import StoredPassage
from rag.words import words

_PASSAGES_EACH = 8
"""Passages that are looked up for each article to hear; several of an article are among them."""


class Finder:
    """Looks things up in a library's articles; the index is opened at the first question. Safe to share."""

    def __init__(self, settings: Settings, shelf: Shelf, encoder: Encoder) -> None:
        self._settings, self._shelf, self._store, self._encoder = settings, shelf, shelf.store, encoder
        self._index: PassageIndex | None = None
        self._lock = threading.Lock()

    def check_encoder(self) -> None:
        """Make sure that the library was built with the encoder in use.

        Raises:
            IndexMismatchError: It was built with another.
        """
        if self._store.encoder != self._encoder.identity:
            raise IndexMismatchError(self._store.path, "encoder", self._store.encoder, self._encoder.identity)

    def index(self) -> PassageIndex:
        """Return the index of passages.

        Raises:
            IndexMismatchError: The library was built with another encoder.
        """
        self.check_encoder()
        with self._lock:
            if self._index is None:
                self._index = PassageIndex(
                    self._store,
                    dimensions=self._encoder.dimensions,
                    compact_passages=self._settings.compact_passages,
                )
            return self._index

    def vector(self, question: Question) -> Vector:
        """Return the vector of a question."""
        vector: Vector = self._encoder.encode([question.text], as_question=True)[0]
        return vector

    def find(self, question: Question, vector: Vector, keys: tuple[int, ...] | None, *, depth: int) -> list[Found]:
        """Return the passages that fit, best first; in all articles when there are no keys."""
        found = []
        for stored, score in self._ranked(question, vector, keys, depth=depth):
            kept: Kept | None = self._shelf.take(stored.article)
            if kept is not None:
                found.append(Found(kept, stored.passage, score))
        return found

    def read(self, question: Question, keys: tuple[int, ...] | None) -> Read:
        """Return the sentences of the passages that fit best."""
        vector = self.vector(question)
        found = self.find(question, vector, keys, depth=self._settings.search_depth)
        return read_sentences(found[: self._settings.read_passages], vector, self._store)

    def scope(self, query: str, keys: tuple[int, ...] | None) -> tuple[int, ...]:
        """Return the articles to hear: those asked; of too many those that fit a query, without one the last."""
        scope, limit = keys or tuple(self._store.article_keys()), self._settings.compared_articles
        if len(scope) <= limit or not words(query):
            return scope[-limit:]
        understood = understand(query, max_characters=10**6)
        ranked = self._ranked(understood, self.vector(understood), keys, depth=limit * _PASSAGES_EACH)
        return tuple(dict.fromkeys(stored.article for stored, _ in ranked))[:limit]

    def mentioned(self, keys: tuple[int, ...] | None) -> Callable[[str], bool]:
        """Return what tells whether a word stands in one of some articles."""
        index = self.index()
        return lambda word: bool(index.holding(word, 1, articles=keys))

    def _ranked(
        self, question: Question, vector: Vector, keys: tuple[int, ...] | None, *, depth: int
    ) -> list[tuple[StoredPassage, float]]:
        """The passages that fit with their scores, best first; no article is read for them."""
        ranked = retrieve(question.text, vector, self.index(), depth=depth, k=self._settings.rrf_k, articles=keys)
        stored = self._store.passages(one.key for one in ranked)
        return [(stored[one.key], one.score) for one in ranked if one.key in stored]
