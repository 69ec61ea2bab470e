"""The articles of a store, those read lately at hand."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.errors import EmptyLibraryError, UnknownArticleError
from rag.records import Article, ArticleSummary, Sentence, Statement
from rag.speakers import spoken_sentences, whose_words
from rag.store import RESTORED, Store

_KEPT_ARTICLES = 256


@dataclass(frozen=True, slots=True)
class Kept:
    """An article that was read from the store, with its sentences, who said what, and its key there.

    `statements` is what the store has, which is nothing when nobody has read yet who said what. `said` tells for each
    sentence number that is somebody's words which statement it is part of. `authors` are the sentences in which nobody
    but the author speaks; nothing when no statement is known, as then nobody may have looked.
    """

    key: int
    article: Article
    sentences: tuple[Sentence, ...]
    statements: tuple[Statement, ...]
    said: Mapping[int, Statement]
    authors: frozenset[int]


class Shelf:
    """Reads articles from a store; the last ones stay in memory. Safe to share between threads."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._kept: OrderedDict[int, Kept] = OrderedDict()
        self._seen = store.last_change()
        self._listed: dict[int, ArticleSummary] | None = None  # read when somebody asks for the list
        self._lock = threading.Lock()

    def summaries(self) -> list[ArticleSummary]:
        """Return a line about every article, in the order of adding."""
        self._follow()
        with self._lock:
            if self._listed is None:
                self._listed = self.store.summaries()
            return list(self._listed.values())

    def take(self, key: int) -> Kept | None:
        """Return an article by its key, None when it is gone; keys are never used twice."""
        self._follow()
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        article = self.store.article(key)
        if article is None:
            return None
        sentences, statements = self.store.sentences(key), self.store.statements(key)
        said = whose_words(article.text, sentences, statements)
        spoken = spoken_sentences(sentences, statements)
        authors = frozenset(one.number for one in sentences) - spoken if statements else frozenset()
        kept = Kept(key, article, sentences, statements, said, authors)
        with self._lock:
            self._kept[key] = kept
            if len(self._kept) > _KEPT_ARTICLES:
                self._kept.popitem(last=False)
        return kept

    def by_id(self, article_id: str) -> Kept:
        """Return an article by its id, or the beginning of it.

        Raises:
            UnknownArticleError: The id fits no article, or several.
        """
        kept = self.take(self.store.key_of(article_id))
        if kept is None:
            raise UnknownArticleError(article_id)
        return kept

    def scope(self, article_ids: Sequence[str]) -> tuple[int, ...] | None:
        """Return the keys of some articles in order, None for all of them.

        Raises:
            EmptyLibraryError: There are no articles.
            UnknownArticleError: An id fits no article, or several.
        """
        if not self.store.article_keys(1):
            raise EmptyLibraryError(self.store.place)
        return tuple(sorted({self.store.key_of(article_id) for article_id in article_ids})) or None

    def clear(self) -> None:
        """Forget what was read."""
        with self._lock:
            self._kept.clear()

    def _follow(self) -> None:
        """Forget what was changed since the last look, here or by another program."""
        newest = self.store.last_change()
        if newest == self._seen:
            return
        changes = self.store.changes(self._seen)
        if any(change.operation == RESTORED for change in changes):
            with self._lock:
                self._seen, self._listed = newest, None
                self._kept.clear()
            return
        changed = {change.article for change in changes}
        fresh = self.store.summaries(sorted(changed))
        with self._lock:
            self._seen = newest
            for key in sorted(changed):
                self._kept.pop(key, None)
                if self._listed is not None and key in fresh:
                    self._listed[key] = fresh[key]
                elif self._listed is not None:
                    self._listed.pop(key, None)
