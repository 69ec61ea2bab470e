"""What every place for a library keeps, gives back and forgets in the same way."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from fakes import SaidReader, WordEncoder, make_entry
from libraries import Place

from rag.errors import OffsetError, UnknownArticleError
from rag.records import Range, Statement
from rag.store import Entry, Reading

RAIN = "Rain in Baku\n\nIt rained on Monday. Two streets were closed.\n"
SNOW = "Snow in Ganja\n\nIt snowed on Sunday. \U0001f328 Schools were closed.\r\n"
TALK = "Talk in Baku\n\nAli said it rained. The mayor said “It did.” Ali said it was over. Leyla said nothing else.\n"
MIXED = (
    "Żółć\n\nΚαλημέρα κόσμε. 你好世界。 مرحبا بالعالم. Zürich e\u0301tait là — \U0001f9d1\u200d\U0001f680 took off.\n"
)


def added(place: Place, entry: Entry) -> int:
    assert place.store.add(entry)
    return place.store.key_of(entry.article.id)


def told(entry: Entry, **facts: object) -> Entry:
    return replace(entry, article=replace(entry.article, **facts))  # type: ignore[arg-type]


@pytest.mark.parametrize("text", [RAIN, SNOW, TALK, MIXED])
def test_an_article_comes_back_exactly_as_it_was_added(place: Place, text: str) -> None:
    entry = make_entry(text, reader=SaidReader())
    entry = told(entry, authors=("A. B.", 'Ç "D"'), published="2024-05-14", source="https://a.b/?c='d'", note="n\n")
    key = added(place, entry)
    assert place.store.article(key) == entry.article
    assert place.store.sentences(key) == entry.sentences
    assert entry.reading is not None
    assert place.store.statements(key) == entry.reading.statements
    passages = place.store.passages(place.store.passage_keys([key]).tolist())
    assert {one.passage for one in passages.values()} == set(entry.passages)
    assert {one.article for one in passages.values()} == {key}


def test_an_article_with_pages_comes_back(place: Place) -> None:
    entry = told(make_entry(RAIN), pages=(0, 14))
    assert place.store.article(added(place, entry)) == entry.article


def test_a_list_tells_every_article_in_the_order_of_adding(place: Place) -> None:
    snow = told(make_entry(SNOW, reader=SaidReader()), published="2024-05-14", source="The Source")
    talk = make_entry(TALK, reader=SaidReader())
    keys = [added(place, snow), added(place, talk)]
    listed = place.store.summaries()
    assert list(listed) == keys == place.store.article_keys()
    assert [one.id for one in listed.values()] == [snow.article.id, talk.article.id]
    one = listed[keys[0]]
    assert (one.published, one.source, one.speakers) == ("2024-05-14", "The Source", 0)
    assert (one.characters, one.sentences, one.passages) == (
        len(snow.article.text),
        len(snow.sentences),
        len(snow.passages),
    )
    assert listed[keys[1]].speakers == 2
    assert place.store.summaries([keys[1], 12345]) == {keys[1]: listed[keys[1]]}
    assert place.store.article_keys(1) == keys[1:]
    assert place.store.count() == 2


def test_vectors_come_back_by_sentence_number_in_half_precision(place: Place) -> None:
    entry = make_entry(RAIN)
    vectors = place.store.sentence_vectors(added(place, entry), [2, 0])
    np.testing.assert_array_equal(vectors, entry.sentence_vectors[[0, 2]].astype(np.float16).astype(np.float32))


def test_the_same_text_under_another_name_is_kept_once(place: Place) -> None:
    entry = make_entry(RAIN)
    other = told(entry, id="other-name", title="Other")
    assert place.store.same_text(other.article) is None
    assert place.store.add(entry)
    assert not place.store.add(other)
    assert place.store.same_text(other.article) == entry.article.id
    assert place.store.count() == 1


def test_the_article_of_a_file_is_known_while_it_is_there(place: Place) -> None:
    entry = replace(make_entry(RAIN), file="0a" * 32)
    assert place.store.article_of_file("0a" * 32) is None
    key = added(place, entry)
    added(place, make_entry(SNOW))
    assert place.store.article_of_file("0a" * 32) == entry.article.id
    assert place.store.article_of_file("0b" * 32) is None
    place.store.rename(key, "Other")
    assert place.store.article_of_file("0a" * 32) == entry.article.id
    place.store.remove([key])
    assert place.store.article_of_file("0a" * 32) is None


def test_many_articles_are_added_at_once_and_the_new_ones_counted(place: Place) -> None:
    entries = [make_entry(f"Day {number}\n\nIt rained for the {number} time.\n") for number in range(250)]
    assert place.store.add(entries[3])
    assert place.store.add_all(iter([*entries, entries[7]])) == 249
    assert place.store.add_all([]) == 0
    assert place.store.count() == 250
    ids = [one.id for one in place.store.summaries().values()]
    assert ids == [entries[3].article.id, *(one.article.id for one in entries if one is not entries[3])]
    assert list(place.store.problems()) == []


def test_a_text_longer_than_any_field_comes_back_exactly(place: Place) -> None:
    text = "Long\n\n" + "".join(f"Żółw {number} crossed the road slowly. " for number in range(6_000))
    assert len(text.encode()) > 3 * 65_535
    entry = make_entry(text, reader=SaidReader())
    key = added(place, entry)
    other = place.again()
    assert other.store.article(key) == entry.article
    assert len(other.store.sentences(key)) == len(entry.sentences)
    last = len(entry.sentences) - 1
    np.testing.assert_allclose(other.store.sentence_vectors(key, [last])[0], entry.sentence_vectors[last], atol=1e-3)
    assert len(other.store.passage_keys([key])) == len(entry.passages)
    assert list(other.store.problems()) == []


def test_a_removed_article_takes_everything_with_it_and_can_come_again(place: Place) -> None:
    entry, snow = make_entry(RAIN, reader=SaidReader()), make_entry(SNOW)
    key, kept = added(place, entry), added(place, snow)
    passages = place.store.passage_keys([key]).tolist()
    place.store.remove([key, 12345])
    assert place.store.article(key) is None
    assert (place.store.sentences(key), place.store.statements(key)) == ((), ())
    assert place.store.passages(passages) == {}
    assert place.store.passage_keys([key]).tolist() == []
    assert place.store.article_keys() == [kept]
    assert place.store.count() == 1
    assert place.store.same_text(entry.article) is None
    with pytest.raises(UnknownArticleError):
        place.store.key_of(entry.article.id)
    again = added(place, entry)
    assert place.store.article_keys() == [kept, again]
    assert place.store.article(again) == entry.article
    assert list(place.store.problems()) == []


def test_a_renamed_article_keeps_everything_but_its_title(place: Place) -> None:
    entry = make_entry(TALK, reader=SaidReader())
    key = added(place, entry)
    place.store.rename(key, "Another “title” \\ \n")
    assert place.store.article(key) == replace(entry.article, title="Another “title” \\ \n")
    assert entry.reading is not None
    assert place.store.statements(key) == entry.reading.statements
    assert list(place.store.problems()) == []
    with pytest.raises(UnknownArticleError):
        place.store.rename(12345, "None")


def test_a_reading_takes_the_place_of_the_one_before(place: Place) -> None:
    entry = make_entry(TALK)
    key = added(place, entry)
    assert place.store.reader_of(key) is None
    assert place.store.unread("said@1") == [key]
    first = SaidReader().read(entry.article, entry.sentences)
    place.store.keep_reading(key, Reading("said@1", first))
    assert (place.store.statements(key), place.store.reader_of(key)) == (first, "said@1")
    assert place.store.summaries()[key].speakers == 2
    assert (place.store.unread("said@1"), place.store.unread("said@2")) == ([], [key])
    place.store.keep_reading(key, Reading("said@2", first[:1]))
    assert (place.store.statements(key), place.store.reader_of(key)) == (first[:1], "said@2")
    assert place.store.summaries()[key].speakers == 1
    place.store.keep_reading(12345, Reading("said@2", first))
    assert place.store.misread() == []
    assert list(place.store.problems()) == []


def test_a_statement_beyond_the_text_is_refused(place: Place) -> None:
    entry = make_entry(RAIN)
    key = added(place, entry)
    beyond = Statement("direct", Range(0, 4), Range(5, 9), (Range(10, len(RAIN) + 1),))
    with pytest.raises(OffsetError):
        place.store.keep_reading(key, Reading("said@1", (beyond,)))
    assert place.store.statements(key) == ()
    snow = make_entry(SNOW)
    with pytest.raises(OffsetError):
        place.store.add(replace(snow, reading=Reading("said@1", (replace(beyond, content=(Range(10, 999),)),))))
    assert place.store.same_text(snow.article) is None


def test_an_article_is_found_by_the_beginning_of_its_id_when_only_one_fits(place: Place) -> None:
    rain = added(place, make_entry(RAIN))
    added(place, told(make_entry(SNOW), id="rainy"))
    assert place.store.key_of("rain-") == rain
    assert place.store.key_of("rainy") != rain
    with pytest.raises(UnknownArticleError, match="fits several"):
        place.store.key_of("rain")


@pytest.mark.parametrize("wanted", ["", "nothing", "%", "Rain", '"', "\\", '" or id != "', "a\nb"])
def test_an_id_that_fits_nothing_is_refused(place: Place, wanted: str) -> None:
    added(place, make_entry(RAIN))
    added(place, make_entry(SNOW))
    with pytest.raises(UnknownArticleError, match="List the ids with: rag articles"):
        place.store.key_of(wanted)


def test_another_encoder_replaces_everything_at_once(place: Place) -> None:
    rain, snow = make_entry(RAIN, reader=SaidReader()), make_entry(SNOW)
    added(place, rain)
    added(place, snow)
    seen, version = place.store.last_change(), place.store.version
    place.store.replace(iter([snow]), encoder="words@2")
    assert place.store.encoder == "words@2"
    key = place.store.key_of(snow.article.id)
    assert place.store.article_keys() == [key]
    assert place.store.article(key) == snow.article
    assert place.store.version != version
    assert place.store.last_change() > seen
    found = place.index.nearest(WordEncoder().encode(["snowed Sunday closed"])[0], 5)
    assert {place.store.passages([one.key])[one.key].article for one in found} == {key}


def test_a_replacement_that_fails_leaves_everything_as_it_was(place: Place) -> None:
    rain = make_entry(RAIN)
    key = added(place, rain)

    def failing() -> Iterator[Entry]:
        yield make_entry(SNOW)
        raise ValueError("stopped")

    with pytest.raises(ValueError, match="stopped"):
        place.store.replace(failing(), encoder="words@2")
    assert place.store.encoder == "words@1"
    assert place.store.article_keys() == [key]
    assert place.store.article(key) == rain.article
    assert list(place.store.problems()) == []


def test_a_new_library_has_no_change_and_every_change_counts(place: Place) -> None:
    assert (place.store.last_change(), place.store.changes(0)) == (0, [])
    key = added(place, make_entry(TALK))
    place.store.rename(key, "Other")
    place.store.keep_reading(key, Reading("said@1", ()))
    place.store.remove([key])
    changes = place.store.changes(0)
    assert [change.operation for change in changes] == ["add", "rename", "read", "remove"]
    assert {change.article for change in changes} == {key}
    assert place.store.last_change() == changes[-1].seq
    assert place.store.changes(changes[1].seq) == changes[2:]


def test_another_client_learns_of_every_change(place: Place) -> None:
    key = added(place, make_entry(RAIN))
    other = place.again()
    assert other.store.version == place.store.version
    seen = other.store.last_change()
    assert seen > 0
    place.store.rename(key, "Other")
    snow = added(place, make_entry(SNOW))
    _until(lambda: {one.article for one in other.store.changes(seen)} == {key, snow})
    article = other.store.article(key)
    assert article is not None
    assert article.title == "Other"
    assert other.store.article_keys() == [key, snow]
    assert other.store.version == place.store.version
    seen = other.store.last_change()
    place.store.remove([key])
    _until(lambda: [(one.operation, one.article) for one in other.store.changes(seen)] == [("remove", key)])
    assert other.store.article_keys() == [snow]


def test_two_clients_add_at_once_and_nothing_is_lost_or_doubled(place: Place) -> None:
    texts = [f"Day {number}\n\nIt rained for the {number} time.\n" for number in range(24)]
    entries = [make_entry(text) for text in texts]
    clients = [place, place.again()]
    errors: list[BaseException] = []

    def work(client: Place, own: list[Entry]) -> None:
        try:
            for entry in own:
                client.store.add(entry)
        except BaseException as error:
            errors.append(error)

    halves = entries[:16], entries[8:]  # 8 are added by both
    threads = [threading.Thread(target=work, args=pair) for pair in zip(clients, halves, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    third = place.again()
    assert sorted(one.id for one in third.store.summaries().values()) == sorted(one.article.id for one in entries)
    keys = third.store.article_keys()
    assert len(third.store.passage_keys(keys)) == sum(len(one.passages) for one in entries)
    assert list(third.store.problems()) == []


def test_what_was_added_is_there_for_who_opens_the_library_next(place: Place) -> None:
    entry = make_entry(TALK, reader=SaidReader())
    key = added(place, entry)
    other = place.again()
    assert other.store.encoder == "words@1"
    assert other.store.article(key) == entry.article
    assert other.store.last_change() > 0
    assert other.store.changes(0) != []


def _until(true: Callable[[], bool]) -> None:
    """Wait until another program's change is seen, a few seconds at most."""
    for _ in range(100):
        if true():
            return
        threading.Event().wait(0.05)
    assert true()
