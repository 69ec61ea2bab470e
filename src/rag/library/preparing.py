"""An article -> what is stored of it: its sentences, its passages, their vectors, and who says what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from rag.answer import text_of
from rag.embed import Encoder, Vectors
from rag.records import Article, Sentence
from rag.settings import Settings
from rag.speakers import StatementReader
from rag.store import Entry, Reading

_TOLD_EVERY = 64
"""Texts between two reports of how far an article is: half a second, and enough to keep two cores busy."""


class Preparing:
    """Cuts, embeds and reads articles. Safe to share between threads."""

    def __init__(self, settings: Settings, encoder: Encoder, reader: StatementReader) -> None:
        self._settings, self._encoder, self._reader = settings, encoder, reader

    def entry(self, article: Article, step: Callable[[float], None] | None = None) -> Entry:
        """READ is done; CUT, WHO and MEAN. `step` hears the share that is embedded, and ends it all by raising."""
        from rag.split import passages, sentences

        cut = sentences(article)
        limit = min(self._settings.passage_tokens, self._encoder.max_tokens)
        with ThreadPoolExecutor(1) as other:  # grammar takes one core, and leaves the other to the encoder
            reading = other.submit(self.reading, article, cut)
            runs = passages(article, cut, count_tokens=self._encoder.count_tokens, max_tokens=limit)
            places = [*(sentence.range for sentence in cut), *(passage.range for passage in runs)]
            vectors = self._encode([text_of(article, place) for place in places], step)
            return Entry(article, cut, vectors[: len(cut)], runs, vectors[len(cut) :], reading.result())

    def reading(self, article: Article, sentences: Sequence[Sentence]) -> Reading:
        """Who says what in an article that is cut already."""
        return Reading(self._reader.identity, self._reader.read(article, sentences))

    def _encode(self, texts: Sequence[str], step: Callable[[float], None] | None) -> Vectors:
        if step is None:
            return self._encoder.encode(texts)
        parts = []
        for at in range(0, len(texts), _TOLD_EVERY):
            step(at / len(texts))
            parts.append(self._encoder.encode(texts[at : at + _TOLD_EVERY]))
        return np.concatenate(parts)
