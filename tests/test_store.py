import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import SaidReader, make_entry, make_old_library, read_only

from rag.errors import (
    DamagedLibraryError,
    IndexMismatchError,
    LibraryBusyError,
    OffsetError,
    ReadOnlyLibraryError,
    UnknownArticleError,
)
from rag.records import Range, Speaker, Statement
from rag.search import AllOf, AnyOf, Between, Filter, In, Not
from rag.store import FILE, Entry, Reading, SqliteStore, readings

RAIN = "Rain in Baku\n\nIt rained on Monday. Two streets were closed.\n"
SNOW = "Snow in Ganja\n\nIt snowed on Sunday. \U0001f328 Schools were closed.\r\n"
TALK = "Talk in Baku\n\nAli said it rained. The mayor said “It did.” Ali said it was over. Leyla said nothing else.\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path, encoder="words@1")
    yield store
    store.close()


def test_an_article_comes_back_exactly_as_it_was_added(store: SqliteStore) -> None:
    entry = make_entry(SNOW)
    assert store.add(entry)
    key = store.key_of(entry.article.id)
    assert store.article(key) == entry.article
    assert store.sentences(key) == entry.sentences


def test_vectors_come_back_by_sentence_number_in_half_precision(store: SqliteStore) -> None:
    entry = make_entry(RAIN)
    store.add(entry)
    vectors = store.sentence_vectors(store.key_of(entry.article.id), [2, 0])
    np.testing.assert_allclose(vectors, entry.sentence_vectors[[0, 2]], atol=1e-3)


def test_the_same_text_twice_is_kept_once(store: SqliteStore) -> None:
    assert store.add(make_entry(RAIN))
    assert not store.add(make_entry(RAIN))
    assert store.count() == 1


def test_the_same_text_under_another_name_is_recognised(store: SqliteStore) -> None:
    entry = make_entry(RAIN)
    other = replace(entry, article=replace(entry.article, id="other-name", title="Other"))
    assert store.same_text(other.article) is None
    assert store.add(entry)
    assert not store.add(other)
    assert store.same_text(other.article) == entry.article.id


def test_an_article_is_found_by_the_beginning_of_its_id_when_only_one_fits(store: SqliteStore) -> None:
    entry = make_entry(RAIN)
    store.add(entry)
    store.add(make_entry(SNOW))
    assert store.key_of(entry.article.id[:4]) == store.key_of(entry.article.id)


@pytest.mark.parametrize("wanted", ["", "nothing", "%", "Rain"])
def test_an_id_that_fits_nothing_is_refused(store: SqliteStore, wanted: str) -> None:
    store.add(make_entry(RAIN))
    store.add(make_entry(SNOW))
    with pytest.raises(UnknownArticleError, match="List the ids with: rag articles"):
        store.key_of(wanted)


def test_a_removed_article_takes_everything_with_it_and_its_keys_are_not_used_again(store: SqliteStore) -> None:
    entry = make_entry(RAIN)
    store.add(entry)
    key = store.key_of(entry.article.id)
    passages = store.passage_keys([key]).tolist()
    store.remove([key])
    assert (store.count(), store.article(key), store.sentences(key), store.passages(passages)) == (0, None, (), {})
    store.add(entry)
    assert store.key_of(entry.article.id) > key
    assert set(store.passage_keys([store.key_of(entry.article.id)]).tolist()).isdisjoint(passages)


def test_every_change_is_logged_with_the_passages_it_concerns(store: SqliteStore) -> None:
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


def test_passage_rows_hold_the_words_of_the_text(store: SqliteStore) -> None:
    entry = make_entry(SNOW)
    store.add(entry)
    wanted = [entry.article.text[p.range.start : p.range.end] for p in entry.passages]
    assert [text for rows in store.passage_rows() for text in rows.texts] == wanted


def test_adding_that_fails_in_the_middle_changes_nothing(store: SqliteStore) -> None:
    entry = make_entry(RAIN)
    broken = Entry(entry.article, entry.sentences, entry.sentence_vectors, entry.passages, entry.passage_vectors[:0])
    with pytest.raises(ValueError, match="zip"):
        store.add(broken)
    assert (store.count(), store.last_change()) == (0, 0)
    assert store.add(entry)


def test_replacing_that_fails_in_the_middle_keeps_what_was_there(store: SqliteStore) -> None:
    entry = make_entry(RAIN)
    store.add(entry)

    def entries() -> Iterator[Entry]:
        yield make_entry(SNOW)
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        store.replace(entries(), encoder="other@2")
    assert ([summary.id for summary in store.summaries().values()], store.encoder) == ([entry.article.id], "words@1")


