"""A library file -> what in it is not as it was added; the only place that reads all of it."""

from __future__ import annotations

from collections.abc import Iterator

from rag.errors import DamagedLibraryError, OffsetError
from rag.records import Passage, Range
from rag.store.connections import Connections
from rag.store.readings import checksum
from rag.store.rows import Entry, vectors
from rag.store.seam import Store

_FACTS = "SELECT id, key, sha256, characters, sentences, passages FROM articles ORDER BY key"


def problems(store: Store, connections: Connections) -> Iterator[str]:
    """Yield a line for everything that is not as it was added, or that belongs to no article."""
    path = connections.path
    for (line,) in connections.rows("PRAGMA integrity_check"):
        if line != "ok":
            yield f"{path}: {line}"
    for table, key, parent, _ in connections.rows("PRAGMA foreign_key_check"):
        yield f"{path}: row {key} of {table} belongs to nothing in {parent}; put a backup in its place"
    for article_id, key, wanted, *counts in connections.rows(_FACTS):
        try:
            entry = entry_of(store, connections, key)
            changed = entry is None or entry.sha256() != wanted or counts != _counts(entry)
        except (OffsetError, ValueError, TypeError):
            changed = True
        if changed:
            yield f"{path}: article {article_id} is not as it was added; remove it and add it again"
        if not read_soundly(store, connections, key):
            yield f"{path}: who said what in article {article_id} is not as it was read; repair it: rag build"


def _counts(entry: Entry) -> list[int]:
    return [len(entry.article.text), len(entry.sentences), len(entry.passages)]


def read_soundly(store: Store, connections: Connections, key: int) -> bool:
    """Tell whether the statements of an article are as they were read, and inside its text."""
    rows = connections.rows(
        "SELECT r.sha256, a.characters FROM readings r JOIN articles a ON a.key = r.article WHERE a.key = ?", (key,)
    )
    try:
        statements = store.statements(key)
        for sha256, length in rows:
            inside = all(statement.last <= length for statement in statements)
            return inside and checksum(statements) == sha256
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
