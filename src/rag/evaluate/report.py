"""What a suite found -> a table, JSON, or a section of a Markdown file; knows no metrics."""

from __future__ import annotations

import math
import os
import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeAlias

from rag.errors import UnwritableFileError
from rag.evaluate.bootstrap import Draws, Figure
from rag.evaluate.diagram import reliability_svg
from rag.evaluate.metrics import Bin
from rag.version import VERSION

Figures: TypeAlias = Mapping[str, Figure]
"""Metric -> its value; a metric that is not defined is NaN or not there."""

_COUNTED = 100
"""From here on a value is told without decimals."""

_HEAD = """# Evaluation

Every section is written by the command it shows. Brackets hold the 95 % interval of questions, or articles,
drawn again; n is how many things were measured.
"""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a suite measured.

    Attributes:
        n: Questions, or other things, that were measured.
        systems: Name of a system to its figures; the first is ours.
        kinds: Kind of question to our figures.
        bins: Confidences of ours beside the share that was answerable.
        misses: A line for each reply that was not as it should be.
        left_out: Reason to the number of questions that were not measured.
        things: What they are.
    """

    n: int
    systems: Mapping[str, Figures]
    kinds: Mapping[str, Figures] = field(default_factory=dict)
    bins: tuple[Bin, ...] = ()
    misses: tuple[str, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    things: str = "questions"


@dataclass(frozen=True, slots=True)
class Report:
    """The findings of one run: of which suite, on which file, with which chance."""

    suite: str
    data: Path
    draws: Draws
    findings: Findings


def report_shape(report: Report) -> dict[str, Any]:
    """Return a report as JSON-ready values."""
    found = report.findings
    shape: dict[str, Any] = {
        "suite": report.suite,
        "data": str(report.data),
        "n": found.n,
        "seed": report.draws.seed,
        "resamples": report.draws.resamples,
        "systems": {name: _figures_shape(figures) for name, figures in found.systems.items()},
        "left_out": dict(found.left_out),
    }
    if found.kinds:
        shape |= {"kinds": {name: _figures_shape(figures) for name, figures in found.kinds.items()}}
        shape |= {"misses": list(found.misses)}
    if found.bins:
        names = ("low", "high", "n", "confidence", "right")
        shape["reliability"] = [{name: _rounded(getattr(one, name)) for name in names} for one in found.bins]
    return shape


def report_table(report: Report) -> str:
    """Return a report for the terminal."""
    tables = [aligned(rows) for rows in _tables(report.findings)]
    return "\n\n".join([*tables, _counts(report)])


def write_section(path: Path, report: Report, command: str) -> None:
    """Put a report into a Markdown file, in place of the section that the same suite wrote on the same data file.

    A file that is not there is made. A reliability diagram is written beside it.

    Args:
        path: The Markdown file.
        report: What to write.
        command: The command that made it, for readers to repeat.

    Raises:
        UnwritableFileError: The file, or the diagram, cannot be written.
    """
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else _HEAD
        path.parent.mkdir(parents=True, exist_ok=True)
        if report.findings.bins:
            title = f"Confidence and share of answerable questions, {report.data.name}"
            _diagram_path(path, report).write_text(reliability_svg(report.findings.bins, title), encoding="utf-8")
        path.write_text(replace_section(before, report, section(report, command)), encoding="utf-8")
    except OSError as error:
        raise UnwritableFileError(path, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise UnwritableFileError(path, "what is there is not UTF-8") from error


def replace_section(document: str, report: Report, text: str) -> str:
    """Return a Markdown document with the section of a report's suite and data file replaced, or added at the end."""
    return put_between(document, *_markers(report), text)


def put_between(document: str, begin: str, end: str, text: str) -> str:
    """Return a Markdown document with the text between two markers replaced, or added with them at the end."""
    whole = f"{begin}\n{text}\n{end}"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if pattern.search(document):
        return pattern.sub(lambda _: whole, document, count=1)
    return f"{document.rstrip()}\n\n{whole}\n".lstrip()


