"""What a real server keeps when it is killed, and whom it lets in. Run by `make test-milvus`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import DIMENSIONS, SaidReader, WordEncoder, make_entry
from milvus_servers import Standalone, package_of

from rag.address import Address, read_address
from rag.errors import RefusedLibraryError, UnreachableLibraryError
from rag.milvus import MilvusIndex, MilvusStore

ENTRIES = [
    make_entry(f"Day {number}\n\nIt rained for the {number} time. Ali said it was wet.\n", reader=SaidReader())
    for number in range(30)
]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Standalone]:
    server = Standalone(package_of(Path(os.environ["MILVUS_PACKAGE"])), tmp_path / "server")
    server.start()
    yield server
    server.kill()


def opened(server: Standalone) -> MilvusStore:
    address = Address(server.uri, "killed", "milvus://127.0.0.1/killed")
    return MilvusStore(address, encoder=WordEncoder.identity, dimensions=DIMENSIONS)


def test_a_server_that_is_killed_has_lost_nothing_that_it_acknowledged(server: Standalone) -> None:
    store = opened(server)
    for entry in ENTRIES[:5]:
        assert store.add(entry)
    assert store.add_all(ENTRIES[5:]) == 25
    removed = [store.key_of(entry.article.id) for entry in ENTRIES[:3]]
    store.remove(removed)
    renamed = store.key_of(ENTRIES[4].article.id)
    store.rename(renamed, "Renamed")
    listed, version = store.summaries(), store.version
    store.close()
    server.kill()

    with pytest.raises((UnreachableLibraryError, RefusedLibraryError)):
        opened(server)

    server.start()
    store = opened(server)
    assert store.summaries() == listed
    assert store.version == version
    assert store.summaries([renamed])[renamed].title == "Renamed"
    for entry in ENTRIES[5:]:
        key = store.key_of(entry.article.id)
        assert store.article(key) == entry.article
        assert entry.reading is not None
        assert store.statements(key) == entry.reading.statements
        assert len(store.passage_keys([key])) == len(entry.passages)
    assert list(store.problems()) == []
    found = MilvusIndex(store).nearest(WordEncoder().encode(["it rained for the 1 time"])[0], 100)
    articles = {one.article for one in store.passages([one.key for one in found]).values()}
    assert articles == set(listed)
    assert articles.isdisjoint(removed)
    store.close()


@pytest.mark.parametrize("who", ["", "root:a-wrong-one@"])
def test_who_has_no_password_or_a_wrong_one_is_told_so_and_the_password_is_not(tmp_path: Path, who: str) -> None:
    server = Standalone(package_of(Path(os.environ["MILVUS_PACKAGE"])), tmp_path / "server", passwords=True)
    server.start()
    try:
        with pytest.raises(RefusedLibraryError, match="Check the name and the password") as caught:
            MilvusStore(read_address(f"milvus://{who}127.0.0.1/let"), encoder="words@1", dimensions=DIMENSIONS)
        assert "a-wrong-one" not in str(caught.value)
        store = MilvusStore(read_address("milvus://root:Milvus@127.0.0.1/let"), encoder="words@1", dimensions=8)
        assert store.count() == 0
        store.close()
    finally:
        server.kill()
