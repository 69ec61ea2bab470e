"""The library file: reading and changing what is kept, each change one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from rag.embed import Vectors
from rag.errors import DamagedLibraryError, OffsetError, UnknownArticleError
from rag.records import Article, ArticleSummary, Block, Passage, Range, Sentence, Statement
from rag.store.connections import Connections
from rag.store.format import begin, bring_up
from rag.store.readings import COLUMNS, Reading, checksum, insert_reading, statement_of
from rag.store.rows import (
    Change,
    Entry,
    Keys,
    PassageRow,
    StoredPassage,
    delete,
    insert,
    log,
    rename,
    text_sha256,
    vectors,
)

FILE = "library.db"
_SAME_TEXT = "SELECT id FROM articles WHERE text_sha256 = ?"
_PAGES = "SELECT first FROM pages WHERE article = ? ORDER BY first"


class Store:
    """One open library file, safe to share between threads.

    A file of the format before is brought to this one, all or nothing; where it cannot be written it is read as it is,
    and nobody has read yet who said what in its articles.

    Raises:
        DamagedLibraryError: The file is not a library, or SQLite finds it broken.
        IndexMismatchError: The file has another format.
        ReadOnlyLibraryError: There is no file yet and none can be made.
    """

    def __init__(self, folder: Path, *, encoder: str) -> None:
        self.folder, self.path = folder, folder / FILE
        self._connections = Connections(self.path)
        if not self.path.exists() or not self._connections.rows("SELECT 1 FROM sqlite_master LIMIT 1"):
            begin(self._connections, folder, encoder=encoder)
        bring_up(self._connections, self._meta("format"))

    def close(self) -> None:
        """Close the file; the store cannot be used afterwards."""
        self._connections.close()

    # Reading

    @property
    def encoder(self) -> str:
        """Identity of the encoder that made the vectors."""
        return self._meta("encoder")

    def summaries(self) -> list[ArticleSummary]:
        """Return every article in the order of adding."""
        rows = self._connections.rows(
            "SELECT id, title, authors, published, source, length(text), "
            "(SELECT count(*) FROM sentences WHERE article = a.key), "
            "(SELECT count(*) FROM passages WHERE article = a.key), "
            "(SELECT count(DISTINCT speaker) FROM statements WHERE article = a.key), added FROM articles a ORDER BY key"
        )
        return [ArticleSummary(i, t, tuple(json.loads(a)), *counted) for i, t, a, *counted in rows]

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

    def article_keys(self) -> list[int]:
        """Return the keys of all articles in the order of adding."""
        return [int(key) for (key,) in self._connections.rows("SELECT key FROM articles ORDER BY key")]

    def ids(self) -> dict[int, str]:
        """Return the id of every article by its key, in the order of adding."""
        return dict(self._connections.rows("SELECT key, id FROM articles ORDER BY key"))

    def key_of(self, article_id: str) -> int:
        """Return the key of an article by its id, or by the beginning of its id when only one fits.

        Raises:
            UnknownArticleError: No article fits, or several do.
        """
        rows = self._connections.rows(
            "SELECT key, id FROM articles WHERE substr(id, 1, ?) = ? ORDER BY id LIMIT 5",
            (max(1, len(article_id)), article_id),
        )
        exact = [key for key, found in rows if found == article_id] or [key for key, _ in rows]
        if len(exact) == 1:
            return int(exact[0])
        raise UnknownArticleError(article_id, tuple(found for _, found in rows))

    def same_text(self, article: Article) -> str | None:
        """Return the id of the article that has the same text, None when there is none."""
        rows = self._connections.rows(_SAME_TEXT, (text_sha256(article),))
        return str(rows[0][0]) if rows else None

    def article(self, key: int) -> Article | None:
        """Return the article of a key, None when it is not there (any more)."""
        rows = self._connections.rows(
            "SELECT id, text, title, blocks, authors, published, source, note FROM articles WHERE key = ?", (key,)
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

    def unread(self, reader: str) -> list[str]:
        """Return the ids of the articles in which this reader has not read who said what, in the order of adding."""
        rows = self._connections.rows(
            "SELECT id FROM articles WHERE key NOT IN (SELECT article FROM readings WHERE reader = ?) ORDER BY key",
            (reader,),
        )
        return [str(article_id) for (article_id,) in rows]

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
            "SELECT key, article, first, last, first_sentence, last_sentence FROM passages "
            "WHERE key IN (SELECT value FROM json_each(?))",
            (json.dumps(list(keys)),),
        )
        return {
            key: StoredPassage(article, Passage(Range(a, b), first, last)) for key, article, a, b, first, last in rows
        }

    def passage_keys(self, articles: Sequence[int]) -> Keys:
        """Return the keys of all passages of some articles."""
        rows = self._connections.rows(
            "SELECT key FROM passages WHERE article IN (SELECT value FROM json_each(?)) ORDER BY key",
            (json.dumps(list(articles)),),
        )
        return np.array([key for (key,) in rows], np.int64)

    def passage_rows(self, first: int = 0, last: int = 2**62) -> Iterator[PassageRow]:
        """Yield what an index needs of every passage with a key from `first` to `last`, ascending."""
        while rows := self._connections.rows(
            "SELECT p.key, p.article, substr(a.text, p.first + 1, p.last - p.first), p.vector FROM passages p "
            "JOIN articles a ON a.key = p.article WHERE p.key BETWEEN ? AND ? ORDER BY p.key LIMIT 1000",
            (first, last),
        ):
            for key, article, text, vector in rows:
                yield PassageRow(key, article, text, vectors([vector])[0])
            first = rows[-1][0] + 1

    def changes(self, after: int) -> list[Change]:
        """Return the changes after number `after`, oldest first."""
        return [
            Change(*row) for row in self._connections.rows("SELECT * FROM changes WHERE seq > ? ORDER BY seq", (after,))
        ]

    def problems(self) -> Iterator[str]:
        """Yield a line for everything in the file that is not as it was added."""
        for (line,) in self._connections.rows("PRAGMA integrity_check"):
            if line != "ok":
                yield f"{self.path}: {line}"
        for article_id, key, wanted in self._connections.rows("SELECT id, key, sha256 FROM articles ORDER BY key"):
            try:
                entry = self._entry(key)
                changed = entry is None or entry.sha256() != wanted
            except (OffsetError, ValueError, TypeError):
                changed = True
            if changed:
                yield f"{self.path}: article {article_id} is not as it was added; remove it and add it again"
            if not self._read_soundly(key):
                yield f"{self.path}: who said what in article {article_id} is not as it was read; repair it: rag build"

    # Writing

    def add(self, entry: Entry) -> bool:
        """Add an article with all that belongs to it, or nothing; return False when its text is there already."""
        with self._connections.writing() as db:
            if db.execute(_SAME_TEXT, (text_sha256(entry.article),)).fetchone():
                return False
            insert(db, entry)
        return True

    def remove(self, keys: Sequence[int]) -> None:
        """Remove articles with all that belongs to them; all of them or, on an error, none."""
        with self._connections.writing() as db:
            for key in keys:
                delete(db, key)

    def rename(self, key: int, title: str) -> None:
        """Give an article another title; nothing else of it changes, nor does its text.

        Raises:
            UnknownArticleError: The article is gone.
        """
        with self._connections.writing() as db:
            entry = self._entry(key)
            if entry is None:
                raise UnknownArticleError(str(key))
            rename(db, key, replace(entry, article=replace(entry.article, title=title)))

    def keep_reading(self, key: int, reading: Reading) -> None:
        """Put a reading of an article in the place of the one that is there; nothing when the article is gone.

        Raises:
            OffsetError: A statement reaches beyond the text.
        """
        with self._connections.writing() as db:
            if db.execute("SELECT 1 FROM articles WHERE key = ?", (key,)).fetchone():
                insert_reading(db, key, reading)
                log(db, "read", key)

    def replace(self, entries: Iterable[Entry], *, encoder: str) -> None:
        """Put new entries in the place of all that is there, made by another encoder; all or nothing."""
        with self._connections.writing() as db:
            for (key,) in db.execute("SELECT key FROM articles").fetchall():
                delete(db, key)
            for entry in entries:
                insert(db, entry)
            db.execute("UPDATE meta SET value = ? WHERE name = 'encoder'", (encoder,))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other writer, in this process or another, out for a while."""
        with self._connections.writing():
            yield

    # Inside

    def _meta(self, name: str) -> str:
        rows = self._connections.rows("SELECT value FROM meta WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else ""

    def _pages(self, key: int) -> tuple[int, ...]:
        return tuple(first for (first,) in self._connections.rows(_PAGES, (key,)))

    def _read_soundly(self, key: int) -> bool:
        """Tell whether the statements of an article are as they were read, and inside its text."""
        rows = self._connections.rows(
            "SELECT r.sha256, length(a.text) FROM readings r JOIN articles a ON a.key = r.article WHERE a.key = ?",
            (key,),
        )
        try:
            statements = self.statements(key)
            for sha256, length in rows:
                inside = all(statement.last <= length for statement in statements)
                return inside and checksum(statements) == sha256
        except DamagedLibraryError:
            return False
        return not statements

    def _entry(self, key: int) -> Entry | None:
        article, sentences = self.article(key), self.sentences(key)
        if article is None:
            return None
        rows = self._connections.rows(
            "SELECT first, last, first_sentence, last_sentence, vector FROM passages WHERE article = ? ORDER BY key",
            (key,),
        )
        return Entry(
            article,
            sentences,
            self.sentence_vectors(key, [sentence.number for sentence in sentences]),
            tuple(Passage(Range(a, b), first, last) for a, b, first, last, _ in rows),
            vectors([row[4] for row in rows]),
        )
