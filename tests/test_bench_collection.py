"""Pieces of real text, the collections that are made of them, and the questions to these."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import SaidReader, WordEncoder

from rag.bench.collection import collection
from rag.bench.cutting import counting, cutting
from rag.bench.pieces import Piece, Pool, make_pool, real_articles
from rag.bench.questions import Said, make_questions, who_says
from rag.embed import Encoder, load_encoder
from rag.errors import DataError
from rag.library.preparing import Preparing
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


SETTINGS = Settings(passage_tokens=24)


def piece_of(text: str, encoder: Encoder | None = None) -> Piece:
    article = Article("piece", text, "Piece", (Block(Range(0, len(text)), "body"),))
    cut = sentences(article)
    words = [text[one.range.start : one.range.end] for one in cut]
    vectors = (encoder or WordEncoder()).encode(words)
    return Piece(text, tuple(one.range for one in cut), vectors, SaidReader().read(article, cut))


def pool_of(*texts: str) -> Pool:
    return Pool(tuple(map(piece_of, texts)), "said@1", cutting(SETTINGS, WordEncoder(), texts))


def drawn(passages: int = 40, *, seed: int = 0) -> list[Entry]:
    return list(collection(pool_of(*TEXTS), passages, seed=seed))


# Collections


def test_a_collection_has_at_least_the_passages_that_are_wanted_and_its_last_article_whole() -> None:
    counts = [len(entry.passages) for entry in drawn(40)]
    assert sum(counts[:-1]) < 40 <= sum(counts)
    assert all(16 <= len(entry.article.blocks) - 1 <= 24 for entry in drawn(40))


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


def test_each_paragraph_of_a_collection_is_a_piece() -> None:
    article = drawn()[0].article
    title, *paragraphs = [article.text[one.range.start : one.range.end] for one in article.blocks]
    assert set(paragraphs) <= set(TEXTS)
    assert article.text == "\n\n".join([title, *paragraphs])


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


def assert_adding_gives(entry: Entry, preparing: Preparing) -> None:
    """All but the statements, which may differ at the seams."""
    added = preparing.entry(entry.article)
    assert entry.sentences == added.sentences
    assert entry.passages == added.passages
    np.testing.assert_allclose(entry.sentence_vectors, added.sentence_vectors, atol=1e-5)
    np.testing.assert_allclose(entry.passage_vectors, added.passage_vectors, atol=1e-5)


def test_the_program_gives_the_same_sentences_passages_and_vectors_of_each_article() -> None:
    for entry in drawn():
        assert_adding_gives(entry, Preparing(SETTINGS, WordEncoder(), SaidReader()))


@pytest.mark.models
def test_the_shipped_encoder_gives_the_same_sentences_passages_and_vectors_of_each_article() -> None:
    encoder = load_encoder(Settings())
    preparing = Preparing(Settings(), encoder, SaidReader())
    pool = Pool(tuple(piece_of(text, encoder) for text in TEXTS), "said@1", cutting(Settings(), encoder, TEXTS))
    for entry in collection(pool, 12, seed=0):
        assert_adding_gives(entry, preparing)


def test_a_title_is_the_first_sentence_of_a_piece_with_its_vector() -> None:
    firsts = {piece.sentence(0): piece.vectors[0].tolist() for piece in pool_of(*TEXTS).pieces}
    assert all(entry.sentence_vectors[0].tolist() == firsts[entry.article.title] for entry in drawn())


def test_no_two_articles_have_the_same_text_and_a_pool_too_small_for_that_is_named() -> None:
    found: set[str] = set()
    with pytest.raises(ValueError, match="1 pieces do not make 10 different articles"):
        for entry in collection(pool_of(TEXTS[1]), 1_000, seed=0):
            assert entry.article.text not in found
            found.add(entry.article.text)
    assert len(found) == 9


def test_a_sentence_that_fits_no_passage_is_named() -> None:
    with pytest.raises(ValueError, match="a sentence of report-1 is longer than a passage may be"):
        next(collection(pool_of("a " * 23 + "word."), 1, seed=0))


def test_a_first_sentence_that_is_cut_otherwise_as_a_title_is_none() -> None:
    cut = piece_of("Rain fell.")
    open_end = replace(cut, text="Rain fell. # #", sentences=(Range(0, 14),))
    with pytest.raises(ValueError, match="1 pieces do not make 1 different articles"):
        next(collection(Pool((open_end,), "said@1", pool_of(*TEXTS).cut), 1, seed=0))


# Counts of tokens


def test_each_paragraph_is_counted_once_where_the_counts_add_up() -> None:
    asked: list[str] = []

    def count(text: str) -> int:
        asked.append(text)
        return len(text.split()) + 2

    counted = counting(count, ["one two", "three"])
    asked.clear()
    assert [counted("one two\n\nthree"), counted("three\n\none two\n\nfour"), counted("")] == [5, 6, 2]
    assert asked == ["four", ""]


def test_texts_are_counted_whole_where_the_counts_do_not_add_up() -> None:
    assert counting(len, ["one", "two"]) is len


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
    assert np.allclose(pool.pieces[1].vectors, WordEncoder().encode(FACTS), atol=1e-3)


def test_a_pool_that_is_there_is_not_made_again(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = make_pool(data, tmp_path / "pool", 2, Settings(), WordEncoder())
    monkeypatch.setattr("rag.bench.pieces._chosen", lambda *_: pytest.fail("it was read again"))
    again = make_pool(data, tmp_path / "pool", 2, Settings(), WordEncoder())
    assert [piece.text for piece in again.pieces] == [piece.text for piece in first.pieces]
    assert again.pieces[0].statements == first.pieces[0].statements


def test_real_articles_are_whole_news_and_each_other_paragraph_once(data: Path) -> None:
    news, paragraph = real_articles(data)
    assert news.text == f"The border opens\n\n{LONG}"
    assert paragraph.text == " ".join(FACTS)


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
