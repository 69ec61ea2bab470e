import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from fakes import WordReader

from rag.errors import ModelError
from rag.evidence import (
    QUESTION_FEATURES,
    READ,
    SENTENCE_FEATURES,
    Judge,
    Logistic,
    Numbers,
    Pool,
    choose,
    judge,
    load_judge,
    match_words,
    read_likeliest,
    sentence_values,
)
from rag.question import FAMILIES, understand

ONE_EACH = np.eye(8, dtype=np.float32)


def make_pool(*texts: str) -> Pool:
    before = [tuple(reversed(texts[max(0, at - 3) : at])) for at in range(len(texts))]
    return Pool(texts, before, np.full(len(texts), 0.5))


def values_of(question: str, *texts: str) -> dict[str, list[float]]:
    pool, understood = make_pool(*texts), understand(question)
    values = sentence_values(understood, pool, match_words(understood, pool))
    return dict(zip(SENTENCE_FEATURES, values.T.tolist(), strict=True))


def test_words_are_met_in_the_sentence_and_fainter_in_those_before() -> None:
    question = understand("embassy attack")
    matches = match_words(question, make_pool("The embassy closed.", "An attack came.", "Nothing."))
    assert matches.own.tolist() == [[1, 0], [0, 1], [0, 0]]
    assert matches.window.round(9).tolist() == [[1, 0], [0.8, 1], [0.64, 0.8]]


def test_a_word_in_fewer_sentences_is_rarer() -> None:
    question = understand("embassy attack")
    matches = match_words(question, make_pool("The embassy closed.", "The embassy attack."))
    assert matches.rarity[1] > matches.rarity[0]


def test_a_number_is_missed_when_the_question_brought_the_only_one() -> None:
    values = values_of("How many left in 2022?", "Some left in 2022.", "Two left.")
    assert values["lacks_number"] == [1.0, 0.0]


def test_kinds_that_are_not_wanted_are_not_missed() -> None:
    values = values_of("Which river is it?", "Some left.")
    assert [values[name] for name in ("lacks_number", "lacks_time", "lacks_name", "has_reason")] == [[0.0]] * 4


def test_a_reason_is_seen_when_one_is_wanted() -> None:
    assert values_of("Why did they leave?", "They left because of rain.", "They left.")["has_reason"] == [1.0, 0.0]


def test_a_question_is_not_an_answer() -> None:
    assert values_of("rain", "Did it rain?”", "It did.")["is_question"] == [1.0, 0.0]


def test_nothing_answers_from_an_empty_pool() -> None:
    verdict = judge(understand("Who left?"), make_pool(), load_judge(), WordReader())
    assert (len(verdict.scores), verdict.confidence, [word.text for word in verdict.uncovered]) == (0, 0.0, ["left"])


def test_words_that_stand_nowhere_are_told() -> None:
    verdict = judge(
        understand("What did Putin say of corridors?"), make_pool("The corridor is long."), load_judge(), WordReader()
    )
    assert [word.text for word in verdict.uncovered] == ["Putin"]


def test_one_strong_sentence_is_quoted_alone() -> None:
    assert choose(np.array([0.05, 0.9, 0.05]), ONE_EACH[:3], family="fact", most=6) == [1]


def test_equally_likely_sentences_are_quoted_together_in_reading_order() -> None:
    assert choose(np.array([0.5, 0.01, 0.5]), ONE_EACH[:3], family="fact", most=6) == [0, 2]


def test_an_account_takes_more_than_a_fact() -> None:
    scores = np.array([0.6, 0.25, 0.2, 0.02])
    assert choose(scores, ONE_EACH[:4], family="fact", most=6) == [0]
    assert choose(scores, ONE_EACH[:4], family="account", most=6) == [0, 1, 2]


def test_a_repetition_is_not_quoted() -> None:
    vectors = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
    assert choose(np.array([0.5, 0.49, 0.3]), vectors, family="account", most=6) == [0, 2]


def test_no_more_than_the_most_is_quoted() -> None:
    assert choose(np.full(8, 0.5), ONE_EACH, family="account", most=3) == [0, 1, 2]


def test_nothing_is_chosen_from_nothing() -> None:
    assert choose(np.empty(0), ONE_EACH[:0], family="fact", most=3) == []


def test_the_shipped_models_name_the_command_that_fitted_them() -> None:
    from rag.evidence import FILE

    assert json.loads(FILE.read_text())["fitted"]["command"] == "rag train evidence"


def test_models_fitted_for_other_features_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "evidence.json"
    path.write_text('{"sentence": {"cosine": 1}, "question": {}, "thresholds": {}}')
    with pytest.raises(ModelError, match="does not hold the models that this version needs"):
        load_judge(path)


def test_a_judge_weighs_what_the_models_say() -> None:
    only_cosine = Logistic(tuple(float(name == "cosine") for name in SENTENCE_FEATURES), 0.0)
    only_reader = Logistic(tuple(float(name == "reader") for name in QUESTION_FEATURES), 0.0)
    models = Judge(only_cosine, only_reader, dict.fromkeys(FAMILIES, 0.5))
    verdict = judge(understand("rain in Baku"), make_pool("It rained in Baku.", "It snowed."), models, WordReader())
    assert verdict.scores.tolist() == [pytest.approx(1 / (1 + np.exp(-0.5)))] * 2
    assert (verdict.confidence, verdict.answered) == (0.5, True)


@pytest.mark.parametrize(
    ("question", "wanted"),
    [("What does Anna think?", True), ("What does Anna eat?", False), ("What does Bo think?", False)],
)
def test_a_question_that_only_names_somebody_is_answered_by_what_stands_there(question: str, wanted: bool) -> None:
    never = Logistic((0.0,) * len(QUESTION_FEATURES), 0.0)
    models = Judge(load_judge().sentence, never, dict.fromkeys(FAMILIES, 0.9))
    assert judge(understand(question), make_pool("Then Anna left."), models, WordReader()).answered is wanted


def test_the_reader_reads_the_likeliest_sentences_with_the_one_before_each() -> None:
    class Recorder(WordReader):
        seen: list[tuple[str, str]]

        def read(self, question: str, sentences: Sequence[str], before: Sequence[str]) -> Numbers:
            self.seen = list(zip(before, sentences, strict=True))
            return super().read(question, sentences, before)

    reader, texts = Recorder(), [f"Sentence {number}." for number in range(READ + 2)]
    read_likeliest(understand("Which one?"), make_pool(*texts), np.linspace(0.1, 0.9, len(texts)), reader)
    assert reader.seen == [(texts[at - 1], texts[at]) for at in range(len(texts) - 1, len(texts) - 1 - READ, -1)]
