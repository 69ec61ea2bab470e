"""`rag ingest` and `rag load`, with the real models."""

import json
from pathlib import Path

import pytest
from fakes import flip_byte
from ingest_fakes import kept

from rag.cli import main

pytestmark = pytest.mark.models

RAIN = "Rain in Baku\n\nHeavy rain closed four streets in Baku on Monday, said Ali Aliyev. Schools stayed open.\n"
SNOW = "Snow in Ganja\n\nSnow closed all schools in Ganja for nine days. “It is cold,” said Leyla Aliyeva.\n"
SUN = {"text": "The sun shone in Sheki. Nobody was surprised.", "title": "Sun", "authors": ["Ann Lee"]}


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "rain.txt").write_text(RAIN, encoding="utf-8")
    (folder / "snow.md").write_text(SNOW, encoding="utf-8")
    return folder


def ingest(news: Path, *options: str) -> int:
    return main(["ingest", str(news), "--out", str(news.parent / "out"), *options])


def load(tmp_path: Path, *options: str) -> int:
    return main(["load", str(tmp_path / "out"), "--index", str(tmp_path / "library"), *options])


def test_a_prepared_library_keeps_exactly_what_adding_keeps(news: Path, tmp_path: Path) -> None:
    assert main(["add", str(news), "--index", str(tmp_path / "added")]) == 0
    assert ingest(news, "--shard-articles", "1") == 0
    assert load(tmp_path) == 0
    assert len(kept(tmp_path / "added")) == 2
    assert kept(tmp_path / "library") == kept(tmp_path / "added")


def test_it_tells_what_it_did_and_what_it_left_out(
    news: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (news / "bad.txt").write_bytes(b"\x00\x01" * 99)
    lines = tmp_path / "sun.jsonl"
    lines.write_text(f"{json.dumps(SUN)}\nno JSON\n", encoding="utf-8")
    arguments = ["ingest", str(news), str(lines), "--out", str(tmp_path / "out"), "--json"]
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == {"articles": 3, "skipped": 2, "files": 2, "out": str(tmp_path / "out")}
    bad, line, progress = err.splitlines()
    assert bad.startswith(f"rag: skipped: {news / 'bad.txt'}: bad.txt holds binary data")
    assert line.startswith(f"rag: skipped: {lines}: sun.jsonl, line 2, cannot be used: it is not JSON")
    assert progress.startswith("rag: 5 of 5 articles, ")
    assert main(arguments) == 0
    assert capsys.readouterr().err.splitlines()[-1] == "rag: 5 of 5 articles"


def test_a_loaded_library_answers_and_is_sound(news: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ingest(news)
    load(tmp_path)
    capsys.readouterr()
    assert main(["ask", "Where did snow close schools?", "--index", str(tmp_path / "library"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["quotes"][0]["text"] == "Snow closed all schools in Ganja for nine days."
    assert main(["verify", "--index", str(tmp_path / "library")]) == 0


def test_loading_again_skips_what_is_there(news: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ingest(news)
    load(tmp_path)
    capsys.readouterr()
    assert load(tmp_path, "--json") == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == {"articles": 0, "files": 1, "damaged": 0}
    assert err.splitlines()[-1] == "rag: 2 texts were in the library already"


@pytest.mark.parametrize("where", ["middle", "end"])
def test_a_damaged_file_is_named_with_the_next_step_and_the_others_are_loaded(
    news: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], where: str
) -> None:
    ingest(news, "--shard-articles", "1")
    path = min((tmp_path / "out").glob("*.parquet"))
    flip_byte(path, 400 if where == "middle" else -1)
    capsys.readouterr()
    assert load(tmp_path, "--json") == 1
    out, err = capsys.readouterr()
    assert json.loads(out) == {"articles": 1, "files": 2, "damaged": 1}
    named = next(line for line in err.splitlines() if "skipped" in line)
    assert named.startswith(f"rag: skipped: {path} is damaged: ")
    assert named.endswith(
        f"Delete it and make it again, with the paths it was made of: rag ingest PATH --out {tmp_path / 'out'}"
    )


def test_vectors_of_another_encoder_load_nothing(
    news: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from ingest_fakes import make_all

    from rag.ingest import Size, plan

    ingest(news)
    (news / "rain.txt").unlink()
    make_all(list(plan([news], Size())), tmp_path / "out")
    capsys.readouterr()
    assert load(tmp_path) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "was made with encoder='words@1', but the library has" in err
    assert kept(tmp_path / "library") == {}


def test_nothing_but_bad_files_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ingest", str(tmp_path / "gone.txt"), "--out", str(tmp_path / "out")]) == 1
    assert "gone.txt cannot be read: No such file or directory" in capsys.readouterr().err


def test_workers_without_ray_are_wrong_usage(news: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ingest(news, "--workers", "2") == 2
    assert capsys.readouterr().err.startswith("rag: --workers N is for --ray")
