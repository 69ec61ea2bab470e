import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import make_entry

from rag.errors import (
    DamagedLibraryError,
    IndexMismatchError,
    LibraryBusyError,
    ReadOnlyLibraryError,
    UnknownArticleError,
)
from rag.store import FILE, Entry, Store

RAIN = "Rain in Baku\n\nIt rained on Monday. Two streets were closed.\n"
SNOW = "Snow in Ganja\n\nIt snowed on Sunday. \U0001f328 Schools were closed.\r\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path, encoder="words@1")
    yield store
    store.close()


def test_an_article_comes_back_exactly_as_it_was_added(store: Store) -> None:
    entry = make_entry(SNOW)
    assert store.add(entry)
    key = store.key_of(entry.article.id)
    assert store.article(key) == entry.article
    assert store.sentences(key) == entry.sentences


def test_vectors_come_back_by_sentence_number_in_half_precision(store: Store) -> None:
    entry = make_entry(RAIN)
    store.add(entry)
    vectors = store.sentence_vectors(store.key_of(entry.article.id), [2, 0])
    np.testing.assert_allclose(vectors, entry.sentence_vectors[[0, 2]], atol=1e-3)


def test_the_same_text_twice_is_kept_once(store: Store) -> None:
    assert store.add(make_entry(RAIN))
    assert not store.add(make_entry(RAIN))
    assert store.count() == 1


def test_the_same_text_under_another_name_is_recognised(store: Store) -> None:
    entry = make_entry(RAIN)
    other = replace(entry, article=replace(entry.article, id="other-name", title="Other"))
    assert store.same_text(other.article) is None
    assert store.add(entry)
    assert not store.add(other)
    assert store.same_text(other.article) == entry.article.id


def test_an_article_is_found_by_the_beginning_of_its_id_when_only_one_fits(store: Store) -> None:
    entry = make_entry(RAIN)
    store.add(entry)
    store.add(make_entry(SNOW))
    assert store.key_of(entry.article.id[:4]) == store.key_of(entry.article.id)


@pytest.mark.parametrize("wanted", ["", "nothing", "%", "Rain"])
def test_an_id_that_fits_nothing_is_refused(store: Store, wanted: str) -> None:
    store.add(make_entry(RAIN))
    store.add(make_entry(SNOW))
    with pytest.raises(UnknownArticleError, match="List the ids with: rag articles"):
        store.key_of(wanted)


def test_a_removed_article_takes_everything_with_it_and_its_keys_are_not_used_again(store: Store) -> None:
    entry = make_entry(RAIN)
    store.add(entry)
    key = store.key_of(entry.article.id)
    passages = store.passage_keys([key]).tolist()
    store.remove([key])
    assert (store.count(), store.article(key), store.sentences(key), store.passages(passages)) == (0, None, (), {})
    store.add(entry)
    assert store.key_of(entry.article.id) > key
    assert set(store.passage_keys([store.key_of(entry.article.id)]).tolist()).isdisjoint(passages)


def test_every_change_is_logged_with_the_passages_it_concerns(store: Store) -> None:
    entry = make_entry(RAIN)
    store.add(entry)
    key = store.key_of(entry.article.id)
    store.remove([key])
    count = len(entry.passages)
    assert [(c.seq, c.operation, c.article, c.first, c.last) for c in store.changes(0)] == [
        (1, "add", key, 1, count),
        (2, "remove", key, 1, count),
    ]
    assert [c.seq for c in store.changes(1)] == [2]


def test_passage_rows_hold_the_words_of_the_text(store: Store) -> None:
    entry = make_entry(SNOW)
    store.add(entry)
    wanted = [entry.article.text[p.range.start : p.range.end] for p in entry.passages]
    assert [row.text for row in store.passage_rows()] == wanted


def test_adding_that_fails_in_the_middle_changes_nothing(store: Store) -> None:
    entry = make_entry(RAIN)
    broken = Entry(entry.article, entry.sentences, entry.sentence_vectors, entry.passages, entry.passage_vectors[:0])
    with pytest.raises(ValueError, match="zip"):
        store.add(broken)
    assert (store.count(), store.last_change()) == (0, 0)
    assert store.add(entry)


def test_replacing_that_fails_in_the_middle_keeps_what_was_there(store: Store) -> None:
    entry = make_entry(RAIN)
    store.add(entry)

    def entries() -> Iterator[Entry]:
        yield make_entry(SNOW)
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        store.replace(entries(), encoder="other@2")
    assert ([summary.id for summary in store.summaries()], store.encoder) == ([entry.article.id], "words@1")


def test_a_sound_file_has_no_problems(store: Store) -> None:
    store.add(make_entry(RAIN))
    assert list(store.problems()) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE articles SET text = replace(text, 'Monday', 'Sunday')",
        "UPDATE articles SET title = 'Another'",
        "UPDATE sentences SET last = last - 1 WHERE number = 1",
        "UPDATE sentences SET vector = zeroblob(128) WHERE number = 1",
        "DELETE FROM sentences WHERE number = 2",
        "UPDATE passages SET first = first + 1",
        "DELETE FROM passages",
    ],
)
def test_anything_changed_behind_its_back_is_named(store: Store, change: str) -> None:
    entry = make_entry(RAIN)
    store.add(entry)
    with sqlite3.connect(store.path) as db:
        db.execute(change)
    db.close()
    assert [entry.article.id in problem for problem in store.problems()] == [True]


def test_a_file_that_is_no_database_is_told_as_damaged(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database, " * 1000)
    with pytest.raises(DamagedLibraryError, match=r"Put a backup in its place, or move it away"):
        Store(tmp_path, encoder="words@1")


def test_a_file_of_another_format_is_refused_with_the_next_step(tmp_path: Path) -> None:
    store = Store(tmp_path, encoder="words@1")
    store.close()
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("UPDATE meta SET value = '99' WHERE name = 'format'")
    db.close()
    with pytest.raises(IndexMismatchError, match="built with format='99'"):
        Store(tmp_path, encoder="words@1")


def test_a_place_that_cannot_hold_a_library_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ReadOnlyLibraryError, match="Nothing was changed"):
        Store(tmp_path / "file" / "library", encoder="words@1")


def test_a_second_writer_is_told_to_wait(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.store.connections._BUSY_SECONDS", 0.05)
    other = Store(store.folder, encoder="words@1")
    with store.locked(), pytest.raises(LibraryBusyError, match="Another program is changing the library"):
        other.add(make_entry(RAIN))
    assert other.add(make_entry(RAIN))
    other.close()


def test_threads_add_side_by_side(store: Store) -> None:
    entries = [make_entry(f"Town {number}\n\nIt rained in town {number}.\n") for number in range(12)]
    threads = [threading.Thread(target=store.add, args=(entry,)) for entry in entries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(summary.id for summary in store.summaries()) == sorted(entry.article.id for entry in entries)


def test_a_file_left_empty_by_a_crash_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / FILE).touch()
    store = Store(tmp_path, encoder="words@1")
    assert store.add(make_entry(RAIN))
    store.close()
