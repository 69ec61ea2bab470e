import json
from pathlib import Path

import numpy as np
import pytest
from compare_fakes import BRIDGE, TOWN, TOWN_STATEMENTS, spoken_in, states
from fakes import WordEncoder
from test_train import write_data

from rag.articles import read_text
from rag.compare import TOPICS_FILE, load_topic_model
from rag.compare.topics import noun_phrases, topic_names
from rag.errors import ModelError
from rag.evidence import Pool
from rag.question import understand
from rag.settings import BALANCES
from rag.train.topics import topic_of, train_topics


def odds(topic: str, *texts: str, before: str = "") -> list[float]:
    pool = Pool(texts, [(before,) if before else ()] * len(texts), [False] * len(texts), np.zeros(len(texts)))
    found: list[float] = load_topic_model().odds([understand(topic)], pool, np.zeros((1, len(texts))))[0].tolist()
    return found


def test_words_of_the_topic_speak_for_a_sentence() -> None:
    on, off = odds("the bridge", "The bridge is safe.", "The ferry sank.")
    assert on > 1 > off


def test_words_in_the_text_before_count_less() -> None:
    [on] = odds("the bridge", "The bridge is safe.")
    [after] = odds("the bridge", "It is safe.", before="The bridge is new.")
    [off] = odds("the bridge", "It is safe.")
    assert on > after > off


def test_a_country_is_met_by_its_people_and_its_capital() -> None:
    people, capital, other = odds("Turkey", "A pro-Turkish line.", "Ties with Ankara are close.", "All is well.")
    assert min(people, capital) > 1 > other


def test_many_topics_are_told_apart_at_once() -> None:
    pool = Pool(["The bridge is safe.", "The ferry sank."], [(), ()], [False] * 2, np.zeros(2))
    topics = [understand("the bridge"), understand("the ferry")]
    found = load_topic_model().odds(topics, pool, np.zeros((2, 2)))
    assert (found > 1).tolist() == [[True, False], [False, True]]


def test_the_likeliest_sentence_tells_whether_somebody_speaks_of_it() -> None:
    model = load_topic_model()
    assert model.speaks(np.array([0.1, 50.0])) > 0.5 > model.speaks(np.array([0.1, 0.1]))


def test_the_shipped_model_was_fitted_by_its_command() -> None:
    fitted = json.loads(TOPICS_FILE.read_text(encoding="utf-8"))
    assert fitted["fitted"]["command"] == "rag train topics"
    assert list(fitted["thresholds"]) == list(BALANCES)


def test_a_missing_and_an_old_model_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        load_topic_model(tmp_path / "none.json")
    (tmp_path / "topics.json").write_text('{"sentence": {"cosine": 1}}')
    with pytest.raises(ModelError, match="does not hold"):
        load_topic_model(tmp_path / "topics.json")


# Names of topics


def test_noun_phrases_stand_after_an_article_and_before_the_end_of_their_phrase() -> None:
    text = "The threats to the South Caucasus and its trade routes."
    assert list(noun_phrases(text)) == ["threats", "South Caucasus", "Caucasus", "trade routes", "routes"]


def test_what_several_sentences_speak_of_is_a_topic_in_their_words() -> None:
    assert topic_names(spoken_in(TOWN, TOWN_STATEMENTS)) == ["bridge", "ferry"]


def test_the_people_who_speak_are_no_topics() -> None:
    article = read_text("One\n\nBerg said that the mayor is ill. Kim said that the Berg of the mayor is well.\n")
    said = [
        states(article, "Berg", "that the mayor is ill"),
        states(article, "Kim", "that the Berg of the mayor is well"),
    ]
    assert topic_names(spoken_in(article, said)) == ["mayor"]


def test_nothing_said_names_nothing() -> None:
    assert topic_names([]) == []
    assert topic_names(spoken_in(BRIDGE, ())) == []


# Fitting


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Who proclaimed the oil embargo?", "proclaimed the oil embargo"),
        ("What is an Islamic revival movement?", "Islamic revival movement"),
        ("When was it?", "When was it?"),
    ],
)
def test_a_question_less_its_question_words_is_a_topic(question: str, topic: str) -> None:
    assert topic_of(question) == topic


def test_fitting_again_gives_the_same_model(tmp_path: Path) -> None:
    train = write_data(tmp_path, 400) / "train"
    first, second = (train_topics(train, WordEncoder(), seed=0) for _ in range(2))
    assert first == second
    assert first["fitted"]["figures"]["AUC"] > 0.9
    assert first["thresholds"]["strict"] >= first["thresholds"]["balanced"] >= first["thresholds"]["eager"]
