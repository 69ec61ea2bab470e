"""A library in Milvus: what only it does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import SaidReader, WordEncoder, make_entry
from libraries import Place, library_in

from rag.address import read_address
from rag.errors import (
    DamagedLibraryError,
    IndexMismatchError,
    LibraryBusyError,
    MissingPackageError,
    RefusedLibraryError,
    UnreachableLibraryError,
)
from rag.milvus import MilvusIndex, MilvusStore
from rag.milvus.filters import expression, kept, quoted
from rag.milvus.schema import FACTS, NOWHERE
from rag.milvus.server import Server, Values
from rag.search import AllOf, AnyOf, Between, In, Not
from rag.store import RESTORED, Reading

RAIN = "Rain in Baku\n\nIt rained on Monday. Two streets were closed.\n"
TALK = "Talk in Baku\n\nAli said it rained. The mayor said “It did.” Ali said it was over. Leyla said nothing else.\n"


@pytest.fixture
def here(tmp_path: Path, milvus_file: Path) -> Iterator[Place]:
    with library_in("milvus", tmp_path, milvus_file) as place:
        yield place


def store_of(place: Place) -> MilvusStore:
    assert isinstance(place.store, MilvusStore)
    return place.store


# Filters


def test_a_filter_is_turned_round_inside() -> None:
    wanted = Not(AllOf((In("source", ('a"b\\',)), Between("published", "2024", None), Not(In("article", (1, 2))))))
    assert expression(wanted) == ('(source not in ["=a\\"b\\\\"] or published < "=2024" or article in [1, 2])')
    assert expression(AnyOf(())) == "article < 0"
    assert expression(Not(AnyOf(()))) == "article >= 0"


def test_a_text_stands_in_an_expression_on_one_line() -> None:
    assert quoted('"\\\n\r') == '"\\"\\\\\\n\\r"'


def test_what_is_filtered_by_keeps_its_order_and_fits() -> None:
    texts = ["", "\0", "\t", "\n", "\x1f", " ", "!", "0", "a", "a\n", "a!", "\xe9", "\U0001f328"]
    assert sorted(texts, key=kept) == sorted(texts)
    assert kept(None) < kept("")
    assert len(kept("x" * 100_000).encode()) < 1_000
    assert kept("x" * 100_000) != kept("x" * 100_001)
    assert kept("\ud800") != kept("\ud801")


# What goes wrong


def test_nothing_at_the_address_is_said_in_one_line_without_the_password() -> None:
    with pytest.raises(UnreachableLibraryError) as caught:
        MilvusStore(read_address("milvus://ann:secret@127.0.0.1:1/news"), encoder="words@1", dimensions=64)
    message = str(caught.value)
    assert message.startswith("The library in milvus://127.0.0.1:1/news cannot be reached: ")
    assert "Start its server" in message
    assert "secret" not in message
    assert "\n" not in message


def test_without_its_package_the_line_that_installs_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'ask-the-article\[milvus\]'"):
        MilvusStore(read_address("milvus://127.0.0.1:1/news"), encoder="words@1", dimensions=64)


def test_a_file_that_another_program_has_open_is_busy(tmp_path: Path) -> None:
    path = tmp_path / "busy.db"
    code = (
        "import sys; from pymilvus import MilvusClient; "
        f"client = MilvusClient({str(path)!r}); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(LibraryBusyError, match=r"busy\.db"):
            MilvusStore(read_address(f"milvus://{path}"), encoder="words@1", dimensions=64)
        other.communicate()


def test_vectors_of_other_dimensions_are_refused(here: Place) -> None:
    entry = make_entry(RAIN)
    other = replace(entry, passage_vectors=np.ones((len(entry.passages), 8), np.float32))
    with pytest.raises(IndexMismatchError, match="dimensions=64"):
        here.store.add(other)
    assert here.store.count() == 0


def test_a_library_of_another_format_is_refused(here: Place) -> None:
    store = store_of(here)
    server, name = store.opened().server, f"{store.address.name}_library"
    server.put(name, [{"key": FACTS, "facts": '{"format": "99"}', "nowhere": NOWHERE}])
    with pytest.raises(IndexMismatchError, match="format='99'"):
        here.again()
    server.put(name, [{"key": FACTS, "facts": "[]", "nowhere": NOWHERE}])
    with pytest.raises(DamagedLibraryError, match="was not written by this program"):
        here.again()


def test_facts_longer_than_a_field_are_refused(here: Place) -> None:
    entry = make_entry(RAIN)
    with pytest.raises(RefusedLibraryError, match="longer than Milvus can keep"):
        here.store.add(replace(entry, article=replace(entry.article, title="x" * 70_000)))
    assert here.store.count() == 0
    assert here.store.add(entry)


# Killed in the middle


class Killed(BaseException):
    """What a writer hears when it is killed."""


def kill_after(monkeypatch: pytest.MonkeyPatch, writes: int) -> None:
    """Let a few writes and deletions through and then none."""
    left = [writes]
    for name in ("_put", "delete"):
        real = getattr(Server, name)

        def step(self: Server, collection: str, rows: list[Values], real: object = real) -> None:
            if left[0] == 0:
                raise Killed
            left[0] -= 1
            real(self, collection, rows)  # type: ignore[operator]

        monkeypatch.setattr(Server, name, step)


def found_by_any(place: Place, text: str) -> int:
    return len(place.index.nearest(WordEncoder().encode([text])[0], 10)) + len(place.index.holding(text, 10))


@pytest.mark.parametrize("writes", range(8))
def test_of_an_article_whose_writer_is_killed_nothing_is_found_or_all(
    here: Place, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    entry = make_entry(TALK, reader=SaidReader())
    with monkeypatch.context() as patch:
        kill_after(patch, writes)
        with suppress(Killed):
            here.store.add(entry)
    other = here.again()
    if other.store.same_text(entry.article) is None:
        assert (other.store.count(), other.store.article_keys(), other.store.summaries()) == (0, [], {})
        assert found_by_any(other, "Ali said it rained") == 0
        assert other.store.add(entry)
    (key,) = other.store.article_keys()
    assert other.store.article(key) == entry.article
    assert entry.reading is not None
    assert other.store.statements(key) == entry.reading.statements
    assert len(other.store.passage_keys([key])) == len(entry.passages)
    assert found_by_any(other, "Ali said it rained") >= len(entry.passages)
    assert list(other.store.problems()) == []


@pytest.mark.parametrize("writes", range(5))
def test_an_article_whose_remover_is_killed_is_there_or_gone_and_can_come_again(
    here: Place, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    entry = make_entry(TALK, reader=SaidReader())
    here.store.add(entry)
    (key,) = here.store.article_keys()
    opened = store_of(here).opened()
    written = {name: opened.belonging(name, [key]) for name in (opened.names.passages, opened.names.parts)}
    assert all(written.values())
    with monkeypatch.context() as patch:
        kill_after(patch, writes)
        with suppress(Killed):
            here.store.remove([key])
    other = here.again()
    there = other.store.same_text(entry.article) is not None
    assert there == (writes == 0)
    assert (found_by_any(other, "Ali said it rained") > 0) == there
    assert other.store.article(key) == (entry.article if there else None)
    store_of(other).sweep(older=0)
    if not there:
        for collection, rows in written.items():
            assert opened.server.of_keys(collection, rows, ["key"], newest=True) == []
        assert other.store.add(entry)
    assert other.store.article(key) == entry.article
    assert list(other.store.problems()) == []


@pytest.mark.parametrize("writes", range(4))
def test_a_reading_whose_writer_is_killed_is_the_old_or_the_new_one(
    here: Place, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    entry = make_entry(TALK, reader=SaidReader())
    here.store.add(entry)
    (key,) = here.store.article_keys()
    assert entry.reading is not None
    before, after = entry.reading.statements, entry.reading.statements[:1]
    with monkeypatch.context() as patch:
        kill_after(patch, writes)
        with suppress(Killed):
            here.store.keep_reading(key, Reading("said@2", after))
    other = here.again()
    assert (other.store.reader_of(key), other.store.statements(key)) in [("said@1", before), ("said@2", after)]
    assert list(other.store.problems()) == []


@pytest.mark.parametrize("writes", range(6))
def test_a_replacement_whose_writer_is_killed_is_the_old_or_the_new_one(
    here: Place, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    rain, talk = make_entry(RAIN), make_entry(TALK)
    here.store.add(rain)
    with monkeypatch.context() as patch:
        kill_after(patch, writes)
        with suppress(Killed):
            here.store.replace([talk], encoder="words@2")
    other = here.again()
    (key,) = other.store.article_keys()
    assert (other.store.encoder, other.store.article(key)) in [("words@1", rain.article), ("words@2", talk.article)]
    other.store.replace([talk], encoder="words@3")
    assert other.store.encoder == "words@3"
    assert list(other.store.problems()) == []


def test_what_was_left_behind_is_cleared_away_only_when_it_is_old(here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        kill_after(patch, 3)
        with pytest.raises(Killed):
            here.store.add(make_entry(TALK))
    kept_entry = make_entry(RAIN)
    here.store.add(kept_entry)
    here.index.build()
    store = store_of(here)
    assert store.sweep(older=600) == 0
    assert store.sweep(older=0) > 0
    assert store.sweep(older=0) == 0
    (key,) = here.store.article_keys()
    assert here.store.article(key) == kept_entry.article


# Checked


def test_a_content_that_was_changed_is_named_and_not_shown(here: Place) -> None:
    entry = make_entry(TALK, reader=SaidReader())
    here.store.add(entry)
    (key,) = here.store.article_keys()
    store = store_of(here)
    opened = store.opened()
    keys = opened.belonging(opened.names.parts, [key])
    rows = opened.server.of_keys(opened.names.parts, keys, ["key", "article", "written", "data"])
    for row in rows:
        row |= {"data": f"{row['data'][:40]}AAAA{row['data'][44:]}", "nowhere": NOWHERE}
    opened.server.put(opened.names.parts, rows)
    other = here.again()
    with pytest.raises(DamagedLibraryError, match="is not as it was added"):
        other.store.article(key)
    with pytest.raises(DamagedLibraryError, match="Repair it with: rag build"):
        other.store.statements(key)
    problems = list(other.store.problems())
    assert [entry.article.id in line for line in problems] == [True, True]
    assert other.store.misread() == [key]


def test_a_passage_that_was_moved_is_named_and_made_anew(here: Place) -> None:
    entry = make_entry(TALK)
    here.store.add(entry)
    (key,) = here.store.article_keys()
    opened = store_of(here).opened()
    fields = ["key", "article", "written", "first", "last", "first_sentence", "last_sentence", "published", "source"]
    fields += ["dense", *(["words"] if opened.about.words else [])]
    (row, *_) = opened.server.of_keys(opened.names.passages, opened.belonging(opened.names.passages, [key])[:1], fields)
    opened.server.put(opened.names.passages, [row | {"first": row["first"] + 1}])
    other = here.again().store
    assert [entry.article.id in line for line in other.problems()] == [True]
    assert other.broken() == [key]
    other.exchange(key, entry)
    assert (other.broken(), list(other.problems())) == ([], [])
    assert other.article(key) == entry.article


# Shared


def test_a_client_follows_to_the_next_generation(here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.milvus.opened._EVERY", 0.0)
    rain = make_entry(RAIN)
    here.store.add(rain)
    other = here.again()
    seen = other.store.last_change()
    here.store.replace([rain], encoder="words@2")
    assert other.store.encoder == "words@2"
    (key,) = other.store.article_keys()
    assert other.store.article(key) == rain.article
    assert [change.operation for change in other.store.changes(seen)][:1] == [RESTORED]
    assert other.store.version == here.store.version
    assert found_by_any(other, "rained Monday") > 0


def test_a_server_without_bm25_is_searched_by_meaning_and_says_so(
    tmp_path: Path, milvus_file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Server, "ranks_words", lambda self: False)
    with library_in("milvus", tmp_path, milvus_file) as place:
        place.store.add(make_entry(RAIN))
        assert place.index.holding("rained", 5) == []
        assert len(place.index.nearest(WordEncoder().encode(["rained"])[0], 5)) == 1
        assert "cannot rank by words (BM25)" in caplog.text
        assert isinstance(place.index, MilvusIndex)
