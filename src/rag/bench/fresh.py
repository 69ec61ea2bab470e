"""One measurement in a process of its own, so that it starts cold and its memory is its own.

`python -m rag.bench.fresh TASK` reads what to measure as JSON from stdin and prints what it found as JSON. Which tasks
there are stand in `rag.bench.ours` and `rag.bench.baselines`; nothing of them is imported before it is needed.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any

TASKS = {
    "fill": "ours",
    "fill_real": "ours",
    "start": "ours",
    "ask": "ours",
    "look": "ours",
    "flat": "baselines",
    "bm25s": "baselines",
    "txtai": "baselines",
    "txtai_add": "baselines",
}
"""A task and the module of this folder whose function of that name does it."""

_RESULT = "rag-bench-result "


class NotMeasuredError(Exception):
    """A measurement that was not made, and why."""


def measure(
    task: str,
    request: Mapping[str, object],
    *,
    patience: float | None = None,
    threads: int | None = None,
    settings: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Run a task in a fresh process and return what it found.

    Args:
        task: One of `TASKS`.
        request: What to measure, as JSON-ready values; `began`, the time of the start, is added.
        patience: Seconds after which it is stopped; never when None.
        threads: What numerical libraries may use; they decide when None.
        settings: Of this program, by the names of their environment variables, where they are to differ.

    Raises:
        NotMeasuredError: It failed, or took too long.
    """
    environment = os.environ | (settings or {}) | ({} if threads is None else {"OMP_NUM_THREADS": str(threads)})
    command = [sys.executable, "-m", "rag.bench.fresh", task]
    try:
        done = subprocess.run(
            command,
            input=json.dumps({**request, "began": time.time()}),
            capture_output=True,
            text=True,
            timeout=patience,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        raise NotMeasuredError(f"it took more than {patience:,.0f} s") from None
    for line in done.stdout.splitlines():
        if line.startswith(_RESULT):
            found: dict[str, Any] = json.loads(line.removeprefix(_RESULT))
            return found
    said = done.stderr.strip().splitlines()
    raise NotMeasuredError(said[-1][:200] if said else f"ended with {done.returncode} and said nothing")


def main() -> None:
    """Do the task that the command line names."""
    task, request = sys.argv[1], json.load(sys.stdin)
    module = importlib.import_module(f"rag.bench.{TASKS[task]}")
    found = getattr(module, task)(request)
    print(_RESULT + json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
