"""Which passages of a segment may be found."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from rag.store import Keys


@dataclass(frozen=True, slots=True)
class Scope:
    """Which passages may be found: those of `articles` alone, or all but those of `removed_articles`.

    Articles and passages are keys; each tuple of articles comes with the keys of all their passages.
    """

    articles: tuple[int, ...] | None = None
    passages: Keys | None = None
    removed_articles: tuple[int, ...] = ()
    removed_passages: Keys = field(default_factory=lambda: np.empty(0, np.int64))
