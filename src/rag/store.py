"""SQLite: the truth about articles, sentences, passages and vectors (KEEP); knows nothing of search.

Every change is one transaction and one line in `changes`, so an index elsewhere can tell what it has missed.
Keys are never used twice, and all passages of an article have adjacent keys.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rag.embed import Vector, Vectors
from rag.errors import (
    DamagedLibraryError,
    IndexMismatchError,
    LibraryBusyError,
    ReadOnlyLibraryError,
    UnknownArticleError,
)
from rag.records import Article, ArticleSummary, Block, Passage, Range, Sentence

FILE = "library.db"
FORMAT = "1"
_BUSY_SECONDS = 5.0
_NO_ROOM = ("readonly", "unable to open", "full", "disk i/o", "permission")

Keys: TypeAlias = NDArray[np.int64]
"""Passage keys, shape (passages,), int64, ascending."""

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE articles (
    key INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, authors TEXT NOT NULL,
    published TEXT, source TEXT, note TEXT, text TEXT NOT NULL, blocks TEXT NOT NULL, added TEXT NOT NULL,
    sha256 TEXT NOT NULL
) STRICT;
CREATE TABLE sentences (
    key INTEGER PRIMARY KEY AUTOINCREMENT, article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
    number INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, block INTEGER NOT NULL,
    kind TEXT NOT NULL, vector BLOB NOT NULL, UNIQUE (article, number)
) STRICT;
CREATE TABLE passages (
    key INTEGER PRIMARY KEY AUTOINCREMENT, article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
    first INTEGER NOT NULL, last INTEGER NOT NULL, first_sentence INTEGER NOT NULL,
    last_sentence INTEGER NOT NULL, vector BLOB NOT NULL
) STRICT;
CREATE INDEX passages_of_article ON passages (article);
CREATE TABLE changes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, operation TEXT NOT NULL, article INTEGER NOT NULL,
    first_passage INTEGER NOT NULL, last_passage INTEGER NOT NULL
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """All that is kept of one article: sentences and passages, and a vector for each in the same order."""

    article: Article
    sentences: tuple[Sentence, ...]
    sentence_vectors: Vectors
    passages: tuple[Passage, ...]
    passage_vectors: Vectors

    def sha256(self) -> str:
        """Return the checksum of everything that is kept, as it is kept."""
        article = self.article
        facts = [article.id, article.title, article.authors, article.published, article.source, article.note]
        digest = hashlib.sha256(json.dumps([facts, article.text, _block_rows(article)]).encode())
        for sentence, vector in zip(self.sentences, self.sentence_vectors, strict=True):
            digest.update(repr((*_sentence_row(sentence), _blob(vector))).encode())
        for passage, vector in zip(self.passages, self.passage_vectors, strict=True):
            digest.update(repr((*_passage_row(passage), _blob(vector))).encode())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the log: passages `first` to `last` (keys, inclusive) came or went with an article."""

    seq: int
    operation: str
    article: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class PassageRow:
    """What an index needs of a passage."""

    key: int
    article: int
    text: str
    vector: Vector


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage and the key of its article."""

    article: int
    passage: Passage


class Store:
    """One open library file, safe to share between threads.

    Raises:
        DamagedLibraryError: The file is not a library, or SQLite finds it broken.
        IndexMismatchError: The file has another format.
        ReadOnlyLibraryError: There is no file yet and none can be made.
    """

    def __init__(self, folder: Path, *, encoder: str) -> None:
        self.folder, self.path = folder, folder / FILE
        self._locks = {"reader": threading.RLock(), "writer": threading.RLock()}
        self._connections: dict[str, sqlite3.Connection] = {}
        if not self.path.exists() or not self._rows("SELECT 1 FROM sqlite_master LIMIT 1"):
            self._make(encoder)
        found = self._meta("format")
        if found != FORMAT:
            raise IndexMismatchError(self.path, "format", found, FORMAT)

    def close(self) -> None:
        """Close the file; the store cannot be used afterwards."""
        for name, connection in self._connections.items():
            with self._locks[name]:
                connection.close()

    # Reading

    @property
    def encoder(self) -> str:
        """Identity of the encoder that made the vectors."""
        return self._meta("encoder")

    def summaries(self) -> list[ArticleSummary]:
        """Return every article in the order of adding."""
        rows = self._rows(
            "SELECT id, title, authors, published, source, length(text), "
            "(SELECT count(*) FROM sentences WHERE article = a.key), "
            "(SELECT count(*) FROM passages WHERE article = a.key) FROM articles a ORDER BY key"
        )
        return [ArticleSummary(i, t, tuple(json.loads(a)), p, s, c, n, m, 0) for i, t, a, p, s, c, n, m in rows]

    def count(self) -> int:
        """Return the number of articles."""
        return int(self._rows("SELECT count(*) FROM articles")[0][0])

    def last_change(self) -> int:
        """Return the number of the newest change, 0 for a new library."""
        return int(self._rows("SELECT coalesce(max(seq), 0) FROM changes")[0][0])

    def article_keys(self) -> list[int]:
        """Return the keys of all articles in the order of adding."""
        return [int(key) for (key,) in self._rows("SELECT key FROM articles ORDER BY key")]

    def key_of(self, article_id: str) -> int:
        """Return the key of an article by its id, or by the beginning of its id when only one fits.

        Raises:
            UnknownArticleError: No article fits, or several do.
        """
        rows = self._rows(
            "SELECT key, id FROM articles WHERE substr(id, 1, ?) = ? ORDER BY id LIMIT 5",
            (max(1, len(article_id)), article_id),
        )
        exact = [key for key, found in rows if found == article_id] or [key for key, _ in rows]
        if len(exact) == 1:
            return int(exact[0])
        raise UnknownArticleError(article_id, tuple(found for _, found in rows))

    def article(self, key: int) -> Article | None:
        """Return the article of a key, None when it is not there (any more)."""
        rows = self._rows(
            "SELECT id, text, title, blocks, authors, published, source, note FROM articles WHERE key = ?", (key,)
        )
        for article_id, text, title, blocks, authors, published, source, note in rows:
            parts = tuple(Block(Range(start, end), kind) for start, end, kind in json.loads(blocks))
            return Article(article_id, text, title, parts, tuple(json.loads(authors)), published, source, note)
        return None

    def sentences(self, key: int) -> tuple[Sentence, ...]:
        """Return the sentences of an article in reading order."""
        rows = self._rows(
            "SELECT number, first, last, block, kind FROM sentences WHERE article = ? ORDER BY number", (key,)
        )
        return tuple(Sentence(number, Range(first, last), block, kind) for number, first, last, block, kind in rows)

    def sentence_vectors(self, key: int, numbers: Sequence[int]) -> Vectors:
        """Return the vectors of some sentences of an article, shape (numbers, dimensions), by ascending number."""
        rows = self._rows(
            "SELECT vector FROM sentences WHERE article = ? AND number IN (SELECT value FROM json_each(?)) "
            "ORDER BY number",
            (key, json.dumps(list(numbers))),
        )
        return _vectors([vector for (vector,) in rows])

    def passages(self, keys: Iterable[int]) -> dict[int, StoredPassage]:
        """Return the passages that are still there among these keys."""
        rows = self._rows(
            "SELECT key, article, first, last, first_sentence, last_sentence FROM passages "
            "WHERE key IN (SELECT value FROM json_each(?))",
            (json.dumps(list(keys)),),
        )
        return {
            key: StoredPassage(article, Passage(Range(a, b), first, last)) for key, article, a, b, first, last in rows
        }

    def passage_keys(self, articles: Sequence[int]) -> Keys:
        """Return the keys of all passages of some articles."""
        rows = self._rows(
            "SELECT key FROM passages WHERE article IN (SELECT value FROM json_each(?)) ORDER BY key",
            (json.dumps(list(articles)),),
        )
        return np.array([key for (key,) in rows], np.int64)

    def passage_rows(self, first: int = 0, last: int = 2**62) -> Iterator[PassageRow]:
        """Yield what an index needs of every passage with a key from `first` to `last`, ascending."""
        while rows := self._rows(
            "SELECT p.key, p.article, substr(a.text, p.first + 1, p.last - p.first), p.vector FROM passages p "
            "JOIN articles a ON a.key = p.article WHERE p.key BETWEEN ? AND ? ORDER BY p.key LIMIT 1000",
            (first, last),
        ):
            for key, article, text, vector in rows:
                yield PassageRow(key, article, text, _vectors([vector])[0])
            first = rows[-1][0] + 1

    def changes(self, after: int) -> list[Change]:
        """Return the changes after number `after`, oldest first."""
        return [Change(*row) for row in self._rows("SELECT * FROM changes WHERE seq > ? ORDER BY seq", (after,))]

    def problems(self) -> Iterator[str]:
        """Yield a line for everything in the file that is not as it was added."""
        for (line,) in self._rows("PRAGMA integrity_check"):
            if line != "ok":
                yield f"{self.path}: {line}"
        for article_id, key, wanted in self._rows("SELECT id, key, sha256 FROM articles ORDER BY key"):
            try:
                entry = self._entry(key)
                changed = entry is None or entry.sha256() != wanted
            except (ValueError, TypeError):
                changed = True
            if changed:
                yield f"{self.path}: article {article_id} is not as it was added; remove it and add it again"

    # Writing

    def add(self, entry: Entry) -> bool:
        """Add an article with all that belongs to it, or nothing; return False when its id is there already."""
        with self._writing() as db:
            if db.execute("SELECT 1 FROM articles WHERE id = ?", (entry.article.id,)).fetchone():
                return False
            _insert(db, entry)
        return True

    def remove(self, keys: Sequence[int]) -> None:
        """Remove articles with all that belongs to them; all of them or, on an error, none."""
        with self._writing() as db:
            for key in keys:
                _delete(db, key)

    def replace(self, entries: Iterable[Entry], *, encoder: str) -> None:
        """Put new entries in the place of all that is there, made by another encoder; all or nothing."""
        with self._writing() as db:
            for (key,) in db.execute("SELECT key FROM articles").fetchall():
                _delete(db, key)
            for entry in entries:
                _insert(db, entry)
            db.execute("UPDATE meta SET value = ? WHERE name = 'encoder'", (encoder,))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other writer, in this process or another, out for a while."""
        with self._writing():
            yield

    # Inside

    def _make(self, encoder: str) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ReadOnlyLibraryError(self.folder, error.strerror or str(error)) from error
        with self._writing() as db:
            if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
                return
            for statement in _SCHEMA.split(";"):
                db.execute(statement)
            db.executemany("INSERT INTO meta VALUES (?, ?)", [("format", FORMAT), ("encoder", encoder)])

    def _meta(self, name: str) -> str:
        rows = self._rows("SELECT value FROM meta WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else ""

    def _entry(self, key: int) -> Entry | None:
        article, sentences = self.article(key), self.sentences(key)
        if article is None:
            return None
        rows = self._rows(
            "SELECT first, last, first_sentence, last_sentence, vector FROM passages WHERE article = ? ORDER BY key",
            (key,),
        )
        return Entry(
            article,
            sentences,
            self.sentence_vectors(key, [sentence.number for sentence in sentences]),
            tuple(Passage(Range(a, b), first, last) for a, b, first, last, _ in rows),
            _vectors([row[4] for row in rows]),
        )

    def _rows(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        with self._guard(), self._locks["reader"]:
            return self._connection("reader").execute(sql, values).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._guard(), self._locks["writer"]:
            db = self._connection("writer")
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    def _connection(self, name: str) -> sqlite3.Connection:
        if name not in self._connections:
            mode = "rwc" if name == "writer" else "rw"
            self._connections[name] = self._connect(mode)
        return self._connections[name]

    def _connect(self, mode: str) -> sqlite3.Connection:
        uri = f"{self.path.absolute().as_uri()}?mode={mode}"
        db = sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA foreign_keys = ON")
        except sqlite3.OperationalError:
            db.close()
            if mode == "rw":  # a folder that cannot be written can still be read, if no writer left work in the WAL
                return self._connect("ro&immutable=1")
            raise
        return db

    @contextmanager
    def _guard(self) -> Iterator[None]:
        """SQLite's errors -> ours."""
        try:
            yield
        except sqlite3.OperationalError as error:
            cause = str(error).lower()
            if "locked" in cause or "busy" in cause:
                raise LibraryBusyError(self.folder) from error
            if any(words in cause for words in _NO_ROOM):
                raise ReadOnlyLibraryError(self.folder, str(error)) from error
            raise self._damaged(str(error)) from error
        except sqlite3.DatabaseError as error:
            raise self._damaged(str(error)) from error

    def _damaged(self, cause: str) -> DamagedLibraryError:
        return DamagedLibraryError(
            self.path, cause, "Put a backup in its place, or move it away and add the articles again."
        )


def _insert(db: sqlite3.Connection, entry: Entry) -> None:
    article = entry.article
    key = db.execute(
        "INSERT INTO articles (id, title, authors, published, source, note, text, blocks, added, sha256) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(article.id, article.title, json.dumps(article.authors), article.published, article.source, article.note),
            *(article.text, json.dumps(_block_rows(article)), datetime.now(UTC).isoformat(timespec="seconds")),
            entry.sha256(),
        ),
    ).lastrowid
    db.executemany(
        "INSERT INTO sentences (article, number, first, last, block, kind, vector) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(key, *_sentence_row(s), _blob(v)) for s, v in zip(entry.sentences, entry.sentence_vectors, strict=True)],
    )
    db.executemany(
        "INSERT INTO passages (article, first, last, first_sentence, last_sentence, vector) VALUES (?, ?, ?, ?, ?, ?)",
        [(key, *_passage_row(p), _blob(v)) for p, v in zip(entry.passages, entry.passage_vectors, strict=True)],
    )
    _log(db, "add", key)


def _delete(db: sqlite3.Connection, key: int) -> None:
    _log(db, "remove", key)
    db.execute("DELETE FROM articles WHERE key = ?", (key,))


def _log(db: sqlite3.Connection, operation: str, key: int | None) -> None:
    db.execute(
        "INSERT INTO changes (operation, article, first_passage, last_passage) "
        "SELECT ?, ?, coalesce(min(key), 0), coalesce(max(key), -1) FROM passages WHERE article = ?",
        (operation, key, key),
    )


def _block_rows(article: Article) -> list[tuple[int, int, str]]:
    return [(block.range.start, block.range.end, block.kind) for block in article.blocks]


def _sentence_row(sentence: Sentence) -> tuple[int, int, int, int, str]:
    return sentence.number, sentence.range.start, sentence.range.end, sentence.block, sentence.kind


def _passage_row(passage: Passage) -> tuple[int, int, int, int]:
    return passage.range.start, passage.range.end, passage.first, passage.last


def _blob(vector: Vector) -> bytes:
    return vector.astype("<f2").tobytes()


def _vectors(blobs: Sequence[bytes]) -> Vectors:
    """Half-precision blobs -> unit vectors, shape (blobs, dimensions)."""
    return np.array([np.frombuffer(blob, "<f2") for blob in blobs]).astype(np.float32)
