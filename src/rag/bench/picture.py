"""Growth -> curves as SVG, for light and dark pages; knows no way of measuring."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from rag.bench.measures import Column

_WIDE, _HIGH = 240, 150
_LEFT, _TOP, _RIGHT, _BELOW = 56, 48, 18, 48
_COLUMNS = 3

_STYLE = """
  .page { fill: #ffffff; }
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .name { font-weight: 600; }
  .axis, .grid { stroke: #57606a; fill: none; }
  .grid { stroke-opacity: .2; }
  .line { fill: none; stroke-width: 2; }
  .one { stroke: #0969da; }
  .two { stroke: #bc4c00; }
  circle.one, text.one { fill: #0969da; }
  circle.two, text.two { fill: #bc4c00; }
  text.one, text.two { stroke: none; }
  .two.line { stroke-dasharray: 5 3; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; }
    text { fill: #e6edf3; }
    .axis, .grid { stroke: #8b949e; }
    .one { stroke: #58a6ff; }
    .two { stroke: #f0883e; }
    circle.one, text.one { fill: #58a6ff; }
    circle.two, text.two { fill: #f0883e; }
  }
"""


@dataclass(frozen=True, slots=True)
class Panel:
    """One diagram: its title with the unit, and the measure behind each of two lines with the name of the line."""

    title: str
    one: tuple[str, str]
    two: tuple[str, str]


PANELS = (
    Panel("question to reply, ms", ("question to reply, ms p50", "p50"), ("question to reply, ms p95", "p95")),
    Panel(
        "nearest passages, ms p50",
        ("nearest passages, ours, ms p50", "ours"),
        ("nearest passages, plain FAISS flat, ms p50", "plain FAISS flat"),
    ),
    Panel(
        "passages with words, ms p50",
        ("passages with words, ours, ms p50", "ours"),
        ("passages with words, bm25s, ms p50", "bm25s"),
    ),
    Panel(
        "search as a whole, ms p50",
        ("search as a whole, ours, ms p50", "ours"),
        ("search as a whole, txtai, ms p50", "txtai"),
    ),
    Panel(
        "memory after the questions, MB",
        ("of it in no file, MB", "in no file"),
        ("memory after the questions, peak, MB", "peak"),
    ),
    Panel(
        "from the start of the process, s",
        ("of it opening, s", "opening alone"),
        ("start to first passages, s", "to first passages"),
    ),
)


@dataclass(frozen=True, slots=True)
class _Scale:
    """Whole decades, each as long as the other, over some pixels."""

    low: int
    high: int
    pixels: int

    def at(self, value: float) -> float:
        return (math.log10(value) - self.low) / (self.high - self.low) * self.pixels


def growth_svg(sizes: Sequence[Column]) -> str:
    """Return a diagram of each panel that has values: passages to the right, the measure upwards, both in decades."""
    panels = [panel for panel in PANELS if _points(panel.one, sizes) or _points(panel.two, sizes)]
    cell_wide, cell_high = _LEFT + _WIDE + _RIGHT, _TOP + _HIGH + _BELOW
    width, height = cell_wide * _COLUMNS, cell_high * math.ceil(len(panels) / _COLUMNS)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="img" aria-labelledby="title">',
        '<title id="title">How times and memory grow with the passages of a library</title>',
        f"<style>{_STYLE}</style>",
        f'<rect class="page" width="{width}" height="{height}" rx="6"/>',
    ]
    for number, panel in enumerate(panels):
        x, y = number % _COLUMNS * cell_wide + _LEFT, number // _COLUMNS * cell_high + _TOP
        lines += [f'<g transform="translate({x} {y})">', *_panel(panel, sizes), "</g>"]
    return "\n".join([*lines, "</svg>"]) + "\n"


def _panel(panel: Panel, sizes: Sequence[Column]) -> Iterator[str]:
    series = [points for line in (panel.one, panel.two) if (points := _points(line, sizes))]
    across = _scale([x for points in series for x, _ in points], _WIDE)
    up = _scale([y for points in series for _, y in points], _HIGH)
    yield f'<text class="name" y="-30">{escape(panel.title)}</text>'
    yield from _grid(across, up)
    at = 0
    for kind, line in (("one", panel.one), ("two", panel.two)):
        points = _points(line, sizes)
        if points:
            yield f'<text class="{kind}" x="{at}" y="-12">● {escape(line[1])}</text>'
            at += 30 + 7 * len(line[1])
            yield from _line(kind, line[1], points, (across, up))


def _grid(across: _Scale, up: _Scale) -> Iterator[str]:
    for decade in range(across.low, across.high + 1):
        x = across.at(10.0**decade)
        yield f'<path class="grid" d="M{x:.1f} 0V{_HIGH}"/>'
        yield f'<text x="{x:.1f}" y="{_HIGH + 18}" text-anchor="middle">{_short(10.0**decade)}</text>'
    for decade in range(up.low, up.high + 1):
        y = _HIGH - up.at(10.0**decade)
        yield f'<path class="grid" d="M0 {y:.1f}H{_WIDE}"/>'
        yield f'<text x="-8" y="{y + 4:.1f}" text-anchor="end">{_short(10.0**decade)}</text>'
    yield f'<text x="{_WIDE / 2:g}" y="{_HIGH + 34}" text-anchor="middle">passages</text>'
    yield f'<path class="axis" d="M0 0V{_HIGH}H{_WIDE}"/>'


def _line(kind: str, name: str, points: Sequence[tuple[float, float]], scales: tuple[_Scale, _Scale]) -> Iterator[str]:
    places = [(scales[0].at(x), _HIGH - scales[1].at(y)) for x, y in points]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    yield f'<path class="line {kind}" d="M{path}"/>'
    for (passages, value), (x, y) in zip(points, places, strict=True):
        told = f"{name}, {passages:,.0f} passages: {value:,.3g}"
        yield f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"><title>{escape(told)}</title></circle>'


def _points(line: tuple[str, str], sizes: Sequence[Column]) -> list[tuple[float, float]]:
    """Passages and value of each size that has the measure; what is not above 0 has no place on the scale."""
    found = [(size.passages, size.measures.get(line[0])) for size in sizes]
    return [(passages, measure.value) for passages, measure in found if measure is not None and measure.value > 0]


def _scale(values: Sequence[float], pixels: int) -> _Scale:
    """The fewest whole decades that hold some values; a size that is a little above a decade counts as it."""
    low = math.floor(math.log10(min(values)))
    high = math.ceil(math.log10(max(values)) - 0.01)
    return _Scale(low, max(high, low + 1), pixels)


def _short(value: float) -> str:
    for factor, name in ((1_000_000, "M"), (1_000, "k")):
        if value >= factor:
            return f"{value / factor:g}{name}"
    return f"{value:g}"
