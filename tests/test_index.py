import shutil
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import DIMENSIONS, WordEncoder, flip_byte, make_entry

from rag.errors import LibraryBusyError, ReadOnlyLibraryError
from rag.index import PassageIndex, index_problems
from rag.index.generations import building, put_in_use
from rag.search import Between, In, Ranked
from rag.segment import Layout
from rag.store import Entry, PassageRows, SqliteStore

RAIN = "It rained in Baku. Streets were closed.\n"
SNOW = "It snowed in Ganja. Schools were closed.\n"
WIND = "A storm came to Lankaran. Trees fell.\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path, encoder="words@1")
    for text in (RAIN, SNOW):
        store.add(make_entry(text))
    yield store
    store.close()


LAYOUT = Layout(DIMENSIONS, flat=1000, percent=25)


def open_index(store: SqliteStore, *, compact_passages: int = 1000, layout: Layout = LAYOUT) -> PassageIndex:
    return PassageIndex(store, layout, compact_passages=compact_passages)


def texts(store: SqliteStore, keys: list[int]) -> list[str]:
    by_key = {
        key: text for rows in store.passage_rows() for key, text in zip(rows.keys.tolist(), rows.texts, strict=True)
    }
    return [by_key[key] for key in keys]


def holding(index: PassageIndex, store: SqliteStore, words: str) -> list[str]:
    return texts(store, [ranked.key for ranked in index.holding(words, 10)])


def nearest(index: PassageIndex, store: SqliteStore, words: str) -> str:
    vector = WordEncoder().encode([words])[0]
    return texts(store, [ranked.key for ranked in index.nearest(vector, 10)])[0]


def test_words_are_found_whatever_their_ending_case_and_accents(store: SqliteStore) -> None:
    index = open_index(store)
    assert holding(index, store, "SNOWING") == ["It snowed in Ganja. Schools were closed."]
    assert holding(index, store, "bäkü") == ["It rained in Baku. Streets were closed."]


def test_what_looks_like_query_syntax_is_only_words(store: SqliteStore) -> None:
    assert holding(open_index(store), store, 'text:"snowed" AND (ganja* OR -[') == [
        "It snowed in Ganja. Schools were closed."
    ]


@pytest.mark.parametrize("words", ["", "?!", "zebra"])
def test_unknown_words_find_nothing(store: SqliteStore, words: str) -> None:
    assert open_index(store).holding(words, 10) == []


def test_the_nearest_passage_comes_first(store: SqliteStore) -> None:
    index = open_index(store)
    assert nearest(index, store, "schools closed in ganja") == "It snowed in Ganja. Schools were closed."


@pytest.mark.parametrize("compact_passages", [1, 1000])
def test_what_is_added_later_is_found_and_what_is_removed_is_not(store: SqliteStore, compact_passages: int) -> None:
    index = open_index(store, compact_passages=compact_passages)
    assert holding(index, store, "trees") == []
    store.add(make_entry(WIND))
    assert holding(index, store, "trees") == ["A storm came to Lankaran. Trees fell."]
    assert nearest(index, store, "a storm came") == "A storm came to Lankaran. Trees fell."
    store.remove([store.article_keys()[0], store.article_keys()[2]])
    assert holding(index, store, "trees baku closed") == ["It snowed in Ganja. Schools were closed."]
    assert len(index.nearest(WordEncoder().encode(["baku"])[0], 10)) == 1


def test_what_came_and_went_between_two_looks_is_not_found(store: SqliteStore) -> None:
    index = open_index(store)
    store.add(make_entry(WIND))
    store.remove([store.article_keys()[2]])
    assert holding(index, store, "trees") == []


def test_a_search_can_be_kept_to_some_articles(store: SqliteStore) -> None:
    index, second = open_index(store), store.article_keys()[1]
    assert len(index.holding("closed", 10)) == 2
    assert texts(store, [r.key for r in index.holding("closed", 10, within=In("article", (second,)))]) == [SNOW.strip()]
    vector = WordEncoder().encode(["baku"])[0]
    assert texts(store, [r.key for r in index.nearest(vector, 10, within=In("article", (second,)))]) == [SNOW.strip()]


def test_a_second_program_reads_what_the_first_one_built(store: SqliteStore) -> None:
    open_index(store)
    built = sorted(path.name for path in store.folder.glob("gen-*"))
    index = open_index(store)
    assert sorted(path.name for path in store.folder.glob("gen-*")) == built == ["gen-1"]
    assert holding(index, store, "ganja") == ["It snowed in Ganja. Schools were closed."]


