"""How fast articles are added from files, beside txtai, in turns in the same run.

Ours is `rag add FOLDER`: reading files, cutting, reading who said what, embedding every sentence, keeping, indexing.
txtai gets the passages already cut, and in a second column the sentences too. Both are counted from the start of the
process to its end; of txtai it is told too what it reaches once it is imported and its model loaded. Seconds of
processor time, of all cores, are told because they suffer less from what else runs.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.bench.fresh import NotMeasuredError, measure
from rag.bench.measures import Column, Measure, Plan
from rag.bench.memory import family, megabytes
from rag.bench.ours import passages_of, sentences_of
from rag.bench.pieces import news_of
from rag.errors import DataError
from rag.settings import Settings

ROUNDS = 2
_WATCHED_EVERY = 0.25
"""Seconds between two looks at the memory."""
ADDED, STARTED = "added, passages/s", "added, start not counted, passages/s"
OURS, PASSAGES, BOTH = "ours", "txtai, passages", "txtai, sentences and passages"

log = logging.getLogger(__name__)


def measure_adding(plan: Plan, settings: Settings) -> list[Column]:
    """Return passages a second of ours and of txtai, each at its best of some rounds.

    Raises:
        DataError: The data hold no whole articles.
    """
    news = news_of(plan.data)[: plan.files]
    if not news:
        raise DataError(plan.data, "it holds no whole articles", "It must hold files like polnear.jsonl, or: --files 0")
    runs: dict[str, list[dict[str, float]]] = {OURS: [], PASSAGES: [], BOTH: []}
    left_out: dict[str, dict[str, str]] = {}
    passages = 0
    with tempfile.TemporaryDirectory(dir=plan.work) as name:
        files = Path(name, "files")
        files.mkdir()
        for number, text in enumerate(news):
            (files / f"{number:05d}.txt").write_text(text, encoding="utf-8")
        for number in range(ROUNDS):
            log.info("adding %d files, round %d of %d", len(news), number + 1, ROUNDS)
            index = Path(name, f"ours-{number}")
            try:
                runs[OURS].append(_add(files, index))
            except NotMeasuredError as error:
                left_out[OURS] = {"adding": str(error)}
                log.warning("adding is left out: %s", error)
                break
            texts = passages_of(index)
            passages = len(texts)
            for system, given in ((PASSAGES, texts), (BOTH, [*texts, *sentences_of(index)])):
                try:
                    request = {"texts": str(_written(given, Path(name))), "folder": str(Path(name, f"txtai-{number}"))}
                    found = measure("txtai_add", request, patience=plan.patience, threads=settings.threads)
                    runs[system].append(found)
                except NotMeasuredError as error:
                    left_out[system] = {"adding": str(error)}
                    log.warning("%s is left out: %s", system, error)
    return [_column(system, runs[system], passages, left_out.get(system, {})) for system in runs]


def _column(system: str, runs: list[dict[str, float]], passages: int, left_out: dict[str, str]) -> Column:
    if not runs:
        return Column(system, passages, {}, left_out)
    measures = {
        name: Measure(passages / min(run[key] for run in runs), passages)
        for name, key in ((ADDED, "whole"), (STARTED, "started"), (f"{ADDED} of processor time", "processor"))
        if key in runs[0]
    }
    if "peak" in runs[0]:
        measures["adding, peak memory, MB"] = Measure(max(run["peak"] for run in runs), passages)
    return Column(system, passages, measures, left_out)


def _written(texts: list[str], folder: Path) -> Path:
    path = folder / "texts.json"
    path.write_text(json.dumps(texts), encoding="utf-8")
    return path


def _add(files: Path, index: Path) -> dict[str, float]:
    """Seconds of `rag add`, those of the processor, and the peak memory of all its processes together."""
    command = [sys.executable, "-m", "rag.cli", "add", str(files), "--index", str(index)]
    with tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        with _watched(process.pid) as memory:
            _, status, used = os.wait4(process.pid, 0)
            ended = time.perf_counter()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise NotMeasuredError(f"rag add: {said.read().decode('utf-8', 'replace').strip()[-200:]}")
    peak = {"peak": max(memory)} if memory else {}
    return {"whole": ended - began, "processor": used.ru_utime + used.ru_stime, **peak}


@contextmanager
def _watched(process: int) -> Iterator[list[float]]:
    """Measure again and again the megabytes of a process and all that it started; nothing where that is unknown."""
    found: list[float] = []
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(_WATCHED_EVERY):
            found.append(sum(megabytes(one, "Pss") or 0 for one in family(process)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield found
    finally:
        ended.set()
        watcher.join()
