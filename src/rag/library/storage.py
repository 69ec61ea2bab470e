"""Where a library is kept -> its store and its index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from rag.address import Address, Location
from rag.embed import Encoder
from rag.index import PassageIndex, index_layout, index_problems
from rag.milvus import MilvusIndex, MilvusStore
from rag.search import BuiltBackend
from rag.settings import Settings
from rag.store import SqliteStore, Store


@dataclass(frozen=True, slots=True)
class Storage:
    """A store that is open, and its index.

    Attributes:
        store: Where the articles are.
        open_index: Opens the index, or builds it when it is missing or damaged, which may take a while.
        index_problems: Yields a line for everything in the index that is not as it was built from the store.
    """

    store: Store
    open_index: Callable[[], BuiltBackend]
    index_problems: Callable[[], Iterator[str]]


def open_storage(location: Location, settings: Settings, encoder: Encoder) -> Storage:
    """Open the library in a folder or in Milvus, made when it is not there.

    Raises:
        LibraryError: What is there cannot be used, or nothing can be made there.
    """
    if isinstance(location, Address):
        there = MilvusStore(location, encoder=encoder.identity, dimensions=encoder.dimensions)
        return Storage(there, partial(MilvusIndex, there), lambda: iter(()))
    store = SqliteStore(location, encoder=encoder.identity)
    layout = index_layout(settings, encoder.dimensions)
    return Storage(
        store,
        partial(PassageIndex, store, layout, compact_passages=settings.compact_passages),
        partial(index_problems, store, layout),
    )