def test_a_sound_file_has_no_problems(store: SqliteStore) -> None:
    store.add(make_entry(RAIN))
    assert list(store.problems()) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE texts SET text = replace(text, 'Monday', 'Sunday')",
        "UPDATE texts SET text = 'Rain'",
        "UPDATE articles SET title = 'Another'",
        "UPDATE sentences SET last = last - 1 WHERE number = 1",
        "UPDATE sentences SET vector = zeroblob(128) WHERE number = 1",
        "DELETE FROM sentences WHERE number = 2",
        "UPDATE passages SET first = first + 1",
        "DELETE FROM passages",
    ],
)
def test_anything_changed_behind_its_back_is_named(store: SqliteStore, change: str) -> None:
    entry = make_entry(RAIN)
    store.add(entry)
    with sqlite3.connect(store.path) as db:
        db.execute(change)
    db.close()
    assert [entry.article.id in problem for problem in store.problems()] == [True]


def test_a_file_that_is_no_database_is_told_as_damaged(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database, " * 1000)
    with pytest.raises(DamagedLibraryError, match=r"Put a backup in its place, or move it away"):
        SqliteStore(tmp_path, encoder="words@1")


def test_a_file_of_another_format_is_refused_with_the_next_step(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path, encoder="words@1")
    store.close()
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("UPDATE meta SET value = '99' WHERE name = 'format'")
    db.close()
    with pytest.raises(IndexMismatchError, match="built with format='99'"):
        SqliteStore(tmp_path, encoder="words@1")


def test_a_place_that_cannot_hold_a_library_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ReadOnlyLibraryError, match="Nothing was changed"):
        SqliteStore(tmp_path / "file" / "library", encoder="words@1")


def test_a_second_writer_is_told_to_wait(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.store.connections._BUSY_SECONDS", 0.05)
    program = sqlite3.connect(store.path, isolation_level=None)
    program.execute("BEGIN IMMEDIATE")
    with pytest.raises(LibraryBusyError, match="Another program is changing the library"):
        store.add(make_entry(RAIN))
    program.execute("ROLLBACK")
    program.close()
    assert store.add(make_entry(RAIN))


def test_threads_add_side_by_side(store: SqliteStore) -> None:
    entries = [make_entry(f"Town {number}\n\nIt rained in town {number}.\n") for number in range(12)]
    threads = [threading.Thread(target=store.add, args=(entry,)) for entry in entries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(summary.id for summary in store.summaries().values()) == sorted(entry.article.id for entry in entries)


def test_a_file_left_empty_by_a_crash_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / FILE).touch()
    store = SqliteStore(tmp_path, encoder="words@1")
    assert store.add(make_entry(RAIN))
    store.close()


# Who said what


def test_statements_come_back_exactly_as_they_were_read(store: SqliteStore) -> None:
    entry = make_entry(TALK)
    text = entry.article.text
    pieces = Statement(
        "mixed",
        Range(14, 17),
        Range(18, 22),
        (Range(23, 25), Range(26, 32)),
        Speaker("Ali Aliyev", "mayor"),
        Range(0, 4),
    )
    nobody = Statement("direct", Range(0, 4), Range(5, 7), (Range(len(text) - 2, len(text)),))
    store.add(replace(entry, reading=Reading("said@1", (pieces, nobody))))
    assert store.statements(store.key_of(entry.article.id)) == (pieces, nobody)
    assert list(store.problems()) == []


def test_an_article_is_listed_with_the_number_of_its_named_speakers(store: SqliteStore) -> None:
    store.add(make_entry(TALK, reader=SaidReader()))
    store.add(make_entry(RAIN))
    assert [summary.speakers for summary in store.summaries().values()] == [2, 0]


def test_an_article_is_unread_until_this_reader_has_read_it(store: SqliteStore) -> None:
    store.add(make_entry(RAIN))
    store.add(make_entry(TALK, reader=SaidReader()))
    (rain, talk) = store.article_keys()
    assert (store.unread("said@1"), store.unread("said@2"), store.unread("said@2", most=1)) == (
        [rain],
        [rain, talk],
        [rain],
    )
    assert (store.reader_of(rain), store.reader_of(talk)) == (None, "said@1")
    store.keep_reading(rain, Reading("said@1", ()))
    assert store.unread("said@1") == []


def test_a_reading_takes_the_place_of_the_one_before(store: SqliteStore) -> None:
    entry = make_entry(TALK, reader=SaidReader())
    assert entry.reading is not None
    store.add(entry)
    (key,), (first, *_) = store.article_keys(), entry.reading.statements
    store.keep_reading(key, Reading("said@2", (first,)))
    assert store.statements(key) == (first,)
    assert (list(store.problems()), [one.operation for one in store.changes(0)]) == ([], ["add", "read"])


def test_a_reading_of_an_article_that_is_gone_is_dropped(store: SqliteStore) -> None:
    store.add(make_entry(TALK, reader=SaidReader()))
    (key,) = store.article_keys()
    store.remove([key])
    store.keep_reading(key, Reading("said@1", ()))
    with sqlite3.connect(store.path) as db:
        assert db.execute("SELECT count(*) FROM readings").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM statements").fetchone() == (0,)
    db.close()


def test_a_statement_beyond_the_text_is_not_kept(store: SqliteStore) -> None:
    entry = make_entry(RAIN)
    end = len(entry.article.text)
    beyond = Reading("said@1", (Statement("direct", Range(0, 4), Range(5, 7), (Range(end - 1, end + 1),)),))
    with pytest.raises(OffsetError):
        store.add(replace(entry, reading=beyond))
    assert store.add(entry)
    with pytest.raises(OffsetError):
        store.keep_reading(store.key_of(entry.article.id), beyond)
    assert store.statements(store.key_of(entry.article.id)) == ()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE statements SET speaker = 'Another' WHERE number = 0",
        "UPDATE statements SET source_last = source_last + 1 WHERE number = 0",
        "UPDATE statements SET cue_first = cue_last WHERE number = 0",
        "UPDATE statements SET content = '[]' WHERE number = 0",
        "UPDATE statements SET content = '[[1' WHERE number = 0",
        "UPDATE statements SET content = '[[0, 9999]]' WHERE number = 0",
        "DELETE FROM statements WHERE number = 1",
        "DELETE FROM readings",
    ],
)
def test_a_changed_statement_is_named_and_reading_anew_repairs_it(store: SqliteStore, change: str) -> None:
    entry = make_entry(TALK, reader=SaidReader())
    assert entry.reading is not None
    store.add(entry)
    with sqlite3.connect(store.path) as db:
        db.execute(change)
    db.close()
    line = f"{store.path}: who said what in article {entry.article.id} is not as it was read; repair it: rag build"
    assert list(store.problems()) == [line]
    store.keep_reading(store.key_of(entry.article.id), entry.reading)
    assert list(store.problems()) == []


