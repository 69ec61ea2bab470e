"""Programs that are killed: each works on a library and tells what is done, when it is done."""

import random
from multiprocessing.connection import Connection
from pathlib import Path

from fakes import DIMENSIONS, make_entry

import rag.split  # noqa: F401  (heavy: loaded once, before programs are forked)
from rag.errors import LibraryError
from rag.index import PassageIndex
from rag.segment import Layout
from rag.store import SqliteStore

LAYOUT = Layout(DIMENSIONS, flat=100, percent=100)


def town(number: int) -> str:
    return f"Town {number}\n\nIt rained in town{number}. Some streets were closed there.\n"


def work(folder: Path, seed: int, told: Connection) -> None:
    """Add, remove and build until it is killed."""
    rng, store = random.Random(seed), SqliteStore(folder, encoder="words@1")
    index = PassageIndex(store, LAYOUT, compact_passages=rng.choice([1, 1000]))
    make_entry(town(0))
    told.send(("begun", ""))
    for number in range(seed * 1000, seed * 1000 + 1000):
        entries = [make_entry(town(number * 10 + n)) for n in range(rng.choice([1, 1, 5]))]
        store.add_all(entries)
        for entry in entries:
            told.send(("added", entry.article.id))
        if rng.random() < 0.3:
            key = rng.choice(store.article_keys())
            name = store.summaries([key])[key].id
            told.send(("removing", name))
            store.remove([key])
            told.send(("removed", name))
        if rng.random() < 0.3:
            index.build()
        else:
            index.refresh()


def add(folder: Path, first: int, count: int, told: Connection) -> None:
    """Add articles one by one beside other writers."""
    store = SqliteStore(folder, encoder="words@1")
    index = PassageIndex(store, LAYOUT, compact_passages=10)
    for number in range(first, first + count):
        try:
            store.add(make_entry(town(number)))
            index.refresh()
        except LibraryError as error:
            told.send(("failed", str(error)))
    index.close()
    store.close()
    told.send(("done", ""))


def open_it(folder: Path, told: Connection) -> None:
    """Open a library, which brings it to this format."""
    told.send(("begun", ""))
    SqliteStore(folder, encoder="words@1").close()
    told.send(("done", ""))
