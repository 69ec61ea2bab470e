"""What is told of growing libraries: figures, targets, a section and a picture."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from rag.bench.adding import ADDED, STARTED, _watched
from rag.bench.growth import LISTS, look_measures, recall
from rag.bench.measures import Column, Growth, Measure, Plan, timed
from rag.bench.picture import growth_svg
from rag.bench.told import growth_section, growth_shape, targets, write_growth, write_real
from rag.cli import main
from rag.errors import UnwritableFileError
from rag.settings import Settings


def column(passages: int, **values: float) -> Column:
    return Column(f"{passages:,}", passages, {name: Measure(value, 120) for name, value in values.items()})


def grown(*sizes: Column, adding: tuple[Column, ...] = ()) -> Growth:
    return Growth(adding, sizes, 8_000, (120, 500))


# What is told


def test_recall_is_the_mean_share_of_the_exact_keys_that_were_found() -> None:
    assert recall([[1, 2], [3, 9]], [[2, 1], [3, 4]]) == 0.75


def test_times_are_told_in_milliseconds() -> None:
    assert timed("asked", [0.001, 0.002, 0.003], worst=True) == {
        "asked, ms p50": Measure(2.0, 3),
        "asked, ms p95": Measure(pytest.approx(2.9), 3),  # type: ignore[arg-type]
        "asked, ms max": Measure(3.0, 3),
    }


def test_a_baseline_that_was_not_measured_has_no_figures() -> None:
    ours = {"dense": [0.001], "words": [0.002], "whole": [0.003], "keys": [[1, 2]], "lists": 0}
    flat = {"dense": [0.004], "keys": [[1, 3]]}
    measures = look_measures({"look": ours, "flat": flat, "bm25s": None, "txtai": None}, 10)
    assert measures["recall@10 of exact"] == Measure(0.5, 1)
    assert not [name for name in measures if "txtai" in name or "bm25s" in name]


def test_targets_say_what_is_reached_at_the_largest_size() -> None:
    reply, opening = "question to reply, ms p95", "of it opening, s"
    small = column(10_000, **{reply: 60.0})
    large = column(1_000_000, **{reply: 130.0, opening: 2.0})
    found = {one.what: (one.found.value, one.reached) for one in targets(grown(small, large))}
    assert found == {
        "question to reply p95 at 1,000,000 passages, ms": (130.0, True),
        "question to reply p95 at 1,000,000 passages, times that at 10,000": (130 / 60, False),
        "opening at 1,000,000 passages, s": (2.0, True),
    }


def test_recall_is_a_target_of_an_approximate_index_at_the_largest_size_alone() -> None:
    exact = column(10_000, **{"recall@10 of exact": 1.0, LISTS: 0})
    approximate = column(1_000_000, **{"recall@10 of exact": 0.94, LISTS: 4_000})
    assert targets(grown(exact)) == []
    assert [(one.what, one.found.value, one.reached) for one in targets(grown(exact, approximate))] == [
        ("recall@10 of exact, 1,000,000 passages", 0.94, False)
    ]


def test_adding_is_told_beside_both_ways_of_txtai() -> None:
    speeds = {"ours": 90.0, "txtai, passages": 50.0, "txtai, sentences and passages": 25.0}
    adding = tuple(Column(name, 900, {ADDED: Measure(value, 900)}) for name, value in speeds.items())
    assert [(one.found.value, one.reached) for one in targets(grown(adding=adding))] == [(1.8, True), (3.6, True)]


def test_adding_is_told_beside_txtai_that_has_started_too() -> None:
    started = Column("txtai, passages", 900, {ADDED: Measure(50, 900), STARTED: Measure(75, 900)})
    found = targets(grown(adding=(Column("ours", 900, {ADDED: Measure(90, 900)}), started)))
    assert [(one.what, one.found.value, one.reached) for one in found] == [
        ("adding, times txtai, passages", 1.8, True),
        ("adding, times txtai, passages (its start not counted)", 1.2, False),
    ]


def test_the_memory_of_a_program_is_that_of_all_its_processes() -> None:
    small = "import time; time.sleep(2)"
    large = "import time; held = b'x' * 100_000_000; time.sleep(2)"
    start = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {large!r}])"
    peaks = []
    for code in (small, start):
        with subprocess.Popen([sys.executable, "-c", code]) as program, _watched(program.pid) as memory:
            program.wait()
        peaks.append(max(memory))
    assert 0 < peaks[0] < 50 < 100 < peaks[1] < 150


def test_a_section_tells_n_the_command_and_what_was_left_out() -> None:
    size = Column("1,003", 1003, {"question to reply, ms p95": Measure(41.5, 120)}, {"txtai": "it took more than 5 s"})
    section = growth_section(grown(size), "rag bench growth --data DIR")
    assert "`rag bench growth --data DIR`" in section
    assert "put together anew from 8,000 real pieces" in section
    assert "| question to reply, ms p95 (n=120) | 41.5 |" in section
    assert "Left out, 1,003: txtai, it took more than 5 s." in section
    assert growth_shape(grown(size), "rag")["sizes"][0]["left_out"] == {"txtai": "it took more than 5 s"}
    assert growth_shape(grown(size), "rag")["pieces"] == 8_000


def test_the_section_is_written_between_its_markers_and_the_rest_stays(tmp_path: Path) -> None:
    size = column(1_000, **{"question to reply, ms p95": 41.5})
    (tmp_path / "scale.md").write_text(
        "# Scale\n\nBefore.\n\n<!-- bench growth -->\nstale words\n<!-- end of growth -->\n\nAfter.\n"
    )
    write_growth(tmp_path, grown(size), "rag bench growth")
    text = (tmp_path / "scale.md").read_text(encoding="utf-8")
    assert text.startswith("# Scale\n\nBefore.\n\n<!-- bench growth -->\n## As a library grows\n")
    assert text.endswith("<!-- end of growth -->\n\nAfter.\n")
    assert "stale words" not in text
    assert (tmp_path / "growth.svg").read_text(encoding="utf-8") == growth_svg([size])


def test_real_texts_have_a_section_of_their_own(tmp_path: Path) -> None:
    columns = [
        Column(name, 900, {"recall@10 of exact": Measure(value, 500)})
        for name, value in (("real", 0.9), ("put together", 1))
    ]
    growth = Growth((), (), 8_000, (120, 500), tuple(columns))
    write_real(tmp_path, growth, "rag bench real")
    text = (tmp_path / "scale.md").read_text(encoding="utf-8")
    assert "<!-- bench real -->\n## Real texts beside those put together\n\n`rag bench real`" in text
    assert "| texts | real | put together |" in text
    assert "| recall@10 of exact (n=500) | 0.9 | 1 |" in text
    assert [one["name"] for one in growth_shape(growth, "rag")["real"]] == ["real", "put together"]
    assert not (tmp_path / "growth.svg").exists()


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "docs").write_text("")
    with pytest.raises(UnwritableFileError):
        write_growth(tmp_path / "docs", grown(column(1_000)), "rag bench growth")


# The picture


def test_a_picture_has_a_curve_through_every_size_in_whole_decades() -> None:
    reply = "question to reply, ms p95"
    picture = growth_svg(
        [column(size, **{reply: ms}) for size, ms in ((1_000, 10.0), (10_000, 31.6), (100_000, 100.0))]
    )
    assert picture.count('class="grid"') == 3 + 2
    assert '<path class="line two" d="M0.0 150.0L120.0 75.0L240.0 0.0"/>' in picture
    assert "<title>p95, 10,000 passages: 31.6</title>" in picture
    assert "prefers-color-scheme: dark" in picture


def test_a_picture_shows_only_what_was_measured() -> None:
    picture = growth_svg([column(1_000, **{"passages with words, ours, ms p50": 2.0})])
    assert picture.count('class="name"') == 1
    assert "bm25s" not in picture


# The command


def test_sizes_may_be_thousands_and_millions_and_the_command_repeats_the_settings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plans: list[Plan] = []

    def measured(plan: Plan, _: Settings) -> Growth:
        plans.append(plan)
        return grown(column(1_000))

    monkeypatch.setattr("rag.bench.bench_growth", measured)
    monkeypatch.setattr(logging.getLogger("rag"), "setLevel", lambda _: None)
    monkeypatch.setenv("RAG_THREADS", "1")
    assert main(["bench", "growth", "--data", "DIR", "--sizes", "1k", "20", "1M", "--paragraphs", "2k", "--json"]) == 0
    assert (plans[0].sizes, plans[0].paragraphs) == ((1_000, 20, 1_000_000), 2_000)
    assert json.loads(capsys.readouterr().out)["command"] == (
        "RAG_THREADS=1 rag bench growth --data DIR --sizes 1000 20 1000000 --work build/bench --paragraphs 2000"
    )


@pytest.mark.parametrize("size", ["k", "1.5k", "-3", "2000k", "ten"])
def test_what_is_no_size_is_wrong_usage(size: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["bench", "growth", "--data", "DIR", f"--sizes={size}"])
    assert "is not a whole number" in capsys.readouterr().err


def test_growth_needs_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "growth"]) == 2
    assert "needs --data DIR" in capsys.readouterr().err
