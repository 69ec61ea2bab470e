"""A bar on stderr for what takes long; silent where stderr is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TypeVar

from rag.errors import MissingPackageError

Item = TypeVar("Item")


def watch(items: Sequence[Item], label: str) -> Iterator[Item]:
    """Yield the items in order, with a bar that shows how many are done.

    Raises:
        MissingPackageError: The bar is to be seen, and tqdm is not installed.
    """
    if not sys.stderr.isatty():
        yield from items
        return
    try:
        from tqdm import tqdm
    except ImportError as error:
        raise MissingPackageError("ask-the-article[evaluate]", "A progress bar") from error
    yield from tqdm(items, desc=label, leave=False)
