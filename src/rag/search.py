"""The seam of finding passages, and which passages may be found; knows no engine.

A library on one machine is searched by FAISS and tantivy (`index/`), a larger one by Milvus (`milvus/`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from rag.embed import Vector

Field: TypeAlias = Literal["article", "published", "source"]
"""What a filter may ask of an article: its key, its date as it is written there (ISO 8601), its source."""


@dataclass(frozen=True, slots=True)
class In:
    """Articles whose field has one of these values; one that has none is not among them."""

    field: Field
    values: tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """Articles whose field lies from `low` to `high`, both included, None for no bound; one that has none does not."""

    field: Field
    low: int | str | None = None
    high: int | str | None = None


@dataclass(frozen=True, slots=True)
class Not:
    """Articles that a filter leaves out."""

    one: Filter


@dataclass(frozen=True, slots=True)
class AllOf:
    """Articles that all of some filters let through; with no filter all articles."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Articles that one of some filters lets through; with no filter none."""

    parts: tuple[Filter, ...]


Filter: TypeAlias = In | Between | Not | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage key and its score; a higher score is better."""

    key: int
    score: float


class SearchBackend(Protocol):
    """Finds passages in what a store holds at that moment. Safe to share between threads."""

    def nearest(self, vector: Vector, depth: int, *, within: Filter | None = None) -> list[Ranked]:
        """Return up to `depth` passages by cosine, best first, ties by key; of the articles within a filter."""

    def holding(self, text: str, depth: int, *, within: Filter | None = None) -> list[Ranked]:
        """Return up to `depth` passages by BM25 of the words in `text`, best first, ties by key."""

    def refresh(self) -> None:
        """Take in what the store has gained and lost since; cheap when that is nothing."""


class BuiltBackend(SearchBackend, Protocol):
    """A backend that may keep files or rows of its own, which can be made again from the store."""

    def settle(self) -> None:
        """Take in everything, and wait until it is kept."""

    def build(self) -> None:
        """Make everything anew from the store.

        Raises:
            LibraryBusyError: Another process is doing so.
            ReadOnlyLibraryError: It cannot be written; what was in use stays in use.
        """

    def close(self) -> None:
        """Give up what is being written, and wait for that."""


def of_articles(keys: tuple[int, ...] | None) -> Filter | None:
    """Return the filter that lets only articles with these keys through; None for all."""
    return None if keys is None else In("article", keys)
