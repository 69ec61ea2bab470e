"""The encoder that comes with the package: int8 weights on onnxruntime, without torch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from rag.embed.encoder import Vector, Vectors, mean_of_windows
from rag.embed.files import check_files, load_session, load_tokenizer

_MANY = 16
"""Texts from which it pays to open the model a second time."""


class OnnxEncoder:
    """The bundled encoder: int8 weights on onnxruntime, without torch.

    The folder holds `encoder.onnx` (token ids -> unit vectors), `tokenizer.json` and
    `manifest.json` with the sha256 of both and the revision of the weights, which stays when they are written in
    another form that says the same; made by `rag train encoder`.
    """

    def __init__(self, folder: Path, *, threads: int) -> None:
        manifest = check_files(folder)
        self._path, self._threads = folder / "encoder.onnx", threads
        self._session = load_session(self._path, threads=threads)
        self._apart: Any = None  # the model once more, for one thread; opened when it pays
        self._tokenizer = load_tokenizer(folder / "tokenizer.json")
        self.max_tokens: int = manifest["max_tokens"]
        self.dimensions: int = manifest["dimensions"]
        self.identity: str = f"{manifest['name']}@{manifest['revision']}"

    def count_tokens(self, text: str) -> int:
        """Return the length of a text in tokens, special tokens included."""
        return len(self._tokenizer.encode(text).ids)

    def encode(self, texts: Sequence[str], *, as_question: bool = False) -> Vectors:
        """Return one unit vector a text, shape (texts, dimensions)."""
        # Every text -> its windows of token ids, [CLS] and [SEP] around each.
        inner = self.max_tokens - 2
        windows: list[list[int]] = []
        owners: list[int] = []
        for owner, encoding in enumerate(self._tokenizer.encode_batch(list(texts))):
            first, *ids, last = encoding.ids
            for at in range(0, max(1, len(ids)), inner):
                windows.append([first, *ids[at : at + inner], last])
                owners.append(owner)
        vectors = np.zeros((len(windows), self.dimensions), np.float32)
        for row, vector in enumerate(self._run_all(windows)):
            vectors[row] = vector
        return mean_of_windows(vectors, owners, [len(window) for window in windows])

    def _run_all(self, windows: Sequence[Sequence[int]]) -> Iterator[Vector]:
        """A few windows one after the other, each on all threads; many side by side, each on one thread."""
        if len(windows) < _MANY or self._threads == 1:
            yield from (_run(self._session, window) for window in windows)
            return
        if self._apart is None:
            self._apart = load_session(self._path, threads=1)
        with ThreadPoolExecutor(self._threads) as pool:
            yield from pool.map(partial(_run, self._apart), windows)


def _run(session: Any, window: Sequence[int]) -> Vector:
    """One text at a time: int8 scales its numbers to all of a batch, and a text's neighbours would change it."""
    ids = np.array([window], np.int64)  # (1, tokens)
    vector: Vector = session.run(["vectors"], {"input_ids": ids})[0][0]
    return vector
