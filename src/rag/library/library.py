"""The facade: wires the stages once, from an article to a reply."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from rag.answer import (
    Scope,
    about_article,
    abstain,
    answer,
    text_of,
)
from rag.compare import Compared, Told, comparison_asked, words_asked
from rag.embed import Encoder, Vector, load_encoder
from rag.errors import IndexMismatchError, OffsetError
from rag.evidence import (
    SentenceScorer,
    Verdict,
    choose,
    judge,
    load_models,
    windows_to_read,
)
from rag.index import PassageIndex, index_problems
from rag.library.across import Across
from rag.library.comparing import Comparing, Limits
from rag.library.polyglot import Polyglot
from rag.library.reading import Found, Read, read_sentences
from rag.library.shelf import Kept, Shelf
from rag.question import Question, understand
from rag.records import (
    Abstention,
    Answer,
    Article,
    ArticleSummary,
    Comparison,
    Hit,
    RankedSentence,
    Reply,
    Sentence,
    Statement,
)
from rag.retrieve import retrieve
from rag.scorer import Scorer
from rag.settings import Balance, Settings
from rag.speakers import StatementReader
from rag.store import Entry, Reading, Store
from rag.words import words

log = logging.getLogger(__name__)


class Library:
    """Articles, and everything that can be asked of them. Safe to share between threads."""

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        *,
        encoder: Encoder | None = None,
        scorer: SentenceScorer | None = None,
        polyglot: Polyglot | None = None,
        reader: StatementReader | None = None,
    ) -> None:
        self.folder, self.settings = folder, settings
        self._encoder = encoder if encoder is not None else load_encoder(settings)
        self._models = load_models()
        self._scorer = scorer if scorer is not None else Scorer(threads=settings.threads)
        self._reader = reader if reader is not None else StatementReader()
        self._store = Store(folder, encoder=self._encoder.identity)
        self._shelf = Shelf(self._store)
        polyglot = polyglot or Polyglot(settings)
        self._across = Across(settings, self._shelf, polyglot, distinct=self._models.distinct)
        self._comparing = Comparing(settings, self._shelf, self._encoder, polyglot, self._models)
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

    def warm(self) -> None:
        """Load what only a question in another language needs, so that the first one waits less."""
        self._across.warm()

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
        titles = {kept.article.id: kept.article.title for key in keys if (kept := self._shelf.take(key))}
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
        return self._shelf.by_id(article_id).article

    def sentences(self, article_id: str) -> tuple[Sentence, ...]:
        """Return the sentences of an article in reading order.

        Raises:
            UnknownArticleError: The id fits no article, or several.
        """
        return self._shelf.by_id(article_id).sentences

    def statements(self, article_id: str) -> tuple[Statement, ...]:
        """Return who said what in an article, in the reading order of the cues.

        What was not read yet, or by another reader, is read now and not kept.

        Raises:
            UnknownArticleError: The id fits no article, or several.
        """
        kept = self._shelf.by_id(article_id)
        if self._store.reader_of(kept.key) != self._reader.identity:
            return self._reader.read(kept.article, kept.sentences)
        return kept.statements

    # Questions

    def ask(
        self,
        question: str,
        *,
        after: Sequence[str] = (),
        articles: Sequence[str] = (),
        max_quotes: int | None = None,
        balance: Balance | None = None,
    ) -> Reply:
        """Return the sentences that answer a question, a comparison when it asks for one, or an abstention.

        Args:
            question: What to find, in words.
            after: Earlier questions of the conversation, oldest first.
            articles: Ids of the only articles to look in; all when empty.
            max_quotes: Quotes at most; the settings decide when None.
            balance: How sure an answer must be; the settings decide when None.

        Raises:
            QuestionError: The question is empty or too long.
            UnknownArticleError: An article id fits no article, or several.
            EmptyLibraryError: There are no articles.
        """
        began = time.perf_counter()
        understood = understand(question, after, max_characters=self.settings.max_question_characters)
        keys = self._shelf.scope(articles)
        compared = comparison_asked(question, after)
        reply: Reply | None = None
        balance = balance or self.settings.balance
        if compared is not None:
            reply = self._compare(question, compared, keys, limits=Limits(balance, max_quotes))
        if reply is None:
            most = max_quotes or self.settings.max_quotes
            reply = self._reply(understood, keys, most=most, balance=balance)
        return replace(reply, elapsed_ms=_since(began))

    def compare(
        self, topic: str = "", *, speakers: Sequence[str] = (), articles: Sequence[str] = ()
    ) -> Comparison | Abstention:
        """Return what speakers say on a topic, side by side, or an abstention.

        Args:
            topic: In words; empty for the articles' own main topics.
            speakers: Names, roles, countries or groups of the only speakers to compare; all when empty.
            articles: Ids of the only articles to look in; all when empty.

        Raises:
            QuestionError: The topic is too long, or holds no word.
            UnknownArticleError: An article id fits no article, or several.
            EmptyLibraryError: There are no articles.
        """
        began = time.perf_counter()
        if topic.strip():
            understand(topic, max_characters=self.settings.max_question_characters)
        asked = topic.strip() or " and ".join(speakers)
        compared = Compared("views", topic.strip(), tuple(speakers))
        limits = Limits(self.settings.balance)
        reply = self._compare(asked, compared, self._shelf.scope(articles), limits=limits)
        if reply is None:
            raise ValueError("a comparison of views is one, whoever speaks")
        return replace(reply, elapsed_ms=_since(began))

    def rank(self, question: str, *, articles: Sequence[str] = ()) -> list[RankedSentence]:
        """Return the sentences that were looked at for a question, the likeliest to answer first.

        Raises:
            QuestionError: The question is empty or too long.
            UnknownArticleError: An article id fits no article, or several.
            EmptyLibraryError: There are no articles.
        """
        understood = understand(question, max_characters=self.settings.max_question_characters)
        read = self._read(understood, self._shelf.scope(articles))
        scores = self._judge(understood, read, self.settings.balance).scores.tolist()
        rows = sorted((row for row, score in enumerate(scores) if score > 0), key=lambda row: (-scores[row], row))
        ranked = [(read.candidates[row], scores[row]) for row in rows]
        return [RankedSentence(one.article, one.sentence.range, one.text, score) for one, score in ranked]

    def search(self, query: str, *, k: int = 10, articles: Sequence[str] = ()) -> list[Hit]:
        """Return the `k` passages that fit a query best, best first.

        Raises:
            QuestionError: The query is empty or too long.
            UnknownArticleError: An article id fits no article, or several.
            EmptyLibraryError: There are no articles.
        """
        understood = understand(query, max_characters=self.settings.max_question_characters)
        scope, depth = self._shelf.scope(articles), max(k, self.settings.search_depth)
        found = self._find(understood, self._vector(understood), scope, depth=depth)
        return [Hit(one.kept.article, one.passage, one.score) for one in found[:k]]

    # Care

    def unread(self) -> list[ArticleSummary]:
        """Return a line about every article in which this reader has not read yet who said what."""
        wanted = set(self._store.unread(self._reader.identity))
        return [summary for summary in self.articles() if summary.id in wanted] if wanted else []

    def read_statements(self, articles: Sequence[str] = ()) -> None:
        """Read who said what anew in some articles, in all when none is named, without embedding.

        Each is kept when it is read, so what is done stays done when a later one fails. An article that cannot be read,
        as it was changed in the file, is named and left as it is.

        Raises:
            UnknownArticleError: An id fits no article, or several.
            ReadOnlyLibraryError: The folder cannot be written.
            LibraryBusyError: Another process is writing.
        """
        ids = self._store.ids()
        for key in [self._store.key_of(article_id) for article_id in articles] or ids:
            try:
                article = self._store.article(key)
                if article is not None:
                    self._store.keep_reading(key, self._reading(article, self._store.sentences(key)))
            except (OffsetError, ValueError) as error:
                log.warning("who said what in article %s is not read: %s", ids.get(key), error)
        self._shelf.clear()

    def build(self) -> None:
        """Build the index from what is stored, and read who said what anew; embed again first when the encoder changed.

        Raises:
            ReadOnlyLibraryError: The folder cannot be written; what was there stays in use.
        """
        if self._store.encoder != self._encoder.identity:
            articles = [one for key in self._store.article_keys() if (one := self._store.article(key))]
            self._store.replace((self._prepare(article) for article in articles), encoder=self._encoder.identity)
            self._shelf.clear()
        else:
            self.read_statements()
        self._passage_index().build()

    def verify(self) -> Iterator[str]:
        """Yield a line for everything that is not as it was added or built; nothing when all is well."""
        stored = list(self._store.problems())
        yield from stored or index_problems(self._store, dimensions=self._encoder.dimensions)

    # Inside

    def _prepare(self, article: Article) -> Entry:
        """READ is done; CUT, WHO and MEAN."""
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
            self._reading(article, cut),
        )

    def _reading(self, article: Article, sentences: Sequence[Sentence]) -> Reading:
        return Reading(self._reader.identity, self._reader.read(article, sentences))

    def _reply(self, question: Question, keys: tuple[int, ...] | None, *, most: int, balance: Balance) -> Reply:
        """FIND, CHOOSE and REPLY."""
        if question.wanted in ("author", "title"):
            kept = [self._shelf.take(key) for key in (keys or self._store.article_keys()[:most])]
            return about_article(question, [(one.article, one.sentences) for one in kept if one is not None])
        told = words_asked(question.text)
        if told is not None and told.form == "words":
            reply = self._told(question, told, keys, limits=Limits(balance, most))
            if reply is not None:
                return reply
        read = self._read(question, keys)
        across = self._across.reply(question, read, keys, most=most, balance=balance)
        if across is not None:
            return across
        verdict, models = self._judge(question, read, balance), self._models
        if told is not None and told.form == "position" and not verdict.answered:
            reply = self._told(question, told, keys, limits=Limits(balance, most))
            if reply is not None:
                return reply
        if verdict.answered and told is not None and told.form == "who":
            heard = self._comparing.among(told.topic, read, verdict.scores)
            if heard is not None:
                selection = choose(
                    heard, read.pool.texts, read.vectors, leaning=1.0, distinct=models.distinct, most=most
                )
                return answer(question, read.candidates, replace(verdict, scores=heard), selection)
        if verdict.answered:
            leaning = models.leanings[question.family]
            selection = choose(
                verdict.scores, read.pool.texts, read.vectors, leaning=leaning, distinct=models.distinct, most=most
            )
            return answer(question, read.candidates, verdict, selection)
        index = self._passage_index()
        unmentioned = tuple(word for word in verdict.uncovered if not index.holding(word.text, 1, articles=keys))
        scope = Scope(len(keys) if keys is not None else self._store.count(), unmentioned)
        return abstain(question, read.candidates, verdict, scope)

    def _told(
        self, question: Question, told: Told, keys: tuple[int, ...] | None, *, limits: Limits
    ) -> Answer | Abstention | None:
        """What one speaker says, in the articles that are asked."""
        scope = self._scope(f"{told.whose} {told.topic}", keys)
        return self._comparing.told(question.asked, told, scope, mentioned=self._mentioned(keys), limits=limits)

    def _compare(
        self, asked: str, compared: Compared, keys: tuple[int, ...] | None, *, limits: Limits
    ) -> Comparison | Abstention | None:
        """Compare what is said in some articles, or in those found for the topic when they are too many."""
        scope = self._scope(" ".join([compared.topic, *compared.parties]).strip() or asked, keys)
        return self._comparing.reply(asked, compared, scope, mentioned=self._mentioned(keys), limits=limits)

    def _scope(self, query: str, keys: tuple[int, ...] | None) -> tuple[int, ...]:
        """The articles to hear speakers in: those asked; of too many those found for a query, without one the last."""
        scope, limit = keys or tuple(self._store.article_keys()), self.settings.compared_articles
        if len(scope) <= limit or not words(query):
            return scope[-limit:]
        understood = understand(query, max_characters=10**6)
        found = self._find(understood, self._vector(understood), keys, depth=limit * self.settings.search_depth)
        return tuple(dict.fromkeys(one.kept.key for one in found))[:limit]

    def _mentioned(self, keys: tuple[int, ...] | None) -> Callable[[str], bool]:
        """Tells whether a word stands in one of some articles."""
        index = self._passage_index()
        return lambda word: bool(index.holding(word, 1, articles=keys))

    def _read(self, question: Question, keys: tuple[int, ...] | None) -> Read:
        vector = self._vector(question)
        found = self._find(question, vector, keys, depth=self.settings.search_depth)
        return read_sentences(found[: self.settings.read_passages], vector, self._store)

    def _judge(self, question: Question, read: Read, balance: Balance) -> Verdict:
        windows = windows_to_read(question, self.settings)
        return judge(
            question, self._across.as_bundled(read.pool), self._models, self._scorer, windows=windows, balance=balance
        )

    def _vector(self, question: Question) -> Vector:
        vector: Vector = self._encoder.encode([question.text], as_question=True)[0]
        return vector

    def _find(self, question: Question, vector: Vector, keys: tuple[int, ...] | None, *, depth: int) -> list[Found]:
        ranked = retrieve(
            question.text, vector, self._passage_index(), depth=depth, k=self.settings.rrf_k, articles=keys
        )
        stored = self._store.passages(one.key for one in ranked)
        found = []
        for one in ranked:
            place = stored.get(one.key)
            kept: Kept | None = self._shelf.take(place.article) if place is not None else None
            if place is not None and kept is not None:
                found.append(Found(kept, place.passage, one.score))
        return found

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


def _since(began: float) -> float:
    """Milliseconds since a moment."""
    return round((time.perf_counter() - began) * 1000, 2)
