"""What readers said of replies is asked again and counted for what it says, and for nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from web_fakes import FakeLibrary, article_of, as_library

from rag.embed import Encoder
from rag.errors import DataError
from rag.evaluate import Draws
from rag.evaluate.answers import evaluate_answers
from rag.evaluate.cases import AnswerCase, Rated, Spot, answer_cases
from rag.evaluate.rated import Cited, mark_rated, miss_of_rated
from rag.records import Range

HERE, THERE = Spot("a", Range(0, 10)), Spot("b", Range(0, 10))
NEAR, FAR = Cited("a", Range(2, 10)), Cited("a", Range(20, 30))


class NoEncoder:
    """Nothing of feedback is compared with baselines, so nothing is encoded."""


def entry(**other: object) -> dict[str, object]:
    quote = {"article": "a", "start": 0, "end": 4, "text": "Rain"}
    return {"id": "1", "verdict": "good", "question": "Why?", "quotes": [quote], "wrong": []} | other


def write(path: Path, *entries: dict[str, object]) -> Path:
    path.write_text("".join(f"{json.dumps(one)}\n" for one in entries), encoding="utf-8")
    return path


def rated(verdict: Any, *quotes: Spot, wrong: tuple[int, ...] = ()) -> Rated:
    return Rated(verdict, quotes, ("x",) * len(quotes), wrong)


def test_a_line_of_feedback_is_a_case(tmp_path: Path) -> None:
    line = entry(verdict="wrong quote", wrong=[1], history=["What?"], articles=["a"], time="now", version="v.1")
    assert answer_cases(write(tmp_path / "feedback.jsonl", line)) == [
        AnswerCase(
            "1", "wrong quote", "Why?", (), (), ("What?",), ("a",),
            Rated("wrong quote", (Spot("a", Range(0, 4)),), ("Rain",), (0,)),
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    "other",
    [
        {"verdict": "bad"},
        {"verdict": ["good"]},
        {"verdict": "wrong quote"},
        {"verdict": "good", "wrong": [1]},
        {"verdict": "wrong quote", "wrong": [2]},
        {"verdict": "wrong quote", "wrong": [0]},
        {"quotes": [{"article": "a"}]},
        {"quotes": [{"article": "a", "start": 4, "end": 4, "text": ""}]},
        {"question": 5},
    ],
)
def test_a_line_that_says_nothing_clear_is_refused(tmp_path: Path, other: dict[str, object]) -> None:
    with pytest.raises(DataError, match="line 1"):
        answer_cases(write(tmp_path / "feedback.jsonl", entry(**other)))


def test_a_good_reply_must_come_back() -> None:
    case = rated("good", HERE, THERE)
    assert mark_rated(case, (NEAR, FAR)) == {
        "answered": [1.0],
        "recall": [0.5],
        "verbatim": [1.0, 1.0],
        "precision": [0.5],
        "length": [2.0],
    }
    assert mark_rated(case, None) == {"answered": [0.0], "recall": [0.0]}


def test_a_good_refusal_must_stay_one() -> None:
    assert mark_rated(rated("good"), None) == {"refused": [1.0]}
    assert mark_rated(rated("good"), (NEAR,)) == {"refused": [0.0]}


def test_a_wrong_quote_must_not_come_back_and_says_nothing_of_the_others() -> None:
    case = rated("wrong quote", HERE, THERE, wrong=(0,))
    assert mark_rated(case, (NEAR,)) == {"withdrawn": [0.0]}
    assert mark_rated(case, (FAR,)) == {"withdrawn": [1.0]}
    assert mark_rated(case, None) == {"withdrawn": [1.0]}


def test_where_something_was_missing_something_else_must_be_quoted() -> None:
    case = rated("missing", HERE)
    assert mark_rated(case, (NEAR,)) == {"added": [0.0]}
    assert mark_rated(case, (NEAR, FAR)) == {"added": [1.0]}
    assert mark_rated(case, None) == {"added": [0.0]}


def test_what_is_not_as_readers_want_it_is_named() -> None:
    case = AnswerCase("7", "missing", "Why?", (), (), ())
    assert miss_of_rated(case, rated("missing", HERE), (NEAR,)) == "7 missing: Why?"
    assert miss_of_rated(case, rated("missing", HERE), (FAR,)) is None


def library() -> FakeLibrary:
    return FakeLibrary({"a": article_of("a", [("title", "T"), ("body", "Trains came. Boats sank.")])})


def quote(text: str, start: int) -> dict[str, object]:
    return {"article": "a", "start": start, "end": start + len(text), "text": text}


def evaluate(path: Path, encoder: Encoder | NoEncoder | None = None) -> Any:
    return evaluate_answers(answer_cases(path), as_library(library()), encoder or NoEncoder(), Draws(0, 20), path=path)  # type: ignore[arg-type]  # never used


def test_feedback_is_measured_without_baselines(tmp_path: Path) -> None:
    path = write(
        tmp_path / "feedback.jsonl",
        entry(question="trains?", quotes=[quote("Trains came.", 3)]),
        entry(question="boats?", verdict="wrong quote", wrong=[1], quotes=[quote("Boats sank.", 16)]),
        entry(question="boats?", verdict="missing", quotes=[quote("Trains came.", 3)]),
    )
    found = evaluate(path)
    assert set(found.systems) == {"ours"}
    values = {name: figure.value for name, figure in found.systems["ours"].items()}
    assert (values["recall"], values["withdrawn"], values["added"]) == (1.0, 0.0, 1.0)
    assert found.misses == ("1 wrong quote: boats?",)


def test_replies_on_articles_that_are_gone_or_others_are_left_out(tmp_path: Path) -> None:
    path = write(
        tmp_path / "feedback.jsonl",
        entry(question="trains?", quotes=[quote("Trains came.", 3)]),
        entry(question="trains?", quotes=[quote("Trains went.", 3)]),
        entry(question="trains?", quotes=[], articles=["gone"]),
    )
    found = evaluate(path)
    assert (found.n, found.left_out) == (1, {"rated when the articles were others": 2})


def test_feedback_on_another_library_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no longer in the library"):
        evaluate(write(tmp_path / "feedback.jsonl", entry(quotes=[quote("Nothing", 0)])))
