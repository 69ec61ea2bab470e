"""Paths -> shards: which articles are prepared together; reads no text but to count the lines of JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeAlias

from rag.articles import SUFFIXES, article_files

LINES = ".jsonl"
"""What a file of JSON lines ends in."""


@dataclass(frozen=True, slots=True)
class Files:
    """Files that hold an article each."""

    paths: tuple[Path, ...]

    @property
    def count(self) -> int:
        """Articles that may be in it."""
        return len(self.paths)


@dataclass(frozen=True, slots=True)
class Lines:
    """Bytes `start` to `end` of a file of JSON lines: `count` lines that hold an article each.

    The first of its bytes stands in line `line` of the file, from 1.
    """

    path: Path
    start: int
    end: int
    line: int
    count: int


Shard: TypeAlias = Files | Lines


@dataclass(frozen=True, slots=True)
class Size:
    """The most that a shard holds, and so the most that is lost when a worker dies; one article may be larger."""

    articles: int = 500
    bytes: int = 16_000_000


def plan(paths: Iterable[Path], size: Size) -> Iterator[Shard]:
    """Yield shards of the articles in files, folders and JSON lines, in order.

    Equal paths with equal contents give equal shards. What cannot be read is in a shard too, so that it is named there.
    """
    waiting: list[Path] = []
    weight = 0
    for path in _files(paths):
        bytes_of_it = 0 if path.suffix.lower() == LINES else _bytes_of(path)
        full = len(waiting) == size.articles or weight + bytes_of_it > size.bytes
        if waiting and (full or path.suffix.lower() == LINES):
            yield Files(tuple(waiting))
            waiting, weight = [], 0
        if path.suffix.lower() == LINES:
            yield from _lines(path, size)
        else:
            waiting.append(path)
            weight += bytes_of_it
    if waiting:
        yield Files(tuple(waiting))


def to_json(shard: Shard) -> str:
    """Return a shard as a line of JSON, with absolute paths."""
    return json.dumps(asdict(shard), default=lambda path: str(path.absolute()))


def from_json(line: str) -> Shard:
    """Return the shard that `to_json` wrote."""
    fields = json.loads(line)
    if "paths" in fields:
        return Files(tuple(map(Path, fields["paths"])))
    return Lines(**fields | {"path": Path(fields["path"])})


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from article_files(path, suffixes=(*SUFFIXES, LINES))
        else:
            yield path


def _lines(path: Path, size: Size) -> Iterator[Lines]:
    """Cut a file of JSON lines between lines; empty lines are no articles."""
    start = end = count = 0
    first, number = 1, 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if count == size.articles or (count and end + len(line) - start > size.bytes):
                    yield Lines(path, start, end, first, count)
                    start, first, count = end, number, 0
                end += len(line)
                count += bool(line.strip())
    except OSError:
        count = max(1, count)  # one that is not found when it is read, and so is named there
    if count:
        yield Lines(path, start, end, first, count)


def _bytes_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0
