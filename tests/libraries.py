"""Every place where a library can be kept, opened in the same way, for tests of what is the same in all of them."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fakes import DIMENSIONS, WordEncoder

from rag.address import Address
from rag.index import PassageIndex, index_layout
from rag.milvus import MilvusIndex, MilvusStore
from rag.milvus.server import Server
from rag.search import BuiltBackend
from rag.settings import Settings
from rag.store import SqliteStore, Store

PLACES = ("sqlite", "milvus")
_NUMBERS = itertools.count()


@dataclass(frozen=True, slots=True)
class Place:
    """A library of one test: `store` and `index` are one client of it, `again` opens another."""

    store: Store
    index: BuiltBackend
    again: Callable[[], Place]

    @property
    def words(self) -> bool:
        """Whether passages are ranked by words there."""
        return not isinstance(self.store, MilvusStore) or self.store.opened().about.words


@contextmanager
def library_in(place: str, folder: Path, server: Path) -> Iterator[Place]:
    """A new library, gone at the end.

    Args:
        place: One of `PLACES`.
        folder: For the library of SQLite.
        server: The file of Milvus Lite, when $MILVUS_URI names no server.
    """
    opened: list[Place] = []
    address = milvus_address(server)

    def again() -> Place:
        opened.append(_sqlite(folder, again) if place == "sqlite" else _milvus(address, again))
        return opened[-1]

    try:
        yield again()
    finally:
        for one in opened:
            one.index.close()
            one.store.close()
        if place == "milvus":
            drop_all(address)


def milvus_address(server: Path) -> Address:
    """A name that no library has yet."""
    uri, name = os.environ.get("MILVUS_URI") or str(server), f"test_{os.getpid()}_{next(_NUMBERS)}"
    return Address(uri, name, f"milvus://test/{name}", os.environ.get("MILVUS_TOKEN", ""))


def drop_all(address: Address) -> None:
    """Remove everything of a library in Milvus."""
    server = Server(address)
    for name in server._client.list_collections():
        if name.startswith(f"{address.name}_"):
            server.drop(name)
    server.close()


def _sqlite(folder: Path, again: Callable[[], Place]) -> Place:
    store = SqliteStore(folder, encoder=WordEncoder.identity)
    return Place(store, PassageIndex(store, index_layout(Settings(), DIMENSIONS), compact_passages=1_000), again)


def _milvus(address: Address, again: Callable[[], Place]) -> Place:
    store = MilvusStore(address, encoder=WordEncoder.identity, dimensions=DIMENSIONS)
    return Place(store, MilvusIndex(store), again)