def test_a_new_generation_replaces_the_old_one(store: SqliteStore) -> None:
    open_index(store).build()
    assert [path.name for path in store.folder.glob("gen-*")] == ["gen-2"]
    assert (store.folder / "CURRENT").read_text() == "gen-2\n"


def generation_files(store: SqliteStore) -> list[Path]:
    folder = store.folder / (store.folder / "CURRENT").read_text().strip()
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")


def test_every_damaged_or_missing_file_is_named_and_built_anew(store: SqliteStore) -> None:
    open_index(store)
    for number in range(len(generation_files(store))):
        for damage in (flip_byte, Path.unlink):
            path = generation_files(store)[number]
            damage(path)
            assert [str(path) in problem for problem in index_problems(store, LAYOUT)] == [True]
            index = open_index(store)
            assert holding(index, store, "ganja") == ["It snowed in Ganja. Schools were closed."]
            assert list(index_problems(store, LAYOUT)) == []


@pytest.mark.parametrize("pointer", ["", "gen-99\n", "../..\n", "gen-1/../..\n"])
def test_a_pointer_to_nowhere_is_replaced(store: SqliteStore, pointer: str) -> None:
    open_index(store)
    (store.folder / "CURRENT").write_text(pointer)
    assert len(list(index_problems(store, LAYOUT))) == 1
    assert holding(open_index(store), store, "ganja") == ["It snowed in Ganja. Schools were closed."]
    assert list(index_problems(store, LAYOUT)) == []


def test_an_index_of_other_passages_is_a_problem(store: SqliteStore) -> None:
    open_index(store)
    saved = store.folder.parent / "saved"
    shutil.copytree(store.folder / "gen-1", saved)
    store.remove([store.article_keys()[0]])
    open_index(store).build()
    name = (store.folder / "CURRENT").read_text().strip()
    shutil.rmtree(store.folder / name)
    shutil.copytree(saved, store.folder / name)
    put_in_use(store.folder / name, built=3, encoder=store.encoder)
    assert ["other passages" in problem for problem in index_problems(store, LAYOUT)] == [True]