def test_a_file_of_the_format_before_keeps_everything_and_is_unread(tmp_path: Path) -> None:
    make_old_library(tmp_path, RAIN, SNOW)
    store, entry = SqliteStore(tmp_path, encoder="words@1"), make_entry(SNOW)
    _, snow = store.article_keys()
    assert (store.article(snow), store.sentences(snow)) == (entry.article, entry.sentences)
    np.testing.assert_allclose(store.sentence_vectors(snow, [1]), entry.sentence_vectors[[1]], atol=1e-3)
    assert (len(store.unread("said@1")), store.reader_of(snow), store.statements(snow)) == (2, None, ())
    assert (list(store.problems()), store.encoder, store.last_change()) == ([], "words@1", 2)
    store.close()
    again = SqliteStore(tmp_path, encoder="words@1")
    assert again.add(make_entry(TALK, reader=SaidReader()))
    assert [summary.speakers for summary in again.summaries().values()] == [0, 0, 2]
    again.close()


def test_a_migration_that_is_stopped_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_old_library(tmp_path, RAIN)
    with monkeypatch.context() as patch:
        patch.setattr(readings, "SCHEMA", readings.SCHEMA + "CREATE TABLE readings (stopped TEXT);")
        with pytest.raises(DamagedLibraryError):
            SqliteStore(tmp_path, encoder="words@1")
    with sqlite3.connect(tmp_path / FILE) as db:
        assert db.execute("SELECT value FROM meta WHERE name = 'format'").fetchone() == ("1",)
        assert db.execute("SELECT 1 FROM sqlite_master WHERE name = 'readings'").fetchone() is None
    db.close()
    store = SqliteStore(tmp_path, encoder="words@1")
    assert (store.count(), list(store.problems())) == (1, [])
    store.close()


def test_the_page_of_every_character_comes_back(store: SqliteStore) -> None:
    entry = make_entry(RAIN)
    paged = replace(entry, article=replace(entry.article, pages=(0, 14)))
    assert store.add(paged)
    article = store.article(store.key_of(entry.article.id))
    assert article is not None
    assert [article.page_of(at) for at in (0, 13, 14, 40)] == [1, 1, 2, 2]
    assert list(store.problems()) == []


