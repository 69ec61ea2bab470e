"""A bar on stderr for what takes long; silent where stderr is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def watch(items: Sequence[Item], label: str) -> Iterator[Item]:
    """Yield the items in order, with a bar that shows how many are done."""
    if not sys.stderr.isatty():
        yield from items
        return
    from tqdm import tqdm

    yield from tqdm(items, desc=label, leave=False)
