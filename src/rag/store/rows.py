"""What is kept of an article, and how it goes into tables and out of them; opens no file."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rag.embed import Vector, Vectors
from rag.records import Article, Passage, Sentence
from rag.store import readings
from rag.store.readings import Reading, insert_reading

Keys: TypeAlias = NDArray[np.int64]
"""Passage keys, shape (passages,), int64, ascending."""

SAME_TEXT = "SELECT id FROM articles WHERE text_sha256 = ?"
PAGES_SCHEMA = """
CREATE TABLE pages (
    article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE, first INTEGER NOT NULL, PRIMARY KEY (article, first)
) STRICT;
"""
FILE_SCHEMA = """
CREATE INDEX article_of_file ON articles (file);
"""
"""By which file it was read from an article is found, so that none is read again when adding a folder goes on."""

TEXTS_SCHEMA = """
CREATE TABLE texts (
    article INTEGER PRIMARY KEY REFERENCES articles ON DELETE CASCADE, text TEXT NOT NULL, blocks TEXT NOT NULL
) STRICT;
"""
"""Apart from the facts, so that a list of a million articles is read without their texts."""

SCHEMA = f"""
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE articles (
    key INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, authors TEXT NOT NULL,
    published TEXT, source TEXT, note TEXT, added TEXT NOT NULL, text_sha256 TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL, characters INTEGER NOT NULL, sentences INTEGER NOT NULL, passages INTEGER NOT NULL,
    speakers INTEGER NOT NULL, file TEXT, seal TEXT NOT NULL
) STRICT;
{FILE_SCHEMA}
{TEXTS_SCHEMA}
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
    first_passage INTEGER NOT NULL, last_passage INTEGER NOT NULL, seal TEXT NOT NULL
) STRICT;
{PAGES_SCHEMA}
{readings.SCHEMA}
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """All that is kept of one article: sentences and passages, and a vector for each in the same order.

    `reading` is who said what there; None when nobody has read that yet. `file` is the sha256 of the file that the
    article was read from, when it was one.
    """

    article: Article
    sentences: tuple[Sentence, ...]
    sentence_vectors: Vectors
    passages: tuple[Passage, ...]
    passage_vectors: Vectors
    reading: Reading | None = None
    file: str | None = None

    def sha256(self) -> str:
        """Return the checksum of everything but the reading and the file, as it is kept."""
        article = self.article
        facts: list[object] = [
            article.id,
            article.title,
            article.authors,
            article.published,
            article.source,
            article.note,
        ]
        facts += [article.pages] if article.pages else []
        digest = hashlib.sha256(json.dumps([facts, article.text, _block_rows(article)]).encode())
        for sentence, vector in zip(self.sentences, self.sentence_vectors, strict=True):
            digest.update(repr((*_sentence_row(sentence), _blob(vector))).encode())
        for passage, vector in zip(self.passages, self.passage_vectors, strict=True):
            digest.update(repr((*_passage_row(passage), _blob(vector))).encode())
        return digest.hexdigest()


RESTORED = "restore"

ARTICLE_SEAL = (
    "seal(key, id, title, authors, published, source, note, added, text_sha256, sha256, file, "
    "(SELECT blocks FROM texts WHERE article = key), "
    "(SELECT group_concat(first) FROM (SELECT first FROM pages WHERE article = key ORDER BY first)))"
)
CHANGE_SEAL = "seal(operation, article, first_passage, last_passage)"
META_SEAL = (
    "(SELECT seal(group_concat(fact)) FROM "
    "(SELECT name || '=' || value AS fact FROM meta WHERE name != 'seal' ORDER BY name))"
)
"""What the checksums of rows are made of, in SQL: all that is known of an article but what is made from its text."""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the log: passages `first` to `last` (keys, inclusive) of an article, and what was done to it.

    `operation` is `add`, `remove`, `rename`, or `read`: who said what was read anew; or `restore`: all that was there
    has been replaced.
    """

    seq: int
    operation: str
    article: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class PassageRows:
    """What an index needs of some passages: keys ascending, articles and texts in the same order, and their vectors.

    Attributes:
        keys: Shape (passages,).
        articles: Key of each passage's article.
        texts: Their words.
        vectors: Shape (passages, dimensions).
    """

    keys: Keys
    articles: tuple[int, ...]
    texts: tuple[str, ...]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage and the key of its article."""

    article: int
    passage: Passage


