"""Stand-ins with obvious behaviour."""

import json
import os
import re
import sqlite3
import subprocess
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from rag.articles import read_text
from rag.embed import Vectors
from rag.records import Article, Range, Sentence, Speaker, Statement
from rag.scorer import Readings
from rag.speakers import StatementReader
from rag.store import FILE, Entry, Reading, text_sha256
from rag.words import content_words

DIMENSIONS = 64


class WordEncoder:
    """A text is the sum of its words, each an axis: texts that share words are near."""

    identity = "words@1"
    dimensions = DIMENSIONS
    max_tokens = 64

    def count_tokens(self, text: str) -> int:
        return len(text.split()) + 2

    def encode(self, texts: Sequence[str], *, as_question: bool = False) -> Vectors:
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                vectors[row, zlib.crc32(word.strip(".,?!“”").encode()) % DIMENSIONS] += 1
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        return vectors


class WordScorer:
    """A sentence answers as well as it shares words with the question."""

    def read(self, question: str, windows: Sequence[Sequence[str]]) -> list[Readings]:
        asked = {word.stem for word in content_words(question)}
        return [
            np.array([[len(asked & {word.stem for word in content_words(text)}) - 2, 0] for text in window], np.float32)
            for window in windows
        ]


class SaidReader(StatementReader):
    """Every sentence `NAME said ...` is a statement of NAME; `The ...` is nobody that has a name."""

    identity = "said@1"

    def read(self, article: Article, sentences: Sequence[Sentence]) -> tuple[Statement, ...]:
        matches = (
            re.compile(r"(\w[\w ]*?) (said) (.+)", re.DOTALL).fullmatch(article.text, one.range.start, one.range.end)
            for one in sentences
        )
        return tuple(
            Statement(
                attribution="direct" if "“" in match[3] else "indirect",
                source=Range(*match.span(1)),
                cue=Range(*match.span(2)),
                content=(Range(*match.span(3)),),
                speaker=None if match[1].startswith("The ") else Speaker(match[1]),
            )
            for match in matches
            if match
        )


def make_entry(text: str, encoder: WordEncoder | None = None, *, reader: StatementReader | None = None) -> Entry:
    """What the store keeps of a text; who said what in it when there is a reader."""
    from rag.split import passages, sentences

    encoder = encoder or WordEncoder()
    article = read_text(text)
    cut = sentences(article)
    runs = passages(article, cut, count_tokens=encoder.count_tokens, max_tokens=16)
    return Entry(
        article,
        cut,
        encoder.encode([words_of(article, sentence.range) for sentence in cut]),
        runs,
        encoder.encode([words_of(article, passage.range) for passage in runs]),
        Reading(reader.identity, reader.read(article, cut)) if reader is not None else None,
    )


_OLD_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE articles (
    key INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, authors TEXT NOT NULL,
    published TEXT, source TEXT, note TEXT, text TEXT NOT NULL, blocks TEXT NOT NULL, added TEXT NOT NULL,
    text_sha256 TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL
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
INSERT INTO meta VALUES ('format', '1'), ('encoder', 'words@1');
"""


_OLD_ARTICLE = (
    "INSERT INTO articles (id, title, authors, text, blocks, added, text_sha256, sha256) "
    "VALUES (?, ?, '[]', ?, ?, '2020', ?, ?)"
)


def make_old_library(folder: Path, *texts: str) -> None:
    """A library file of format 1: texts beside their facts, no tables for who said what, nor for pages."""
    folder.mkdir(exist_ok=True)
    db = sqlite3.connect(folder / FILE)
    db.executescript(_OLD_SCHEMA)
    for number, text in enumerate(texts, start=1):
        entry = make_entry(text)
        article, sentences, passages = entry.article, entry.sentences, entry.passages
        blocks = json.dumps([(one.range.start, one.range.end, one.kind) for one in article.blocks])
        sums = (text_sha256(article), entry.sha256())
        db.execute(_OLD_ARTICLE, (article.id, article.title, article.text, blocks, *sums))
        for s, vector in zip(sentences, entry.sentence_vectors, strict=True):
            row = (number, s.number, s.range.start, s.range.end, s.block, s.kind, vector.astype("<f2").tobytes())
            db.execute(f"INSERT INTO sentences VALUES (NULL{', ?' * 7})", row)
        for p, vector in zip(passages, entry.passage_vectors, strict=True):
            place = (number, p.range.start, p.range.end, p.first, p.last, vector.astype("<f2").tobytes())
            db.execute(f"INSERT INTO passages VALUES (NULL{', ?' * 6})", place)
        db.execute(
            "INSERT INTO changes (operation, article, first_passage, last_passage) "
            "SELECT 'add', ?, min(key), max(key) FROM passages WHERE article = ?",
            (number, number),
        )
    db.commit()
    db.execute("PRAGMA journal_mode = WAL")
    db.close()


def words_of(article: Article, place: Range) -> str:
    return article.text[place.start : place.end]


def flip_byte(path: Path, at: int | None = None) -> None:
    """Change one byte of a file."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2 if at is None else at] ^= 0xFF
    put(path, bytes(data))


def put(path: Path, data: bytes) -> None:
    """Put other bytes in the place of a file; who has it open, or mapped into memory, goes on reading the old ones."""
    new = path.with_name(path.name + ".put")
    new.write_bytes(data)
    new.replace(path)


@contextmanager
def read_only(folder: Path) -> Iterator[Path]:
    """The folder as it is seen where nothing can be written; root, whom no permission stops, mounts it so."""
    if os.geteuid():
        folder.chmod(0o555)
        yield folder
        folder.chmod(0o755)
        return
    seen = folder.with_name(folder.name + "-read-only")
    seen.mkdir()
    try:
        subprocess.run(["mount", "--bind", folder, seen], check=True, capture_output=True)
    except subprocess.CalledProcessError:
        pytest.skip("this machine lets nobody mount a folder read-only")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", seen], check=True)
        yield seen
    finally:
        subprocess.run(["umount", "--lazy", seen], check=True)
