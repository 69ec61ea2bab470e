"""What one search looks at: the passages of a generation, those that came since, and which of them are gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.errors import DamagedLibraryError
from rag.index.generations import REPAIR, Generation, check_generation
from rag.segment import Layout, Scope, Segment, load_segment
from rag.store import RESTORED, Change, Keys


@dataclass(frozen=True, slots=True)
class Recent:
    """Passages that came after the generation was built: those of keys `first` to `last`."""

    segment: Segment
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class View:
    """What one search looks at: a generation (None in memory), and everything up to change `seen`."""

    base: Segment
    generation: Generation | None
    recent: tuple[Recent, ...]
    scope: Scope
    seen: int

    @property
    def segments(self) -> tuple[Segment, ...]:
        """All that is searched, the generation first."""
        return (self.base, *(one.segment for one in self.recent))

    @property
    def waiting(self) -> int:
        """Passages that the generation lacks, or has too many."""
        return sum(len(one.segment) for one in self.recent) + len(self.scope.removed_passages)


def load_view(folder: Path, encoder: str, layout: Layout) -> View:
    """Open a generation, and see it as it was built.

    Raises:
        DamagedLibraryError: It is not as it was built.
    """
    generation = check_generation(folder, encoder=encoder)
    try:
        base = load_segment(folder, layout)
    except (OSError, ValueError, RuntimeError) as error:
        raise DamagedLibraryError(folder, str(error), REPAIR) from error
    return View(base, generation, (), Scope(), generation.built)


def restored(changes: Sequence[Change]) -> bool:
    """Tell whether a backup was put in place, after which keys mean other passages."""
    return any(change.operation == RESTORED for change in changes)


def passage_keys_of(changes: Sequence[Change]) -> Keys:
    """Return the keys of all passages that came or went with some changes."""
    ranges = [np.arange(change.first, change.last + 1, dtype=np.int64) for change in changes]
    return np.concatenate([np.empty(0, np.int64), *ranges])
