import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from fakes import WordEncoder, WordScorer

from rag.embed import Vectors
from rag.errors import UnreadableFileError
from rag.evaluate.cases import part_of
from rag.evidence import FEATURES, FILE, load_models
from rag.train.accounts import account_windows
from rag.train.evidence import _LEANINGS, best_leaning, fit_logistic, train_evidence
from rag.train.pools import QUESTIONS, Case, load_cases, make_cases
from rag.train.spoil import OPPOSITE, as_yes_or_no, smudge, spoil
from rag.train.teacher import Teacher
from rag.train.windows import LONGEST, Cutter, Elsewhere, Window, make_windows, with_likes


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
    return Case("answerable", "Where is it?", texts, np.array(labels), texts)


def test_a_pool_without_its_paragraph_has_nothing_that_answers(tmp_path: Path) -> None:
    write_data(tmp_path, 80)
    cases = make_cases(tmp_path / "train" / "squad2.jsonl", 80, random.Random(0))
    kinds = {case.kind for case in cases}
    assert kinds == {"answerable", "unanswerable", "left out", "elsewhere", "spoilt"}
    for case in cases:
        assert len(case.labels) == len(case.texts)
        assert bool(case.labels.any()) == (case.kind == "answerable")
        home_is_in = " ".join(case.paragraph) in " ".join(case.texts)
        assert home_is_in == (case.kind in ("answerable", "unanswerable", "spoilt"))


def test_questions_on_a_paragraph_go_the_same_way(tmp_path: Path) -> None:
    cases = load_cases(write_data(tmp_path, 400) / "train", seed=0)
    paragraphs = {case.paragraph for case in cases}
    parts = [part_of(texts) for texts in paragraphs]
    shares = {part: round(parts.count(part) / len(parts), 1) for part in parts}
    assert shares == {"scorer": 0.8, "fitting": 0.1, "judging": 0.1}
    assert [part_of([*texts, " "]) for texts in paragraphs] == parts


def test_a_missing_data_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"squad2\.jsonl cannot be read"):
        load_cases(tmp_path, seed=0)


def windows_of(name: str = "squad2") -> list[Window]:
    cases = [
        make_case(f"Rain fell in Town{n}.", f"Anna{n} lives in Town{n}.", "No more.", labels=[0, 1, 0])
        for n in range(9)
    ]
    encoder, rng = WordEncoder(), random.Random(0)
    elsewhere = Elsewhere(encoder, cases) if name == "squad2" else None
    return list(make_windows(name, cases, elsewhere, Cutter(encoder, rng), rng))


def test_windows_are_of_every_kind() -> None:
    windows = windows_of()
    assert any(any(window.answers) for window in windows)
    assert any(not any(window.answers) and "No more." in window.sentences for window in windows)
    assert any(len(window.sentences) == 1 for window in windows)
    mixed = [w for w in windows if any(w.answers) and len({text for text in w.sentences if "lives" in text}) > 1]
    assert all(sum(window.answers) == 1 for window in mixed)
    assert mixed


def test_every_question_of_a_file_brings_its_answer_once_a_pass() -> None:
    windows = [window for window in windows_of("squadshifts_reddit") if len(window.sentences) > 1]
    assert sum(any(window.answers) for window in windows) == 9


def test_a_window_holds_its_row_and_keeps_to_its_length() -> None:
    texts = [" ".join(["word"] * 40) for _ in range(12)]
    cutter = Cutter(WordEncoder(), random.Random(0))
    for row in range(12):
        rows = cutter.cut(texts, row)
        assert row in rows
        assert len(rows) * 43 <= LONGEST


def test_hard_negatives_are_near_and_from_elsewhere() -> None:
    cases = [
        Case(
            "answerable", "Where is rain?", ("Rain is here.", "Snow."), np.array([1.0, 0.0]), ("Rain is here.", "Snow.")
        ),
        Case(
            "answerable",
            "Who is it?",
            ("Where is rain now?", "Sun."),
            np.array([1.0, 0.0]),
            ("Where is rain now?", "Sun."),
        ),
    ]
    near = Elsewhere(WordEncoder(), cases).near(cases[0])
    assert near[0] == (("Where is rain now?", "Sun."), 0)
    assert all(texts != cases[0].texts for texts, _ in near)


YEARS = (2004, *(1999 + step for step in (-30, -10, -3, -2, -1, 1, 2, 3, 10, 30)))


