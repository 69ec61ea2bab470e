"""A connection to Milvus, with its errors turned into ours; knows collections and rows, not articles.

Reads are of consistency level Session: what this program wrote is found at once, what another wrote after the server's
next tick (a fifth of a second). Rows are replaced by key and deleted by key, never by a filter: Milvus 2.3.5 missed a
row that had just been written in 3 of 3 deletions by a filter.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from rag.address import Address
from rag.errors import LibraryBusyError, MissingPackageError, RefusedLibraryError, UnreachableLibraryError
from rag.milvus.filters import among
from rag.search import Ranked

Values: TypeAlias = dict[str, Any]

_CONNECTING, _ANSWERING = 10.0, 60.0
"""Seconds that a server may take."""
_AT_ONCE = 1_000
"""Rows that are read together."""
_KEYS_AT_ONCE = 100
"""Keys whose rows are read together; the rows of parts are large."""
_MOST_BYTES = 2_000_000
"""What is written at once; servers refuse 64 MB, and a queue behind them may refuse 5 MB."""
MOST_FOUND = 16_384
"""Rows that a search finds at most."""
_SETTLED = ("exist", "already")
_AWAY = ("connect", "unavailable", "deadline", "timeout")
_FULL = ("quota", "disk", "memory", "deny", "no space")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a collection: `kind` is the name of its Milvus type, `more` what else the type needs."""

    name: str
    kind: str
    more: Values


@dataclass(frozen=True, slots=True)
class Sought:
    """What a search looks for: in which field, by which measure, and among which rows."""

    field: str
    metric: str
    target: list[float] | str
    where: str


