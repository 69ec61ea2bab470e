import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from fakes import SaidReader, WordEncoder, WordScorer

from rag.errors import ModelError
from rag.evidence import (
    FILE,
    GLANCE_FEATURES,
    QUESTION_FEATURES,
    SENTENCE_FEATURES,
    Logistic,
    Models,
    Pool,
    Tools,
    Verdict,
    Windows,
    choose,
    cut_windows,
    judge,
    judge_loose,
    load_models,
    match_words,
    read_voices,
    stems_of,
)
from rag.evidence.choose import count
from rag.evidence.features import glance_values, sentence_values
from rag.evidence.judge import ENOUGH, WINDOW_CHARACTERS
from rag.evidence.told import told_by_asked
from rag.question import FAMILIES, understand
from rag.scorer import Readings
from rag.settings import BALANCES, Balance
from rag.speakers import StatementReader

ONE_EACH = np.eye(8, dtype=np.float32)


def make_pool(*texts: str) -> Pool:
    before = [tuple(reversed(texts[max(0, at - 3) : at])) for at in range(len(texts))]
    return Pool(texts, before, [at > 0 for at in range(len(texts))], np.full(len(texts), 0.5))


def make_models(*, confidence: float = 0.5, thresholds: dict[Balance, float] | None = None) -> Models:
    """Sentences are as likely as the scorer says, questions as confident as given."""

    def only(features: Sequence[str], name: str) -> Logistic:
        return Logistic(tuple(float(feature == name) for feature in features), 0.0)

    sure = Logistic((0.0,) * len(QUESTION_FEATURES), float(np.log(confidence / (1 - confidence))))
    levels = thresholds or dict.fromkeys(BALANCES, 0.5)
    return Models(
        only(GLANCE_FEATURES, "words"),
        only(SENTENCE_FEATURES, "logit"),
        sure,
        {balance: dict.fromkeys(FAMILIES, levels[balance]) for balance in BALANCES},
        dict.fromkeys(FAMILIES, 1.0),
        0.75,
    )


def ask(question: str, pool: Pool, models: Models, *, windows: int = 5, balance: Balance = "balanced") -> Verdict:
    return judge(understand(question), pool, models, WordScorer(), windows=Windows(windows, windows), balance=balance)


def values_of(question: str, *texts: str) -> dict[str, list[float]]:
    pool, understood = make_pool(*texts), understand(question)
    values = glance_values(understood, pool, match_words(understood, pool))
    return dict(zip(GLANCE_FEATURES, values.T.tolist(), strict=True))


def test_words_are_met_in_the_sentence_and_fainter_in_those_before() -> None:
    question = understand("embassy attack")
    matches = match_words(question, make_pool("The embassy closed.", "An attack came.", "Nothing."))
    assert matches.own.tolist() == [[1, 0], [0, 1], [0, 0]]
    assert matches.nearby.round(9).tolist() == [[1, 0], [0.8, 1], [0.64, 0.8]]


def test_a_word_in_fewer_sentences_is_rarer() -> None:
    question = understand("embassy attack")
    matches = match_words(question, make_pool("The embassy closed.", "The embassy attack."))
    assert matches.rarity[1] > matches.rarity[0]


def test_a_number_is_missed_when_the_question_brought_the_only_one() -> None:
    values = values_of("How many left in 2022?", "Some left in 2022.", "Two left.")
    assert values["lacks_number"] == [1.0, 0.0]


def test_kinds_that_are_not_wanted_are_not_missed() -> None:
    values = values_of("Which river is it?", "Some left.")
    assert [values[name] for name in ("lacks_number", "lacks_time", "lacks_name")] == [[0.0]] * 3


def test_a_question_is_not_an_answer() -> None:
    assert values_of("rain", "Did it rain?”", "It did.")["is_question"] == [1.0, 0.0]