def section(report: Report, command: str) -> str:
    """Return a report as Markdown, under a heading of level 2."""
    parts = [f"## {report.suite.capitalize()}: {report.data.name}", f"`{command}`"]
    parts += [piped(rows) for rows in _tables(report.findings)]
    if report.findings.bins:
        name = _diagram_path(Path(), report).name
        parts.append(f"![Confidence and share of answerable questions in ten bins]({name})")
    return "\n\n".join([*parts, f"{_counts(report)} {machine()}."])


def machine() -> str:
    """Return the processor, its cores, and the versions of what ran on it."""
    cores = os.cpu_count() or 1
    return (
        f"{_processor()}, {cores} core{'' if cores == 1 else 's'}; "
        f"ask-the-article {VERSION}, onnxruntime {version('onnxruntime')}, spacy {version('spacy')}"
    )


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of cells as a table for the terminal; the first row is the head."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def piped(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of cells as a Markdown table; the first row is the head."""
    head, *rest = ("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)
    return "\n".join([head, "|---" * len(rows[0]) + "|", *rest])


def _processor() -> str:
    try:
        told = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        told = None
    return " ".join(told[1].split()) if told else platform.processor() or platform.machine()


def _tables(found: Findings) -> Iterator[list[list[str]]]:
    metrics = [name for figures in found.systems.values() for name in _defined(figures)]
    yield _figure_rows("system", found.systems, metrics)
    if found.kinds:
        yield _figure_rows("ours, by kind (n)", found.kinds, metrics)
    if found.bins:
        bins = [[f"{one.low:.1f} to {one.high:.1f}", str(one.n), _real(one.confidence), _real(one.right)]
                for one in found.bins]  # fmt: skip
        yield [["confidence", "n", "mean", "share answerable"], *bins]


def _figure_rows(corner: str, rows: Mapping[str, Figures], metrics: Sequence[str]) -> list[list[str]]:
    """A head and a line for each row; n stands in the head where it is the same in all rows, else in the cells."""
    rows = {row: _defined(figures) for row, figures in rows.items()}
    metrics = list(dict.fromkeys(metrics))
    counts = {name: {figures[name].n for figures in rows.values() if name in figures} for name in metrics}
    same = {name: counts[name].pop() for name in metrics if len(counts[name]) == 1}
    head = [corner, *(f"{name} (n={same[name]})" if name in same else name for name in metrics)]
    cells = [
        [row, *(_cell(figures.get(name), with_n=name not in same) for name in metrics)] for row, figures in rows.items()
    ]
    return [head, *cells]


def _defined(figures: Figures) -> Figures:
    return {name: figure for name, figure in figures.items() if not math.isnan(figure.value)}


def _cell(figure: Figure | None, *, with_n: bool) -> str:
    if figure is None:
        return "-"
    count = f" n={figure.n}" if with_n else ""
    return f"{_real(figure.value)} [{_real(figure.low)}, {_real(figure.high)}]{count}"


def _real(value: float) -> str:
    if value >= _COUNTED:
        return f"{value:,.0f}"
    return f"{value:.3f}".removeprefix("0") if value >= 0 else f"{value:.3f}"


def _counts(report: Report) -> str:
    found, draws = report.findings, report.draws
    left_out = "".join(f", {n:,} left out ({why})" for why, n in found.left_out.items() if n)
    return f"{found.n:,} {found.things}{left_out}; seed {draws.seed}, {draws.resamples:,} resamples."


def _markers(report: Report) -> tuple[str, str]:
    name = f"{report.suite} {report.data.name}"
    return f"<!-- evaluate {name} -->", f"<!-- end of {name} -->"


def _diagram_path(path: Path, report: Report) -> Path:
    return path.parent / f"reliability-{report.data.stem}.svg"


def _figures_shape(figures: Figures) -> dict[str, Any]:
    return {
        name: {field: _rounded(getattr(one, field)) for field in ("value", "low", "high", "n")}
        for name, one in _defined(figures).items()
    }


def _rounded(value: float) -> float:
    return round(value, 4)
