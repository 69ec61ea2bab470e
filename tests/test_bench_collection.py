"""Pieces of real text, the collections that are made of them, and the questions to these."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from fakes import SaidReader, WordEncoder

from rag.bench.collection import collection, embedded, fit_noise, passage_texts
from rag.bench.pieces import Piece, Pool, make_pool
from rag.bench.questions import Said, make_questions, who_says
from rag.embed import Vectors
from rag.errors import DataError
from rag.records import Article, Block, Range
from rag.settings import Settings
from rag.split import sentences
from rag.store import Entry, SqliteStore

TEXTS = (
    "Aliyev said the border is open. Trade has grown since spring.",
    "Rain fell on Baku all night.",
    "The price of grain fell. Farmers blamed the drought.",
    "Bayramov said talks go on in Geneva.",
)


def piece_of(text: str) -> Piece:
    article = Article("piece", text, "Piece", (Block(Range(0, len(text)), "body"),))
    cut = sentences(article)
    words = [text[one.range.start : one.range.end] for one in cut]
    return Piece(text, tuple(one.range for one in cut), WordEncoder().encode(words), SaidReader().read(article, cut))


def pool_of(*texts: str) -> Pool:
    return Pool(tuple(map(piece_of, texts)), WordEncoder().encode(texts), "said@1")


def drawn(passages: int = 40, *, seed: int = 0, noise: float = 0.3) -> list[Entry]:
    return list(collection(pool_of(*TEXTS), passages, seed=seed, noise=noise))


# Collections


def test_a_collection_has_at_least_the_passages_that_are_wanted_and_its_last_article_whole() -> None:
    counts = [len(entry.passages) for entry in drawn(40)]
    assert sum(counts[:-1]) < 40 <= sum(counts)
    assert all(8 <= count <= 12 for count in counts)


def test_sentences_and_statements_of_a_collection_hold_the_words_that_were_read() -> None:
    own = {piece.sentence(number) for piece in pool_of(*TEXTS).pieces for number in range(len(piece.sentences))}
    said = set()
    for entry in drawn():
        text = entry.article.text
        body = [text[one.range.start : one.range.end] for one in entry.sentences if one.kind == "body"]
        assert set(body) <= own
        assert entry.reading is not None
        for one in entry.reading.statements:
            assert one.speaker is not None
            assert text[one.source.start : one.source.end] == one.speaker.name
            said.add((one.speaker.name, text[one.content[0].start : one.content[0].end]))
    assert said == {("Aliyev", "the border is open."), ("Bayramov", "talks go on in Geneva.")}


def test_each_paragraph_of_a_collection_is_one_passage_of_two_pieces() -> None:
    entry = drawn()[0]
    assert passage_texts(entry)[0].startswith("Report 1\n\n")
    for number, (passage, block) in enumerate(zip(entry.passages, entry.article.blocks[1:], strict=True)):
        assert passage.range.end == block.range.end
        own = [one for one in entry.sentences if one.block == number + 1]
        assert passage.last == own[-1].number
        assert passage.first == (own[0].number if number else 0)
        assert any(passage_texts(entry)[number].endswith(f" {text}") for text in TEXTS)


def test_a_collection_is_kept_as_any_library_and_nothing_is_wrong_with_it(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path, encoder=WordEncoder.identity)
    assert all(store.add(entry) for entry in drawn())
    assert list(store.problems()) == []
    assert len({store.article(key).text for key in store.article_keys()}) == store.count()  # type: ignore[union-attr]
    store.close()


def test_the_same_seed_gives_the_same_collection_and_a_larger_one_begins_with_it() -> None:
    once, again, larger, other = drawn(), drawn(), drawn(80), drawn(seed=1)
    assert [entry.sha256() for entry in once] == [entry.sha256() for entry in again]
    assert [entry.sha256() for entry in larger[: len(once)]] == [entry.sha256() for entry in once]
    assert [entry.article.text for entry in other] != [entry.article.text for entry in once]


def test_vectors_of_a_collection_have_unit_length_and_noise_moves_those_of_passages_alone() -> None:
    loud, still = drawn()[0], drawn(noise=0.0)[0]
    assert np.allclose(np.linalg.norm(loud.passage_vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(loud.sentence_vectors, still.sentence_vectors)
    cosines = np.sum(loud.passage_vectors * still.passage_vectors, axis=1)
    assert np.mean(cosines) == pytest.approx(1 / np.sqrt(1 + 0.3**2), abs=0.02)


def test_the_noise_makes_the_nearest_passages_as_far_from_each_other_as_what_is_embedded() -> None:
    class Farther(WordEncoder):
        def encode(self, texts: Sequence[str], *, as_question: bool = False) -> Vectors:
            loose = np.random.default_rng(0).standard_normal((len(texts), 2_000)).astype(np.float32)
            wide = np.hstack([super().encode(texts), 0.5 * loose / np.sqrt(2_000)])
            unit: Vectors = wide / np.linalg.norm(wide, axis=1, keepdims=True)
            return unit

    spread = fit_noise(pool_of(*TEXTS), Farther(), seed=0)
    assert spread.real < spread.means
    assert spread.means / (1 + spread.noise**2) == pytest.approx(spread.real)


def test_there_is_some_noise_where_none_is_asked_for() -> None:
    class Nearer(WordEncoder):
        def encode(self, texts: Sequence[str], *, as_question: bool = False) -> Vectors:
            return np.full((len(texts), 4), 0.5, np.float32)

    assert fit_noise(pool_of(*TEXTS), Nearer(), seed=0).noise == 0.05


def test_passages_that_are_embedded_for_real_are_embedded_once(tmp_path: Path) -> None:
    class Once(WordEncoder):
        left = 1

        def encode(self, texts: object, *, as_question: bool = False) -> np.ndarray:
            self.left -= 1
            assert self.left >= 0
            return super().encode(texts)  # type: ignore[arg-type]

    once = Once()
    first = list(embedded(iter(drawn()), once, tmp_path))
    second = list(embedded(iter(drawn()), once, tmp_path))
    assert np.array_equal(first[0].passage_vectors, WordEncoder().encode(passage_texts(first[0])))
    assert [entry.sha256() for entry in first] == [entry.sha256() for entry in second]


# Pieces of real text

LONG = (
    "Aliyev said the border between the two countries is open again after the long winter and the flood. "
    "Lorries wait there for hours in the sun while their drivers drink tea and talk of old times."
)
FACTS = ["The harvest of grain in the north fell by a third last year.", "Nobody knows why.", "It did not rain at all."]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("rag.bench.pieces.StatementReader", SaidReader)
    monkeypatch.setattr("rag.bench.pieces._LEAST_TOKENS", 10)
    for part in ("train", "dev"):
        (tmp_path / "data" / part).mkdir(parents=True)
    news = {"id": "a", "text": f"The border opens\n\n{LONG}", "attributions": []}
    labelled = [(1, 0, 0), (0, 0, 0)]
    cases = [
        {
            "id": str(number),
            "question": question,
            "candidates": [{"text": text, "label": label} for text, label in zip(FACTS, labels, strict=True)],
        }
        for number, (question, labels) in enumerate(
            zip(("By how much did the harvest fall?", "Who bought the grain?"), labelled, strict=True)
        )
    ]
    (tmp_path / "data" / "dev" / "polnear.jsonl").write_text(json.dumps(news) + "\n")
    (tmp_path / "data" / "train" / "squad2.jsonl").write_text("\n".join(map(json.dumps, cases)) + "\n")
    return tmp_path / "data"


def test_a_pool_takes_news_and_the_other_files_in_turns_and_each_text_once(data: Path, tmp_path: Path) -> None:
    pool = make_pool(data, tmp_path / "pool", 10, Settings(), WordEncoder())
    assert [piece.text for piece in pool.pieces] == [LONG, " ".join(FACTS)]
    assert [one.speaker.name for one in pool.pieces[0].statements if one.speaker] == ["Aliyev"]
    assert np.allclose(pool.vectors, WordEncoder().encode([LONG, " ".join(FACTS)]), atol=1e-3)


def test_a_pool_that_is_there_is_not_made_again(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = make_pool(data, tmp_path / "pool", 2, Settings(), WordEncoder())
    monkeypatch.setattr("rag.bench.pieces._chosen", lambda *_: pytest.fail("it was read again"))
    again = make_pool(data, tmp_path / "pool", 2, Settings(), WordEncoder())
    assert [piece.text for piece in again.pieces] == [piece.text for piece in first.pieces]
    assert again.pieces[0].statements == first.pieces[0].statements


def test_data_without_any_text_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="it holds no text"):
        make_pool(tmp_path, tmp_path / "pool", 2, Settings(), WordEncoder())


# Questions


def test_people_ask_what_the_pool_answers_and_what_it_does_not(data: Path, tmp_path: Path) -> None:
    pool = make_pool(data, tmp_path / "pool", 10, Settings(), WordEncoder())
    asked = make_questions(pool, data, 5, seed=0)
    assert {(one.kind, one.question) for one in asked if one.kind in ("fact", "why", "unanswered")} == {
        ("fact", "By how much did the harvest fall?"),
        ("unanswered", "Who bought the grain?"),
    }


def test_who_says_what_is_asked_of_one_of_experts_and_of_two_who_differ() -> None:
    said = [Said("Ann", "tea"), Said("Bob", "coal"), Said("Cem", "fish"), Said("Dag", "rain"), Said("Eva", "snow")]
    kinds = {kind: list(questions) for kind, questions in who_says([*said, Said("Fay", "wind")]).items()}
    assert kinds == {
        "said": ["What does Ann say about tea?", "What does Dag say about rain?"],
        "experts": ["What do experts say about coal?", "What do experts say about snow?"],
        "compare": ["Compare what Cem and Fay say about fish."],
    }


def test_questions_are_the_same_for_the_same_seed_and_none_is_there_twice(data: Path, tmp_path: Path) -> None:
    pool = make_pool(data, tmp_path / "pool", 10, Settings(), WordEncoder())
    once, again = make_questions(pool, data, 5, seed=3), make_questions(pool, data, 5, seed=3)
    assert once == again
    assert len({one.question for one in once}) == len(once)
