"""The facade: wires the stages once, from an article to a reply."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from types import TracebackType
from typing import Self

from rag.address import Location, local_folder
from rag.articles import title_of
from rag.compare import Compared, comparison_asked
from rag.embed import Encoder, load_encoder
from rag.errors import ReadStoppedError
from rag.evidence import SentenceScorer, Tools, load_models
from rag.library.across import Across
from rag.library.adding import Added, Arrival, add_all
from rag.library.answering import Answering
from rag.library.care import Care
from rag.library.comparing import Comparing, Limits
from rag.library.finding import Finder
from rag.library.polyglot import Polyglot
from rag.library.preparing import Preparing
from rag.library.processes import Processes, can_prepare_apart
from rag.library.shelf import Shelf
from rag.library.storage import open_storage
from rag.question import understand
from rag.records import (
    Abstention,
    Article,
    ArticleSummary,
    Comparison,
    Hit,
    RankedSentence,
    Reply,
    Sentence,
    Statement,
)
from rag.scorer import Scorer
from rag.settings import Balance, Settings
from rag.speakers import StatementReader
from rag.store import Entry


class Library:
    """Articles, and everything that can be asked of them. Safe to share between threads.

    `folder` is where this program keeps what is its own, like what readers think of replies.
    """

    def __init__(
        self,
        location: Location,
        settings: Settings,
        *,
        encoder: Encoder | None = None,
        scorer: SentenceScorer | None = None,
        polyglot: Polyglot | None = None,
        reader: StatementReader | None = None,
    ) -> None:
        self.folder, self.settings = local_folder(location), settings
        self._can_be_apart = encoder is None and reader is None and can_prepare_apart(settings)
        self._encoder = encoder if encoder is not None else load_encoder(settings)
        self._reader = reader if reader is not None else StatementReader()
        scorer = scorer if scorer is not None else Scorer(threads=settings.threads)
        self._preparing = Preparing(settings, self._encoder, self._reader)
        tools = Tools(self._encoder, load_models(), scorer, self._reader, settings.balance)
        storage = open_storage(location, settings, self._encoder)
        self._store = storage.store
        self._shelf = Shelf(self._store)
        polyglot = polyglot or Polyglot(settings)
        self._across = Across(settings, self._shelf, polyglot, distinct=tools.models.distinct)
        self._finder = Finder(settings, self._shelf, self._encoder, storage.open_index)
        self._care = Care(storage, self._preparing, self._shelf, self._finder, encoder=self._encoder.identity)
        comparing = Comparing(settings, self._shelf, self._encoder, polyglot, tools.models)
        self._answering = Answering(settings, self._finder, tools, self._across, comparing)

    def close(self) -> None:
        """Close the files; the library cannot be used afterwards."""
        self._finder.close()
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    @property
    def encoder(self) -> Encoder:
        """The encoder in use."""
        return self._encoder

    @property
    def untouched(self) -> bool:
        """Whether nothing was ever added or removed."""
        return self._store.last_change() == 0

    def warm(self) -> None:
        """Load what only a question in another language needs, so that the first one waits less."""
        self._across.warm()

    # Articles

    def add(
        self,
        article: Article,
        *,
        progress: Callable[[float], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> bool:
        """Add an article, wholly or not at all; return False when the same text is there already.

        Args:
            article: What to add.
            progress: Told the share of the article that is embedded, from 0 to 1.
            cancelled: Asked between the parts of a long article; nothing is added once it says True.

        Raises:
            LibraryError: It cannot be stored; nothing was changed.
            ReadStoppedError: It was cancelled; nothing was changed.
        """
        self._finder.check_encoder()
        if self._store.same_text(article) is not None:
            return False

        def step(share: float) -> None:
            if cancelled is not None and cancelled():
                raise ReadStoppedError(article.title)
            if progress is not None:
                progress(share)

        entry = self._preparing.entry(article, step if progress or cancelled else None)
        step(1.0)
        return self._store.add(entry)

    def add_all(self, arrivals: Iterable[Arrival], *, apart: bool = False) -> Iterator[Added]:
        """Add many articles on all cores, and yield what became of each, in their order, once it is on disk.

        When it is stopped, all that were yielded are kept; adding the same again goes on where it stopped.

        Args:
            arrivals: What to add; the next one is asked for while those before are prepared.
            apart: Prepare them in processes of their own where that is faster; it pays from about 20
                articles on. A script that does so works under `if __name__ == "__main__":`, as each process imports it.

        Raises:
            LibraryError: They cannot be stored; those yielded before are kept.
        """
        self._finder.check_encoder()
        with Processes(self.settings) if apart and self._can_be_apart else nullcontext(self._preparing) as preparing:
            yield from add_all(arrivals, self._store, preparing.entry, workers=self.settings.threads)

    def article_of_file(self, sha256: str) -> str | None:
        """Return the id of the article that was read from a file with this checksum, None when there is none."""
        return self._store.article_of_file(sha256)

    def add_prepared(self, entries: Iterable[Entry]) -> int:
        """Add articles that were prepared elsewhere with `encoder`, and return how many of their texts are new here.

        Some are added in each transaction, and what was added stays when a later one cannot be.

        Raises:
            LibraryError: They cannot be stored.
        """
        self._finder.check_encoder()
        return self._store.add_all(entries)

    def same_text(self, article: Article) -> str | None:
        """Return the id of the article that has the same text, under whatever name; None when there is none."""
        return self._store.same_text(article)

    def remove(self, article_ids: Sequence[str]) -> dict[str, str]:
        """Remove articles, all or none, and return their ids and titles.

        Raises:
            UnknownArticleError: An id fits no article, or several.
        """
        keys = list(dict.fromkeys(self._store.key_of(article_id) for article_id in article_ids))
        titles = {one.id: one.title for one in self._store.summaries(keys).values()}
        self._store.remove(keys)
        return titles

    def refresh(self) -> None:
        """Bring the index up to date now rather than at the next question."""
        self._finder.index().refresh()

    def settle(self) -> None:
        """Bring the index up to date, and wait until it is on disk when enough has changed for that."""
        self._finder.index().settle()

    def rename(self, article_id: str, title: str) -> ArticleSummary:
        """Give an article another title and return its line of the list; its id and its text stay.

        Raises:
            UnknownArticleError: The id fits no article, or several.
            NotTextError: The title is no text.
            EmptyTextError: The title is empty.
        """
        key = self._store.key_of(article_id)
        self._store.rename(key, title_of(title))
        return self._store.summaries([key])[key]

    @property
    def place(self) -> str:
        """Where it is, in words for people."""
        return self._store.place

    @property
    def version(self) -> str:
        """Which library this is and how often it was changed; another one means that replies may differ."""
        return self._store.version

    def count(self) -> int:
        """Return the number of articles."""
        return self._store.count()

    def articles(self) -> list[ArticleSummary]:
        """Return a line about every article, in the order of adding."""
        return self._shelf.summaries()

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

    def statements_in(self, article: Article) -> tuple[Statement, ...]:
        """Return who said what in an article that is not kept here."""
        from rag.split import sentences

        return self._reader.read(article, sentences(article))

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
            reply = self._answering.compare(question, compared, keys, limits=Limits(balance, max_quotes))
        if reply is None:
            most = max_quotes or self.settings.max_quotes
            reply = self._answering.reply(understood, self._shelf, keys, most=most, balance=balance)
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
        reply = self._answering.compare(asked, compared, self._shelf.scope(articles), limits=limits)
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
        read = self._finder.read(understood, self._shelf.scope(articles))
        scores = self._answering.judge(understood, read, self.settings.balance).scores.tolist()
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
        scope = self._shelf.scope(articles)
        found = self._finder.find(understood, self._finder.vector(understood), scope, most=k)
        return [Hit(one.kept.article, one.passage, one.score) for one in found]

    # Care

    def unread(self) -> list[ArticleSummary]:
        """Return a line about every article in which this reader has not read yet who said what."""
        return list(self._store.summaries(self._care.unread()).values())

    def read_statements(self, articles: Sequence[str] = ()) -> None:
        """Read who said what anew in some articles, in all when none is named, without embedding.

        Each is kept when it is read, so what is done stays done when a later one fails.

        Raises:
            UnknownArticleError: An id fits no article, or several.
            ReadOnlyLibraryError: The folder cannot be written.
            LibraryBusyError: Another process is writing.
        """
        self._care.read_anew([self._store.key_of(one) for one in articles] or self._store.article_keys())

    def build(self) -> None:
        """Build the index from what is stored, and make anew what was altered of sentences and of who said what.

        Everything is embedded again first when the encoder has changed.

        Raises:
            ReadOnlyLibraryError: The folder cannot be written; what was there stays in use.
        """
        self._care.build()

    def verify(self) -> Iterator[str]:
        """Yield a line for everything that is not as it was added or built; nothing when all is well."""
        return self._care.problems()


def _since(began: float) -> float:
    """Milliseconds since a moment."""
    return round((time.perf_counter() - began) * 1000, 2)
