"""What `rag bench growth` found -> a table, JSON, or a section of docs/scale.md with its picture."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.bench.adding import ADDED, BOTH, OURS, PASSAGES, STARTED
from rag.bench.growth import ASKINGS, LISTS, NEAREST
from rag.bench.measures import Column, Growth, Measure
from rag.bench.picture import growth_svg
from rag.errors import UnwritableFileError
from rag.evaluate.report import aligned, machine, piped, put_between

PAGE, PICTURE = "scale.md", "growth.svg"

_HEAD = """# Scale

What stands between the markers is written by the command it shows.
"""
_BEGIN, _END = "<!-- bench growth -->", "<!-- end of growth -->"
_REAL = "Real texts beside those put together"
_REAL_BEGIN, _REAL_END = "<!-- bench real -->", "<!-- end of real -->"
_BASE = 10_000
"""Passages of the library that the largest is compared with."""

_P95 = "question to reply, ms p95"
_RECALL = f"recall@{NEAREST} of exact"


@dataclass(frozen=True, slots=True)
class Target:
    """A measure that is to be reached: what it is, its bound, and what was measured.

    Attributes:
        what: The measure, with where it was measured.
        bound: What it may be at most, or must be at least.
        most: Whether the bound is one from above.
        found: The measure.
    """

    what: str
    bound: float
    most: bool
    found: Measure

    @property
    def reached(self) -> bool:
        """Whether the measure is within the bound."""
        return self.found.value <= self.bound if self.most else self.found.value >= self.bound


def targets(growth: Growth) -> list[Target]:
    """Return what is to be reached at the largest size, and in adding, as far as it was measured.

    Recall is none of an index that compares a question with every passage, which misses nothing.
    """
    found: list[Target] = []
    if growth.sizes:
        largest = max(growth.sizes, key=lambda size: size.passages)
        base = next((size for size in growth.sizes if _BASE <= size.passages < 2 * _BASE), largest)
        at, measures = f"at {largest.name} passages", largest.measures
        replied, before = measures.get(_P95), base.measures.get(_P95)
        if replied is not None:
            found.append(Target(f"question to reply p95 {at}, ms", 150, True, replied))
            if before is not None and base is not largest:
                ratio = Measure(replied.value / before.value, replied.n)
                found.append(Target(f"question to reply p95 {at}, times that at {base.name}", 2, True, ratio))
        for name, key, bound in (
            ("peak memory", "memory after the questions, peak, MB", 1_500),
            ("opening", "of it opening, s", 2),
        ):
            if key in measures:
                found.append(Target(f"{name} {at}, {key.rpartition(' ')[2]}", bound, True, measures[key]))
        if _RECALL in measures and LISTS in measures and measures[LISTS].value:
            found.append(Target(f"{_RECALL}, {largest.passages:,} passages", 0.95, False, measures[_RECALL]))
    adding = {column.name: column.measures for column in growth.adding}
    ours = adding.get(OURS, {}).get(ADDED)
    for other, speed, told in (
        (PASSAGES, ADDED, ""),
        (PASSAGES, STARTED, " (its start not counted)"),
        (BOTH, ADDED, ""),
    ):
        theirs = adding.get(other, {}).get(speed)
        if ours is not None and theirs is not None:
            ratio = Measure(ours.value / theirs.value, ours.n)
            found.append(Target(f"adding, times {other}{told}", 1.5, False, ratio))
    return found


def growth_shape(growth: Growth, command: str) -> dict[str, Any]:
    """Return all that was measured as JSON-ready values."""
    return {
        "command": command,
        "machine": _machine(),
        "questions": dict(zip(("asked", "looked up"), growth.questions, strict=True)),
        "pieces": growth.pieces,
        "sizes": [_column_shape(column) for column in growth.sizes],
        "adding": [_column_shape(column) for column in growth.adding],
        "real": [_column_shape(column) for column in growth.real],
        "targets": [
            {"what": one.what, "bound": one.bound, "found": _rounded(one.found.value), "n": one.found.n,
             "reached": one.reached}
            for one in targets(growth)
        ],
    }  # fmt: skip


def growth_table(growth: Growth) -> str:
    """Return all that was measured for the terminal."""
    parts = [aligned(rows) for _, rows in _tables(growth)]
    return "\n\n".join([*parts, *_left_out(growth), _machine()])


def growth_section(growth: Growth, command: str) -> str:
    """Return all that was measured as Markdown, under a heading of level 2."""
    parts = [
        "## As a library grows",
        f"`{command}`",
        f"![Curves of times and memory over the number of passages]({PICTURE})",
        _method(growth),
    ]
    for heading, rows in _tables(growth):
        parts += [f"### {heading}", piped(rows)]
    return "\n\n".join([*parts, *_left_out(growth), f"{_machine()}."])


def _method(growth: Growth) -> str:
    """What is real and what is put together, and what is counted."""
    asked, looked_up = growth.questions
    return (
        f"Texts are put together anew from {growth.pieces:,} real pieces, of one to some sentences that followed each "
        "other, each a paragraph; a title is the first sentence of another piece. Every vector is the one that the "
        "program makes of these words, and passages are cut as the program cuts them. Near neighbours share a piece. "
        "Who says what was read in each piece alone: read in the whole article, some could be given to somebody named "
        f"before. {asked} questions of all kinds are asked, "
        f"{looked_up} are looked up, the {NEAREST} best each time. A figure without n is that of the passages of its "
        "column. Of several starts the middle one is told, of several rounds of adding the best, of a question the "
        f"faster of its replies in {ASKINGS} fresh processes. What opening and asking takes is told with all files in "
        "the page cache."
    )


def write_growth(folder: Path, growth: Growth, command: str) -> None:
    """Put all that was measured into a section of `scale.md` in a folder, and its picture beside it.

    Raises:
        UnwritableFileError: A file cannot be written.
    """
    _write(folder, _BEGIN, _END, growth_section(growth, command))
    try:
        (folder / PICTURE).write_text(growth_svg(growth.sizes), encoding="utf-8")
    except OSError as error:
        raise UnwritableFileError(folder / PICTURE, error.strerror or str(error)) from error


def write_real(folder: Path, growth: Growth, command: str) -> None:
    """Put what was measured of real texts into a section of `scale.md` in a folder.

    Raises:
        UnwritableFileError: The file cannot be written.
    """
    _write(folder, _REAL_BEGIN, _REAL_END, real_section(growth, command))


def real_section(growth: Growth, command: str) -> str:
    """Return what was measured of real texts and of others put together as Markdown, under a heading of level 2."""
    asked, looked_up = growth.questions
    method = (
        "All texts of the data as they are, and as many passages put together as above, with the same questions "
        f"({asked} asked, {looked_up} looked up). There are too few for lists, so they are put in lists for this: "
        "`RAG_FLAT_PASSAGES` is set lower. "
        "Real are whole news articles, and paragraphs of other sources as articles of their own."
    )
    parts = [f"## {_REAL}", f"`{command}`", method, *(piped(rows) for _, rows in _tables(growth))]
    return "\n\n".join([*parts, *_left_out(growth), f"{_machine()}."])


def _write(folder: Path, begin: str, end: str, section: str) -> None:
    page = folder / PAGE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        before = page.read_text(encoding="utf-8") if page.exists() else _HEAD
        page.write_text(put_between(before, begin, end, section), encoding="utf-8")
    except OSError as error:
        raise UnwritableFileError(page, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise UnwritableFileError(page, "what is there is not UTF-8") from error


def _machine() -> str:
    """The machine, and how busy it was: what else runs makes everything slower."""
    return f"{machine()}; load average {os.getloadavg()[2]:.1f} in the last quarter of an hour"


def _tables(growth: Growth) -> Iterator[tuple[str, list[list[str]]]]:
    if wanted := targets(growth):
        head = ["to be reached", "bound", "measured", "reached"]
        yield "What is to be reached", [head, *map(_target_row, wanted)]
    for heading, corner, columns in (
        ("Libraries of several sizes", "passages", growth.sizes),
        ("Adding articles from files", "program", growth.adding),
        (_REAL, "texts", growth.real),
    ):
        if columns:
            yield heading, _rows(corner, columns)


def _target_row(one: Target) -> list[str]:
    bound = f"{'at most' if one.most else 'at least'} {_told(one.bound)}"
    return [one.what, bound, f"{_told(one.found.value)} (n={one.found.n:,})", "yes" if one.reached else "no"]


def _rows(corner: str, columns: Sequence[Column]) -> list[list[str]]:
    """A head and a line for each measure; n stands in the line's name where it is the same in all columns."""
    names = list(dict.fromkeys(name for column in columns for name in column.measures))
    rows = [[corner, *(column.name for column in columns)]]
    if any(column.name != f"{column.passages:,}" for column in columns):
        rows.append(["passages", *(f"{column.passages:,}" for column in columns)])
    for name in names:
        found = [column.measures.get(name) for column in columns]
        own = all(one is None or one.n == column.passages for one, column in zip(found, columns, strict=True))
        counts = {one.n for one in found if one is not None}
        same = f" (n={counts.pop():,})" if len(counts) == 1 and not own else ""
        rows.append([f"{name}{same}", *(_cell(one, with_n=not own and not same) for one in found)])
    return rows


def _cell(measure: Measure | None, *, with_n: bool) -> str:
    if measure is None:
        return "-"
    return f"{_told(measure.value)} (n={measure.n:,})" if with_n else _told(measure.value)


def _told(value: float) -> str:
    if value == int(value) or value >= 1_000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 100 else f"{value:.3g}"


def _left_out(growth: Growth) -> list[str]:
    columns = (*growth.sizes, *growth.adding, *growth.real)
    return [f"Left out, {column.name}: {name}, {why}." for column in columns for name, why in column.left_out.items()]


def _column_shape(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "passages": column.passages,
        "measures": _measures_shape(column.measures),
        "left_out": dict(column.left_out),
    }


def _measures_shape(measures: Mapping[str, Measure]) -> dict[str, dict[str, float]]:
    return {name: {"value": _rounded(one.value), "n": one.n} for name, one in measures.items()}


def _rounded(value: float) -> float:
    return round(value, 4)
