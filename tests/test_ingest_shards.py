"""Files, folders and JSON lines are cut into shards, and lines are read."""

from pathlib import Path

import pytest
from fakes import SaidReader, WordEncoder
from ingest_fakes import make_all, write_lines

from rag.ingest import Files, Lines, Shard, Size, Step, plan, read_entries
from rag.ingest.shards import from_json, to_json
from rag.settings import Settings


def test_a_shard_holds_so_many_articles_and_files_of_lines_begin_their_own(tmp_path: Path) -> None:
    for name in ("a", "c", "d", "e"):
        (tmp_path / f"{name}.txt").write_text(name, encoding="utf-8")
    lines = write_lines(tmp_path / "b.jsonl", *({"text": text} for text in "abc"))
    assert list(plan([tmp_path], Size(articles=2))) == [
        Files((tmp_path / "a.txt",)),
        Lines(lines, 0, 28, 1, 2),
        Lines(lines, 28, 42, 3, 1),
        Files((tmp_path / "c.txt", tmp_path / "d.txt")),
        Files((tmp_path / "e.txt",)),
    ]


def test_a_shard_holds_so_many_bytes_and_an_article_that_has_more_is_one_alone(tmp_path: Path) -> None:
    for name, size in (("a", 6), ("b", 4), ("c", 11), ("d", 1)):
        (tmp_path / f"{name}.txt").write_text("x" * size, encoding="utf-8")
    planned = list(plan([tmp_path], Size(bytes=10)))
    assert [[path.stem for path in one.paths] for one in planned if isinstance(one, Files)] == [
        ["a", "b"],
        ["c"],
        ["d"],
    ]


def test_lines_are_cut_at_so_many_bytes_and_empty_ones_are_no_articles(tmp_path: Path) -> None:
    lines = write_lines(tmp_path / "a.jsonl", {"text": "a"}, "", {"text": "b"}, {"text": "c"}, "")
    assert list(plan([lines], Size(bytes=29))) == [Lines(lines, 0, 29, 1, 2), Lines(lines, 29, 44, 4, 1)]


def test_an_empty_folder_has_no_shards(tmp_path: Path) -> None:
    assert list(plan([tmp_path], Size())) == []


@pytest.mark.parametrize(
    "shard", [Files((Path("/a/b.txt"), Path("/a/\udcff.txt"))), Lines(Path("/a.jsonl"), 0, 9, 3, 1)]
)
def test_a_shard_comes_back_from_json(shard: Shard) -> None:
    assert from_json(to_json(shard)) == shard


def test_lines_say_what_is_known_of_their_texts(tmp_path: Path) -> None:
    rain, snow = "Rain in Baku\n\nIt rained on Monday.\n", "Snow in Ganja\n\nBy Jane Doe\n\nIt snowed.\n"
    known = {"title": "Wet", "authors": ["Ann"], "published": "2024", "source": "S", "id": 7}
    shards = list(plan([write_lines(tmp_path / "a.jsonl", {"text": rain, **known}, {"text": snow})], Size()))
    [report] = make_all(shards, tmp_path / "out")
    articles = [entry.article for entry in read_entries(tmp_path / "out" / str(report.file))]
    assert [one.text for one in articles] == [rain, snow]
    assert [(one.title, one.authors, one.published, one.source) for one in articles] == [
        ("Wet", ("Ann",), "2024", "S"),
        ("Snow in Ganja", ("Jane Doe",), None, None),
    ]


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("no", "cannot be used: it is not JSON."),
        ("[" * 100_000, "cannot be used: it is not JSON."),
        ("[]", "cannot be used: it has no text that is a string."),
        ({"title": "T"}, "cannot be used: it has no text that is a string."),
        ({"text": 7}, "cannot be used: it has no text that is a string."),
        ({"text": "t", "authors": "Ann"}, "cannot be used: authors must be a list of names."),
        ({"text": "t", "title": 7}, "cannot be used: title must be a string or null."),
        ({"text": " \n"}, "is empty."),
        ({"text": "\ud800ab"}, "holds binary data, not text."),
        ({"text": "many words"}, "has 10 bytes, more than the 9 an article may have."),
    ],
)
def test_a_bad_line_is_named_and_skipped(tmp_path: Path, line: object, cause: str) -> None:
    shards = list(plan([write_lines(tmp_path / "a.jsonl", {"text": "Rain."}, line, {"text": "Snow."})], Size()))
    step = Step(Settings(max_article_bytes=9), WordEncoder(), SaidReader())
    report = step.make(shards[0], tmp_path / "out")
    assert (report.inputs, report.articles) == (3, 2)
    assert len(report.skipped) == 1
    assert "a.jsonl, line 2," in report.skipped[0]
    assert cause in report.skipped[0]


def test_a_file_of_lines_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    [report] = make_all(list(plan([tmp_path / "gone.jsonl"], Size())), tmp_path / "out")
    assert report.articles == 0
    assert report.skipped[0].startswith(f"{tmp_path / 'gone.jsonl'}: gone.jsonl cannot be read: No such file")
