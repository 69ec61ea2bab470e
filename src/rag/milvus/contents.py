"""Content of articles in a collection of parts: packed bytes in, the same bytes out, and the last ones at hand."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Sequence

from rag.milvus.packing import Body, Packed, key_of, packed, parts, put_together, unpack_body, unpack_statements
from rag.milvus.schema import NOWHERE
from rag.milvus.server import Server, Values
from rag.records import Statement

_AT_HAND = 64_000_000
"""Bytes of content that stay in memory, so that the sentences of one answer are fetched once."""


class Contents:
    """Reads packed content, each proven by its checksum. Safe to share between threads."""

    def __init__(self, server: Server, collection: str) -> None:
        self._server, self._collection = server, collection
        self._kept: OrderedDict[Packed, Body] = OrderedDict()
        self._lock = threading.Lock()

    def body(self, article: int, wanted: Packed) -> Body | None:
        """Return the body of an article, None when it is not as it was kept."""
        with self._lock:
            if wanted in self._kept:
                self._kept.move_to_end(wanted)
                return self._kept[wanted]
        data = self.read(article, wanted)
        if data is None:
            return None
        body = unpack_body(data)
        with self._lock:
            self._kept[wanted] = body
            while len(self._kept) > 1 and sum(map(_size, self._kept.values())) > _AT_HAND:
                self._kept.popitem(last=False)
        return body

    def statements(self, article: int, wanted: Packed) -> tuple[Statement, ...] | None:
        """Return who said what in an article, None when it is not as it was kept."""
        data = self.read(article, wanted)
        return unpack_statements(data) if data is not None else None

    def read(self, article: int, wanted: Packed) -> bytes | None:
        """Return what was packed, None when it is not as it was."""
        keys = _keys(article, wanted)
        for newest in (False, True):  # another program may have written it a moment ago
            rows = self._server.of_keys(self._collection, keys, ["key", "data"], newest=newest)
            found = {int(row["key"]): str(row["data"]) for row in rows}
            if len(found) == len(keys):
                return put_together([found[key] for key in keys], wanted)
        return None

    def delete(self, article: int, gone: Packed) -> None:
        """Delete what was packed and is not in use any more."""
        self._server.delete(self._collection, _keys(article, gone))


def part_rows(article: int, data: bytes) -> list[Values]:
    """Return the rows that keep some content of an article."""
    keys, now = _keys(article, packed(data)), time.time_ns()
    return [
        {"key": key, "article": article, "written": now, "data": text, "nowhere": NOWHERE}
        for key, text in zip(keys, parts(data), strict=True)
    ]


def _keys(article: int, wanted: Packed) -> Sequence[int]:
    return [key_of(article, wanted.digest, number) for number in range(wanted.parts)]


def _size(body: Body) -> int:
    return len(body.text) + body.vectors.nbytes