def test_rivals_are_what_the_other_sentences_claim_against_no_answer() -> None:
    readings = np.log(np.array([[1.0, 1.0], [2.0, 1.0], [3.0, 1.0]]))
    values = sentence_values(np.zeros((3, len(GLANCE_FEATURES))), readings)
    assert np.exp(values[:, 1]).round(4).tolist() == [6.0, 5.0, 4.0]


def test_a_single_sentence_has_no_rivals() -> None:
    values = sentence_values(np.zeros((1, len(GLANCE_FEATURES))), np.array([[2.0, 0.0]]))
    assert values[0, 1] == pytest.approx(0, abs=1e-4)


def test_windows_tile_the_pool_and_end_where_sentences_do_not_follow() -> None:
    long = "x" * (WINDOW_CHARACTERS - 10)
    pool = Pool(("a", "b", long, "c", "d"), [()] * 5, [False, True, True, True, False], np.zeros(5))
    assert cut_windows(pool) == [range(0, 4), range(4, 5)]
    pool = Pool(("a" * 20, long, "c"), [()] * 3, [False, True, True], np.zeros(3))
    assert cut_windows(pool) == [range(0, 1), range(1, 3)]


def test_the_scorer_reads_the_likeliest_windows_with_the_text_before_each() -> None:
    class Recorder(WordScorer):
        def read(self, question: str, windows: Sequence[Sequence[str]]) -> list[Readings]:
            self.seen = [list(window) for window in windows]
            return super().read(question, windows)

    scorer = Recorder()
    pool = Pool(("One.", "Rain.", "Two.", "Rain in Baku."), [(), ("One.",), (), ("Two.",)], [False] * 4, np.zeros(4))
    verdict = judge(understand("rain in Baku"), pool, make_models(), scorer, windows=Windows(2, 2), balance="balanced")
    assert scorer.seen == [["Two.", "Rain in Baku."], ["One.", "Rain."]]
    assert verdict.scores.round(3).tolist() == [0.5, 0.269, 0.5, 0.5]


@pytest.mark.parametrize(("logit", "read"), [(ENOUGH, [1]), (ENOUGH - 0.1, [1, 2])])
def test_more_windows_are_read_when_nothing_answers(logit: float, read: list[int]) -> None:
    class Counter(WordScorer):
        def read(self, question: str, windows: Sequence[Sequence[str]]) -> list[Readings]:
            seen.append(len(windows))
            return [np.array([[logit, 0]] * len(window), np.float32) for window in windows]

    seen: list[int] = []
    pool = Pool(("Rain.", "Snow.", "Sun.", "Wind."), [()] * 4, [False] * 4, np.zeros(4))
    judge(understand("Is there rain?"), pool, make_models(), Counter(), windows=Windows(1, 3), balance="balanced")
    assert seen == read


def test_who_is_asked_for_is_read_with_what_they_say_further_on() -> None:
    class Recorder(WordScorer):
        def read(self, question: str, windows: Sequence[Sequence[str]]) -> list[Readings]:
            self.seen = [list(window) for window in windows]
            return super().read(question, windows)

    scorer, before = Recorder(), ("It was dry.", "Rain fell.", "Anna spoke.", "Snow fell.")
    pool = Pool(("Rain is good.",), [before], [False], np.zeros(1))
    judge(
        understand("What does Anna say of rain?"),
        pool,
        make_models(),
        scorer,
        windows=Windows(1, 1),
        balance="balanced",
    )
    assert scorer.seen == [["Anna spoke.", "It was dry.", "Rain is good."]]


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What does Anna think?", [0.0, 1.0, 1.0, 0.0]),
        ("What did the Mayor say?", [0.0, 0.0, 0.0, 1.0]),
        ("What did Carl say?", [0.0] * 4),
        ("Where was Anna?", [0.0] * 4),
    ],
)
def test_sentences_are_told_by_who_is_asked_for_when_their_speaker_has_that_name(
    question: str, told: list[float]
) -> None:
    voices = [stems_of(name) for name in ("", "Anna Berg", "Anna Berg", "Bo Lind mayor")]
    pool = Pool(("One.", "Two.", "Three.", "Four."), [()] * 4, [False] * 4, np.zeros(4), voices)
    assert told_by_asked(understand(question), pool).tolist() == told


