"""A library in Milvus -> what in it is not as it was added; the only place that reads all of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import OffsetError
from rag.milvus.entries import article_of
from rag.milvus.filters import ALL, among, kept
from rag.milvus.packing import key_of
from rag.milvus.schema import Row
from rag.records import Passage, Range
from rag.store import Entry

if TYPE_CHECKING:
    from rag.milvus.opened import Opened

GRACE = 600.0
"""Seconds after which what belongs to no article is taken for left behind, not for an article that is being added."""
_PASSAGE = ("key", "first", "last", "first_sentence", "last_sentence", "published", "source", "dense")


def problems(opened: Opened) -> Iterator[str]:
    """Yield a line for everything that is not as it was added, or that belongs to no article."""
    place = opened.server.address.place
    for row in opened.rows():
        if opened.body(row) is None:
            yield f"{place}: article {row.id} is not as it was added; remove it and add it again"
        elif not _as_added(opened, row):
            yield f"{place}: the passages of article {row.id} are not as they were made; repair them: rag build"
        if not read_soundly(opened, row.key):
            yield f"{place}: who said what in article {row.id} is not as it was read; repair it: rag build"
    for collection in (opened.names.passages, opened.names.parts):
        left = len(_left_behind(opened, collection, older=GRACE))
        if left:
            yield f"{place}: {left} rows of {collection} belong to no article; clear them away: rag build"


def sweep(opened: Opened, *, older: float) -> int:
    """Delete what belongs to no article and is older than some seconds, and return how many rows that were."""
    swept = 0
    for collection in (opened.names.passages, opened.names.parts):
        left = _left_behind(opened, collection, older=older)
        opened.server.delete(collection, left)
        swept += len(left)
    return swept


def broken(opened: Opened) -> list[int]:
    """Return the keys of articles whose text is as it was added, but not their passages or vectors."""
    return [row.key for row in opened.rows() if opened.body(row) is not None and not _as_added(opened, row)]


def read_soundly(opened: Opened, key: int) -> bool:
    """Tell whether the statements of an article are as they were read, and inside its text."""
    row = opened.row(key)
    if row is None or row.facts is None or row.facts.reading is None:
        return True
    try:
        found = opened.contents.statements(key, row.facts.reading)
    except (ValueError, TypeError, KeyError):
        return False
    return found is not None and all(statement.last <= row.facts.characters for statement in found)


def entry_of(opened: Opened, row: Row) -> Entry | None:
    """Return all that is kept of an article but the reading, None when its content is not as it was kept."""
    body = opened.body(row)
    if body is None or row.facts is None:
        return None
    found = opened.server.where(opened.names.passages, among("article", [row.key]), _PASSAGE)
    order = {key_of(row.key, number): number for number in range(row.facts.passages)}
    found.sort(key=lambda one: order.get(int(one["key"]), len(order)))
    if any((one["published"], one["source"]) != (kept(row.facts.published), kept(row.facts.source)) for one in found):
        return None
    dense = np.array([one["dense"] for one in found], np.float32)
    return Entry(
        article_of(row.id, row.facts, body),
        body.sentences,
        body.vectors.astype(np.float32),
        tuple(Passage(Range(one["first"], one["last"]), one["first_sentence"], one["last_sentence"]) for one in found),
        dense if len(found) else np.empty((0, 0), np.float32),
    )


def _as_added(opened: Opened, row: Row) -> bool:
    try:
        entry = entry_of(opened, row)
        if entry is None or row.facts is None:
            return False
        facts = row.facts
        counts = [len(entry.article.text), len(entry.sentences), len(entry.passages)]
        return counts == [facts.characters, facts.sentences, facts.passages] and entry.sha256() == facts.sha256
    except (OffsetError, ValueError, TypeError, KeyError):
        return False


def _left_behind(opened: Opened, collection: str, *, older: float) -> list[int]:
    """The keys of what belongs to no article."""
    before = time.time_ns() - int(older * 10**9)
    left: list[int] = []
    for rows in opened.server.scan(collection, ALL, ["key", "article", "written"]):
        live = opened.live({int(row["article"]) for row in rows})
        left += [int(row["key"]) for row in rows if int(row["article"]) not in live and row["written"] <= before]
    return left
