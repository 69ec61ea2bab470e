"""The library file, as it is read: articles, who said what in them, and what an index needs of their passages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from rag.embed import Vectors
from rag.errors import DamagedLibraryError, UnknownArticleError
from rag.records import Article, ArticleSummary, Block, Passage, Range, Sentence, Statement
from rag.search import Filter
from rag.store.connections import Connections
from rag.store.filters import condition
from rag.store.readings import COLUMNS, statement_of
from rag.store.rows import SAME_TEXT, Change, Keys, PassageRows, StoredPassage, text_sha256, vectors

FILE = "library.db"
_PAGES = "SELECT first FROM pages WHERE article = ? ORDER BY first"
_SUMMARY = "key, id, title, authors, published, source, characters, sentences, passages, speakers, added"
_AMONG = "WHERE key IN (SELECT value FROM json_each(?))"
_OF = "WHERE article IN (SELECT value FROM json_each(?))"
_AT_ONCE = 1_000
"""Passages that are read together for an index."""


class Kept:
    """What is in a library file. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.path = folder, folder / FILE
        self._connections = Connections(self.path)

    def close(self) -> None:
        """Close the file; the store cannot be used afterwards."""
        self._connections.close()

    @property
    def place(self) -> str:
        """The folder."""
        return str(self.folder)

    @property
    def encoder(self) -> str:
        """Identity of the encoder that made the vectors."""
        return self._meta("encoder")

    def summaries(self, keys: Sequence[int] | None = None) -> dict[int, ArticleSummary]:
        """Return a line about every article, or about those of some keys that are there, by key, in order of adding."""
        some, values = ("", ()) if keys is None else (_AMONG, (json.dumps(list(keys)),))
        rows = self._connections.rows(f"SELECT {_SUMMARY} FROM articles {some} ORDER BY key", values)
        return {key: ArticleSummary(i, t, tuple(json.loads(a)), *facts) for key, i, t, a, *facts in rows}

    def count(self) -> int:
        """Return the number of articles."""
        return int(self._connections.rows("SELECT count(*) FROM articles")[0][0])

    def last_change(self) -> int:
        """Return the number of the newest change, 0 for a new library."""
        return int(self._connections.rows("SELECT coalesce(max(seq), 0) FROM changes")[0][0])

    @property
    def version(self) -> str:
        """Which library this is, and the number of its newest change."""
        return f"{self._meta('library') or 'unnamed'}.{self.last_change()}"

    def article_keys(self, most: int | None = None) -> list[int]:
        """Return the keys of all articles, or of so many that were added last, in the order of adding."""
        limit = -1 if most is None else most
        rows = self._connections.rows("SELECT key FROM articles ORDER BY key DESC LIMIT ?", (limit,))
        return [int(key) for (key,) in reversed(rows)]

    def keys_within(self, wanted: Filter) -> list[int]:
        """Return the keys of the articles that a filter lets through, ascending."""
        sql, values = condition(wanted)
        rows = self._connections.rows(f"SELECT key FROM articles WHERE {sql} ORDER BY key", values)
        return [int(key) for (key,) in rows]

    def key_of(self, article_id: str) -> int:
        """Return the key of an article by its id, or by the beginning of its id when only one fits.

        Raises:
            UnknownArticleError: No article fits, or several do.
        """
        rows = self._connections.rows(
            "SELECT key, id FROM articles WHERE id >= ? AND id < ? ORDER BY id LIMIT 5",
            (article_id, f"{article_id}\U0010ffff" if article_id else ""),
        )
        exact = [key for key, found in rows if found == article_id] or [key for key, _ in rows]
        if len(exact) == 1:
            return int(exact[0])
        raise UnknownArticleError(article_id, tuple(found for _, found in rows))

    def same_text(self, article: Article) -> str | None:
        """Return the id of the article that has the same text, None when there is none."""
        rows = self._connections.rows(SAME_TEXT, (text_sha256(article),))
        return str(rows[0][0]) if rows else None

    def article_of_file(self, sha256: str) -> str | None:
        """Return the id of the article that was read from a file with this checksum, None when there is none."""
        rows = self._connections.rows("SELECT id FROM articles WHERE file = ? ORDER BY key LIMIT 1", (sha256,))
        return str(rows[0][0]) if rows else None

    def article(self, key: int) -> Article | None:
        """Return the article of a key, None when it is not there (any more)."""
        rows = self._connections.rows(
            "SELECT id, text, title, blocks, authors, published, source, note "
            "FROM articles JOIN texts ON article = key WHERE key = ?",
            (key,),
        )
        for article_id, text, title, blocks, authors, published, source, note in rows:
            parts = tuple(Block(Range(start, end), kind) for start, end, kind in json.loads(blocks))
            names = tuple(json.loads(authors))
            return Article(article_id, text, title, parts, names, published, source, note, self._pages(key))
        return None

    def sentences(self, key: int) -> tuple[Sentence, ...]:
        """Return the sentences of an article in reading order."""
        rows = self._connections.rows(
            "SELECT number, first, last, block, kind FROM sentences WHERE article = ? ORDER BY number", (key,)
        )
        return tuple(Sentence(number, Range(first, last), block, kind) for number, first, last, block, kind in rows)

    def statements(self, key: int) -> tuple[Statement, ...]:
        """Return who said what in an article, as it was read last; nothing when it was not read.

        Raises:
            DamagedLibraryError: What is kept was changed and makes no statement.
        """
        rows = self._connections.rows(f"SELECT {COLUMNS} FROM statements WHERE article = ? ORDER BY number", (key,))
        try:
            return tuple(map(statement_of, rows))
        except (ValueError, TypeError) as error:
            cause = "a statement is not as it was read"
            raise DamagedLibraryError(self.path, cause, "Repair it with: rag build") from error

    def reader_of(self, key: int) -> str | None:
        """Return the identity of the reader that read who said what in an article, None when none did."""
        rows = self._connections.rows("SELECT reader FROM readings WHERE article = ?", (key,))
        return str(rows[0][0]) if rows else None

    def unread(self, reader: str, *, most: int | None = None) -> list[int]:
        """Return the keys of articles in which this reader has not read who said what, in the order of adding."""
        rows = self._connections.rows(
            "SELECT key FROM articles LEFT JOIN readings ON article = key "
            "WHERE reader IS NULL OR reader != ? ORDER BY key LIMIT ?",
            (reader, -1 if most is None else most),
        )
        return [int(key) for (key,) in rows]

    def sentence_vectors(self, key: int, numbers: Sequence[int]) -> Vectors:
        """Return the vectors of some sentences of an article, shape (numbers, dimensions), by ascending number."""
        rows = self._connections.rows(
            "SELECT vector FROM sentences WHERE article = ? AND number IN (SELECT value FROM json_each(?)) "
            "ORDER BY number",
            (key, json.dumps(list(numbers))),
        )
        return vectors([vector for (vector,) in rows])

    def passages(self, keys: Iterable[int]) -> dict[int, StoredPassage]:
        """Return the passages that are still there among these keys."""
        rows = self._connections.rows(
            f"SELECT key, article, first, last, first_sentence, last_sentence FROM passages {_AMONG}",
            (json.dumps(list(keys)),),
        )
        return {
            key: StoredPassage(article, Passage(Range(a, b), first, last)) for key, article, a, b, first, last in rows
        }

    def passage_keys(self, articles: Sequence[int]) -> Keys:
        """Return the keys of all passages of some articles."""
        rows = self._connections.rows(f"SELECT key FROM passages {_OF} ORDER BY key", (json.dumps(list(articles)),))
        return np.array([key for (key,) in rows], np.int64)

    def passage_rows(self, first: int = 0, last: int = 2**62) -> Iterator[PassageRows]:
        """Yield what an index needs of the passages with keys from `first` to `last`, ascending, some at a time."""
        while rows := self._connections.rows(
            "SELECT key, article, first, last, vector FROM passages WHERE key BETWEEN ? AND ? ORDER BY key LIMIT ?",
            (first, last, _AT_ONCE),
        ):
            keys, articles, starts, ends, blobs = zip(*rows, strict=True)
            wanted = json.dumps(sorted(set(articles)))
            texts = dict(self._connections.rows(f"SELECT article, text FROM texts {_OF}", (wanted,)))
            # an article that was removed between the two queries is left out; its passages go too
            there = [row for row, article in enumerate(articles) if article in texts]
            if there:
                yield PassageRows(
                    np.array([keys[row] for row in there], np.int64),
                    tuple(articles[row] for row in there),
                    tuple(texts[articles[row]][starts[row] : ends[row]] for row in there),
                    vectors([blobs[row] for row in there]),
                )
            first = keys[-1] + 1

    def sample_vectors(self, size: int) -> Vectors:
        """Return about so many vectors of passages, shape (passages, dimensions), from all over the library."""
        step = max(1, self.newest()[1] // max(1, size))
        rows = self._connections.rows("SELECT vector FROM passages WHERE key % ? = 0 ORDER BY key", (step,))
        return vectors([vector for (vector,) in rows])

    def passage_vectors(self, keys: Keys) -> tuple[Keys, Vectors]:
        """Return those of some keys that are still there, ascending, and their vectors, shape (keys, dimensions)."""
        rows = self._connections.rows(
            f"SELECT key, vector FROM passages {_AMONG} ORDER BY key", (json.dumps(keys.tolist()),)
        )
        return np.array([key for key, _ in rows], np.int64), vectors([vector for _, vector in rows])

    def passage_count(self) -> int:
        """Return the number of passages."""
        return int(self._connections.rows("SELECT coalesce(sum(passages), 0) FROM articles")[0][0])

    def newest(self) -> tuple[int, int]:
        """Return the number of the newest change and the highest key of a passage at the same moment, 0 for none."""
        ((change, passage),) = self._connections.rows(
            "SELECT (SELECT coalesce(max(seq), 0) FROM changes), (SELECT coalesce(max(key), 0) FROM passages)"
        )
        return int(change), int(passage)

    def changes(self, after: int) -> list[Change]:
        """Return the changes after number `after`, oldest first."""
        rows = self._connections.rows("SELECT * FROM changes WHERE seq > ? ORDER BY seq", (after,))
        return [Change(*row[:5]) for row in rows]

    def _meta(self, name: str) -> str:
        rows = self._connections.rows("SELECT value FROM meta WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else ""

    def _pages(self, key: int) -> tuple[int, ...]:
        return tuple(first for (first,) in self._connections.rows(_PAGES, (key,)))