@pytest.mark.models
def test_who_says_loose_sentences_is_read_from_all_of_them_together() -> None:
    texts = ["Rain fell.", "Anna Berg, a historian, believes that rain helps.", "She said it is wet.", "It snowed."]
    voice = stems_of("Anna Berg historian")
    assert read_voices(texts, StatementReader()) == [frozenset(), voice, voice, frozenset()]


def test_nothing_answers_from_an_empty_pool() -> None:
    verdict = ask("Who left?", make_pool(), make_models())
    assert (len(verdict.scores), verdict.confidence, [word.text for word in verdict.uncovered]) == (0, 0.0, ["left"])


def test_words_that_stand_nowhere_are_told() -> None:
    verdict = ask("What did Putin say of corridors?", make_pool("The corridor is long."), make_models())
    assert [word.text for word in verdict.uncovered] == ["Putin"]


@pytest.mark.parametrize(("year", "answered"), [("2022", True), ("2019", False)])
def test_a_year_that_stands_nowhere_is_not_answered_by_another(year: str, answered: bool) -> None:
    pool = make_pool("Trade grew in 2022.")
    assert ask(f"Did trade grow in {year}?", pool, make_models(confidence=0.99)).answered is answered


@pytest.mark.parametrize(
    ("question", "text", "answered"),
    [
        ("How many guards died?", "Two guards died.", True),
        ("How many guards died?", "The guards died.", False),
        ("How many guards died?", "No guard died.", True),
        ("How long is line 5?", "In May line 5 was begun.", False),
        ("What is the name of the guard?", "Then the guard, Karl Berg, died.", True),
        ("What is the name of the guard?", "Then the guard died.", False),
        ("What is the name of Berg's guard?", "Then the guard of Berg died.", False),
        ("What is the name of the guard's drink?", "The guard's drink is called mead.", True),
    ],
)
def test_no_number_or_name_is_no_answer_to_who_asks_for_one(question: str, text: str, answered: bool) -> None:
    assert ask(question, make_pool(text), make_models(confidence=0.99)).answered is answered


@pytest.mark.parametrize(
    ("question", "text", "answered"),
    [
        ("Who lives in Baku?", "The Karimovs live in Iran.", False),
        ("Who lives in Baku?", "In Baku the Karimovs live near Iran.", True),
        ("Who lives in Azerbaijan?", "The Karimovs live in Azerbaijani Lankaran.", True),
        ("Where do they live in Iran?", "They live in Tabriz.", True),
        ("Who lives in Baku?", "The Karimovs do.", True),
    ],
)
def test_what_is_told_of_another_name_in_the_same_place_does_not_answer(
    question: str, text: str, answered: bool
) -> None:
    assert ask(question, make_pool(text), make_models(confidence=0.99)).answered is answered


@pytest.mark.parametrize(("about", "answered"), [("Rome", True), ("Oslo", False), ("trains", True)])
def test_what_a_speaker_says_does_not_answer_what_they_say_of_a_name_that_is_elsewhere(
    about: str, answered: bool
) -> None:
    pool = make_pool("Then Minister Anna Lind spoke of Rome.", "Trains are late.", "Later Oslo froze.")
    models = make_models(confidence=0.99)
    assert ask(f"What did Minister Anna Lind say about {about}?", pool, models).answered is answered


def test_the_balance_decides_how_sure_an_answer_must_be() -> None:
    models = make_models(confidence=0.5, thresholds={"strict": 0.6, "balanced": 0.5, "eager": 0.1})
    pool = make_pool("It rained in Baku.")
    answered = {balance: ask("rain in Baku", pool, models, balance=balance).answered for balance in BALANCES}
    assert answered == {"strict": False, "balanced": True, "eager": True}


