"""When Python looks for garbage in a program that runs for long: seldom, and not in what stays."""

from __future__ import annotations

import gc

_SELDOM = 10_000, 20, 10
"""New objects between two looks at the youngest, and so many of these between two at the older ones; Python's own are
700, 10, 10, with which a question that reads thirty articles waits for several looks at all that is known of others."""


def collect_seldom() -> None:
    """Leave what is loaded by now out of every look for garbage, and look seldom; for the edge of a program."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_SELDOM)
