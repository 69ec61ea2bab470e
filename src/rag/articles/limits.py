"""What reading one file may cost, and who may stop it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may cost.

    Attributes:
        file_bytes: Largest file that is no plain text; a text is in it with fonts and pictures.
        seconds: Longest time on the clock, of a fetch and of a reading each. A PDF of 500 pages takes about 3.
        cpu_seconds: Longest time of computing; the system itself ends the process that goes beyond.
        memory_bytes: Most memory of the process that reads, its libraries (about 60 MB) included.
        cancelled: Asked about ten times a second; the reading ends when it says True.
    """

    file_bytes: int = 25_000_000
    seconds: float = 40.0
    cpu_seconds: int = 30
    memory_bytes: int = 1_000_000_000
    cancelled: Callable[[], bool] = _never


LIMITS = Limits()
