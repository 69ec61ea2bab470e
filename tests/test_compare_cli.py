import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from compare_fakes import BRIDGE, BRIDGE_STATEMENTS, speak

from rag.articles import read_file
from rag.cli import main

pytestmark = pytest.mark.models

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs commands on a library that holds the article about the bridge."""
    path = tmp_path / "bridge.txt"
    path.write_text(BRIDGE.text, encoding="utf-8")
    speak(monkeypatch, {read_file(path, max_bytes=10_000).id: BRIDGE_STATEMENTS})

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main([*arguments, "--index", str(tmp_path / "library")])
        out, err = capsys.readouterr()
        return code, out, err

    assert run("add", str(path))[0] == 0
    return run


def shape(done: tuple[int, str, str]) -> dict[str, Any]:
    code, out, _ = done
    assert code == 0
    value: dict[str, Any] = json.loads(out)
    return value


def test_a_comparison_has_the_shape_that_others_script_against(run: Run) -> None:
    reply = shape(run("compare", "the bridge", "--json"))
    assert (reply["kind"], reply["topic"], reply["question"]) == ("comparison", "the bridge", "the bridge")
    assert [quote["number"] for quote in reply["quotes"]] == [1, 2, 3]
    assert reply["speakers"][1] == {
        "name": "Clara Diaz",
        "role": "professor",
        "quotes": [2],
        "stance": {"label": "doubt", "quote": 2, "cue": _range("doubted")},
        "stances": [{"label": "doubt", "quote": 2, "cue": _range("doubted")}],
    }
    assert reply["speakers"][0]["stance"] is None
    assert reply["silent"] == [{"name": "Boris Kim", "role": "engineer"}]
    assert reply["topics"] == [{"name": "the bridge", "quotes": [1, 2, 3]}]
    assert reply["differing"] == []
    assert 0 < reply["confidence"] <= 1
    assert reply["elapsed_ms"] > 0


def _range(words: str) -> dict[str, int]:
    start = BRIDGE.text.index(words)
    return {"start": start, "end": start + len(words)}


def test_a_quote_of_a_comparison_names_its_speaker_and_proof(run: Run) -> None:
    quote = shape(run("compare", "the bridge", "--json"))["quotes"][1]
    assert quote["speaker"] == {"name": "Clara Diaz", "role": "professor"}
    assert (quote["attribution"], quote["cue"]) == ("indirect", _range("doubted"))
    assert BRIDGE.text[quote["start"] : quote["end"]] == quote["text"]


def test_speakers_are_chosen_by_name(run: Run) -> None:
    reply = shape(run("compare", "the bridge", "--speaker", "Berg", "--speaker", "Ek", "--json"))
    assert [side["name"] for side in reply["speakers"]] == ["Anna Berg", "Dora Ek"]


def test_a_comparison_for_people_stands_speaker_by_speaker(run: Run) -> None:
    code, out, _ = run("compare", "the bridge")
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == "Anna Berg, minister"
    assert lines[1] == "[1] Anna Berg, a minister, said the bridge is safe."
    assert "    doubt: “doubted”" in lines
    assert lines[-1] == "Nothing found on this by: Boris Kim"


def test_without_a_topic_the_articles_own_are_compared(run: Run) -> None:
    reply = shape(run("compare", "--json"))
    assert reply["topic"] is None
    assert [side["name"] for side in reply["speakers"]] == ["Anna Berg", "Boris Kim", "Clara Diaz", "Dora Ek"]


def test_an_unknown_speaker_is_told_plainly(run: Run) -> None:
    code, out, _ = run("compare", "the bridge", "--speaker", "Napoleon")
    assert (code, out.split(".")[0]) == (0, "“Napoleon” is not quoted in the article")
    assert shape(run("compare", "the bridge", "--speaker", "Napoleon", "--json"))["kind"] == "abstention"


def test_a_question_that_compares_prints_a_comparison(run: Run) -> None:
    reply = shape(run("ask", "Compare what the professors say about the bridge.", "--json"))
    assert (reply["kind"], [side["name"] for side in reply["speakers"]]) == ("comparison", ["Clara Diaz", "Dora Ek"])


def test_a_comparison_is_printed_as_a_file(run: Run) -> None:
    code, table, _ = run("compare", "the bridge", "--format", "csv")
    assert (code, len(table.splitlines())) == (0, 4)
    code, document, _ = run("compare", "the bridge", "--format", "markdown")
    assert (code, document.count("\n## ") >= 3) == (0, True)


def test_an_unknown_article_gets_one_clear_line(run: Run) -> None:
    code, out, err = run("compare", "the bridge", "--article", "nowhere")
    assert (code, out, err.count("\n")) == (1, "", 1)


def test_an_unknown_format_is_wrong_usage(run: Run) -> None:
    with pytest.raises(SystemExit) as stop:
        run("compare", "--format", "pdf")
    assert stop.value.code == 2
