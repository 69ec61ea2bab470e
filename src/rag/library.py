"""The facade: opens a library once and wires the stages, from a file to a reply."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from rag.answer import Candidate, Scope, about_article, abstain, answer, text_of
from rag.articles import SUFFIXES, read_file
from rag.embed import Encoder, Vector, Vectors, load_encoder
from rag.errors import EmptyLibraryError, IndexMismatchError, NoLibraryError, ReadError, UnknownArticleError
from rag.evidence import WINDOW, Pool, SentenceReader, judge, load_judge
from rag.index import PassageIndex, index_problems
from rag.question import Question, understand
from rag.reader import Reader
from rag.records import Article, ArticleSummary, Hit, Passage, Reply, Sentence
from rag.retrieve import retrieve
from rag.settings import Settings
from rag.store import FILE, Entry, Store

SEEDS = "articles"
"""Folder inside a library's folder: articles that a new library begins with."""
_KEPT_ARTICLES = 256
_HEADING_REACH = 40
"""Sentences below a heading that it still speaks of."""

log = logging.getLogger(__name__)


def open_library(folder: Path, settings: Settings, *, create: bool = False) -> Library:
    """Open the library in a folder; one that is not built yet begins with the articles in `folder/articles`.

    Raises:
        NoLibraryError: There is nothing in the folder, and `create` is False.
        RagError: What is there cannot be used; the message says what to do.
    """
    seeds = sorted(path for path in (folder / SEEDS).glob("*") if path.suffix in SUFFIXES)
    if not (seeds or create or (folder / FILE).exists()):
        raise NoLibraryError(folder)
    library = Library(folder, settings)
    if library.untouched:
        for path in seeds:
            try:
                library.add(read_file(path, max_bytes=settings.max_article_bytes))
            except ReadError as error:
                log.warning("left out: %s", error)
    return library


@dataclass(frozen=True, slots=True)
class _Kept:
    """An article that was read from the store, with its sentences."""

    article: Article
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class _Hit:
    """A passage that was found, with its article."""

    key: int
    kept: _Kept
    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class _Found:
    """The question's vector, shape (dimensions,), and the passages found, best first."""

    vector: Vector
    hits: list[_Hit]


@dataclass(frozen=True, slots=True)
class _Read:
    """The sentences of some passages, and their vectors, shape (candidates, dimensions)."""

    candidates: list[Candidate]
    vectors: Vectors


