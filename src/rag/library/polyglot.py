"""A question in any language -> its likeness to the sentences of an article; knows the multilingual encoder."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from rag.answer import Candidate
from rag.embed import Encoder, Vectors, load_encoder
from rag.evidence import Numbers
from rag.settings import MULTILINGUAL_ENCODER, Settings

_KEPT_SENTENCES = 20_000


class Polyglot:
    """The multilingual encoder beside the library's own, loaded at the first question in another language.

    What it has read of an article stays in memory. Safe to share between threads.
    """

    def __init__(self, settings: Settings, *, encoder: Encoder | None = None) -> None:
        self._threads, self._encoder = settings.threads, encoder
        self._kept: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def load(self) -> None:
        """Load the encoder now.

        Raises:
            MissingPackageError: It is not installed.
            ModelError: It is altered.
        """
        with self._lock:
            self._loaded()

    def cosines(self, question: str, candidates: Sequence[Candidate]) -> Numbers:
        """Return the cosine of every sentence to a question, in order.

        Args:
            question: In any language.
            candidates: All body sentences of some articles, one article after the other.

        Raises:
            MissingPackageError: The multilingual encoder is not installed.
            ModelError: It is altered.
        """
        articles: dict[str, list[str]] = {}
        for candidate in candidates:
            articles.setdefault(candidate.article.id, []).append(candidate.text)
        with self._lock:  # one at a time: the encoder takes all threads it may have
            encoder = self._loaded()
            asked = encoder.encode([question], as_question=True)[0]
            parts = [self._vectors(encoder, article, texts) @ asked for article, texts in articles.items()]
        return np.concatenate(parts).astype(np.float64) if parts else np.empty(0)

    def _loaded(self) -> Encoder:
        if self._encoder is None:
            self._encoder = load_encoder(Settings(encoder=MULTILINGUAL_ENCODER, threads=self._threads))
        return self._encoder

    def _vectors(self, encoder: Encoder, article: str, texts: Sequence[str]) -> Vectors:
        vectors = self._kept.get(article)
        if vectors is None:
            vectors = self._kept[article] = encoder.encode(texts)
        self._kept.move_to_end(article)
        while len(self._kept) > 1 and sum(map(len, self._kept.values())) > _KEPT_SENTENCES:
            self._kept.popitem(last=False)
        return vectors
