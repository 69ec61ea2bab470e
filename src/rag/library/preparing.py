"""An article -> what is stored of it: its sentences, its passages, their vectors, and who says what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from rag.answer import text_of
from rag.embed import Encoder, Vectors
from rag.records import Article, Passage, Sentence
from rag.settings import Settings
from rag.speakers import StatementReader
from rag.store import Entry, Reading

_TOLD_EVERY = 64
"""Texts between two reports of how far an article is: half a second, and enough to keep two cores busy."""


class Preparing:
    """Cuts, embeds and reads articles. Safe to share between threads."""

    def __init__(self, settings: Settings, encoder: Encoder, reader: StatementReader) -> None:
        self._settings, self._encoder, self._reader = settings, encoder, reader

    @property
    def reader(self) -> str:
        """Identity of the reader of who said what."""
        return self._reader.identity

    def entry(self, article: Article, step: Callable[[float], None] | None = None) -> Entry:
        """READ is done; CUT, WHO and MEAN. `step` hears the share that is embedded, and ends it all by raising."""
        from rag.split import passages, sentences

        cut = sentences(article)
        limit = passage_limit(self._settings, self._encoder)
        with ThreadPoolExecutor(1) as other:
            reading = other.submit(self.reading, article, cut)
            if self._settings.threads == 1:
                reading.result()  # else grammar takes one core, and leaves the other to the encoder
            runs = passages(article, cut, count_tokens=self._encoder.count_tokens, max_tokens=limit)
            parts = [number for number, passage in enumerate(runs) if is_part(passage, cut)]
            places = [*(sentence.range for sentence in cut), *(runs[number].range for number in parts)]
            vectors = self._encode([text_of(article, place) for place in places], step)
            whole = passage_vectors(cut, vectors[: len(cut)], runs)
            whole[parts] = vectors[len(cut) :]
            return Entry(article, cut, vectors[: len(cut)], runs, whole, reading.result())

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


def passage_limit(settings: Settings, encoder: Encoder) -> int:
    """Return how many tokens a passage may have at most."""
    return min(settings.passage_tokens, encoder.max_tokens)


def passage_vectors(sentences: Sequence[Sentence], vectors: Vectors, passages: Sequence[Passage]) -> Vectors:
    """Return a unit vector a passage: the mean of those of its sentences, weighted by their length.

    To embed passages too would take as long again, and finds no more of what is read (`rag evaluate retrieval`).

    Args:
        sentences: Of an article, in order.
        vectors: Of those sentences, shape (sentences, dimensions).
        passages: Runs of them.
    """
    means: Vectors = np.zeros((len(passages), vectors.shape[1]), np.float32)
    lengths = np.array([one.range.end - one.range.start for one in sentences], np.float32)
    for row, one in enumerate(passages):
        run = slice(one.first, one.last + 1)
        means[row] = lengths[run] @ vectors[run]
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
    return means


def is_part(passage: Passage, sentences: Sequence[Sentence]) -> bool:
    """Tell whether a passage is a part of one sentence, which did not fit the encoder's window."""
    return passage.first == passage.last and passage.range != sentences[passage.first].range