class Library:
    """Articles, and everything that can be asked of them. Safe to share between threads."""

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        *,
        encoder: Encoder | None = None,
        reader: SentenceReader | None = None,
    ) -> None:
        self.folder, self.settings = folder, settings
        self._encoder = encoder if encoder is not None else load_encoder(settings)
        self._models = load_judge()
        self._reader = reader if reader is not None else Reader(threads=settings.threads)
        self._store = Store(folder, encoder=self._encoder.identity)
        self._kept: OrderedDict[int, _Kept] = OrderedDict()
        self._index: PassageIndex | None = None
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the files; the library cannot be used afterwards."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    @property
    def untouched(self) -> bool:
        """Whether nothing was ever added or removed."""
        return self._store.last_change() == 0

    # Articles

    def add(self, article: Article) -> bool:
        """Add an article, wholly or not at all; return False when the same text is there already.

        Raises:
            LibraryError: It cannot be stored; nothing was changed.
        """
        self._check_encoder()
        return self._store.same_text(article) is None and self._store.add(self._prepare(article))

    def same_text(self, article: Article) -> str | None:
        """Return the id of the article that has the same text, under whatever name; None when there is none."""
        return self._store.same_text(article)

    def remove(self, article_ids: Sequence[str]) -> dict[str, str]:
        """Remove articles, all or none, and return their ids and titles.

        Raises:
            UnknownArticleError: An id fits no article, or several.
        """
        keys = list(dict.fromkeys(self._store.key_of(article_id) for article_id in article_ids))
        titles = {kept.article.id: kept.article.title for key in keys if (kept := self._keep(key))}
        self._store.remove(keys)
        return titles

    def refresh(self) -> None:
        """Bring the index up to date now rather than at the next question."""
        self._passage_index().refresh()

    def articles(self) -> list[ArticleSummary]:
        """Return a line about every article, in the order of adding."""
        return self._store.summaries()

    def article(self, article_id: str) -> Article:
        """Return an article by its id, or the beginning of it.

        Raises:
            UnknownArticleError: The id fits no article, or several.
        """
        return self._by_id(article_id).article

    def sentences(self, article_id: str) -> tuple[Sentence, ...]:
        """Return the sentences of an article in reading order.

        Raises:
            UnknownArticleError: The id fits no article, or several.
        """
        return self._by_id(article_id).sentences

    # Questions

    def ask(
        self,
        question: str,
        *,
        after: Sequence[str] = (),
        articles: Sequence[str] = (),
        max_quotes: int | None = None,
    ) -> Reply:
        """Return the sentences that answer a question, or an abstention.

        Args:
            question: What to find, in words.
            after: Earlier questions of the conversation, oldest first.
            articles: Ids of the only articles to look in; all when empty.
            max_quotes: Quotes at most; the settings decide when None.

        Raises:
            QuestionError: The question is empty or too long.
            UnknownArticleError: An article id fits no article, or several.
            EmptyLibraryError: There are no articles.
        """
        began = time.perf_counter()
        understood = understand(question, after, max_characters=self.settings.max_question_characters)
        keys = self._scope(articles)
        reply = self._reply(understood, keys, max_quotes or self.settings.max_quotes)
        return replace(reply, elapsed_ms=round((time.perf_counter() - began) * 1000, 2))

    def search(self, query: str, *, k: int = 10, articles: Sequence[str] = ()) -> list[Hit]:
        """Return the `k` passages that fit a query best, best first.

        Raises:
            QuestionError: The query is empty or too long.
            UnknownArticleError: An article id fits no article, or several.
            EmptyLibraryError: There are no articles.
        """
        understood = understand(query, max_characters=self.settings.max_question_characters)
        found = self._find(understood, self._scope(articles), depth=max(k, self.settings.search_depth))
        return [Hit(hit.kept.article, hit.passage, hit.score) for hit in found.hits[:k]]

    # Care

    def build(self) -> None:
        """Build the index from what is stored; embed again first when the encoder changed.

        Raises:
            ReadOnlyLibraryError: The folder cannot be written; what was there stays in use.
        """
        if self._store.encoder != self._encoder.identity:
            articles = [kept.article for key in self._store.article_keys() if (kept := self._keep(key))]
            self._store.replace((self._prepare(article) for article in articles), encoder=self._encoder.identity)
            self._kept.clear()
        self._passage_index().build()

    def verify(self) -> Iterator[str]:
        """Yield a line for everything that is not as it was added or built; nothing when all is well."""
        stored = list(self._store.problems())
        yield from stored or index_problems(self._store, dimensions=self._encoder.dimensions)

    # Inside

    def _prepare(self, article: Article) -> Entry:
        """READ is done; CUT and MEAN."""
        from rag.split import passages, sentences

        cut = sentences(article)
        limit = min(self.settings.passage_tokens, self._encoder.max_tokens)
        runs = passages(article, cut, count_tokens=self._encoder.count_tokens, max_tokens=limit)
        return Entry(
            article,
            cut,
            self._encoder.encode([text_of(article, sentence.range) for sentence in cut]),
            runs,
            self._encoder.encode([text_of(article, passage.range) for passage in runs]),
        )

    def _reply(self, question: Question, keys: tuple[int, ...] | None, most: int) -> Reply:
        """FIND, CHOOSE and REPLY."""
        if question.wanted in ("author", "title"):
            kept = [self._keep(key) for key in (keys or self._store.article_keys()[:most])]
            return about_article(question, [(one.article, one.sentences) for one in kept if one is not None])
        found = self._find(question, keys, depth=self.settings.search_depth)
        read = self._read(found.hits[: self.settings.read_passages])
        pool = Pool(
            texts=[candidate.text for candidate in read.candidates],
            before=[_texts_before(candidate) for candidate in read.candidates],
            cosines=(read.vectors @ found.vector).astype(np.float64),
        )
        verdict = judge(question, pool, self._models, self._reader)
        if verdict.answered:
            return answer(question, read.candidates, verdict, read.vectors, most=most)
        index = self._passage_index()
        unmentioned = tuple(word for word in verdict.uncovered if not index.holding(word.text, 1, articles=keys))
        scope = Scope(len(keys) if keys is not None else self._store.count(), unmentioned)
        return abstain(question, read.candidates, verdict, scope)

    def _find(self, question: Question, keys: tuple[int, ...] | None, *, depth: int) -> _Found:
        vector = self._encoder.encode([question.text], as_question=True)[0]
        ranked = retrieve(
            question.text, vector, self._passage_index(), depth=depth, k=self.settings.rrf_k, articles=keys
        )
        stored = self._store.passages(one.key for one in ranked)
        hits = []
        for one in ranked:
            place = stored.get(one.key)
            kept = self._keep(place.article) if place is not None else None
            if place is not None and kept is not None:
                hits.append(_Hit(place.article, kept, place.passage, one.score))
        return _Found(vector, hits)

    def _read(self, hits: Sequence[_Hit]) -> _Read:
        """The body sentences of some passages, each once: by article, best first, then in reading order."""
        places: dict[int, dict[int, _Hit]] = {}
        for hit in hits:
            numbers = places.setdefault(hit.key, {})
            for number in range(hit.passage.first, hit.passage.last + 1):
                if hit.kept.sentences[number].kind == "body":
                    numbers.setdefault(number, hit)
        candidates = []
        vectors = [np.empty((0, self._encoder.dimensions), np.float32)]
        for key, numbers in places.items():
            for number, hit in sorted(numbers.items()):
                sentences = hit.kept.sentences
                candidates.append(Candidate(hit.kept.article, sentences, sentences[number], hit.passage.range))
            if numbers:
                vectors.append(self._store.sentence_vectors(key, sorted(numbers)))
        return _Read(candidates, np.concatenate(vectors))

    def _scope(self, articles: Sequence[str]) -> tuple[int, ...] | None:
        if not self._store.count():
            raise EmptyLibraryError(self.folder)
        return tuple(sorted({self._store.key_of(article_id) for article_id in articles})) or None

    def _by_id(self, article_id: str) -> _Kept:
        kept = self._keep(self._store.key_of(article_id))
        if kept is None:
            raise UnknownArticleError(article_id)
        return kept

    def _keep(self, key: int) -> _Kept | None:
        """An article and its sentences from memory, else from the store; keys are never used twice."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        article = self._store.article(key)
        if article is None:
            return None
        kept = _Kept(article, self._store.sentences(key))
        with self._lock:
            self._kept[key] = kept
            if len(self._kept) > _KEPT_ARTICLES:
                self._kept.popitem(last=False)
        return kept

    def _passage_index(self) -> PassageIndex:
        self._check_encoder()
        with self._lock:
            if self._index is None:
                self._index = PassageIndex(
                    self._store,
                    dimensions=self._encoder.dimensions,
                    compact_passages=self.settings.compact_passages,
                )
            return self._index

    def _check_encoder(self) -> None:
        if self._store.encoder != self._encoder.identity:
            raise IndexMismatchError(self._store.path, "encoder", self._store.encoder, self._encoder.identity)


def _texts_before(candidate: Candidate) -> list[str]:
    """What is read with a sentence: those before it in its section, nearest first, and the section's heading."""
    before: list[str] = []
    number = candidate.sentence.number
    for sentence in reversed(candidate.sentences[max(0, number - _HEADING_REACH) : number]):
        text = text_of(candidate.article, sentence.range)
        if sentence.kind != "body":
            return [*before, text] if sentence.kind == "heading" else before
        if len(before) < WINDOW - 1:
            before.append(text)
    return before
