"""Dense and word index over the same passages, in memory or in a folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from rag.embed import Vector
from rag.search import Ranked
from rag.segment.dense import DenseIndex, Layout, Sample, load_dense, new_dense
from rag.segment.scope import Scope
from rag.segment.words import Terms, WordIndex, link_words, load_words, write_words
from rag.store import PassageRows

_DENSE, _WORDS = "dense.faiss", "words"


class Segment:
    """Dense and word index over the same passages; nothing of it changes."""

    def __init__(self, dense: DenseIndex, words: WordIndex) -> None:
        self.dense, self._words = dense, words

    def __len__(self) -> int:
        return len(self.dense)

    def nearest(self, vector: Vector, depth: int, scope: Scope) -> list[Ranked]:
        """Return up to `depth` passages by dot product, best first; ties go to the lower key."""
        return self.dense.nearest(vector, depth, scope) if len(self.dense) else []

    def holding(self, terms: Terms, total: int, depth: int, scope: Scope) -> list[Ranked]:
        """Return up to `depth` passages by BM25, best first; see `WordIndex.holding`."""
        return self._words.holding(terms, total, depth, scope)

    def counts(self, stems: Iterable[str]) -> dict[str, int]:
        """Return in how many passages each stem stands."""
        return self._words.counts(stems)

    def words_count(self) -> int:
        """Return the number of passages in the word index."""
        return len(self._words)


def build_segment(
    rows: Iterable[PassageRows], layout: Layout, *, sample: Sample | None = None, folder: Path | None = None
) -> Segment:
    """Index passages; the files go into `folder`, or stay in memory without one.

    Args:
        rows: The passages, ascending by key.
        layout: How vectors are laid out.
        sample: What lists are trained on, when they are many.
        folder: A new folder.

    Raises:
        OSError, ValueError, RuntimeError: The folder cannot be written.
    """
    dense = new_dense(layout, sample)
    words = write_words(folder / _WORDS if folder is not None else None, _also_into(dense, rows))
    return _saved(dense, words, layout, folder)


def extend_segment(old: Path, rows: Iterable[PassageRows], removed: Scope, layout: Layout, folder: Path) -> Segment:
    """Write the segment in folder `old` into a new folder, with some passages more and without what was removed.

    Raises:
        OSError, ValueError, RuntimeError: The folder cannot be written, or the old one not be read.
    """
    link_words(old / _WORDS, folder / _WORDS)
    dense = load_dense(old / _DENSE, layout, writable=True)
    dense.remove(removed.removed_passages)
    words = write_words(folder / _WORDS, _also_into(dense, rows), removed.removed_articles)
    return _saved(dense, words, layout, folder)


def load_segment(folder: Path, layout: Layout) -> Segment:
    """Read a segment from its folder.

    Raises:
        ValueError, RuntimeError: The files are not what they should be.
    """
    return Segment(load_dense(folder / _DENSE, layout), load_words(folder / _WORDS))


def _saved(dense: DenseIndex, words: WordIndex, layout: Layout, folder: Path | None) -> Segment:
    if folder is None:
        return Segment(dense, words)
    dense.save(folder / _DENSE)
    return Segment(load_dense(folder / _DENSE, layout), words)


def _also_into(dense: DenseIndex, rows: Iterable[PassageRows]) -> Iterator[PassageRows]:
    """Pass rows on, and put their vectors into an index on the way."""
    for part in rows:
        dense.add(part.keys, part.vectors)
        yield part
