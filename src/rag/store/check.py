"""A library file -> what in it is not as it was added; the only place that reads all of it."""

from __future__ import annotations

from collections.abc import Iterator

from rag.errors import DamagedLibraryError, OffsetError
from rag.records import Passage, Range
from rag.store.connections import Connections
from rag.store.readings import Reading, checksum
from rag.store.rows import ARTICLE_SEAL, CHANGE_SEAL, META_SEAL, Entry, vectors
from rag.store.seam import Store

_FACTS = f"SELECT id, key, sha256, seal = {ARTICLE_SEAL}, characters, sentences, passages FROM articles ORDER BY key"
_MISPLACED = """
SELECT article FROM (
    SELECT key AS article, coalesce((SELECT min(key) FROM passages WHERE article = a.key), 0),
    coalesce((SELECT max(key) FROM passages WHERE article = a.key), -1) FROM articles a
    EXCEPT SELECT article, first_passage, last_passage FROM changes WHERE operation = 'add'
)
"""
"""Articles whose passages have other keys than the log says."""

_SEALED = {
    f"SELECT seq FROM changes WHERE seal != {CHANGE_SEAL}": "row {} of the log",
    f"SELECT name FROM meta WHERE name = 'seal' AND value != {META_SEAL}": "what is known of the whole library",
    "SELECT name FROM sqlite_sequence WHERE name = 'articles' AND seq < (SELECT max(key) FROM articles)": "counter {}",
    "SELECT name FROM sqlite_sequence WHERE name = 'passages' AND seq < (SELECT max(key) FROM passages)": "counter {}",
}
"""Rows that are not as they were written, and what they are."""


def problems(store: Store, connections: Connections) -> Iterator[str]:
    """Yield a line for everything that is not as it was added, or that belongs to no article."""
    path = connections.path
    for (line,) in connections.rows("PRAGMA integrity_check"):
        if line != "ok":
            yield f"{path}: {line}"
    for table, key, parent, _ in connections.rows("PRAGMA foreign_key_check"):
        yield f"{path}: row {key} of {table} belongs to nothing in {parent}; put a backup in its place"
    for rows, what in _SEALED.items():
        for (name,) in connections.rows(rows):
            yield f"{path}: {what.format(name)} is not as it was written; put a backup in its place"
    misplaced = {key for (key,) in connections.rows(_MISPLACED)}
    for article_id, key, wanted, sealed, *counts in connections.rows(_FACTS):
        if not sealed or not _text_is_sound(store, key):
            yield f"{path}: article {article_id} is not as it was added; put a backup in place, or remove and add it"
        elif key in misplaced or not _made_soundly(store, connections, key, wanted, counts):
            yield f"{path}: the sentences of article {article_id} are not as they were cut; repair them: rag build"
        if not read_soundly(store, connections, key):
            yield f"{path}: who said what in article {article_id} is not as it was read; repair it: rag build"


def broken(store: Store, connections: Connections) -> list[int]:
    """Return the keys of articles whose sentences, passages or vectors are not as they were made of their text."""
    misplaced = {key for (key,) in connections.rows(_MISPLACED)}
    return [
        key
        for _, key, wanted, sealed, *counts in connections.rows(_FACTS)
        if sealed
        and _text_is_sound(store, key)
        and (key in misplaced or not _made_soundly(store, connections, key, wanted, counts))
    ]


def _text_is_sound(store: Store, key: int) -> bool:
    try:
        article = store.article(key)
        return article is not None and store.same_text(article) == article.id
    except (OffsetError, ValueError, TypeError):
        return False


def _made_soundly(store: Store, connections: Connections, key: int, wanted: str, counts: list[int]) -> bool:
    """Tell whether sentences, passages and vectors are as they were made of the text."""
    try:
        entry = entry_of(store, connections, key)
        if entry is None or entry.sha256() != wanted:
            return False
        return counts == [len(entry.article.text), len(entry.sentences), len(entry.passages)]
    except (OffsetError, ValueError, TypeError):
        return False


def read_soundly(store: Store, connections: Connections, key: int) -> bool:
    """Tell whether the statements of an article are as they were read, and inside its text."""
    rows = connections.rows(
        "SELECT r.reader, r.sha256, a.characters FROM readings r JOIN articles a ON a.key = r.article WHERE a.key = ?",
        (key,),
    )
    try:
        statements = store.statements(key)
        for reader, sha256, length in rows:
            inside = all(statement.last <= length for statement in statements)
            return inside and checksum(Reading(reader, statements)) == sha256
    except DamagedLibraryError:
        return False
    return not statements


def entry_of(store: Store, connections: Connections, key: int) -> Entry | None:
    """Return all that is kept of an article but the reading, None when it is not there."""
    article, sentences = store.article(key), store.sentences(key)
    if article is None:
        return None
    rows = connections.rows(
        "SELECT first, last, first_sentence, last_sentence, vector FROM passages WHERE article = ? ORDER BY key", (key,)
    )
    return Entry(
        article,
        sentences,
        store.sentence_vectors(key, [sentence.number for sentence in sentences]),
        tuple(Passage(Range(a, b), first, last) for a, b, first, last, _ in rows),
        vectors([row[4] for row in rows]),
    )