@pytest.mark.parametrize(
    ("question", "wanted"),
    [("What does Anna think?", True), ("What does Anna eat?", False), ("What does Bo think?", False)],
)
def test_a_question_that_only_names_somebody_is_answered_by_what_stands_there(question: str, wanted: bool) -> None:
    assert ask(question, make_pool("Then Anna left."), make_models(confidence=0.1)).answered is wanted


def test_loose_sentences_are_all_read_together_or_each_alone() -> None:
    class Recorder(WordScorer):
        def read(self, question: str, windows: Sequence[Sequence[str]]) -> list[Readings]:
            self.seen = [list(window) for window in windows]
            return super().read(question, windows)

    scorer = Recorder()
    tools = Tools(WordEncoder(), make_models(), scorer, SaidReader(), "balanced")
    verdict = judge_loose("rain in Baku", ["It rained in Baku.", "It snowed."], tools)
    assert scorer.seen == [["It rained in Baku.", "It snowed."]]
    assert verdict.scores.round(3).tolist() == [0.5, 0.119]
    judge_loose("rain in Baku", ["It rained in Baku.", "It snowed."], tools, apart=True)
    assert scorer.seen == [["It rained in Baku."], ["It snowed."]]


def test_one_strong_sentence_is_enough() -> None:
    assert count(np.array([0.9, 0.05, 0.05]), 1.0, leaning=1) == 1


def test_equally_likely_sentences_are_taken_together() -> None:
    assert count(np.array([0.5, 0.5, 0.01]), 1.01, leaning=1) == 2


def test_leaning_to_recall_takes_more() -> None:
    gains = np.array([0.6, 0.25, 0.2, 0.02])
    assert [count(gains, 1.07, leaning=b) for b in (1, 3)] == [1, 3]


def choose_rows(scores: list[float], texts: Sequence[str], vectors: np.ndarray, most: int = 6) -> tuple[int, ...]:
    return choose(np.array(scores), texts, vectors, leaning=3, distinct=0.75, most=most).rows


def test_what_is_chosen_is_in_reading_order() -> None:
    assert choose_rows([0.4, 0.01, 0.5], ["One.", "Two.", "Three."], ONE_EACH[:3]) == (0, 2)


def test_the_same_fact_is_quoted_once_with_the_other_places() -> None:
    vectors = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
    texts = ["It rained in Baku.", "Rain fell in Baku.", "Snow fell."]
    selection = choose(np.array([0.4, 0.5, 0.3]), texts, vectors, leaning=3, distinct=0.75, most=6)
    assert (selection.rows, selection.also) == ((1, 2), {1: (0,)})


def test_sentences_alike_that_name_other_numbers_are_both_quoted() -> None:
    vectors = np.array([[1, 0], [1, 0]], np.float32)
    assert choose_rows([0.5, 0.5], ["It cost 5 dollars.", "It cost 7 dollars."], vectors) == (0, 1)


def test_no_more_than_the_most_is_quoted() -> None:
    assert choose_rows([0.5] * 8, [f"T{n}." for n in range(8)], ONE_EACH, most=3) == (0, 1, 2)


def test_nothing_is_chosen_from_nothing() -> None:
    assert choose_rows([], [], ONE_EACH[:0]) == ()


def test_the_shipped_models_name_the_command_that_fitted_them() -> None:
    assert json.loads(FILE.read_text())["fitted"]["command"] == "rag train evidence"


def test_models_fitted_for_other_features_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "evidence.json"
    path.write_text('{"sentence": {"cosine": 1}, "question": {}, "thresholds": {}}')
    with pytest.raises(ModelError, match="does not hold the models that this version needs"):
        load_models(path)


def test_models_that_are_missing_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"evidence\.json cannot be read"):
        load_models(tmp_path / "evidence.json")