class Server:
    """One server, or a file of Milvus Lite. Safe to share between threads.

    Raises:
        MissingPackageError: The client is not installed.
        UnreachableLibraryError: Nothing answers at the address.
        RefusedLibraryError: It refuses the name or the password.
        LibraryBusyError: Another program has the file open.
    """

    def __init__(self, address: Address) -> None:
        try:
            import grpc
            import pymilvus
        except ImportError as error:
            raise MissingPackageError("'ask-the-article[milvus]'", "A library in Milvus") from error
        for name in ("pymilvus", "milvus_lite"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # they log with a trace what they raise, too
        self.address, self._pymilvus = address, pymilvus
        self._errors = (pymilvus.MilvusException, grpc.RpcError)
        self._closing = threading.Lock()
        uri = str(_file_of(address) or address.uri)
        with self._guard():
            try:
                self._client = pymilvus.MilvusClient(uri, token=address.token, timeout=_CONNECTING)
            except pymilvus.MilvusException as error:
                if "server unavailable" not in str(error):
                    raise
                # it may be starting, or busy: once more
                self._client = pymilvus.MilvusClient(uri, token=address.token, timeout=_CONNECTING)

    def close(self) -> None:
        """Close the connection."""
        with self._closing:
            self._client.close()

    def ranks_words(self) -> bool:
        """Tell whether the server ranks by words: BM25 came with Milvus 2.5."""
        try:
            version = str(self._client.get_server_version(timeout=_ANSWERING))
        except self._errors:  # Milvus Lite before 3 tells none
            return False
        numbers = re.search(r"(\d+)\.(\d+)", version)
        return numbers is not None and (int(numbers[1]), int(numbers[2])) >= (2, 5)

    # Collections

    def has(self, name: str) -> bool:
        """Tell whether there is a collection."""
        with self._guard():
            return bool(self._client.has_collection(name, timeout=_ANSWERING))

    def create(self, name: str, fields: Sequence[Field], *, words: str | None = None) -> None:
        """Make a collection, unless another program has just made it.

        Args:
            name: Of the collection.
            fields: Of its rows; the first is the key.
            words: The field of text that is ranked by BM25, if any.
        """
        kinds, client = self._pymilvus.DataType, self._client
        schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
        for field in fields:
            schema.add_field(field.name, getattr(kinds, field.kind), is_primary=field is fields[0], **field.more)
        indexes = client.prepare_index_params()
        for field in fields:
            if field.kind == "FLOAT_VECTOR":
                # every other index makes Milvus search new rows by a sixteenth of a coarse index until they are
                # sealed: recall@10 of .29 for 10,000 random vectors on 2.3.5, where FLAT has 1.0
                indexes.add_index(field.name, index_type="FLAT", metric_type="COSINE")
        if words is not None:
            bm25 = self._pymilvus.FunctionType.BM25
            schema.add_field("sparse", kinds.SPARSE_FLOAT_VECTOR)
            schema.add_function(self._pymilvus.Function("bm25", bm25, [words], ["sparse"]))
            indexes.add_index("sparse", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25")
        with self._guard():
            try:
                client.create_collection(name, schema=schema, consistency_level="Session", timeout=_ANSWERING)
            except self._pymilvus.MilvusException as error:
                if not any(word in str(error).lower() for word in _SETTLED):
                    raise
            client.create_index(name, indexes, sync=False, timeout=_ANSWERING)

    def open(self, *names: str) -> None:
        """Open collections, all at once, as each may take a server seconds; nothing when they are open."""
        with self._guard():
            for waiting in (False, True):
                for name in names:
                    self._client.load_collection(name, timeout=_ANSWERING, _async=not waiting)

    def drop(self, name: str) -> None:
        """Remove a collection."""
        with self._guard():
            self._client.drop_collection(name, timeout=_ANSWERING)

    # Rows

    def of_keys(self, name: str, keys: Sequence[int], fields: Sequence[str], *, newest: bool = False) -> list[Values]:
        """Return the rows of some keys, in no order; `newest` waits for what others have just written."""
        level = {"consistency_level": "Strong" if newest else "Session"}
        found: list[Values] = []
        for at in range(0, len(keys), _KEYS_AT_ONCE):
            where = among("key", keys[at : at + _KEYS_AT_ONCE])
            found += self._query(name, where, fields, **level)
        return found

    def where(self, name: str, where: str, fields: Sequence[str], *, most: int | None = None) -> list[Values]:
        """Return the rows that an expression fits, in no order; at most so many of them."""
        first = self._query(name, where, fields, limit=min(most or _AT_ONCE, _AT_ONCE))
        if len(first) < _AT_ONCE or len(first) == most:
            return first
        return [row for rows in self.scan(name, where, fields) for row in rows][:most]

    def scan(self, name: str, where: str, fields: Sequence[str]) -> Iterator[list[Values]]:
        """Yield all rows that an expression fits, some at a time."""
        with self._guard():
            rows = self._client.query_iterator(
                name, filter=where, output_fields=list(fields), batch_size=_AT_ONCE, consistency_level="Session"
            )
            try:
                while batch := rows.next():
                    yield list(batch)
            finally:
                rows.close()

    def count(self, name: str, where: str) -> int:
        """Return how many rows an expression fits."""
        (row,) = self._query(name, where, ["count(*)"])
        return int(row["count(*)"])

    def search(self, name: str, sought: Sought, depth: int, *, also: str) -> list[tuple[Ranked, int]]:
        """Return the rows that come nearest, best first: keys with scores, and the field `also` of each."""
        with self._guard():
            (hits,) = self._client.search(
                name,
                data=[sought.target],
                anns_field=sought.field,
                filter=sought.where,
                limit=max(1, min(depth, MOST_FOUND)),
                output_fields=["key", also],
                search_params={"metric_type": sought.metric},
                consistency_level="Session",
                timeout=_ANSWERING,
            )
        # Milvus Lite gives BM25 as a distance, below zero
        score = abs if sought.metric == "BM25" else float
        return [
            (Ranked(int(hit["entity"]["key"]), float(score(hit["distance"]))), int(hit["entity"][also])) for hit in hits
        ]

    def put(self, name: str, rows: Sequence[Values]) -> None:
        """Write rows, in the place of those with the same keys."""
        batch: list[Values] = []
        size = 0
        for row in rows:
            length = sum(_size(value) for value in row.values())
            if batch and size + length > _MOST_BYTES:
                self._put(name, batch)
                batch, size = [], 0
            batch.append(row)
            size += length
        if batch:
            self._put(name, batch)

    def delete(self, name: str, keys: Sequence[int]) -> None:
        """Delete the rows of some keys."""
        with self._guard():
            for at in range(0, len(keys), _AT_ONCE):
                self._client.delete(name, ids=list(keys[at : at + _AT_ONCE]), timeout=_ANSWERING)

    # Inside

    def _put(self, name: str, rows: list[Values]) -> None:
        with self._guard():
            self._client.upsert(name, rows, timeout=_ANSWERING)

    def _query(self, name: str, where: str, fields: Sequence[str], **more: Any) -> list[Values]:
        level = {"consistency_level": "Session"} | more
        with self._guard():
            return list(self._client.query(name, filter=where, output_fields=list(fields), timeout=_ANSWERING, **level))

    @contextmanager
    def _guard(self) -> Iterator[None]:
        """Milvus' errors -> ours."""
        place = self.address.place
        try:
            yield
        except self._errors as error:
            cause = _cause(error)
            low = f"{cause} {error} {error.__cause__}".lower()  # the cause tells a refusal from no answer
            if "milvus-lite" in low and "required" in low:
                raise MissingPackageError("milvus-lite", "A library in a file of Milvus Lite") from error
            if "unauthenticated" in low or "auth check failure" in low or "permission" in low:
                step = "Check the name and the password: milvus://USER:PASSWORD@HOST:PORT/NAME"
                raise RefusedLibraryError(place, "the name or the password is wrong", step) from None
            if self.address.file is not None and ("lock" in low or "start milvus" in low or "open local" in low):
                raise LibraryBusyError(self.address.file) from error
            if any(word in low for word in _FULL):
                raise RefusedLibraryError(place, cause, "Give the server more room, and try again.") from error
            if any(word in low for word in _AWAY):
                raise UnreachableLibraryError(place, cause) from None
            raise RefusedLibraryError(place, cause, "Look into the log of the server.") from error


def _file_of(address: Address) -> str | None:
    if address.file is None:
        return None
    try:
        address.file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnreachableLibraryError(address.place, error.strerror or str(error)) from error
    return str(address.file)


def _cause(error: Exception) -> str:
    """What a server says, on one line and not too long."""
    details = getattr(error, "details", None)  # of gRPC
    words = " ".join(str(details() if callable(details) else getattr(error, "message", "") or error).split())
    return words if len(words) <= 200 else f"{words[:200]}…"


def _size(value: object) -> int:
    if isinstance(value, str):
        return len(value.encode("utf-8"))
    return 4 * len(value) if isinstance(value, list) else 8
