"""Words in sentences -> a vector for each, as spaCy's `Tok2Vec` models compute it; knows no grammar.

Layers and weights are spaCy's own, run in another way: what a word is by itself is computed once and kept, and the
layers over neighbouring words are matrix products of NumPy, about three times as fast as those that spaCy brings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from thinc.api import Model

Vectors: TypeAlias = NDArray[np.float32]
"""Shape (rows, width); what a row is for is told where it is used."""

_MOST_WORDS = 20_000
"""Words whose own vectors are kept, 8 MB; when there are more, all are forgotten and computed again."""
_BLOCK = 256
"""Rows that go through a layer together, few enough to stay near the processor: 1,800 took 1.7 times as long."""
_EPSILON = np.float32(1e-8)
"""Added to the variance of a row, as thinc's layer does."""


@dataclass(frozen=True, slots=True)
class _Layer:
    """One layer over each word with its two neighbours.

    Attributes:
        weights: (3 * width, pieces * width).
        bias: (pieces * width,).
        scale: (width,), of the normalised rows.
        shift: (width,), added to them.
    """

    weights: Vectors
    bias: Vectors
    scale: Vectors
    shift: Vectors


def weights_of(model: Model[Any, Any], name: str) -> Vectors:
    """Return one of the arrays of weights of a layer, of any shape."""
    return np.asarray(model.get_param(name), dtype=np.float32)


class Contexts:
    """The vectors of words in their sentences. Not safe to share between threads."""

    def __init__(self, model: Model[Any, Any]) -> None:
        embed, encode = model.get_ref("embed"), model.get_ref("encode")
        self._columns: list[int | str] = embed.layers[0].attrs["columns"]
        self._hashed, self._mixed = embed.layers[2], embed.layers[3]
        self._layers = _layers(encode)
        self._pad: int = encode.attrs["pad"]
        self._known: dict[bytes, int] = {}
        self._own = np.zeros((_MOST_WORDS, len(self._layers[0].scale)), dtype=np.float32)

    def of(self, docs: Sequence[Doc]) -> list[Vectors]:
        """Return for each of some sentences the vectors of its words, a row for each."""
        lengths = [len(doc) for doc in docs]
        before = self._pad * np.arange(1, len(docs) + 1).repeat(lengths)  # empty rows keep sentences apart
        places = np.arange(sum(lengths)) + before
        rows = np.zeros((sum(lengths) + self._pad * (len(docs) + 1), self._own.shape[1]), dtype=np.float32)
        rows[places] = self._alone(np.concatenate([doc.to_array(self._columns) for doc in docs]))
        for layer in self._layers:
            _add(rows, layer)
        return np.split(rows[places], np.cumsum(lengths)[:-1])

    def _alone(self, keys: NDArray[np.uint64]) -> Vectors:
        """What words are by themselves, by the keys of their spelling."""
        keys = np.ascontiguousarray(keys, dtype=np.uint64)
        size = keys.itemsize * keys.shape[1]
        names: list[bytes] = keys.view(np.dtype((np.void, size))).ravel().tolist()  # type: ignore[assignment]  # void is bytes
        new = {name: n for n, name in enumerate(names) if name not in self._known}
        if len(new) + len(self._known) > len(self._own):
            self._known.clear()
            new = {name: n for n, name in enumerate(names)}
            if len(new) > len(self._own):
                self._own = np.zeros((len(new), self._own.shape[1]), dtype=np.float32)
        if new:
            first = len(self._known)
            self._own[first : first + len(new)] = self._mixed.predict(self._hashed.predict(keys[list(new.values())]))
            self._known.update(zip(new, range(first, first + len(new)), strict=True))
        return self._own[[self._known[name] for name in names]]


def _add(rows: Vectors, layer: _Layer) -> None:
    """Add to each row what a layer makes of it and of the rows before and behind it."""
    count, width = rows.shape
    padded = np.zeros((count + 2, width), dtype=np.float32)
    padded[1:-1] = rows
    wide = as_strided(padded, (count, 3 * width), padded.strides, writeable=False)
    for start in range(0, count, _BLOCK):
        made = np.ascontiguousarray(wide[start : start + _BLOCK]) @ layer.weights
        made += layer.bias
        greatest = made[:, :width]
        for piece in range(width, made.shape[1], width):
            np.maximum(greatest, made[:, piece : piece + width], out=greatest)
        rows[start : start + _BLOCK] += _normalised(greatest, layer)


def _normalised(rows: Vectors, layer: _Layer) -> Vectors:
    rows -= rows.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", rows, rows) / np.float32(rows.shape[1]) + _EPSILON
    rows *= (1 / np.sqrt(variance))[:, None]
    rows *= layer.scale
    rows += layer.shift
    return rows


def _layers(encode: Model[Any, Any]) -> list[_Layer]:
    nodes = list(encode.walk())
    found = []
    for product, norm in zip(
        (node for node in nodes if node.name == "maxout"),
        (node for node in nodes if node.name == "layernorm"),
        strict=True,
    ):
        weights = weights_of(product, "W")  # (width, pieces, 3 * width)
        bias = weights_of(product, "b")  # (width, pieces)
        wide = weights.shape[2]
        found.append(
            _Layer(
                np.ascontiguousarray(weights.transpose(2, 1, 0).reshape(wide, -1)),
                np.ascontiguousarray(bias.T.ravel()),
                weights_of(norm, "G"),
                weights_of(norm, "b"),
            )
        )
    return found
