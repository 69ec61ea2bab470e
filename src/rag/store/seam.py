"""What the rest of the program needs of a place where articles are kept; knows no database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from rag.embed import Vectors
from rag.records import Article, ArticleSummary, Sentence, Statement
from rag.store.readings import Reading
from rag.store.rows import Change, Entry, Keys, StoredPassage


class Store(Protocol):
    """Articles with their sentences, passages, vectors and who said what. Safe to share between threads.

    Articles and passages have keys, which are never used twice. Every change has a number, so that others can tell what
    they have missed.
    """

    @property
    def place(self) -> str:
        """Where it is, in words for people; no password is in it."""

    @property
    def encoder(self) -> str:
        """Identity of the encoder that made the vectors."""

    @property
    def version(self) -> str:
        """Which library this is, and the number of its newest change."""

    def close(self) -> None:
        """Close it; it cannot be used afterwards."""

    # Reading

    def count(self) -> int:
        """Return the number of articles."""

    def summaries(self, keys: Sequence[int] | None = None) -> dict[int, ArticleSummary]:
        """Return a line about every article, or about those of some keys that are there, by key, in order of adding."""

    def article_keys(self, most: int | None = None) -> list[int]:
        """Return the keys of all articles, or of so many that were added last, in the order of adding."""

    def key_of(self, article_id: str) -> int:
        """Return the key of an article by its id, or by the beginning of its id when only one fits.

        Raises:
            UnknownArticleError: No article fits, or several do.
        """

    def same_text(self, article: Article) -> str | None:
        """Return the id of the article that has the same text, None when there is none."""

    def article_of_file(self, sha256: str) -> str | None:
        """Return the id of the article that was read from a file with this checksum, None when there is none."""

    def article(self, key: int) -> Article | None:
        """Return the article of a key, None when it is not there (any more)."""

    def sentences(self, key: int) -> tuple[Sentence, ...]:
        """Return the sentences of an article in reading order."""

    def statements(self, key: int) -> tuple[Statement, ...]:
        """Return who said what in an article, as it was read last; nothing when it was not read.

        Raises:
            DamagedLibraryError: What is kept was changed and makes no statement.
        """

    def sentence_vectors(self, key: int, numbers: Sequence[int]) -> Vectors:
        """Return the vectors of some sentences of an article, shape (numbers, dimensions), by ascending number."""

    def passages(self, keys: Iterable[int]) -> dict[int, StoredPassage]:
        """Return the passages that are still there among these keys."""

    def passage_keys(self, articles: Sequence[int]) -> Keys:
        """Return the keys of all passages of some articles."""

    def reader_of(self, key: int) -> str | None:
        """Return the identity of the reader that read who said what in an article, None when none did."""

    def unread(self, reader: str, *, most: int | None = None) -> list[int]:
        """Return the keys of articles in which this reader has not read who said what, in the order of adding."""

    def broken(self) -> list[int]:
        """Return the keys of articles whose sentences, passages or vectors are not as they were made of their text."""

    def misread(self) -> list[int]:
        """Return the keys of articles whose statements are not as they were read."""

    def last_change(self) -> int:
        """Return the number of the newest change, 0 for a new library."""

    def changes(self, after: int) -> list[Change]:
        """Return the changes after number `after`, oldest first."""

    def problems(self) -> Iterator[str]:
        """Yield a line for everything that is not as it was added."""

    # Writing

    def add(self, entry: Entry) -> bool:
        """Add an article with all that belongs to it, or nothing; return False when its text is there already."""

    def add_all(self, entries: Iterable[Entry]) -> int:
        """Add many articles and return how many were new; each is kept wholly or not at all, and some at once.

        What was kept when it is interrupted stays.
        """

    def remove(self, keys: Sequence[int]) -> None:
        """Remove articles with all that belongs to them."""

    def exchange(self, key: int, entry: Entry) -> None:
        """Put an article that was prepared anew in the place of one that is broken."""

    def rename(self, key: int, title: str) -> None:
        """Give an article another title; nothing else of it changes, nor does its text.

        Raises:
            UnknownArticleError: The article is gone.
        """

    def keep_reading(self, key: int, reading: Reading) -> None:
        """Put a reading of an article in the place of the one that is there; nothing when the article is gone.

        Raises:
            OffsetError: A statement reaches beyond the text.
        """

    def replace(self, entries: Iterable[Entry], *, encoder: str) -> None:
        """Put new entries in the place of all that is there, made by another encoder; all or nothing."""