def test_another_title_is_kept_and_logged(store: SqliteStore) -> None:
    assert store.add(make_entry(RAIN))
    key = store.key_of("rain")
    store.rename(key, "Much rain")
    assert [(one.title, one.characters) for one in store.summaries().values()] == [("Much rain", len(RAIN))]
    assert (list(store.problems()), store.changes(1)[0].operation) == ([], "rename")
    with pytest.raises(UnknownArticleError):
        store.rename(key + 1, "Nothing")


def test_a_version_names_the_library_and_its_newest_change(tmp_path: Path) -> None:
    one, other = SqliteStore(tmp_path / "one", encoder="words@1"), SqliteStore(tmp_path / "other", encoder="words@1")
    name, number = one.version.split(".")
    assert (len(name), number) == (8, "0")
    assert one.version != other.version
    one.add(make_entry(RAIN))
    assert one.version == f"{name}.1"
    one.close()
    other.close()


def test_two_programs_may_open_a_file_of_the_format_before(tmp_path: Path) -> None:
    make_old_library(tmp_path, RAIN)
    stores: list[SqliteStore] = []
    threads = [
        threading.Thread(target=lambda: stores.append(SqliteStore(tmp_path, encoder="words@1"))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(store.unread("said@1")) for store in stores] == [1, 1, 1, 1]
    for store in stores:
        store.close()


def test_a_file_of_a_format_before_that_cannot_be_written_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    make_old_library(tmp_path / "library", RAIN)
    before = (tmp_path / "library" / FILE).read_bytes()
    with read_only(tmp_path / "library") as seen, pytest.raises(ReadOnlyLibraryError, match="make the folder writable"):
        SqliteStore(seen, encoder="words@1")
    assert (tmp_path / "library" / FILE).read_bytes() == before


def test_many_articles_are_added_at_once_and_those_that_are_there_are_passed_over(store: SqliteStore) -> None:
    entries = [make_entry(f"Town {number}\n\nIt rained in town {number}.\n") for number in range(5)]
    store.add(entries[1])
    assert (store.add_all([*entries, entries[0]]), store.count(), store.last_change()) == (4, 5, 5)
    assert list(store.problems()) == []


def test_what_was_added_before_an_entry_that_fails_stays(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.store.store._TOGETHER", 1)
    entry = make_entry(SNOW)
    broken = Entry(entry.article, entry.sentences, entry.sentence_vectors, entry.passages, entry.passage_vectors[:0])
    with pytest.raises(ValueError, match="zip"):
        store.add_all([make_entry(RAIN), broken, make_entry(TALK)])
    assert [one.id for one in store.summaries().values()] == [make_entry(RAIN).article.id]


DATED = [replace(make_entry(f"Town {n}\n\nRain in town {n}.\n").article, published=when, source=where)
         for n, (when, where) in enumerate([("2020-05-01", "a"), ("2021", "b'; --"), (None, None)])]  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (In("article", (1, 3, 99)), [0, 2]),
        (In("source", ("a", "b'; --")), [0, 1]),
        (In("source", ()), []),
        (Between("published", "2020", "2020-12"), [0]),
        (Between("published", low="2021"), [1]),
        (Between("published"), [0, 1]),
        (Not(Between("published")), [2]),
        (AllOf((Between("published"), Not(In("source", ("a",))))), [1]),
        (AnyOf((In("article", (3,)), In("source", ("a",)))), [0, 2]),
        (AllOf(()), [0, 1, 2]),
        (AnyOf(()), []),
    ],
)
def test_a_filter_lets_articles_through_by_what_is_known_of_them(
    store: SqliteStore, wanted: Filter, numbers: list[int]
) -> None:
    for article in DATED:
        store.add(replace(make_entry(article.text), article=article))
    keys = store.article_keys()
    assert store.keys_within(wanted) == [keys[number] for number in numbers]


def test_only_the_newest_articles_are_listed_when_no_more_are_wanted(store: SqliteStore) -> None:
    store.add_all([make_entry(text) for text in (RAIN, SNOW, TALK)])
    assert store.article_keys(2) == store.article_keys()[1:]
    assert list(store.summaries([2, 9])) == [2]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("PRAGMA foreign_keys = OFF; DELETE FROM articles WHERE key = 1", "belongs to nothing in articles"),
        ("UPDATE articles SET passages = passages + 1", "are not as they were cut"),
        ("UPDATE articles SET characters = characters + 1", "are not as they were cut"),
        ("DELETE FROM texts", "is not as it was added"),
    ],
)
def test_rows_that_are_lost_or_miscounted_are_named(store: SqliteStore, change: str, line: str) -> None:
    store.add(make_entry(RAIN))
    with sqlite3.connect(store.path) as db:
        db.executescript(change)
    db.close()
    found = list(store.problems())
    assert found
    assert all(line in problem for problem in found)
