import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fakes import DIMENSIONS, WordEncoder, flip_byte, make_entry

from rag.errors import ReadOnlyLibraryError
from rag.index import PassageIndex, index_problems
from rag.store import Store

RAIN = "It rained in Baku. Streets were closed.\n"
SNOW = "It snowed in Ganja. Schools were closed.\n"
WIND = "A storm came to Lankaran. Trees fell.\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path, encoder="words@1")
    for text in (RAIN, SNOW):
        store.add(make_entry(text))
    yield store
    store.close()


def open_index(store: Store, *, compact_passages: int = 1000) -> PassageIndex:
    return PassageIndex(store, dimensions=DIMENSIONS, compact_passages=compact_passages)


def texts(store: Store, keys: list[int]) -> list[str]:
    rows = {row.key: row.text for row in store.passage_rows()}
    return [rows[key] for key in keys]


def holding(index: PassageIndex, store: Store, words: str) -> list[str]:
    return texts(store, [ranked.key for ranked in index.holding(words, 10)])


def nearest(index: PassageIndex, store: Store, words: str) -> str:
    vector = WordEncoder().encode([words])[0]
    return texts(store, [ranked.key for ranked in index.nearest(vector, 10)])[0]


def test_words_are_found_whatever_their_ending_case_and_accents(store: Store) -> None:
    index = open_index(store)
    assert holding(index, store, "SNOWING") == ["It snowed in Ganja. Schools were closed."]
    assert holding(index, store, "bäkü") == ["It rained in Baku. Streets were closed."]


def test_what_looks_like_query_syntax_is_only_words(store: Store) -> None:
    assert holding(open_index(store), store, 'text:"snowed" AND (ganja* OR -[') == [
        "It snowed in Ganja. Schools were closed."
    ]


@pytest.mark.parametrize("words", ["", "?!", "zebra"])
def test_unknown_words_find_nothing(store: Store, words: str) -> None:
    assert open_index(store).holding(words, 10) == []


def test_the_nearest_passage_comes_first(store: Store) -> None:
    index = open_index(store)
    assert nearest(index, store, "schools closed in ganja") == "It snowed in Ganja. Schools were closed."


@pytest.mark.parametrize("compact_passages", [1, 1000])
def test_what_is_added_later_is_found_and_what_is_removed_is_not(store: Store, compact_passages: int) -> None:
    index = open_index(store, compact_passages=compact_passages)
    assert holding(index, store, "trees") == []
    store.add(make_entry(WIND))
    assert holding(index, store, "trees") == ["A storm came to Lankaran. Trees fell."]
    assert nearest(index, store, "a storm came") == "A storm came to Lankaran. Trees fell."
    store.remove([store.article_keys()[0], store.article_keys()[2]])
    assert holding(index, store, "trees baku closed") == ["It snowed in Ganja. Schools were closed."]
    assert len(index.nearest(WordEncoder().encode(["baku"])[0], 10)) == 1


def test_what_came_and_went_between_two_looks_is_not_found(store: Store) -> None:
    index = open_index(store)
    store.add(make_entry(WIND))
    store.remove([store.article_keys()[2]])
    assert holding(index, store, "trees") == []


def test_a_search_can_be_kept_to_some_articles(store: Store) -> None:
    index, second = open_index(store), store.article_keys()[1]
    assert len(index.holding("closed", 10)) == 2
    assert texts(store, [r.key for r in index.holding("closed", 10, articles=(second,))]) == [SNOW.strip()]
    vector = WordEncoder().encode(["baku"])[0]
    assert texts(store, [r.key for r in index.nearest(vector, 10, articles=(second,))]) == [SNOW.strip()]


def test_a_second_program_reads_what_the_first_one_built(store: Store) -> None:
    open_index(store)
    built = sorted(path.name for path in store.folder.glob("gen-*"))
    index = open_index(store)
    assert sorted(path.name for path in store.folder.glob("gen-*")) == built == ["gen-1"]
    assert holding(index, store, "ganja") == ["It snowed in Ganja. Schools were closed."]


def test_a_new_generation_replaces_the_old_one(store: Store) -> None:
    open_index(store).build()
    assert [path.name for path in store.folder.glob("gen-*")] == ["gen-2"]
    assert (store.folder / "CURRENT").read_text() == "gen-2\n"


def generation_files(store: Store) -> list[Path]:
    folder = store.folder / (store.folder / "CURRENT").read_text().strip()
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")


def test_every_damaged_or_missing_file_is_named_and_built_anew(store: Store) -> None:
    open_index(store)
    for number in range(len(generation_files(store))):
        for damage in (flip_byte, Path.unlink):
            path = generation_files(store)[number]
            damage(path)
            assert [str(path) in problem for problem in index_problems(store, dimensions=DIMENSIONS)] == [True]
            index = open_index(store)
            assert holding(index, store, "ganja") == ["It snowed in Ganja. Schools were closed."]
            assert list(index_problems(store, dimensions=DIMENSIONS)) == []


@pytest.mark.parametrize("pointer", ["", "gen-99\n", "../..\n", "gen-1/../..\n"])
def test_a_pointer_to_nowhere_is_replaced(store: Store, pointer: str) -> None:
    open_index(store)
    (store.folder / "CURRENT").write_text(pointer)
    assert len(list(index_problems(store, dimensions=DIMENSIONS))) == 1
    assert holding(open_index(store), store, "ganja") == ["It snowed in Ganja. Schools were closed."]
    assert list(index_problems(store, dimensions=DIMENSIONS)) == []


def test_an_index_of_other_passages_is_a_problem(store: Store) -> None:
    open_index(store)
    saved = store.folder.parent / "saved"
    shutil.copytree(store.folder / "gen-1", saved)
    store.remove([store.article_keys()[0]])
    open_index(store).build()
    name = (store.folder / "CURRENT").read_text().strip()
    manifest = (saved / "MANIFEST.json").read_text().replace('"built": 2', '"built": 3')
    shutil.rmtree(store.folder / name)
    shutil.copytree(saved, store.folder / name)
    (store.folder / name / "MANIFEST.json").write_text(manifest)
    assert ["other passages" in problem for problem in index_problems(store, dimensions=DIMENSIONS)] == [True]


def test_an_index_that_cannot_be_written_is_kept_in_memory(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rag.index._write_manifest", refuse)
    index = open_index(store)
    assert holding(index, store, "ganja") == ["It snowed in Ganja. Schools were closed."]
    assert list(store.folder.glob("gen-*")) == []
    with pytest.raises(ReadOnlyLibraryError, match="No space left on device"):
        index.build()


def test_scores_are_cosines_best_first(store: Store) -> None:
    ranked = open_index(store).nearest(WordEncoder().encode(["It rained in Baku. Streets were closed."])[0], 10)
    assert ranked[0].score == pytest.approx(1.0, abs=1e-3)
    assert np.all(np.diff([one.score for one in ranked]) <= 0)
