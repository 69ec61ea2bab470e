"""Writes of articles in the order that keeps them whole: what belongs to an article first, its own row last."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.errors import IndexMismatchError, RefusedLibraryError
from rag.milvus.entries import Rows, rows_of
from rag.milvus.schema import TEXT, Row
from rag.store import Entry

if TYPE_CHECKING:
    from rag.milvus.opened import Opened

_TOGETHER = 100
"""Articles that are written together."""
_PASSAGES = 2_000
"""Passages of articles that are written together; a long article has so many alone."""


def batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Yield entries, some at a time."""
    batch: list[Entry] = []
    passages = 0
    for entry in entries:
        batch.append(entry)
        passages += len(entry.passages)
        if len(batch) >= _TOGETHER or passages >= _PASSAGES:
            yield batch
            batch, passages = [], 0
    if batch:
        yield batch


def add(opened: Opened, entries: Sequence[Entry]) -> int:
    """Add articles whose text is not there, and return how many those are.

    Raises:
        IndexMismatchError: They were made by an encoder of other dimensions.
        OffsetError: A statement reaches beyond its text.
    """
    _check_dimensions(opened, entries)
    made = {rows.key: rows for rows in (rows_of(entry, words=opened.about.words) for entry in entries)}
    for key in opened.live(list(made)):
        del made[key]
    if not made:
        return 0
    new = list(made.values())
    _write_parts(opened, new)
    moment = time.time_ns()
    put(opened, [_row(rows, moment + number) for number, rows in enumerate(new)])
    return len(new)


def exchange(opened: Opened, row: Row, entry: Entry) -> None:
    """Put an article that was prepared anew in the place of one that is broken; its id and its place stay."""
    _check_dimensions(opened, [entry])
    new = rows_of(entry, words=opened.about.words)
    _write_parts(opened, [new])
    put(opened, [replace(row, facts=new.facts, reader=new.reader, operation="add")])


def remove(opened: Opened, keys: Sequence[int]) -> None:
    """Take articles out: first their rows, so that they are gone at once, then what belongs to them."""
    rows = opened.rows_of(list(dict.fromkeys(keys)), newest=True)
    if not rows:
        return
    put(opened, [replace(row, id="", facts=None, reader="", file="", operation="remove") for row in rows])
    gone = [row.key for row in rows]
    for collection in (opened.names.passages, opened.names.parts):
        opened.server.delete(collection, opened.belonging(collection, gone))


def put(opened: Opened, rows: Sequence[Row]) -> None:
    """Write rows of articles, all of the same moment, and tell of it.

    Raises:
        RefusedLibraryError: The facts of an article are longer than a field may be; nothing was written.
    """
    moment = opened.changes.next()
    values = [replace(row, changed=moment).values() for row in rows]
    for row, written in zip(rows, values, strict=True):
        if max(len(written["facts"]), len(row.id.encode())) > TEXT:
            cause = f"the title, authors, source and note of {row.id[:80]} are longer than Milvus can keep"
            raise RefusedLibraryError(opened.server.address.place, cause, "Shorten them.")
    opened.server.put(opened.names.articles, values)
    opened.changes.made(moment)


def _write_parts(opened: Opened, new: Sequence[Rows]) -> None:
    """Write all of some articles but their own rows, and clear away what was there before and is not any more.

    A writer that was killed may have left that, or one that has cut the text in other passages.
    """
    keys = [one.key for one in new]
    for collection, rows in (
        (opened.names.parts, [row for one in new for row in one.parts]),
        (opened.names.passages, [row for one in new for row in one.passages]),
    ):
        left = {*opened.belonging(collection, keys)}
        opened.server.put(collection, rows)
        opened.server.delete(collection, sorted(left - {row["key"] for row in rows}))


def _row(rows: Rows, added: int) -> Row:
    return Row(rows.key, rows.id, rows.facts, "add", 0, added, rows.reader, rows.file)


def _check_dimensions(opened: Opened, entries: Sequence[Entry]) -> None:
    for entry in entries:
        found = entry.passage_vectors.shape[1] if len(entry.passages) else opened.about.dimensions
        if found != opened.about.dimensions:
            raise IndexMismatchError(opened.server.address.place, "dimensions", opened.about.dimensions, found)
