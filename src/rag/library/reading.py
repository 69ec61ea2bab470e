"""Passages that were found -> their sentences, as they are judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.answer import Candidate, text_of
from rag.embed import Vector, Vectors
from rag.evidence import NEARBY, Pool, voice_of
from rag.library.shelf import Kept, Shelf
from rag.records import Passage
from rag.store import Store

_HEADING_REACH = 40
"""Sentences below a heading that it still speaks of."""


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that was found, with its article; a higher score is better."""

    kept: Kept
    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class Read:
    """Sentences that may answer, as candidates and as a pool, and their vectors, (candidates, dimensions)."""

    candidates: list[Candidate]
    pool: Pool
    vectors: Vectors


def read_sentences(found: Sequence[Found], asked: Vector | None, store: Store) -> Read:
    """Return the body sentences of some passages, each once: by article, best first, then in reading order.

    Args:
        found: The passages.
        asked: The question's vector, for their cosines; without it they are 0.
        store: Where the sentences' vectors are.
    """
    places: dict[int, dict[int, Found]] = {}
    kept: dict[int, Kept] = {}
    for one in found:
        kept.setdefault(one.kept.key, one.kept)
        numbers = places.setdefault(one.kept.key, {})
        for number in range(one.passage.first, one.passage.last + 1):
            if one.kept.sentences[number].kind == "body":
                numbers.setdefault(number, one)
    candidates: list[Candidate] = []
    vectors: list[Vectors] = []
    for key, numbers in places.items():
        article, sentences = kept[key].article, kept[key].sentences
        for number in sorted(numbers):
            place, said = numbers[number].passage.range, kept[key].said.get(number)
            authors = number in kept[key].authors
            candidates.append(Candidate(article, sentences, sentences[number], place, said, authors))
        if numbers:
            vectors.append(store.sentence_vectors(key, sorted(numbers)))
    stacked = np.concatenate(vectors) if vectors else np.empty((0, 0 if asked is None else len(asked)), np.float32)
    pool = Pool(
        texts=[candidate.text for candidate in candidates],
        before=[texts_before(candidate) for candidate in candidates],
        follows=[row > 0 and _follows(candidates[row - 1], candidate) for row, candidate in enumerate(candidates)],
        cosines=np.zeros(len(stacked)) if asked is None else (stacked @ asked).astype(np.float64),
        voices=[voice_of(candidate.statement) for candidate in candidates],
    )
    return Read(candidates, pool, stacked)


def read_whole(shelf: Shelf, keys: Sequence[int] | None, *, most: int) -> Read | None:
    """Return all body sentences of some articles, of all when there are no keys; their cosines are 0.

    Returns None when there are more than `most` sentences; no more than about that many are read.
    """
    store = shelf.store
    if (len(keys) if keys is not None else store.count()) > most:
        return None
    kept: dict[int, Kept] = {}
    sentences = 0
    for key in keys if keys is not None else store.article_keys():
        one = shelf.take(key)
        if one is not None:
            kept[key] = one
            sentences += sum(sentence.kind == "body" for sentence in one.sentences)
        if sentences > most:
            return None
    stored = store.passages(store.passage_keys(list(kept)).tolist()).values()
    found = [Found(kept[one.article], one.passage, 0.0) for one in stored if one.article in kept]
    return read_sentences(found, None, store)


def texts_before(candidate: Candidate) -> list[str]:
    """Return what is read with a sentence: those before it in its section, nearest first, and the section's heading."""
    before: list[str] = []
    number = candidate.sentence.number
    for sentence in reversed(candidate.sentences[max(0, number - _HEADING_REACH) : number]):
        text = text_of(candidate.article, sentence.range)
        if sentence.kind != "body":
            return [*before, text] if sentence.kind == "heading" else before
        if len(before) < NEARBY - 1:
            before.append(text)
    return before


def _follows(one: Candidate, other: Candidate) -> bool:
    return one.article.id == other.article.id and other.sentence.number == one.sentence.number + 1