def insert(db: sqlite3.Connection, entry: Entry) -> None:
    """Put an article with all that belongs to it into the tables, and log it."""
    article = entry.article
    key = db.execute(
        "INSERT INTO articles (id, title, authors, published, source, note, added, text_sha256, sha256, "
        "characters, sentences, passages, speakers, file, seal) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, '')",
        (
            *(article.id, article.title, json.dumps(article.authors), article.published, article.source, article.note),
            *(datetime.now(UTC).isoformat(timespec="seconds"), text_sha256(article), entry.sha256()),
            *(len(article.text), len(entry.sentences), len(entry.passages), entry.file),
        ),
    ).lastrowid
    db.execute("INSERT INTO texts VALUES (?, ?, ?)", (key, article.text, json.dumps(_block_rows(article))))
    db.executemany(
        "INSERT INTO sentences (article, number, first, last, block, kind, vector) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(key, *_sentence_row(s), _blob(v)) for s, v in zip(entry.sentences, entry.sentence_vectors, strict=True)],
    )
    db.executemany(
        "INSERT INTO passages (article, first, last, first_sentence, last_sentence, vector) VALUES (?, ?, ?, ?, ?, ?)",
        [(key, *_passage_row(p), _blob(v)) for p, v in zip(entry.passages, entry.passage_vectors, strict=True)],
    )
    if article.pages:
        db.executemany("INSERT INTO pages (article, first) VALUES (?, ?)", [(key, first) for first in article.pages])
    if entry.reading is not None and key is not None:
        insert_reading(db, key, entry.reading)
    seal_article(db, key)
    log(db, "add", key)


def text_sha256(article: Article) -> str:
    """Return the checksum of an article's text, by which the same text is recognised under any name."""
    return hashlib.sha256(article.text.encode()).hexdigest()


def delete(db: sqlite3.Connection, key: int) -> None:
    """Take an article with all that belongs to it out of the tables, and log it."""
    log(db, "remove", key)
    db.execute("DELETE FROM articles WHERE key = ?", (key,))


def rename(db: sqlite3.Connection, key: int, renamed: Entry) -> None:
    """Give an article the title that the entry has, and log it."""
    values = (renamed.article.title, renamed.sha256(), key)
    db.execute("UPDATE articles SET title = ?, sha256 = ? WHERE key = ?", values)
    seal_article(db, key)
    log(db, "rename", key)


def log(db: sqlite3.Connection, operation: str, key: int | None) -> None:
    """Write down what was done to an article."""
    db.execute(
        "INSERT INTO changes (operation, article, first_passage, last_passage, seal) "
        "SELECT ?1, ?2, coalesce(min(key), 0), coalesce(max(key), -1), "
        "seal(?1, ?2, coalesce(min(key), 0), coalesce(max(key), -1)) FROM passages WHERE article = ?2",
        (operation, key),
    )


def seal_article(db: sqlite3.Connection, key: int | None) -> None:
    """Make the checksum of an article's row anew."""
    db.execute(f"UPDATE articles SET seal = {ARTICLE_SEAL} WHERE key = ?", (key,))


def _block_rows(article: Article) -> list[tuple[int, int, str]]:
    return [(block.range.start, block.range.end, block.kind) for block in article.blocks]


def _sentence_row(sentence: Sentence) -> tuple[int, int, int, int, str]:
    return sentence.number, sentence.range.start, sentence.range.end, sentence.block, sentence.kind


def _passage_row(passage: Passage) -> tuple[int, int, int, int]:
    return passage.range.start, passage.range.end, passage.first, passage.last


def _blob(vector: Vector) -> bytes:
    return vector.astype("<f2").tobytes()


def vectors(blobs: Sequence[bytes]) -> Vectors:
    """Half-precision blobs -> unit vectors, shape (blobs, dimensions)."""
    return np.frombuffer(b"".join(blobs), "<f2").astype(np.float32).reshape(len(blobs), -1 if blobs else 0)