def test_an_index_that_cannot_be_written_is_kept_in_memory(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rag.index.passages.put_in_use", refuse)
    index = open_index(store)
    assert holding(index, store, "ganja") == ["It snowed in Ganja. Schools were closed."]
    assert list(store.folder.glob("gen-*")) == []
    with pytest.raises(ReadOnlyLibraryError, match="No space left on device"):
        index.build()


def test_scores_are_cosines_best_first(store: SqliteStore) -> None:
    ranked = open_index(store).nearest(WordEncoder().encode(["It rained in Baku. Streets were closed."])[0], 10)
    assert ranked[0].score == pytest.approx(1.0, abs=1e-3)
    assert np.all(np.diff([one.score for one in ranked]) <= 0)


# Growing


def towns(count: int, first: int = 0) -> list[Entry]:
    return [make_entry(f"Town{n}\n\nIt rained in town{n} on day{n % 7}.\n") for n in range(first, first + count)]


def scored(ranked: list[Ranked]) -> list[tuple[int, float]]:
    return [(one.key, one.score) for one in ranked]


def keys_of(ranked: list[Ranked]) -> list[int]:
    return [one.key for one in ranked]


MANY = Layout(DIMENSIONS, flat=20, percent=100)


def test_many_passages_are_kept_in_lists_and_all_of_them_are_found(store: SqliteStore) -> None:
    store.add_all(towns(60))
    index = open_index(store, layout=MANY)
    assert index.lists == 15
    (rows,) = store.passage_rows()
    vector = WordEncoder().encode(["It rained in town7 on day0."])[0]
    scores = rows.vectors @ vector
    found = index.nearest(vector, 99)
    assert sorted(keys_of(found)) == rows.keys.tolist()
    assert [one.score for one in found] == pytest.approx(sorted(scores, reverse=True), abs=0.01)
    assert list(index_problems(store, MANY)) == []


def test_lists_are_searched_further_for_a_few_articles(store: SqliteStore) -> None:
    store.add_all(towns(60))
    layout = Layout(DIMENSIONS, flat=20, percent=1)
    third = store.article_keys()[2]
    vector = WordEncoder().encode(["It rained in town50."])[0]
    found = open_index(store, layout=layout).nearest(vector, 99, within=In("article", (third,)))
    assert keys_of(found) == store.passage_keys([third]).tolist()


@pytest.mark.parametrize("layout", [LAYOUT, MANY])
def test_a_growing_index_finds_the_same_as_one_that_is_built_at_once(store: SqliteStore, layout: Layout) -> None:
    index = open_index(store, layout=layout, compact_passages=30)
    for first in range(0, 120, 8):
        store.add_all(towns(8, first))
        if first % 24 == 0:
            store.remove(store.article_keys()[1:3])
        index.refresh()
    index.settle()
    once = PassageIndex(store, layout, compact_passages=10**6)
    for words in ("rained town17", "day3", "baku", "town1 town2 town3 town99"):
        found, wanted = index.holding(words, 999), once.holding(words, 999)
        assert dict(scored(found)) == pytest.approx(dict(scored(wanted)), rel=0.02)
    assert list(index_problems(store, layout)) == []
    index.build()
    assert list(index_problems(store, layout)) == []


def test_words_weigh_alike_in_what_is_new_and_in_what_was_built(store: SqliteStore) -> None:
    store.add_all(towns(40))
    index = open_index(store, compact_passages=1)
    store.add_all(towns(1, 100))
    both = index.holding("rained", 99)
    assert len({round(one.score, 2) for one in both if one.key not in store.passage_keys([1, 2])}) == 1


def test_a_large_index_is_written_aside_while_it_is_searched(store: SqliteStore) -> None:
    store.add_all(towns(40))
    index = open_index(store, compact_passages=10)
    before = (store.folder / "CURRENT").read_text()
    store.add_all(towns(20, 100))
    assert holding(index, store, "town110") == ["Town110\n\nIt rained in town110 on day5."]
    index.settle()
    assert (store.folder / "CURRENT").read_text() != before
    assert holding(index, store, "town110") == ["Town110\n\nIt rained in town110 on day5."]
    assert list(index_problems(store, LAYOUT)) == []


def test_a_generation_that_is_being_written_is_given_up_when_the_index_is_closed(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add_all(towns(40))
    index = open_index(store, compact_passages=10)
    rows, begun = store.passage_rows, threading.Event()

    def slowly(first: int = 0, last: int = 2**62) -> Iterator[PassageRows]:
        for some in rows(first, last):
            if threading.current_thread().name == "index writer":
                begun.set()
                assert index._closing.wait(5)
            yield some

    monkeypatch.setattr(store, "passage_rows", slowly)
    store.add_all(towns(20, 100))
    index.refresh()
    assert begun.wait(5)
    index.close()
    assert sorted(path.name for path in store.folder.glob("gen-*")) == ["gen-1"]
    monkeypatch.undo()
    assert holding(open_index(store), store, "town110") == ["Town110\n\nIt rained in town110 on day5."]


def test_another_program_takes_the_generation_that_was_written_meanwhile(store: SqliteStore) -> None:
    one, other = open_index(store), open_index(store)
    store.add(make_entry(WIND))
    one.refresh()
    assert holding(other, store, "trees") == ["A storm came to Lankaran. Trees fell."]
    assert other.generation == one.generation
    assert [path.name for path in store.folder.glob("gen-*")] == ["gen-2"]


def test_only_one_program_builds_at_a_time_and_the_other_goes_on_in_memory(store: SqliteStore) -> None:
    index = open_index(store)
    with building(store.folder):
        with pytest.raises(LibraryBusyError, match="Another program is changing the library"):
            index.build()
        store.add(make_entry(WIND))
        assert holding(index, store, "trees") == ["A storm came to Lankaran. Trees fell."]
    assert (store.folder / "CURRENT").read_text() == "gen-1\n"


def test_damage_to_a_generation_in_use_does_not_go_into_the_next_one(store: SqliteStore) -> None:
    index = open_index(store)
    flip_byte(store.folder / "gen-1" / "dense.faiss")
    store.add(make_entry(WIND))
    index.refresh()
    assert list(index_problems(store, LAYOUT)) == []


def test_a_filter_by_date_reaches_the_index(store: SqliteStore) -> None:
    entry = make_entry(WIND)
    store.add(replace(entry, article=replace(entry.article, published="2021-05-01")))
    index = open_index(store)
    assert len(index.holding("a it", 9)) == 3
    found = index.holding("a it", 9, within=Between("published", low="2021"))
    assert texts(store, keys_of(found)) == ["A storm came to Lankaran. Trees fell."]


@pytest.mark.parametrize("layout", [LAYOUT, MANY])
def test_one_vector_that_the_index_keeps_otherwise_is_a_problem(store: SqliteStore, layout: Layout) -> None:
    store.add_all(towns(60))
    open_index(store, layout=layout)
    with sqlite3.connect(store.path) as db:
        db.execute("UPDATE passages SET vector = (SELECT vector FROM passages WHERE key = 1) WHERE key = 7")
    db.close()
    assert ["other vectors" in problem for problem in index_problems(store, layout)] == [True]
