"""A question in any language -> its likeness to the sentences of an article; knows the multilingual encoder."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

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

    def cosines(self, question: str, articles: Sequence[tuple[str, Sequence[str]]]) -> Numbers:
        """Return the cosine of every sentence to a question, in order.

        Args:
            question: In any language.
            articles: The id of each article, and its sentences.

        Raises:
            MissingPackageError: The multilingual encoder is not installed.
            ModelError: It is altered.
        """
        with self._lock:  # one at a time: the encoder takes all threads it may have
            if self._encoder is None:
                self._encoder = load_encoder(Settings(encoder=MULTILINGUAL_ENCODER, threads=self._threads))
            asked = self._encoder.encode([question], as_question=True)[0]
            parts = [self._vectors(self._encoder, article, texts) @ asked for article, texts in articles]
        return np.concatenate(parts).astype(np.float64)

    def _vectors(self, encoder: Encoder, article: str, texts: Sequence[str]) -> Vectors:
        vectors = self._kept.get(article)
        if vectors is None:
            vectors = self._kept[article] = encoder.encode(texts)
        self._kept.move_to_end(article)
        while len(self._kept) > 1 and sum(map(len, self._kept.values())) > _KEPT_SENTENCES:
            self._kept.popitem(last=False)
        return vectors
