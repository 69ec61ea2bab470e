import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from rag.bench import Plan, adding, bench, bench_growth, growth, speed
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


def test_growth_measures_ours_beside_other_programs_in_fresh_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name, value in ((growth, "QUESTIONS_EACH", 2), (growth, "LOOKUPS_EACH", 3), (growth, "STARTS", 1),
                                (growth, "ASKINGS", 1), (adding, "ROUNDS", 1)):  # fmt: skip
        monkeypatch.setattr(module, name, value)
    news = {"id": "a", "text": ARTICLE.read_text(encoding="utf-8"), "attributions": []}
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "polnear.jsonl").write_text(json.dumps(news) + "\n", encoding="utf-8")
    plan = Plan(tmp_path, tmp_path / "work", sizes=(30,), paragraphs=5, files=1)
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
    assert list((tmp_path / "work").iterdir()) == [next((tmp_path / "work").glob("pool-5-*"))]
