"""Articles that are prepared in processes of their own."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from rag.articles import read_text
from rag.embed import load_encoder
from rag.errors import FetchError, OffsetError, PreparingEndedError, RagError, SettingError
from rag.library import open_library
from rag.library.preparing import Preparing
from rag.library.processes import Processes, can_prepare_apart
from rag.settings import Settings
from rag.speakers import StatementReader

TALKS = read_text(
    "Talks in Baku\n\nThe minister, Leyla Aliyeva, said on Monday that the border would open. It rained. " * 3
)


def preparing_processes(of: int) -> list[int]:
    """The processes that prepare articles for another."""
    found: list[str] = []
    for task in Path(f"/proc/{of}/task").iterdir():
        with suppress(FileNotFoundError):  # a thread that has just ended
            found += (task / "children").read_text().split()
    return [int(pid) for pid in found if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


@pytest.fixture(scope="module")
def processes() -> Iterator[Processes]:
    with Processes(Settings()) as started:
        yield started


def test_what_is_made_there_is_what_is_made_here(processes: Processes) -> None:
    here = Preparing(Settings(), load_encoder(Settings()), StatementReader()).entry(TALKS)
    there = processes.entry(TALKS)
    assert there.reading is not None
    assert there.reading.statements
    assert (there.article, there.sentences, there.passages, there.reading) == (
        *(here.article, here.sentences, here.passages),
        here.reading,
    )
    np.testing.assert_array_equal(there.sentence_vectors, here.sentence_vectors)
    np.testing.assert_array_equal(there.passage_vectors, here.passage_vectors)


def test_an_error_comes_back_and_the_process_goes_on(processes: Processes) -> None:
    processes.entry(TALKS)
    before = preparing_processes(os.getpid())
    with pytest.raises(AttributeError):
        processes.entry(None)  # type: ignore[arg-type]
    assert processes.entry(TALKS).article == TALKS
    assert preparing_processes(os.getpid()) == before != []


def test_a_process_that_is_lost_costs_one_article(processes: Processes) -> None:
    processes.entry(TALKS)
    for pid in preparing_processes(os.getpid()):
        os.kill(pid, signal.SIGKILL)
    with pytest.raises(PreparingEndedError, match="Talks in Baku: the process that read it ended"):
        processes.entry(TALKS)
    assert processes.entry(TALKS).article == TALKS


def test_they_end_with_a_program_that_is_killed() -> None:
    code = (
        "import time\nfrom rag.articles import read_text\nfrom rag.library.processes import Processes\n"
        "from rag.settings import Settings\n"
        "if __name__ == '__main__':\n"
        "    Processes(Settings()).entry(read_text('Rain\\n\\nIt rained.'))\n    print('ready', flush=True)\n"
        "    time.sleep(60)\n"
    )
    program = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    assert program.stdout.readline() == "ready\n"
    started = preparing_processes(program.pid)
    assert started
    program.kill()
    program.communicate()
    end = time.monotonic() + 10
    while any(Path(f"/proc/{pid}/cmdline").exists() for pid in started) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(Path(f"/proc/{pid}/cmdline").exists() for pid in started)


def test_adding_a_folder_is_stopped_from_the_keyboard_without_a_trace_and_goes_on(tmp_path: Path) -> None:
    files, index = tmp_path / "files", tmp_path / "index"
    files.mkdir()
    for number in range(60):
        (files / f"{number}.txt").write_text(f"Town {number}\n\n" + f"Ali said that it rained in town {number}. " * 30)
    command = [sys.executable, "-m", "rag.cli", "add", str(files), "--index", str(index)]
    adding = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert adding.stdout is not None
    adding.stdout.readline()
    assert len(preparing_processes(adding.pid)) == 2
    os.killpg(adding.pid, signal.SIGINT)
    _, said = adding.communicate(timeout=60)
    assert adding.returncode == 1
    assert said.count("\n") == 1
    assert said.startswith("rag: stopped: ")
    again = subprocess.run(command, capture_output=True, text=True, check=True)
    with open_library(index, Settings()) as library:
        assert 0 < len(again.stdout.splitlines()) < 60
        assert library.count() == 60
        assert list(library.verify()) == []


@pytest.mark.parametrize(
    ("threads", "encoder", "can"), [(2, "minilm", True), (1, "minilm", False), (2, "some/model", False)]
)
def test_only_where_cores_are_left_to_it(threads: int, encoder: str, can: bool) -> None:
    assert can_prepare_apart(Settings(threads=threads, encoder=encoder)) is can


@pytest.mark.parametrize(
    "error", [OffsetError("a", 1, 2), SettingError("threads", 0, "at least 1"), FetchError("http://a.b", "it is gone")]
)
def test_an_error_goes_from_process_to_process(error: RagError) -> None:
    there = pickle.loads(pickle.dumps(error))
    assert (type(there), str(there), vars(there)) == (type(error), str(error), vars(error))
