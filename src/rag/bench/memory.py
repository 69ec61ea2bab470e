"""How much memory processes hold, as Linux tells it."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path


def megabytes(process: int | str, field: str) -> float | None:
    """Return a figure of a process in megabytes; None where it is unknown, or the process has ended.

    Args:
        process: Its number, or `self`.
        field: `VmRSS` and `VmHWM` are what it holds and held at most, `Pss` and `Pss_Anon` its share of what several
            hold, and of that what stands in no file.
    """
    file = Path(f"/proc/{process}/{'status' if field.startswith('Vm') else 'smaps_rollup'}")
    with suppress(OSError):
        told = re.search(rf"^{field}:\s+(\d+) kB", file.read_text(errors="replace"), re.MULTILINE)
        if told:
            return int(told[1]) / 1024
    return None


def memory() -> dict[str, float]:
    """Return megabytes of this process: the peak, and those of now that stand in no file; nothing where unknown."""
    found = {"peak": megabytes("self", "VmHWM"), "anonymous": megabytes("self", "Pss_Anon")}
    return {name: value for name, value in found.items() if value is not None}


def family(process: int) -> list[int]:
    """Return a process and all that it started, and those; itself alone when it has ended."""
    children: list[int] = []
    with suppress(OSError):
        for file in Path(f"/proc/{process}/task").glob("*/children"):
            children += map(int, file.read_text().split())
    return [process, *(one for child in children for one in family(child))]
