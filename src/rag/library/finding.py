"""A question -> the passages, sentences and articles that fit it (FIND); knows the index, not what answers."""

from __future__ import annotations

import threading
from collections.abc import Callable

from rag.embed import Encoder, Vector
from rag.errors import IndexMismatchError
from rag.library.reading import Found, Read, read_sentences
from rag.library.shelf import Shelf
from rag.question import Question, understand
from rag.retrieve import retrieve
from rag.search import BuiltBackend, of_articles
from rag.settings import Settings
from rag.store import StoredPassage
from rag.words import words

_PASSAGES_EACH = 8
"""Passages that are looked up for each article to hear; several of an article are among them."""


class Finder:
    """Looks things up in a library's articles; the index is opened at the first question. Safe to share."""

    def __init__(
        self, settings: Settings, shelf: Shelf, encoder: Encoder, open_index: Callable[[], BuiltBackend]
    ) -> None:
        self._settings, self._shelf, self._store, self._encoder = settings, shelf, shelf.store, encoder
        self._open_index = open_index
        self._index: BuiltBackend | None = None
        self._lock = threading.Lock()

    def check_encoder(self) -> None:
        """Make sure that the library was built with the encoder in use.

        Raises:
            IndexMismatchError: It was built with another.
        """
        if self._store.encoder != self._encoder.identity:
            raise IndexMismatchError(self._store.place, "encoder", self._store.encoder, self._encoder.identity)

    def index(self) -> BuiltBackend:
        """Return the index of passages.

        Raises:
            IndexMismatchError: The library was built with another encoder.
        """
        self.check_encoder()
        with self._lock:
            if self._index is None:
                self._index = self._open_index()
            return self._index

    def close(self) -> None:
        """Give up what is being written of the index."""
        if self._index is not None:
            self._index.close()

    def vector(self, question: Question) -> Vector:
        """Return the vector of a question."""
        vector: Vector = self._encoder.encode([question.text], as_question=True)[0]
        return vector

    def find(self, question: Question, vector: Vector, keys: tuple[int, ...] | None, *, most: int) -> list[Found]:
        """Return at most so many passages that fit, best first; in all articles when there are no keys."""
        found: list[Found] = []
        for stored, score in self._ranked(question, vector, keys, depth=max(most, self._settings.search_depth)):
            kept = self._shelf.take(stored.article) if len(found) < most else None
            if kept is not None:
                found.append(Found(kept, stored.passage, score))
        return found

    def read(self, question: Question, keys: tuple[int, ...] | None) -> Read:
        """Return the sentences of the passages that fit best."""
        vector = self.vector(question)
        found = self.find(question, vector, keys, most=self._settings.read_passages)
        return read_sentences(found, vector, self._store)

    def scope(self, query: str, keys: tuple[int, ...] | None) -> tuple[int, ...]:
        """Return the articles to hear: those asked; of too many those that fit a query, without one the last."""
        limit = self._settings.compared_articles
        scope = keys or tuple(self._store.article_keys(limit + 1))
        if len(scope) <= limit or not words(query):
            return scope[-limit:]
        understood = understand(query, max_characters=10**6)
        ranked = self._ranked(understood, self.vector(understood), keys, depth=limit * _PASSAGES_EACH)
        return tuple(dict.fromkeys(stored.article for stored, _ in ranked))[:limit]

    def mentioned(self, keys: tuple[int, ...] | None) -> Callable[[str], bool]:
        """Return what tells whether a word stands in one of some articles."""
        index = self.index()
        return lambda word: bool(index.holding(word, 1, within=of_articles(keys)))

    def _ranked(
        self, question: Question, vector: Vector, keys: tuple[int, ...] | None, *, depth: int
    ) -> list[tuple[StoredPassage, float]]:
        """The passages that fit with their scores, best first; no article is read for them."""
        within, k = of_articles(keys), self._settings.rrf_k
        ranked = retrieve(question.text, vector, self.index(), depth=depth, k=k, within=within)
        stored = self._store.passages(one.key for one in ranked)
        return [(stored[one.key], one.score) for one in ranked if one.key in stored]
