from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import flip_byte

from rag.errors import ModelError
from rag.scorer import FOLDER, MOST_QUESTION, MOST_SENTENCE, Scorer, window_ids
from rag.train.scorer import _loss, train_scorer
from rag.train.windows import Window

pytestmark = pytest.mark.models

QUESTION = "Where does Anna live?"
SENTENCES = ["Rain fell all day.", "Anna lives in Baku.", "Nobody knows why it rained."]


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer(threads=2)


def test_a_window_is_the_question_and_its_sentences_with_marks_between() -> None:
    made = window_ids([7, 8], [[1], [2, 3]])
    assert made.ids == [101, 7, 8, 102, 1, 102, 2, 3, 102]
    assert made.pieces == [0, 0, 0, 0, 1, 1, 2, 2, 2]


def test_of_a_long_question_the_end_is_read_and_of_a_long_sentence_the_beginning() -> None:
    made = window_ids(list(range(1000, 1100)), [list(range(2000, 2100))])
    assert made.ids[1 : MOST_QUESTION + 1] == list(range(1100 - MOST_QUESTION, 1100))
    assert made.ids[MOST_QUESTION + 2 : -1] == list(range(2000, 2000 + MOST_SENTENCE))


def test_the_sentence_that_answers_gets_the_highest_logit(scorer: Scorer) -> None:
    logits = scorer.read(QUESTION, [SENTENCES])[0][:, 0]
    assert int(logits.argmax()) == 1
    assert logits[1] > 0 > max(logits[0], logits[2])


def test_a_window_is_read_alike_alone_and_among_others(scorer: Scorer) -> None:
    alone = scorer.read(QUESTION, [SENTENCES])[0]
    among = scorer.read(QUESTION, [["Something else."], SENTENCES, ["Snow."] * 9])[1]
    assert np.array_equal(alone, among)


def test_nothing_is_read_from_no_windows(scorer: Scorer) -> None:
    assert scorer.read(QUESTION, []) == []


def test_altered_weights_are_refused(tmp_path: Path) -> None:
    for path in FOLDER.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    flip_byte(tmp_path / "scorer.onnx")
    with pytest.raises(ModelError, match="is not the file that was measured"):
        Scorer(tmp_path, threads=1)


def make_windows(count: int) -> list[Window]:
    return [
        Window(f"Where does Person{n} live?", (f"Rain fell on day {n}.", f"Person{n} lives in Town{n}."), (False, True))
        for n in range(count)
    ]


def test_training_writes_a_scorer_that_can_be_loaded(tmp_path: Path) -> None:
    loss = train_scorer(make_windows(48), tmp_path / "made", tmp_path / "work", seed=0)
    assert 0 < loss < 5
    assert len(Scorer(tmp_path / "made", threads=1).read(QUESTION, [SENTENCES])[0]) == 3
    assert (tmp_path / "work" / "scorer.jsonl").read_text().count("\n") == 1


def test_an_interrupted_training_ends_where_a_whole_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.train.run._SAVED_EVERY", 1)
    windows = make_windows(72)
    train_scorer(windows, tmp_path / "a", tmp_path / "work-a", seed=0)

    losses = iter([_loss, _loss])

    def stopping(model: Any, batch: Any) -> Any:
        with_two = next(losses, None)
        if with_two is None:
            raise KeyboardInterrupt
        return with_two(model, batch)

    with monkeypatch.context() as patched:
        patched.setattr("rag.train.scorer._loss", stopping)
        with pytest.raises(KeyboardInterrupt):
            train_scorer(windows, tmp_path / "b", tmp_path / "work-b", seed=0)
    assert len((tmp_path / "work-b" / "scorer.jsonl").read_text().splitlines()) == 2
    train_scorer(windows, tmp_path / "b", tmp_path / "work-b", seed=0)
    whole, stopped = (Scorer(tmp_path / name, threads=1).read(QUESTION, [SENTENCES])[0] for name in "ab")
    assert np.allclose(whole, stopped, atol=1e-4)
