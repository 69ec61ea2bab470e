import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from rag.bench import Plan, adding, bench, bench_growth, bench_real, growth, speed
from rag.settings import Settings

pytestmark = pytest.mark.models

ARTICLE = Path(__file__).parents[1] / "index" / "articles" / "iran-azerbaijan.txt"


def test_a_benchmark_measures_ours_beside_the_original(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "PASSAGES", 4)
    monkeypatch.setattr(speed, "ROUNDS", 1)
    figures = bench(ARTICLE, Settings())
    assert figures["passages"] == 4
    for name in ("passages/s", "question embedded, ms p50"):
        assert figures[name] > 0
        assert figures[f"{name}, sentence-transformers"] > 0
    assert figures["question to reply, ms p95"] >= figures["question to reply, ms p50"] > 0
    assert figures["rag ask, start to printed reply, s"] > 0
    assert figures["words/s, who said what"] > 0


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """A small plan: one article of news, few questions."""
    for module, name, value in ((growth, "QUESTIONS_EACH", 2), (growth, "LOOKUPS_EACH", 3), (growth, "STARTS", 1),
                                (growth, "ASKINGS", 1), (adding, "ROUNDS", 1)):  # fmt: skip
        monkeypatch.setattr(module, name, value)
    news = {"id": "a", "text": ARTICLE.read_text(encoding="utf-8"), "attributions": []}
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "polnear.jsonl").write_text(json.dumps(news) + "\n", encoding="utf-8")
    return Plan(tmp_path, tmp_path / "work", sizes=(30,), paragraphs=5, files=1)


def test_real_texts_are_measured_beside_as_many_passages_put_together(plan: Plan) -> None:
    found = bench_real(plan, Settings())
    real, together = found.real
    assert real.measures["articles"].value == 1
    assert real.measures["sentences"].value > real.passages > 5
    assert real.passages <= together.passages < real.passages + 24
    for column in (real, together):
        assert column.measures["question to reply, ms p95"].value > 0
        assert column.measures["recall@10 of exact"].value == 1
        assert column.left_out == {}
    assert "kept without embedding, passages/s" not in real.measures


def test_growth_measures_ours_beside_other_programs_in_fresh_processes(plan: Plan) -> None:
    found = bench_growth(plan, Settings())

    (size,) = found.sizes
    assert 30 <= size.passages < 30 + 24
    measured = size.measures
    assert measured["question to reply, ms p95"].value >= measured["question to reply, ms p50"].value > 0
    assert measured["question to reply, ms p95"].n == found.questions[0] > 0
    assert measured["start to first passages, s"].value > measured["of it opening, s"].value > 0
    assert measured["memory after the questions, peak, MB"].value > measured["of it in no file, MB"].value > 0
    assert measured["nearest passages, plain FAISS flat, ms p50"].value > 0
    assert measured["passages with words, bm25s, ms p50"].value > 0
    assert measured["recall@10 of exact"].value == 1
    assert found.pieces > 1
    assert found.adding[0].measures["added, passages/s"].value > 0

    without = {} if find_spec("txtai") else {"txtai": "ModuleNotFoundError: No module named 'txtai'"}
    assert size.left_out == without
    assert ("search as a whole, txtai, ms p50" in measured) == (not without)
    assert [bool(column.measures) for column in found.adding] == [True, not without, not without]
    assert list(plan.work.iterdir()) == [next(plan.work.glob("pool-5-*"))]
