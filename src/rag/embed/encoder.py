"""What every encoder does; knows no model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Vectors: TypeAlias = NDArray[np.float32]
"""Unit vectors, shape (texts, dimensions), float32."""

Vector: TypeAlias = NDArray[np.float32]
"""One unit vector, shape (dimensions,), float32."""


class Encoder(Protocol):
    """A model that turns texts into unit vectors, so that a dot product is the cosine."""

    @property
    def identity(self) -> str:
        """Name and revision of the weights; vectors of different identities are never compared."""

    @property
    def dimensions(self) -> int:
        """Numbers in a vector."""

    @property
    def max_tokens(self) -> int:
        """The longest text in tokens, special tokens included, that is encoded in one window."""

    def count_tokens(self, text: str) -> int:
        """Return the length of a text in tokens, special tokens included."""

    def encode(self, texts: Sequence[str], *, as_question: bool = False) -> Vectors:
        """Return one unit vector a text, in order; models that tell questions from passages do."""


def mean_of_windows(vectors: Vectors, owners: Sequence[int], weights: Sequence[int]) -> Vectors:
    """(windows, dimensions) -> (texts, dimensions): the weighted mean of each text's windows, unit length."""
    if len(vectors) == len(set(owners)):
        return vectors
    means = np.zeros((owners[-1] + 1, vectors.shape[1]), np.float32)
    np.add.at(means, list(owners), vectors * np.asarray(weights, np.float32)[:, None])
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
    return means
