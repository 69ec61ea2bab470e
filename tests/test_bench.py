from pathlib import Path

import pytest

from rag.bench import bench, speed
from rag.settings import Settings

pytestmark = pytest.mark.models

ARTICLE = Path(__file__).parents[1] / "index" / "articles" / "iran-azerbaijan.txt"


def test_a_benchmark_measures_ours_beside_the_original(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "PASSAGES", 4)
    monkeypatch.setattr(speed, "ROUNDS", 1)
    monkeypatch.setattr(speed, "_FILLED_AT_ONCE", 2)
    figures = bench(ARTICLE, Settings(), fill=20)
    assert figures["passages"] == 4
    for name in ("passages/s", "question embedded, ms p50"):
        assert figures[name] > 0
        assert figures[f"{name}, sentence-transformers"] > 0
    assert figures["question to reply, ms p95"] >= figures["question to reply, ms p50"] > 0
    assert figures["rag ask, start to printed reply, s"] > 0
    assert figures["words/s, who said what"] > 0
    assert figures["passages of the large library"] >= 20
    assert (
        figures["large library, question to reply, ms p95"] >= figures["large library, question to reply, ms p50"] > 0
    )
