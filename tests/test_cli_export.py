"""`rag export` writes the last or given replies, and refuses what its articles do not hold."""

from __future__ import annotations

import io
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from rag.cli import main
from rag.cli.last import FILE, keep, kept
from rag.cli.written import write_whole
from rag.errors import UnwritableFileError

pytestmark = pytest.mark.models

RAIN = "Rain in Baku\n\nBy Ann Lee\n\nIt rained for 3 days in Baku. The streets were flooded by the rain."
QUESTION = "How long did it rain in Baku?"
LINE = "It rained for 3 days in Baku."


class Shell:
    """Runs commands on a library that holds one article."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.library, self.capsys = folder, folder / "library", capsys
        self.id = json.loads(self.out("add", self.write("rain.txt", RAIN), "--json"))["id"]

    def write(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text, encoding="utf-8")
        return str(self.folder / name)

    def run(self, *arguments: str) -> tuple[int, str, str]:
        code = main([*arguments, "--index", str(self.library)])
        out, err = self.capsys.readouterr()
        return code, out, err

    def out(self, *arguments: str) -> str:
        code, out, err = self.run(*arguments)
        assert (code, err) == (0, "")
        return out

    def fails(self, *arguments: str) -> str:
        """The one clear line of a command that could not do its work."""
        code, out, err = self.run(*arguments)
        assert (code, out, err.count("\n")) == (1, "", 1)
        return err

    def shape(self) -> dict[str, Any]:
        """A reply as `rag ask --json` prints it."""
        shape: dict[str, Any] = json.loads(self.out("ask", QUESTION, "--json"))
        assert [one["text"] for one in shape["quotes"]] == [LINE]
        return shape


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(tmp_path, capsys)


def headings(markdown: str) -> list[str]:
    return [line for line in markdown.splitlines() if line.startswith("#")]


def test_the_last_reply_is_exported_as_markdown(shell: Shell) -> None:
    shell.out("ask", "What was flooded?")
    shell.out("ask", QUESTION)
    text = shell.out("export")
    assert headings(text) == [f"# {QUESTION}"]
    assert f"\n> {LINE}\n" in text


def test_a_conversation_is_all_since_the_last_question_without_after(shell: Shell) -> None:
    shell.out("ask", "Was there a strike?")
    shell.out("ask", QUESTION)
    shell.out("ask", "What was flooded?", "--after", QUESTION)
    assert headings(shell.out("export", "--conversation")) == [
        "# Questions and answers",
        f"## {QUESTION}",
        "## What was flooded?",
    ]
    assert headings(shell.out("export")) == ["# What was flooded?"]


def test_a_comparison_is_kept_as_the_last_reply(shell: Shell) -> None:
    shell.out("compare", "the rain")
    assert json.loads((shell.library / FILE).read_text(encoding="utf-8"))["question"] == "the rain"


def test_a_batch_is_not_kept(shell: Shell) -> None:
    shell.out("ask", "--batch", shell.write("q.jsonl", json.dumps({"id": "1", "question": QUESTION})))
    assert not (shell.library / FILE).exists()


def test_what_a_batch_printed_can_be_exported(shell: Shell) -> None:
    lines = [json.dumps({"id": str(number), "question": QUESTION}) for number in range(2)]
    printed = shell.out("ask", "--batch", shell.write("q.jsonl", "\n".join(lines)))
    text = shell.out("export", shell.write("replies.jsonl", printed))
    assert headings(text) == ["# Questions and answers", f"## {QUESTION}", f"## {QUESTION}"]


def test_a_reply_comes_from_stdin(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(shell.shape())))
    assert headings(shell.out("export", "-")) == [f"# {QUESTION}"]


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("markdown", "# How long"),
        ("html", "<!DOCTYPE html>"),
        ("bibtex", "% Ask the Article"),
        ("csl-json", '[\n  {\n    "id": "rain-'),
        ("annotation", '{\n  "@context": "http://www.w3.org/ns/anno.jsonld"'),
    ],
)
def test_every_format_can_be_asked_for(shell: Shell, name: str, start: str) -> None:
    shell.out("ask", QUESTION)
    assert shell.out("export", "--format", name).startswith(start)


def test_json_tells_the_format_and_its_media_type(shell: Shell) -> None:
    shell.out("ask", QUESTION)
    shape = json.loads(shell.out("export", "--format", "bibtex", "--json"))
    assert list(shape) == ["format", "media_type", "text"]
    assert (shape["format"], shape["media_type"]) == ("bibtex", "application/x-bibtex")
    assert shape["text"] == shell.out("export", "--format", "bibtex")


@pytest.mark.parametrize(
    ("name", "start"),
    [("a.bib", "% Ask"), ("a.html", "<!DOCTYPE"), ("a.JSON", "["), ("a.jsonld", "{"), ("a.md", "# "), ("a", "# ")],
)
def test_the_name_of_the_file_says_the_format(shell: Shell, name: str, start: str) -> None:
    shell.out("ask", QUESTION)
    path = shell.folder / name
    path.write_text("old", encoding="utf-8")
    assert shell.run("export", "--output", str(path)) == (0, "", f"rag: wrote {path}\n")
    assert path.read_text(encoding="utf-8").startswith(start)


def test_the_option_wins_over_the_name_of_the_file(shell: Shell) -> None:
    shell.out("ask", QUESTION)
    path = shell.folder / "a.bib"
    assert shell.run("export", "--output", str(path), "--format", "html")[0] == 0
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_file_that_cannot_be_written_is_named(shell: Shell) -> None:
    shell.out("ask", QUESTION)
    path = shell.folder / "none" / "a.md"
    assert f"{path} cannot be written: No such file or directory." in shell.fails("export", "--output", str(path))


def test_without_a_reply_the_next_step_is_said(shell: Shell) -> None:
    assert shell.fails("export") == (
        f"rag: No reply is kept in {shell.library}. Ask something first: rag ask QUESTION, "
        "or give a file that holds what rag ask --json printed: rag export FILE\n"
    )


def test_an_altered_quote_is_refused_by_name(shell: Shell) -> None:
    shape = shell.shape()
    shape["quotes"][0]["text"] = "It rained for 9 days in Baku."
    start = RAIN.index(LINE)
    assert shell.fails("export", shell.write("a.json", json.dumps(shape))) == (
        "rag: Quote 1 (“It rained for 9 days in Baku.”) cannot be exported: "
        f"characters {start} to {start + len(LINE)} of {shell.id} hold other words. Ask the question again: rag ask\n"
    )


def test_an_article_that_is_gone_is_named(shell: Shell) -> None:
    shell.out("ask", QUESTION)
    shell.out("remove", shell.id)
    assert f"{shell.id} is no longer in this library" in shell.fails("export")


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", "cannot be used: there is no reply in it."),
        ("{", "line 1, cannot be used: it is not JSON."),
        ('\n{"question": "a"}', "line 2, cannot be used: it has no kind."),
        ('{"question": "a", "kind": "answer"}', "line 1, cannot be used: it has no quotes."),
    ],
)
def test_a_file_without_replies_is_refused_with_its_line(shell: Shell, text: str, cause: str) -> None:
    assert cause in shell.fails("export", shell.write("a.json", text))


def test_a_file_and_a_conversation_are_not_asked_for_together(shell: Shell) -> None:
    code, _, err = shell.run("export", "a.json", "--conversation")
    assert (code, err) == (2, "rag: give a FILE, or --conversation; a file is exported as a whole\n")


def test_an_answer_does_not_fail_where_it_cannot_be_kept(shell: Shell) -> None:
    (shell.library / FILE).mkdir()
    assert LINE in shell.out("ask", QUESTION)
    assert LINE in shell.out("ask", QUESTION, "--after", "What was flooded?")


def test_a_long_conversation_loses_its_first_replies(tmp_path: Path) -> None:
    keep(tmp_path, {"question": "0", "kind": "answer"}, follows=False)
    for number in range(1, 202):
        keep(tmp_path, {"question": str(number), "kind": "answer"}, follows=True)
    questions = [shape["question"] for shape in kept(tmp_path)]
    assert (len(questions), questions[0], questions[-1]) == (200, "2", "201")


def test_what_is_kept_is_no_part_of_the_repository() -> None:
    root = Path(__file__).parents[1]
    done = subprocess.run(["git", "check-ignore", f"index/{FILE}"], cwd=root, capture_output=True, text=True)
    if done.returncode == 128:
        pytest.skip("not a repository")
    assert done.stdout == f"index/{FILE}\n"


def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o640)
    write_whole(path, "new")
    assert (path.read_text(encoding="utf-8"), path.stat().st_mode & 0o777) == ("new", 0o640)
    assert os.listdir(tmp_path) == ["a.md"]


def test_a_new_file_has_the_usual_permissions(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    write_whole(tmp_path / "new", "")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_the_file_behind_a_link_is_written(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    write_whole(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_text(encoding="utf-8") == "new"


def test_a_file_that_cannot_be_replaced_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(UnwritableFileError):
        write_whole(tmp_path / ("x" * 255 + "y"), "new")
    assert os.listdir(tmp_path) == []
