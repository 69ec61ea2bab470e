"""How a file of unknown origin is read in a process of its own, and how that is ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from making import MORE, SAID, blocks, docx, pdf, raw_pdf, web_page

from rag.articles import Limits, read_file, read_upload
from rag.articles.apart import TOLD, page_of, read_apart, shape_of
from rag.articles.metadata import Metadata
from rag.articles.page import Page, part, set_page
from rag.articles.readers import READERS
from rag.errors import DamagedFileError, ReadLimitError, ReadStoppedError, TooLargeError, WrongFormatError

PAGE = web_page(f"<article><h1>Talks in Baku</h1><p>{SAID}</p><p>{MORE}</p></article>")
SLOW = raw_pdf(b"BT /F1 12 Tf 72 700 Td " + b"(words) Tj T* " * 3_000_000 + b"ET")


def read(data: bytes, name: str, limits: Limits) -> Page:
    return read_apart(data, name, Path(name).suffix, max_bytes=1_000_000, limits=limits)


def children() -> set[str]:
    """The processes that this one has started and not ended."""
    return set(Path(f"/proc/{os.getpid()}/task/{threading.get_native_id()}/children").read_text().split())


@pytest.mark.parametrize(
    ("data", "suffix"),
    [(PAGE, ".html"), (pdf(SAID, MORE), ".pdf"), (docx(lambda made: made.add_paragraph(SAID)), ".docx")],
)
def test_apart_is_read_what_is_read_here(data: bytes, suffix: str) -> None:
    assert read(data, f"talks{suffix}", Limits()) == READERS[suffix](data, f"talks{suffix}")


def test_a_file_that_is_larger_than_a_pipe_arrives_whole() -> None:
    paragraphs = "".join(f"<p>{at}. {SAID}</p>" for at in range(5_000))
    article = read_upload(web_page(f"<article>{paragraphs}</article>"), name="a.html", max_bytes=1_000_000)
    assert [text for kind, text in blocks(article) if kind == "body"] == [f"{at}. {SAID}" for at in range(5_000)]


def test_too_little_memory_ends_it() -> None:
    with pytest.raises(ReadLimitError, match=r"a\.html takes more than 40 MB of memory to read"):
        read(PAGE, "a.html", Limits(memory_bytes=40_000_000))


def test_too_much_computing_ends_it() -> None:
    with pytest.raises(ReadLimitError, match=r"a\.pdf takes more than 1 seconds to read"):
        read(SLOW, "a.pdf", Limits(cpu_seconds=1))


def test_the_clock_ends_it_and_leaves_no_process() -> None:
    before = children()
    with pytest.raises(ReadLimitError, match=r"a\.pdf takes more than 0\.3 seconds to read"):
        read(SLOW, "a.pdf", Limits(seconds=0.3))
    assert children() == before


def test_who_asked_can_end_it() -> None:
    before, looks = children(), iter([False, False])
    with pytest.raises(ReadStoppedError, match=r"a\.pdf was not read to its end: it was cancelled"):
        read(SLOW, "a.pdf", Limits(cancelled=lambda: next(looks, True)))
    assert children() == before


def test_a_text_longer_than_an_article_is_told_by_its_size() -> None:
    with pytest.raises(TooLargeError) as error:
        read_apart(PAGE, "a.html", ".html", max_bytes=100, limits=Limits())
    assert (error.value.limit, error.value.setting) == (100, "max_article_bytes")


def test_a_file_longer_than_a_file_may_be_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(PAGE)
    assert read_file(path, max_bytes=1_000, limits=Limits(file_bytes=len(PAGE))).title == "Talks in Baku"
    with pytest.raises(TooLargeError, match=r"a file may have\. Make it smaller, or raise max_file_bytes"):
        read_file(path, max_bytes=1_000, limits=Limits(file_bytes=len(PAGE) - 1))


_SPY = """
import json, os, sys
seen = {"environment": sorted(os.environ), "folder": os.getcwd(), "files": sorted(os.listdir("/proc/self/fd"))[:-1]}
print(json.dumps({"text": json.dumps(seen), "metadata": [None, [], None, None, None], "blocks": [], "pages": []}))
"""


def test_the_process_has_no_environment_no_open_files_and_no_folder_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.articles.apart._START", _SPY)
    monkeypatch.setenv("SECRET", "1")
    monkeypatch.chdir(tmp_path)
    with (tmp_path / "open.txt").open("wb") as kept:
        os.set_inheritable(kept.fileno(), True)
        seen = json.loads(read(PAGE, "a.html", Limits()).text)
    assert "SECRET" not in seen["environment"]
    assert (seen["folder"], seen["files"]) == ("/", ["0", "1", "2"])


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import os; os.fork()",
    ],
)
def test_the_process_may_ask_no_other_machine_and_start_no_program(attempt: str) -> None:
    code = f"import sys; from rag.articles.apart_child import _refuse; sys.addaudithook(_refuse); {attempt}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip().splitlines()[-1].startswith("PermissionError: ")


def test_an_error_comes_back_as_it_was() -> None:
    with pytest.raises(WrongFormatError) as error:
        read(b"plain words", "a.pdf", Limits())
    assert (error.value.name, error.value.kind) == ("a.pdf", "a PDF")


def test_every_error_can_be_made_from_what_is_told_of_it() -> None:
    for kind, facts in TOLD.items():
        made = kind(*(7 if fact in ("size", "limit") and kind is TooLargeError else fact for fact in facts))
        assert kind(*(getattr(made, fact) for fact in facts)).args == made.args


def test_a_process_that_ends_without_a_word_means_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.articles.apart._START", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    with pytest.raises(DamagedFileError):
        read(PAGE * 1_000, "a.html", Limits())


def test_a_page_passes_through_json_unchanged() -> None:
    page = set_page([part("T", "title"), part("a\nb"), part("c", close=True)], Metadata("T", ("A",), "2024", "s", "n"))
    assert page_of(json.loads(json.dumps(shape_of(page)))) == page