@pytest.mark.parametrize(
    ("question", "texts", "wanted"),
    [
        (
            "Where did Anna go?",
            ["They met Boris there."],
            {"Where did Boris go?", "Where did not Anna go?", "Where did never Anna go?"},
        ),
        ("What happened in 1999?", ["It was 2004."], {f"What happened in {year}?" for year in YEARS}),
        ("What was the first sign?", [], {"What was the last sign?"}),
    ],
)
def test_a_spoilt_question_has_one_thing_wrong(question: str, texts: list[str], wanted: set[str]) -> None:
    made = {spoil(question, texts, texts, random.Random(seed)) for seed in range(60)} - {None}
    assert made
    assert made <= wanted | {question.replace("was", "was not"), question.replace("was", "was never")}


def test_what_has_nothing_to_spoil_is_left() -> None:
    assert spoil("Why?", [], [], random.Random(0)) is None


def test_opposites_go_both_ways() -> None:
    assert OPPOSITE["first"] == "last"
    assert OPPOSITE["last"] == "first"


def test_a_question_typed_in_haste_stays_a_question_on_the_same() -> None:
    made = {smudge("Where did Anna travel yesterday?", random.Random(seed)) for seed in range(200)}
    assert {"Where did Anna travel yesterday?", "Where did Anna travel yesterday", "Anna travel yesterday"} <= made
    assert all("Anna" in one for one in made)


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
    fitted = train_evidence(data / "train", data / "dev", WordEncoder(), WordScorer())
    path = tmp_path / "evidence.json"
    path.write_text(json.dumps(fitted))
    assert load_models(path).thresholds == fitted["thresholds"]
    assert fitted["fitted"]["figures"]["held out"]["MAP"] > 0.9
    again = train_evidence(data / "train", data / "dev", WordEncoder(), WordScorer())
    assert again == fitted


def test_the_shipped_weights_have_the_signs_that_features_may_have() -> None:
    fitted = json.loads(FILE.read_text())
    assert {name: set(fitted[name]) - {"bias"} for name in FEATURES} == {n: set(f) for n, f in FEATURES.items()}
    assert all(fitted["question"][name] <= 0 for name in ("uncovered_name", "missing", "missing_name"))
    assert all(fitted["sentence"][name] >= 0 for name in ("logit", "cosine", "words", "nearby"))


def test_what_somebody_says_is_asked_in_make_believe_passages() -> None:
    said = (
        "The treaty of Anna Weber was signed in town {}.",
        "Its author praised the work of Karl Stein {} times.",
        "Many readers of Lena Vogt waited {} years for it.",
        "Nothing else was heard of Otto Brand in year {}.",
    )
    cases = [make_case(*[text.format(n) for text in said], labels=[0.0] * 4) for n in range(12)]
    windows = list(account_windows(cases, 60, random.Random(0)))
    assert len(windows) == 60
    for window in windows:
        assert sum(len(text) for text in window.sentences) <= 760
        assert len(window.sentences) == len(window.answers)
    shares = [np.mean(window.answers) for window in windows]
    assert min(shares) == 0
    assert any(0 < share < 1 for share in shares)


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("The tower was built of stone in 1900, and it stands.", "Was the tower built of stone in 1900?"),
        ("Anna has written to the king of Spain.", "Has Anna written to the king of Spain?"),
        ("Anna has a large house in the country.", None),
        ("Although it was late in the evening, they left.", None),
        ("Rain.", None),
    ],
)
def test_a_simple_clause_can_be_asked_by_yes_or_no(sentence: str, question: str | None) -> None:
    assert as_yes_or_no(sentence) == question


def test_the_teacher_says_how_near_what_it_knows_is_and_reads_it_once(tmp_path: Path) -> None:
    class Counter(WordEncoder):
        read = 0

        def encode(self, texts: Sequence[str], *, as_question: bool = False) -> Vectors:
            self.read += len(texts)
            return super().encode(texts)

    encoder = Counter()
    for _ in range(2):
        teacher = Teacher(encoder, ["rain here"], ["rain here", "snow there"], tmp_path)
    assert encoder.read == 3
    assert teacher.likes("rain here", ["snow there", "rain here"]) == pytest.approx((-16.0, 4.0))
    assert teacher.likes("rain here", ["unknown"]) == teacher.likes("unknown", ["rain here"]) == ()
    window = Window("rain hree", ("rain here",), (True,), written="rain here")
    assert with_likes(window, teacher).likes == pytest.approx((4.0,))
    assert with_likes(Window("rain here", ("rain here",), (True,)), teacher).likes == ()


def test_without_names_no_passages_are_put_together() -> None:
    case = make_case("Rain fell on the town all day long.", "It was cold in the town all night.", labels=[0.0, 0.0])
    assert list(account_windows([case], 5, random.Random(0))) == []


def test_of_leanings_as_good_as_the_best_the_one_that_quotes_least_is_taken() -> None:
    sure = (np.array([0.9, 0.1]), np.array([1.0, 0.0]))  # one quote is right, whatever the leaning
    assert best_leaning([sure] * 5) == min(_LEANINGS)
