"""A generation of a library that is open: its rows, its contents, its changes; and the one in use at any moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from rag.address import Address
from rag.errors import DamagedLibraryError
from rag.milvus import writing
from rag.milvus.changes import Changes, Where
from rag.milvus.collections import begin, drop, library_name, make, open_all, read_about, switch
from rag.milvus.contents import Contents
from rag.milvus.filters import among
from rag.milvus.packing import Body
from rag.milvus.schema import LIVE, ROW, About, Names, Row, row_of
from rag.milvus.server import Server, Values
from rag.store import Entry

_EVERY = 1.0
"""Seconds between two looks which generation is in use."""


@dataclass(frozen=True, slots=True)
class Opened:
    """One generation: what it is, where it is, and what was learnt of it."""

    server: Server
    about: About
    names: Names
    changes: Changes
    contents: Contents

    def row(self, key: int, *, newest: bool = False) -> Row | None:
        """Return the row of an article, None when it is not there (any more)."""
        found = self.rows_of([key], newest=newest)
        return found[0] if found else None

    def rows_of(self, keys: Sequence[int], *, newest: bool = False) -> list[Row]:
        """Return the rows of articles that are there; `newest` waits for what others have just written."""
        return self._read(self.server.of_keys(self.names.articles, keys, ROW, newest=newest))

    def rows(self) -> Iterator[Row]:
        """Yield the rows of all articles."""
        for batch in self.server.scan(self.names.articles, LIVE, ROW):
            yield from self._read(batch)

    def find(self, where: str, fields: Sequence[str], *, most: int | None = None) -> list[Values]:
        """Return some fields of the rows of articles that an expression fits."""
        return self.server.where(self.names.articles, where, fields, most=most)

    def live(self, keys: Collection[int]) -> set[int]:
        """Return which of some articles are there."""
        rows = self.server.of_keys(self.names.articles, list(keys), ["key", "operation"])
        return {int(row["key"]) for row in rows if row["operation"] != "remove"}

    def belonging(self, collection: str, articles: Sequence[int]) -> list[int]:
        """Return the keys of everything in a collection that belongs to some articles."""
        if not articles:
            return []
        return [int(row["key"]) for row in self.server.where(collection, among("article", articles), ["key"])]

    def body(self, row: Row) -> Body | None:
        """Return the content of an article, None when it is not as it was kept."""
        return self.contents.body(row.key, row.facts.body) if row.facts is not None else None

    def _read(self, found: Iterable[Values]) -> list[Row]:
        try:
            rows = [row_of(values) for values in found]
        except (ValueError, KeyError, TypeError) as error:
            step = "Put a backup in its place."
            raise DamagedLibraryError(self.server.address.place, "the row of an article is none", step) from error
        return [row for row in rows if row.facts is not None]


class Opening:
    """Opens a library, and the next generation once another program has put it in use. Safe to share."""

    def __init__(self, address: Address, encoder: str, dimensions: int) -> None:
        self.server = Server(address)
        self._dimensions = dimensions
        self._lock = threading.RLock()
        self._opened = self._open(begin(self.server, encoder, dimensions))
        self._looked = time.monotonic()

    def now(self) -> Opened:
        """Return the generation in use."""
        with self._lock:
            if time.monotonic() - self._looked >= _EVERY:
                self._looked = time.monotonic()
                about = read_about(self.server)
                if about is not None and about != self._opened.about:
                    open_all(self.server, about)
                    self._opened = self._open(about, known=self._opened.changes.known + 1)
            return self._opened

    def replace(self, entries: Iterable[Entry], *, encoder: str) -> None:
        """Write a generation of new entries, and put it in the place of the one in use; all or nothing."""
        with self._lock:
            old = self.now()
            about = replace(
                old.about, encoder=encoder, dimensions=self._dimensions, generation=old.about.generation + 1
            )
            drop(self.server, about)  # what a program that was killed has begun
            make(self.server, about)
            open_all(self.server, about)
            opened = self._open(about, known=old.changes.count + 1)
            for batch in writing.batches(entries):
                writing.add(opened, batch)
            switch(self.server, about)
            self._opened = opened
            time.sleep(2 * _EVERY)  # until every other program has looked
            drop(self.server, old.about)

    def _open(self, about: About, *, known: int = 0) -> Opened:
        name = self.server.address.name
        names = about.names(name)
        changes = Changes(self.server, Where(library_name(name), names), known=known)
        return Opened(self.server, about, names, changes, Contents(self.server, names.parts))
