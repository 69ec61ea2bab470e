"""Bins of confidence -> a reliability diagram as SVG, for light and dark pages."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from rag.evaluate.metrics import Bin

_SIDE, _LEFT, _TOP, _BELOW = 320, 62, 14, 54
_LARGEST = 15.0  # radius of the point with the most questions
_SMALLEST = 2.5

_STYLE = """
  .page { fill: #ffffff; }
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .axis, .grid, .ideal { stroke: #57606a; fill: none; }
  .grid { stroke-opacity: .2; }
  .ideal { stroke-dasharray: 4 4; }
  .bin { fill: #0969da; fill-opacity: .65; stroke: #0969da; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; }
    text { fill: #e6edf3; }
    .axis, .grid, .ideal { stroke: #8b949e; }
    .bin { fill: #58a6ff; stroke: #58a6ff; }
  }
"""


def reliability_svg(bins: Sequence[Bin], title: str) -> str:
    """Return a diagram with a point for each bin: confidence to the right, the share answerable upwards.

    The area of a point is as large as its number of questions. On the dashed diagonal confidence is what it says.
    """
    width, height = _LEFT + _SIDE + 16, _TOP + _SIDE + _BELOW
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="img" aria-labelledby="title">',
        f'<title id="title">{escape(title)}</title>',
        f"<style>{_STYLE}</style>",
        f'<rect class="page" width="{width}" height="{height}" rx="6"/>',
        *_frame(),
        *_points(bins),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _frame() -> Iterator[str]:
    right, bottom = _x(1), _y(0)
    for step in range(6):
        share = step / 5
        x, y = _x(share), _y(share)
        yield f'<path class="grid" d="M{x:g} {_TOP}V{bottom:g}M{_LEFT} {y:g}H{right:g}"/>'
        yield f'<text x="{x:g}" y="{bottom + 18:g}" text-anchor="middle">{share:g}</text>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4:g}" text-anchor="end">{share:g}</text>'
    yield f'<path class="axis" d="M{_LEFT} {_TOP}V{bottom:g}H{right:g}"/>'
    yield f'<path class="ideal" d="M{_x(0):g} {_y(0):g}L{_x(1):g} {_y(1):g}"/>'
    middle = _TOP + _SIDE / 2
    yield f'<text x="{_x(0.5):g}" y="{bottom + 42:g}" text-anchor="middle">confidence</text>'
    yield f'<text transform="translate(18 {middle:g}) rotate(-90)" text-anchor="middle">share answerable</text>'


def _points(bins: Sequence[Bin]) -> Iterator[str]:
    most = max((one.n for one in bins), default=1)
    for one in bins:
        radius = max(_SMALLEST, _LARGEST * math.sqrt(one.n / most))
        told = f"{one.n} questions: confidence {one.confidence:.2f}, answerable {one.right:.2f}"
        yield (
            f'<circle class="bin" cx="{_x(one.confidence):.1f}" cy="{_y(one.right):.1f}" r="{radius:.1f}">'
            f"<title>{told}</title></circle>"
        )


def _x(share: float) -> float:
    return _LEFT + share * _SIDE


def _y(share: float) -> float:
    return _TOP + (1 - share) * _SIDE
