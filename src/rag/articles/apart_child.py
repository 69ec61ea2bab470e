"""What runs in the process that reads one file: limits first, then the reader, then JSON on standard output.

This file knows nothing of who started it; see `apart` for that.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import sys
from typing import Any


def main(job: str) -> None:
    """Read the file on standard input and write its page, or what is wrong with it, on standard output."""
    told = json.loads(job)
    _limit(told["cpu_seconds"], told["memory_bytes"])
    sys.addaudithook(_refuse)
    answer_file = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    gc.disable()  # the process ends soon
    sys.modules |= dict.fromkeys(_SPARED)  # type: ignore[arg-type]  # None is how Python is told

    def answer(shape: dict[str, object]) -> None:
        answer_file.write(json.dumps(shape).encode("ascii"))
        answer_file.flush()
        os._exit(0)

    sys.excepthook = lambda kind, error, _: answer({"broken": f"{kind.__name__}: {error}"[:200]})
    answer(_answer(told, sys.stdin.buffer.read()))


def _answer(told: dict[str, Any], data: bytes) -> dict[str, object]:
    from rag.articles.apart import TOLD, shape_of
    from rag.articles.readers import READERS
    from rag.errors import ReadError, ReadLimitError, TooLargeError

    name = told["name"]
    try:
        page = READERS[told["suffix"]](data, name)
        size = len(page.text.encode("utf-8", errors="replace"))
        if size > told["max_bytes"]:
            raise TooLargeError(name, size, told["max_bytes"])
        return shape_of(page)
    except (MemoryError, ImportError) as failed:
        if isinstance(failed, ImportError) and _NO_ROOM not in str(failed):
            return {"missing": failed.name or "ask-the-article"}
        error: ReadError = ReadLimitError(name, f"{told['memory_bytes'] // 1_000_000:,} MB of memory")
    except ReadError as known:
        error = known
    return {"error": type(error).__name__, "facts": [getattr(error, fact) for fact in TOLD[type(error)]]}


def _limit(cpu_seconds: int, memory_bytes: int) -> None:
    """Have the system end this process when it computes for too long, and refuse it more memory and files."""
    if sys.platform == "win32":
        return  # it has no such limits; the clock of who started this holds
    import resource

    limits = {
        resource.RLIMIT_CPU: (cpu_seconds, cpu_seconds + 1),
        resource.RLIMIT_AS: (memory_bytes, memory_bytes),
        resource.RLIMIT_FSIZE: (0, 0),
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_NOFILE: (64, 64),
    }
    for what, value in limits.items():
        with contextlib.suppress(ValueError, OSError):  # macOS refuses RLIMIT_AS
            resource.setrlimit(what, value)


_SPARED = ("py3langid", "numpy")
"""What trafilatura loads when it is there, and no reader needs: half of the time and memory of a start."""

_NO_ROOM = "failed to map segment"
"""What the system says of a library for which there is no memory left."""

_REFUSED = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "shutil.")


def _refuse(event: str, _: object) -> None:
    """Refuse what no reader needs: other machines, other programs."""
    if event.startswith(_REFUSED):
        raise PermissionError(event)
