"""A pool of real pieces -> a collection of any size, as the store keeps it; knows no file.

An article is a numbered title and 8 to 12 paragraphs; a paragraph is two pieces, drawn with a seed from all of the
pool, and makes one passage. Everything that is known of a piece moves with it, so sentences and statements are those
that were read for real. The vectors of sentences are real ones. The vector of a passage is the mean of those of its
pieces, weighted by their words, with isotropic noise: as much as makes the nearest passages as far from each other as
they are when they are embedded for real, on a sample (`fit_noise`). So passages that share a piece are near to each
other, as passages on the same matter are, and no two vectors are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.bench.pieces import Piece, Pool
from rag.embed import Encoder, Vectors
from rag.records import Article, Block, Passage, Range, Sentence, Statement
from rag.store import Entry, Reading

FEWEST, MOST = 8, 12
"""Paragraphs of an article."""

_SAMPLE, _NEIGHBOURS = 1_000, 10
_LEAST_NOISE = 0.05
"""Without any, paragraphs of the same two pieces would have the same vector."""

_SHARD = 100
"""Articles whose really embedded vectors stand in one file."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How near passages of a sample are to the ten nearest others, and the noise that this asks for.

    Attributes:
        real: Their mean cosine, of vectors that are embedded for real.
        means: The same of the means of their pieces.
        noise: Length of the noise that is added to a mean of unit length.
        n: Passages of the sample.
    """

    real: float
    means: float
    noise: float
    n: int


@dataclass(slots=True)
class _Draft:
    """An article that is being put together."""

    parts: list[str]
    at: int
    blocks: list[Block]
    sentences: list[Sentence]
    statements: list[Statement]
    passages: list[Passage]

    def write(self, text: str) -> int:
        """Add text and return where it begins."""
        start = self.at
        self.parts.append(text)
        self.at += len(text)
        return start


def collection(pool: Pool, passages: int, *, seed: int, noise: float) -> Iterator[Entry]:
    """Yield articles until they have at least so many passages.

    The same seed gives the same articles, and a larger collection begins with a smaller one.

    Args:
        pool: What they are made of.
        passages: Passages at least; the last article is whole.
        seed: Of all chance.
        noise: Length of the noise on the vectors of passages.
    """
    words = np.array([len(piece.text.split()) for piece in pool.pieces], np.float32)
    made = 0
    for number in count(1):
        if made >= passages:
            return
        rng = np.random.default_rng((seed, number))
        pairs = rng.integers(len(pool.pieces), size=(int(rng.integers(FEWEST, MOST + 1)), 2))
        vectors = _means(pool.vectors, words, pairs)
        loose = rng.standard_normal(vectors.shape, np.float32) * np.float32(noise / np.sqrt(vectors.shape[1]))
        yield _entry(pool, number, pairs, _unit(vectors + loose))
        made += len(pairs)


def fit_noise(pool: Pool, encoder: Encoder, *, seed: int) -> Spread:
    """Fit the noise to a sample that is embedded for real.

    Noise of length r on two vectors divides their cosine by 1 + r^2, where it has many dimensions.
    """
    texts: list[str] = []
    drawn: list[Vectors] = []
    for entry in collection(pool, _SAMPLE, seed=seed, noise=0.0):
        texts += passage_texts(entry)
        drawn.append(entry.passage_vectors)
    real, means = _nearness(encoder.encode(texts)), _nearness(np.concatenate(drawn))
    return Spread(real, means, max(_LEAST_NOISE, float(np.sqrt(max(0.0, means / real - 1)))), len(texts))


def _nearness(vectors: Vectors) -> float:
    """The mean cosine of each vector to the nearest others."""
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1)
    return float(np.sort(cosines, axis=1)[:, -_NEIGHBOURS:].mean())


def embedded(entries: Iterator[Entry], encoder: Encoder, folder: Path) -> Iterator[Entry]:
    """Yield the same articles with really embedded vectors of their passages; what the folder holds is kept."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in count():
        some = list(islice(entries, _SHARD))
        if not some:
            return
        path = folder / f"{number:06d}.npy"
        texts = [text for entry in some for text in passage_texts(entry)]
        vectors: Vectors = np.load(path) if path.exists() else np.empty((0, encoder.dimensions), np.float32)
        if len(vectors) != len(texts):
            vectors = encoder.encode(texts)
            np.save(path, vectors)
        first = 0
        for entry in some:
            last = first + len(entry.passages)
            yield replace(entry, passage_vectors=vectors[first:last])
            first = last


def passage_texts(entry: Entry) -> list[str]:
    """Return the words of each passage of an article."""
    return [entry.article.text[one.range.start : one.range.end] for one in entry.passages]


def _entry(pool: Pool, number: int, pairs: NDArray[np.int64], vectors: Vectors) -> Entry:
    title = f"Report {number}"
    draft = _Draft([title], len(title), [Block(Range(0, len(title)), "title")], [], [], [])
    draft.sentences.append(Sentence(0, Range(0, len(title)), 0, "title"))
    drawn = [(pool.pieces[first], pool.pieces[second]) for first, second in pairs.tolist()]
    for two in drawn:
        _add_paragraph(draft, two)
    text = "".join(draft.parts)
    article = Article(f"report-{number}", text, title, tuple(draft.blocks))
    own = [piece.vectors for two in drawn for piece in two]
    sentence_vectors = np.concatenate([own[0][:1], *own])  # the title is taken for what the first sentence says
    reading = Reading(pool.reader, tuple(draft.statements))
    return Entry(article, tuple(draft.sentences), sentence_vectors, tuple(draft.passages), vectors, reading)


def _add_paragraph(draft: _Draft, pieces: Sequence[Piece]) -> None:
    """Write pieces as one paragraph, which is one passage; the first passage begins with the title."""
    draft.write("\n\n")
    block, start, first = len(draft.blocks), draft.at, len(draft.sentences)
    for number, piece in enumerate(pieces):
        if number:
            draft.write(" ")
        by = draft.write(piece.text)
        for place in piece.sentences:
            draft.sentences.append(Sentence(len(draft.sentences), _moved(place, by), block, "body"))
        draft.statements += [_moved_statement(statement, by) for statement in piece.statements]
    draft.blocks.append(Block(Range(start, draft.at), "body"))
    whole = (0, 0) if not draft.passages else (start, first)
    draft.passages.append(Passage(Range(whole[0], draft.at), whole[1], len(draft.sentences) - 1))


def _moved(place: Range, by: int) -> Range:
    return Range(place.start + by, place.end + by)


def _moved_statement(statement: Statement, by: int) -> Statement:
    named = statement.resolved_from
    return Statement(
        statement.attribution,
        _moved(statement.source, by),
        _moved(statement.cue, by),
        tuple(_moved(place, by) for place in statement.content),
        statement.speaker,
        _moved(named, by) if named is not None else None,
    )


def _means(vectors: Vectors, words: NDArray[np.float32], pairs: NDArray[np.int64]) -> Vectors:
    """(pieces, d), (pieces,), (passages, 2) -> (passages, d): the weighted mean of two pieces, unit length."""
    return _unit(np.einsum("pkd,pk->pd", vectors[pairs], words[pairs]))


def _unit(vectors: Vectors) -> Vectors:
    unit: Vectors = (vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)).astype(np.float32)
    return unit
