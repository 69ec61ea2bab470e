"""An article with all that belongs to it -> rows of every collection, and back."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from rag.errors import OffsetError
from rag.milvus.contents import part_rows
from rag.milvus.filters import kept
from rag.milvus.packing import Body, key_of, pack_body, pack_statements, packed
from rag.milvus.schema import TEXT, Facts
from rag.milvus.server import Values
from rag.records import Article, ArticleSummary
from rag.segment import stems_of
from rag.store import Entry, Reading, text_sha256

_LONGEST = TEXT - 5_000
"""Bytes of words of a passage that are ranked; only what is no text has more."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What is written of an article before its own row: parts of its content, and its passages."""

    key: int
    id: str
    facts: Facts
    reader: str
    file: str
    parts: list[Values]
    passages: list[Values]


def article_key(article: Article) -> int:
    """Return the key of an article, which is that of its text."""
    return key_of(text_sha256(article))


def rows_of(entry: Entry, *, words: bool) -> Rows:
    """Return all rows of an article; with the words of its passages where they are ranked.

    Raises:
        OffsetError: A statement reaches beyond the text.
    """
    article, key = entry.article, article_key(entry.article)
    body = pack_body(article, entry.sentences, entry.sentence_vectors)
    parts = part_rows(key, body)
    said = None
    if entry.reading is not None:
        said = pack_statements(checked(entry.reading, article.id, len(article.text)).statements)
        parts += part_rows(key, said)
    facts = Facts(
        *(article.title, article.authors, article.published, article.source, article.note),
        *(len(article.text), len(entry.sentences), len(entry.passages)),
        speakers=speakers(entry.reading) if entry.reading is not None else 0,
        sha256=entry.sha256(),
        body=packed(body),
        reading=packed(said) if said is not None else None,
    )
    reader = entry.reading.reader if entry.reading is not None else ""
    return Rows(key, article.id, facts, reader, entry.file or "", parts, _passages(entry, key, words=words))


def checked(reading: Reading, article_id: str, characters: int) -> Reading:
    """Return a reading whose statements all lie inside the text.

    Raises:
        OffsetError: One reaches beyond it.
    """
    for statement in reading.statements:
        if statement.last > characters:
            raise OffsetError(article_id, statement.source.start, statement.last)
    return reading


def speakers(reading: Reading) -> int:
    """Return how many are named as speakers."""
    return len({statement.speaker.name for statement in reading.statements if statement.speaker is not None})


def article_of(article_id: str, facts: Facts, body: Body) -> Article:
    """Return an article from its row and its content."""
    known = (facts.authors, facts.published, facts.source, facts.note)
    return Article(article_id, body.text, facts.title, body.blocks, *known, body.pages)


def summary_of(article_id: str, facts: Facts, added: str) -> ArticleSummary:
    """Return the line of the list about an article."""
    return ArticleSummary(
        *(article_id, facts.title, facts.authors, facts.published, facts.source),
        *(facts.characters, facts.sentences, facts.passages, facts.speakers, added),
    )


def _passages(entry: Entry, key: int, *, words: bool) -> list[Values]:
    article, now = entry.article, time.time_ns()
    vectors = entry.passage_vectors.astype(np.float16).astype(np.float32)  # what a library file keeps of them
    same = {
        "article": key,
        "published": kept(article.published),
        "source": kept(article.source),
        "written": now,
    }
    return [
        same
        | {
            "key": key_of(key, number),
            "first": passage.range.start,
            "last": passage.range.end,
            "first_sentence": passage.first,
            "last_sentence": passage.last,
            "dense": vectors[number].tolist(),
        }
        | ({"words": _words(article.text[passage.range.start : passage.range.end])} if words else {})
        for number, passage in enumerate(entry.passages)
    ]


def _words(text: str) -> str:
    """Stems, as the index of a library file has them, so that the server only needs to part them at spaces."""
    return " ".join(stems_of(text)).encode()[:_LONGEST].decode("utf-8", "ignore")
