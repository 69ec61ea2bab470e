"""Any sentence-transformers model by name or path."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.embed.encoder import Vectors, mean_of_windows
from rag.errors import MissingPackageError, ModelError


class SentenceTransformerEncoder:
    """Any sentence-transformers model by name or path; on a GPU when there is one."""

    def __init__(self, name: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging as transformers_logging
        except ImportError as error:
            raise MissingPackageError("sentence-transformers", f"The encoder {name!r}") from error
        transformers_logging.disable_progress_bar()  # it would stand among what the commands print
        try:
            self._model = SentenceTransformer(name, local_files_only=True)
        except (OSError, ValueError) as error:
            raise ModelError(
                Path(name),
                "cannot be loaded from this machine",
                "Nothing is downloaded here: fetch it first, or give the path of its folder.",
            ) from error
        self.max_tokens = int(self._model.max_seq_length or 512)
        self.dimensions = int(self._model.get_embedding_dimension() or 0)
        self.identity = f"{name}@{self._revision()}"

    def count_tokens(self, text: str) -> int:
        """Return the length of a text in tokens, special tokens included."""
        return len(self._model.tokenizer(text, truncation=False, verbose=False)["input_ids"])

    def encode(self, texts: Sequence[str], *, as_question: bool = False) -> Vectors:
        """Return one unit vector a text, shape (texts, dimensions)."""
        windows: list[str] = []
        owners: list[int] = []
        for owner, text in enumerate(texts):
            for window in self._windows(text):
                windows.append(window)
                owners.append(owner)
        encode = self._model.encode_query if as_question else self._model.encode_document
        vectors = encode(windows, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False)
        return mean_of_windows(np.asarray(vectors, np.float32), owners, [len(window) for window in windows])

    def _windows(self, text: str) -> Iterator[str]:
        """Halve a text at white space until every piece fits the window; pieces keep every word."""
        if self.count_tokens(text) <= self.max_tokens or len(text) < 2:
            yield text
            return
        middle = text.find(" ", len(text) // 2)
        middle = middle if middle > 0 else len(text) // 2
        yield from self._windows(text[:middle])
        yield from self._windows(text[middle:])

    def _revision(self) -> str:
        model: Any = self._model[0]
        commit = getattr(model.auto_model.config, "_commit_hash", None)
        if commit:
            return str(commit)[:16]
        digest = hashlib.sha256()
        for name, value in self._model.state_dict().items():
            digest.update(name.encode())
            digest.update(value.detach().cpu().float().numpy().tobytes())
        return digest.hexdigest()[:16]
