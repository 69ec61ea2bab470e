"""What every index finds: the same passages, in the same order but for ties, whatever the library is kept in."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import WordEncoder, make_entry
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from libraries import PLACES, Place, library_in

from rag.embed import Vector
from rag.records import Article
from rag.search import AllOf, AnyOf, Between, Filter, In, Not, of_articles
from rag.store import Entry

RAIN = "Rain in Baku\n\nIt rained on Monday. Two streets were closed.\n"
SNOW = "Snow in Ganja\n\nIt snowed on Sunday. Schools were closed on Monday.\n"
TALK = "Talk in Baku\n\nThe mayor of Baku told reporters that streets and schools would open on Tuesday.\n"
FACTS = {
    RAIN: ("2024-05-13", 'The "Daily" \\ News'),
    SNOW: ("2024-05-20", "https://a.example/?q='x'\n"),
    TALK: (None, None),
}


def filled(place: Place) -> dict[str, int]:
    keys = {}
    for text, (published, source) in FACTS.items():
        entry = make_entry(text)
        entry = replace(entry, article=replace(entry.article, published=published, source=source))
        place.store.add(entry)
        keys[text] = place.store.key_of(entry.article.id)
    return keys


def ask(question: str) -> Vector:
    vector: Vector = WordEncoder().encode([question])[0]
    return vector


def articles(place: Place, keys: list[int]) -> list[int]:
    stored = place.store.passages(keys)
    return [stored[key].article for key in keys]


def by_words(place: Place, text: str, depth: int = 10, within: Filter | None = None) -> list[int]:
    return articles(place, [one.key for one in place.index.holding(text, depth, within=within)])


def by_meaning(place: Place, text: str, depth: int = 10, within: Filter | None = None) -> list[int]:
    return articles(place, [one.key for one in place.index.nearest(ask(text), depth, within=within)])


def test_the_nearest_passages_are_those_of_the_largest_cosine(place: Place) -> None:
    entries = [
        make_entry(f"Day {n}\n\nIt rained {n} times, and {n % 7} cats saw {n % 5} dogs run.\n") for n in range(60)
    ]
    place.store.add_all(entries)
    passages: dict[tuple[int, int], float] = {}
    asked = ask("how often did cats see it rained 3 times")
    for entry in entries:
        key = place.store.key_of(entry.article.id)
        for passage, vector in zip(entry.passages, entry.passage_vectors, strict=True):
            half = vector.astype(np.float16).astype(np.float32)
            passages[key, passage.range.start] = float(half @ asked / np.linalg.norm(half))
    found = place.index.nearest(asked, 20)
    assert len(found) == 20
    stored = place.store.passages([one.key for one in found])
    own = [passages[stored[one.key].article, stored[one.key].passage.range.start] for one in found]
    np.testing.assert_allclose(own, sorted(passages.values(), reverse=True)[:20], atol=1e-3)
    np.testing.assert_allclose([one.score for one in found], own, atol=1e-3)
    assert found == sorted(found, key=lambda one: (-one.score, one.key))


@pytest.mark.parametrize(
    ("words", "texts"),
    [
        ("rains", [RAIN]),
        ("Snow SNOWED", [SNOW]),
        ("closed", [RAIN, SNOW]),
        ("Baku schools", [TALK, SNOW, RAIN]),
        ("mayor's", [TALK]),
        ("elephant", []),
        ("", []),
        ("?!", []),
        ('" or key > 0 or "', []),
    ],
)
def test_passages_with_the_words_are_found_by_their_stems(place: Place, words: str, texts: list[str]) -> None:
    if not place.words:
        assert place.index.holding(words, 10) == []
        return
    keys = filled(place)
    found = by_words(place, words)
    assert set(found) == {keys[text] for text in texts}
    assert found[:1] == [keys[text] for text in texts[:1]] or len(texts) == 2


def test_more_words_in_common_rank_higher(place: Place) -> None:
    keys = filled(place)
    if place.words:
        found = place.index.holding("rained Monday streets", 10)
        assert articles(place, [one.key for one in found])[0] == keys[RAIN]
        assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
        assert all(one.score > 0 for one in found)


def test_at_most_depth_passages_are_found(place: Place) -> None:
    filled(place)
    assert len(place.index.nearest(ask("closed"), 2)) == 2
    assert len(place.index.holding("closed", 1)) == (1 if place.words else 0)


def test_nothing_is_found_in_an_empty_library(place: Place) -> None:
    assert place.index.nearest(ask("closed"), 5) == []
    assert place.index.holding("closed", 5) == []


@pytest.mark.parametrize(
    ("made", "texts"),
    [
        (lambda keys: of_articles((keys[SNOW],)), [SNOW]),
        (lambda keys: In("article", (keys[SNOW], keys[TALK], 5)), [SNOW, TALK]),
        (lambda keys: In("article", ()), []),
        (lambda keys: In("source", ('The "Daily" \\ News',)), [RAIN]),
        (lambda keys: In("source", ("https://a.example/?q='x'\n", "None")), [SNOW]),
        (lambda keys: In("published", ("2024-05-13", "2024-05-14")), [RAIN]),
        (lambda keys: Between("published", "2024-05-13", "2024-05-19"), [RAIN]),
        (lambda keys: Between("published", "2024-05-14"), [SNOW]),
        (lambda keys: Between("published", None, "2024-05-13"), [RAIN]),
        (lambda keys: Between("published"), [RAIN, SNOW]),
        (lambda keys: Between("article"), [RAIN, SNOW, TALK]),
        (lambda keys: Between("article", keys[SNOW], keys[SNOW]), [SNOW]),
        (lambda keys: Not(Between("published", "2024-05-14")), [RAIN, TALK]),
        (lambda keys: Not(Between("published")), [TALK]),
        (lambda keys: Not(In("source", ('The "Daily" \\ News',))), [SNOW, TALK]),
        (lambda keys: Not(In("source", ())), [RAIN, SNOW, TALK]),
        (lambda keys: Not(Not(In("article", (keys[TALK],)))), [TALK]),
        (lambda keys: AllOf(()), [RAIN, SNOW, TALK]),
        (lambda keys: AnyOf(()), []),
        (lambda keys: Not(AnyOf(())), [RAIN, SNOW, TALK]),
        (lambda keys: AllOf((Between("published"), Not(In("article", (keys[RAIN],))))), [SNOW]),
        (lambda keys: AnyOf((In("article", (keys[TALK],)), In("published", ("2024-05-13",)))), [RAIN, TALK]),
        (lambda keys: Not(AllOf((Between("published"), In("article", (keys[RAIN],))))), [SNOW, TALK]),
    ],
)
def test_a_filter_lets_through_what_it_says(
    place: Place, made: Callable[[dict[str, int]], Filter], texts: list[str]
) -> None:
    keys = filled(place)
    wanted = made(keys)
    assert set(by_meaning(place, "Monday streets schools", within=wanted)) == {keys[text] for text in texts}
    if place.words:
        found = by_words(place, "Monday streets schools closed", within=wanted)
        assert set(found) == {keys[text] for text in texts}


def test_a_list_of_many_articles_is_a_filter_too(place: Place) -> None:
    keys = filled(place)
    many = tuple(range(1_000, 6_000))
    assert by_meaning(place, "closed", within=In("article", (*many, keys[SNOW]))) == [keys[SNOW]]
    left = set(by_meaning(place, "closed", within=Not(In("article", (*many, keys[SNOW])))))
    assert left == {keys[RAIN], keys[TALK]}


def test_a_removed_article_is_found_no_more_and_a_new_one_at_once(place: Place) -> None:
    keys = filled(place)
    assert keys[RAIN] in by_meaning(place, "rained streets closed")
    place.store.remove([keys[RAIN]])
    assert set(by_meaning(place, "rained streets closed")) == {keys[SNOW], keys[TALK]}
    assert by_words(place, "rained") == []
    again = make_entry(RAIN)
    place.store.add(again)
    assert place.store.key_of(again.article.id) in by_meaning(place, "rained streets closed")


def test_what_one_client_removes_the_other_finds_no_more(place: Place) -> None:
    keys, other = filled(place), place.again()
    assert len(set(by_meaning(other, "closed"))) == 3
    place.store.remove([keys[RAIN], keys[TALK]])
    found = other.index.nearest(ask("closed"), 10)
    assert {one.article for one in other.store.passages(one.key for one in found).values()} == {keys[SNOW]}


TEXTS = [
    "",
    "a",
    "'",
    '"',
    "\\",
    "\\n",
    "\n",
    "\r\n",
    "\t",
    '" or article > 0 or source == "',
    "%",
    "é",
    "\U0001f328",
    "=",
    "[1]",
]
_values = st.lists(st.sampled_from(TEXTS), max_size=3).map(tuple)
_leaves = st.one_of(
    st.builds(In, st.sampled_from(["published", "source"]), _values),
    st.builds(
        Between,
        st.sampled_from(["published", "source"]),
        st.none() | st.sampled_from(TEXTS),
        st.none() | st.sampled_from(TEXTS),
    ),
)
_filters = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(AllOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)


def lets_through(wanted: Filter, article: Article) -> bool:
    """What a filter means."""
    if isinstance(wanted, Not):
        return not lets_through(wanted.one, article)
    if isinstance(wanted, AllOf):
        return all(lets_through(one, article) for one in wanted.parts)
    if isinstance(wanted, AnyOf):
        return any(lets_through(one, article) for one in wanted.parts)
    value = article.source if wanted.field == "source" else article.published
    if isinstance(wanted, In):
        return value is not None and value in wanted.values
    low, high = wanted.low, wanted.high
    return value is not None and (low is None or str(low) <= value) and (high is None or value <= str(high))


@pytest.mark.parametrize("kind", PLACES)
def test_every_filter_of_hostile_texts_means_what_it_says(kind: str, tmp_path: Path, milvus_file: Path) -> None:
    with library_in(kind, tmp_path, milvus_file) as place:
        entries: dict[int, Entry] = {}
        for number, text in enumerate([None, *TEXTS]):
            entry = make_entry(f"Day {number}\n\nIt rained.\n")
            entry = replace(entry, article=replace(entry.article, published=TEXTS[-number], source=text))
            place.store.add(entry)
            entries[place.store.key_of(entry.article.id)] = entry

        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
        @given(_filters)
        def check(wanted: Filter) -> None:
            found = place.index.nearest(ask("it rained"), 100, within=wanted)
            assert {one.article for one in place.store.passages([one.key for one in found]).values()} == {
                key for key, entry in entries.items() if lets_through(wanted, entry.article)
            }

        check()
