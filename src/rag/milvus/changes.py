"""What was done to the articles of a library, here or by another program, as this one comes to know it.

Every row of an article tells when it was changed, so a change and the news of it are one write: no writer can be killed
between them. A writer takes a moment that is later than everything it knows of, so clocks that differ do no harm, and
a reader asks for what changed since shortly before the newest that it knows. What it had not seen is news, and gets the
next number here; numbers of changes are this program's own.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from itertools import islice

from rag.milvus.schema import BOOKMARK, LIVE, NOWHERE, Names
from rag.milvus.server import Server, Values
from rag.store import RESTORED, Change

_EVERY = 0.25
"""Seconds between two looks, so that a question asks once."""
_BACK = 10 * 10**9
"""Nanoseconds that a change may be on its way from the writer's clock to a reader."""
_MOST = 100_000
"""Changes that are remembered; who has missed more reads everything."""


@dataclass(frozen=True, slots=True)
class Where:
    """Where a library's changes are told: the collection of what it is, and those of its articles."""

    library: str
    names: Names


class Changes:
    """Follows the changes of one generation. Safe to share between threads.

    Args:
        server: Where the library is.
        where: Its collections.
        known: How many changes were known before, of the generation before this one.
    """

    def __init__(self, server: Server, where: Where, *, known: int = 0) -> None:
        self._server, self._where = server, where
        self._lock = threading.RLock()
        self._log: list[Change] = []
        self._order: dict[int, int] | None = None
        self._newest = _bookmark(server, where.library)
        self._seen: set[tuple[int, int]] = set()
        self._looked = 0.0
        self._fresh()
        self._before = known + bool(self._newest)

    @property
    def newest(self) -> int:
        """When the newest change was, in nanoseconds; 0 for a new library."""
        self.look()
        return self._newest

    @property
    def count(self) -> int:
        """The number of the newest change."""
        self.look()
        return self.known

    @property
    def known(self) -> int:
        """The number of the newest change that is known without looking."""
        return self._before + len(self._log)

    def since(self, number: int) -> list[Change]:
        """Return the changes after a number; that everything may differ when those before are not remembered."""
        with self._lock:
            self.look()
            if number >= self._before:
                return self._log[number - self._before :]
            return [Change(self._before, RESTORED, 0, 0, -1), *self._log]

    def order(self, most: int | None = None) -> list[int]:
        """Return the keys of all articles, or of so many that were added last, in the order of adding.

        They are read once, and then followed.
        """
        with self._lock:
            self.look()
            if self._order is None:
                rows = self._server.scan(self._where.names.articles, LIVE, ["key", "added"])
                found = {int(row["key"]): int(row["added"]) for batch in rows for row in batch}
                self._order = dict(sorted(found.items(), key=lambda one: (one[1], one[0])))
            return list(islice(reversed(self._order), most))[::-1]

    def next(self) -> int:
        """Return the moment of a change that is made now."""
        with self._lock:
            self.look(now=True)
            return max(time.time_ns(), self._newest + 1)

    def made(self, moment: int) -> None:
        """Take in a change that was made here, and note it for those who begin to follow."""
        row = {"key": BOOKMARK, "facts": str(moment), "nowhere": NOWHERE}
        self._server.put(self._where.library, [row])
        self.look(now=True)

    def look(self, *, now: bool = False) -> None:
        """Take in what is new; without `now` only when the last look was a while ago."""
        with self._lock:
            if now or time.monotonic() - self._looked >= _EVERY:
                for row in self._fresh():
                    self._take(row)
                if len(self._log) > _MOST:
                    self._before += len(self._log) - _MOST // 2
                    self._log = self._log[-_MOST // 2 :]

    # Inside

    def _fresh(self) -> list[Values]:
        """The rows that were not seen yet, oldest first."""
        self._looked = time.monotonic()
        where = f"changed > {max(self._newest - _BACK, 0)}"
        rows = self._server.where(self._where.names.articles, where, ["key", "changed", "operation", "added"])
        fresh = [row for row in rows if (row["key"], row["changed"]) not in self._seen]
        self._newest = max([self._newest, *(int(row["changed"]) for row in rows)])
        marks = {(int(row["key"]), int(row["changed"])) for row in rows}
        self._seen = {mark for mark in marks if mark[1] > self._newest - _BACK}
        return sorted(fresh, key=lambda row: (row["changed"], row["key"]))

    def _take(self, row: Values) -> None:
        key, operation = int(row["key"]), str(row["operation"])
        self._log.append(Change(self._before + len(self._log) + 1, operation, key, 0, -1))
        if self._order is None:
            return
        if operation == "remove":
            self._order.pop(key, None)
        elif self._order.get(key) != row["added"]:
            self._order.pop(key, None)
            self._order[key] = int(row["added"])


def _bookmark(server: Server, library: str) -> int:
    rows = server.of_keys(library, [BOOKMARK], ["facts"])
    return int(rows[0]["facts"]) if rows else 0
