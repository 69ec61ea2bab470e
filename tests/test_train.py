import json
import random
from pathlib import Path

import numpy as np
import pytest
from fakes import WordEncoder, WordReader

from rag.errors import UnreadableFileError
from rag.evidence import FEATURES, FILE, load_judge
from rag.train.evidence import area_under_roc, average_precision, fit_logistic, train_evidence
from rag.train.pools import QUESTIONS, Case, CaseVectors, for_reader, load_cases, make_cases
from rag.train.reader import make_pairs


def write_data(folder: Path, paragraphs: int = 40) -> Path:
    """Paragraph n says in its second sentence where person n lives; every third question has no answer."""
    for name in (*QUESTIONS, "wikiqa", "trecqa"):
        path = folder / ("dev" if name.endswith("qa") and name != "selqa" else "train") / f"{name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w") as lines:
            for number in range(paragraphs):
                answers = number % 3 > 0
                texts = [f"Weather {name}{number} was bad.", f"Person{number} lives in Town{number}.", "Nothing more."]
                row = {
                    "id": f"{name}-{number}",
                    "question": f"Where does Person{number} live?" if answers else f"Who fed Zebra{number}?",
                    "candidates": [{"text": t, "label": int(answers and at == 1)} for at, t in enumerate(texts)],
                }
                lines.write(json.dumps(row) + "\n")
    return folder


def make_case(*texts: str, labels: list[float]) -> Case:
    return Case("answerable", "Where is it?", texts, np.array(labels), " ".join(texts))


def test_a_pool_without_its_paragraph_has_nothing_that_answers(tmp_path: Path) -> None:
    write_data(tmp_path)
    cases = make_cases(tmp_path / "train" / "squad2.jsonl", 40, random.Random(0))
    kinds = {case.kind for case in cases}
    assert kinds == {"answerable", "unanswerable", "left out", "elsewhere"}
    for case in cases:
        assert len(case.labels) == len(case.texts)
        assert bool(case.labels.any()) == (case.kind == "answerable")
        home_is_in = case.home in " ".join(case.texts)
        assert home_is_in == (case.kind in ("answerable", "unanswerable"))


def test_questions_on_a_paragraph_go_the_same_way(tmp_path: Path) -> None:
    cases = load_cases(write_data(tmp_path) / "train", seed=0)
    ways = {case.home: for_reader(case) for case in cases}
    assert all(ways[case.home] == for_reader(case) for case in cases)
    assert set(ways.values()) == {True, False}


def test_a_missing_data_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"squad2\.jsonl cannot be read"):
        load_cases(tmp_path, seed=0)


def test_pairs_are_one_that_answers_and_two_near_ones_that_do_not() -> None:
    case = make_case("Is it here?", "Where it is.", "It is in Baku.", "Zebra.", labels=[0, 0, 1, 0])
    pairs = make_pairs([case], CaseVectors(WordEncoder(), [case]), random.Random(0))
    assert [(pair.before, pair.sentence, pair.answers) for pair in pairs[:2]] == [
        ("Where it is.", "It is in Baku.", True),
        ("Is it here?", "Where it is.", False),
    ]
    assert [pair.answers for pair in pairs] == [True, False, False]


def test_a_logistic_finds_what_separates_and_keeps_the_allowed_sign() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(400, 2))
    labels = (values[:, 0] - values[:, 1] > 0).astype(float)
    model = fit_logistic(values, labels, ("cosine", "words"))
    assert model.weights[0] > 1
    assert model.weights[1] == 0
    other = fit_logistic(values, labels, ("cosine", "missing"))
    assert other.weights[1] < -1


def test_evidence_is_fitted_and_can_be_loaded(tmp_path: Path) -> None:
    data = write_data(tmp_path)
    fitted = train_evidence(data / "train", data / "dev", WordEncoder(), WordReader())
    path = tmp_path / "evidence.json"
    path.write_text(json.dumps(fitted))
    assert load_judge(path).thresholds == fitted["thresholds"]
    assert fitted["fitted"]["figures"]["held out"]["MAP"] > 0.9
    again = train_evidence(data / "train", data / "dev", WordEncoder(), WordReader())
    assert again == fitted


def test_the_shipped_weights_have_the_signs_that_features_may_have() -> None:
    fitted = json.loads(FILE.read_text())
    assert {name: set(fitted[name]) - {"bias"} for name in FEATURES} == {n: set(f) for n, f in FEATURES.items()}
    assert all(fitted["question"][name] <= 0 for name in ("uncovered_name", "missing", "missing_name"))
    assert all(fitted["sentence"][name] >= 0 for name in ("cosine", "words", "window"))


@pytest.mark.parametrize(
    ("scores", "labels", "wanted"),
    [([0.9, 0.5, 0.1], [1, 0, 0], 1.0), ([0.9, 0.5, 0.1], [0, 0, 1], 1 / 3), ([0.5, 0.5], [0, 1], 0.5)],
)
def test_average_precision(scores: list[float], labels: list[float], wanted: float) -> None:
    assert average_precision(np.array(scores), np.array(labels)) == pytest.approx(wanted)


def test_area_under_roc_counts_ties_half() -> None:
    assert area_under_roc([0.9, 0.5], [0.5, 0.1]) == 0.875
