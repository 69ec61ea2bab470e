"""Vectors by key in FAISS: every one is compared while they are few, those of the nearest lists when they are many.

Few are kept in half precision, just as the store has them. Many are kept in 8 bits a number, in lists around centres
that were trained on some of them (IVF: Jegou, Douze and Schmid, PAMI 2011).
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import faiss
import numpy as np
from numpy.typing import NDArray

from rag.embed import Vector, Vectors
from rag.search import Ranked
from rag.segment.scope import Scope
from rag.store import Keys

_PARAMETERS: Any = faiss.SearchParameters  # its stub lacks the keyword
_IVF_PARAMETERS: Any = faiss.SearchParametersIVF  # likewise
_LISTS_PER_ROOT = 2.0
_TRAINED_PER_LIST = 64
_OUTGROWN = 2
_ROUNDS = 8
_SEED = 0
_FLAT = b"IxM2"
"""How the file of an index without lists begins."""


Codes: TypeAlias = NDArray[np.uint8]
"""Vectors as they are kept, shape (vectors, bytes)."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How vectors are laid out, which their number decides.

    Attributes:
        dimensions: Numbers in a vector.
        flat: Up to so many vectors each is compared.
        percent: Share of the lists that is looked through when there are more.
    """

    dimensions: int
    flat: int
    percent: int

    def lists(self, count: int) -> int:
        """Return how many lists so many vectors are best kept in, 0 for none."""
        return 0 if count <= self.flat else max(1, int(_LISTS_PER_ROOT * math.sqrt(count)))

    def sample(self, count: int) -> int:
        """Return how many of so many vectors the lists are trained on, 0 when there are none."""
        return min(count, self.lists(count) * _TRAINED_PER_LIST)

    def outgrown(self, lists: int, count: int) -> bool:
        """Tell whether lists that were trained once are too few, or none, for so many vectors, or no longer needed."""
        best = self.lists(count)
        return best > _OUTGROWN * lists or (best == 0 and lists > 0 and count < self.flat // 2)


@dataclass(frozen=True, slots=True)
class Sample:
    """Vectors like those of an index, shape (any, dimensions), on which so many lists are trained."""

    vectors: Vectors
    lists: int


class DenseIndex:
    """Vectors and their keys. Searching is safe in several threads; adding and removing are not."""

    def __init__(self, index: Any, layout: Layout) -> None:
        self._index, self._layout = index, layout

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def lists(self) -> int:
        """The number of lists, 0 when every vector is compared."""
        return int(self._index.nlist) if isinstance(self._index, faiss.IndexIVF) else 0

    def nearest(self, vector: Vector, depth: int, scope: Scope) -> list[Ranked]:
        """Return up to `depth` keys by dot product, best first; ties go to the lower key."""
        faiss.omp_set_num_threads(1)  # of this thread; a single query is slower with more
        scores, keys = self._index.search(vector[None, :], max(1, depth), params=self._parameters(scope))
        found = [Ranked(int(key), float(score)) for key, score in zip(keys[0], scores[0], strict=True) if key >= 0]
        return sorted(found, key=lambda ranked: (-ranked.score, ranked.key))

    def add(self, keys: Keys, vectors: Vectors) -> None:
        """Add vectors, shape (keys, dimensions); a key must be new."""
        if len(keys):
            self._index.add_with_ids(np.ascontiguousarray(vectors), keys)

    def remove(self, keys: Keys) -> None:
        """Take vectors out; a key that is not there is passed over."""
        if len(keys) and len(self):
            self._index.remove_ids(faiss.IDSelectorBatch(keys))

    def codes(self) -> Iterator[tuple[Keys, Codes]]:
        """Yield all keys with what is kept of their vectors, shape (keys, bytes), some at a time."""
        if not self.lists:
            inner: Any = faiss.downcast_index(self._index.index)
            keys = faiss.vector_to_array(self._index.id_map)
            if len(keys):
                yield keys, faiss.rev_swig_ptr(inner.codes.data(), inner.codes.size()).reshape(len(keys), -1).copy()
            return
        inverted, size = self._index.invlists, self._index.code_size
        for number in range(self.lists):
            length = inverted.list_size(number)
            if length:
                stored = faiss.rev_swig_ptr(inverted.get_codes(number), length * size)
                yield faiss.rev_swig_ptr(inverted.get_ids(number), length).copy(), stored.reshape(length, size).copy()

    def encode(self, vectors: Vectors) -> Codes:
        """Return what would be kept of some vectors, shape (vectors, bytes)."""
        flat: Any = self._index if self.lists else faiss.downcast_index(self._index.index)
        codes: Codes = flat.sq.compute_codes(np.ascontiguousarray(vectors))
        return codes

    def save(self, path: Path) -> None:
        """Write it into a file.

        Raises:
            OSError, RuntimeError: It cannot be written.
        """
        faiss.write_index(self._index, str(path))

    def _parameters(self, scope: Scope) -> Any:
        selector = _selector(scope)
        if self.lists:
            share = 1.0 if scope.passages is None else max(1, len(scope.passages)) / max(1, len(self))
            probes = min(self.lists, math.ceil(self.lists * self._layout.percent / 100 / share))
            return _IVF_PARAMETERS(sel=selector, nprobe=probes)
        return _PARAMETERS(sel=selector) if selector is not None else None


def new_dense(layout: Layout, sample: Sample | None = None) -> DenseIndex:
    """Return an empty index, with lists when there is a sample to train them on."""
    dimensions = layout.dimensions
    if sample is None:
        half = faiss.IndexScalarQuantizer(dimensions, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        return DenseIndex(faiss.IndexIDMap2(half), layout)
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    centres = faiss.IndexFlatIP(dimensions)
    index = faiss.IndexIVFScalarQuantizer(
        centres, dimensions, sample.lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    index.by_residual = False
    index.cp.niter, index.cp.seed, index.cp.spherical = _ROUNDS, _SEED, True
    index.cp.min_points_per_centroid = 1  # no warning of a small sample
    index.train(np.ascontiguousarray(sample.vectors))
    return DenseIndex(index, layout)


def load_dense(path: Path, layout: Layout, *, writable: bool = False) -> DenseIndex:
    """Read an index from its file; unless it is to be changed it stays there, and what a search needs is read.

    Raises:
        RuntimeError: The file is not what it should be.
    """
    flags = 0
    if not writable:
        with path.open("rb") as file:  # FAISS has a way for lists, and another for the rest
            flags = faiss.IO_FLAG_MMAP_IFC if file.read(len(_FLAT)) == _FLAT else faiss.IO_FLAG_MMAP
    return DenseIndex(faiss.read_index(str(path), flags), layout)


def _selector(scope: Scope) -> Any:
    if scope.passages is not None:
        return faiss.IDSelectorBatch(scope.passages)
    if len(scope.removed_passages):
        return faiss.IDSelectorNot(faiss.IDSelectorBatch(scope.removed_passages))
    return None
