import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import make_entry

from rag.articles import read_text
from rag.errors import OffsetError
from rag.library.adding import Added, Arrival, add_all
from rag.records import Article
from rag.store import Entry, SqliteStore

TOWNS = [read_text(f"Town {n}\n\nIt rained in town {n}.\n") for n in range(8)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path, encoder="words@1")
    yield store
    store.close()


def prepare(article: Article) -> Entry:
    return make_entry(article.text)


def arrivals(*numbers: int) -> list[Arrival]:
    return [Arrival(TOWNS[number], f"file {number}") for number in numbers]


def test_articles_are_kept_in_their_order_whichever_is_prepared_first(store: SqliteStore) -> None:
    second = threading.Event()

    def slow_first(article: Article) -> Entry:
        if article == TOWNS[0]:
            assert second.wait(5)
        elif article == TOWNS[1]:
            second.set()
        return make_entry(article.text)

    told = list(add_all(arrivals(0, 1, 2), store, slow_first, workers=2))
    assert told == [Added(article) for article in TOWNS[:3]]
    assert [one.id for one in store.summaries().values()] == [article.id for article in TOWNS[:3]]


def test_what_is_told_is_on_disk(store: SqliteStore) -> None:
    for number, added in enumerate(add_all(arrivals(*range(8)), store, prepare, workers=2)):
        assert store.count() > number
        assert store.key_of(added.article.id)


def test_the_same_text_is_kept_once_also_when_it_comes_twice_in_a_row(store: SqliteStore) -> None:
    store.add(prepare(TOWNS[3]))
    told = list(add_all(arrivals(1, 1, 3), store, prepare, workers=2))
    assert [one.known for one in told] == [None, TOWNS[1].id, TOWNS[3].id]
    assert store.count() == 2


def test_one_that_cannot_be_prepared_is_told_and_stops_no_other(store: SqliteStore) -> None:
    def broken(article: Article) -> Entry:
        if article == TOWNS[1]:
            raise OffsetError(article.id, 1, 2)
        if article == TOWNS[2]:
            raise ZeroDivisionError
        return make_entry(article.text)

    told = list(add_all(arrivals(0, 1, 2, 3), store, broken, workers=2))
    assert [one.failed is None for one in told] == [True, False, False, True]
    assert told[2].failed == "Town 2: ZeroDivisionError while it was read. Please report it."
    assert store.count() == 2


def test_what_was_prepared_when_it_is_stopped_is_kept(store: SqliteStore) -> None:
    def until_the_third() -> Iterator[Arrival]:
        yield from arrivals(0, 1, 2, 3, 4, 5)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(add_all(until_the_third(), store, prepare, workers=1))
    kept = store.count()
    assert 1 <= kept <= 6
    assert [one.known is not None for one in add_all(arrivals(*range(6)), store, prepare, workers=1)] == [
        number < kept for number in range(6)
    ]


def test_the_file_that_an_article_was_read_from_is_known_until_it_is_removed(store: SqliteStore) -> None:
    list(add_all(arrivals(0), store, prepare, workers=1))
    assert store.article_of_file("file 0") == TOWNS[0].id
    store.remove(store.article_keys())
    assert store.article_of_file("file 0") is None
