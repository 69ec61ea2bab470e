"""Articles that are kept together: added, listed, removed, and kept sound; knows no question."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from types import TracebackType
from typing import Self

from rag.address import Location, local_folder
from rag.articles import title_of
from rag.embed import Encoder, load_encoder
from rag.errors import ReadStoppedError
from rag.library.adding import Added, Arrival, add_all
from rag.library.care import Care
from rag.library.finding import Finder
from rag.library.preparing import Preparing
from rag.library.processes import Processes, can_prepare_apart
from rag.library.shelf import Shelf
from rag.library.storage import open_storage
from rag.records import Article, ArticleSummary, Sentence, Statement
from rag.settings import Settings
from rag.speakers import StatementReader
from rag.store import Entry


class Collection:
    """Articles in one place, with their index. Safe to share between threads.

    `folder` is where this program keeps what is its own, like what readers think of replies.
    """

    def __init__(
        self, location: Location, settings: Settings, *, encoder: Encoder | None, reader: StatementReader | None
    ) -> None:
        self.folder, self.settings = local_folder(location), settings
        self._can_be_apart = encoder is None and reader is None and can_prepare_apart(settings)
        self._encoder = encoder if encoder is not None else load_encoder(settings)
        self._reader = reader if reader is not None else StatementReader()
        self._preparing = Preparing(settings, self._encoder, self._reader)
        storage = open_storage(location, settings, self._encoder)
        self._store = storage.store
        self._shelf = Shelf(self._store)
        self._finder = Finder(settings, self._shelf, self._encoder, storage.open_index)
        self._care = Care(storage, self._preparing, self._shelf, self._finder, encoder=self._encoder.identity)

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
