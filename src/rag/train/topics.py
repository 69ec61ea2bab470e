"""Labelled paragraphs between their neighbours -> the model that tells what is said on a topic.

A question less its question words stands for a topic. The sentence that answers is on it, and so is, less surely, the
rest of its paragraph; the paragraphs around it, which are of the same article, are not. Whoever asks knows the words of
the text less well than those who wrote these questions, so every topic is learnt twice: with half of its words hidden.
"""

from __future__ import annotations

import logging
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from rag.compare import TOPIC_FEATURES, topic_values
from rag.embed import Encoder, Vectors
from rag.evaluate.cases import part_of
from rag.evaluate.metrics import area_under_roc
from rag.evidence import NEARBY, Matches, Numbers, Pool, match_words
from rag.question import understand
from rag.train.evidence import fit_logistic
from rag.train.pools import Case, make_cases
from rag.words import FUNCTION_WORDS

QUESTIONS = {"squad2": 5_400, "squadshifts_newwiki": 8_000}
"""Questions drawn from each file at most: paragraphs of articles, in order."""

_REST = 0.3
"""What another sentence of the paragraph that answers counts, beside the one that does."""
_WORD = re.compile(r"[^\W_][\w'’.-]*")
_LONGEST_TOPIC = 4

log = logging.getLogger(__name__)


def train_topics(train: Path, encoder: Encoder, *, seed: int) -> dict[str, Any]:
    """Fit the model and return what `models/topics.json` holds, with figures on paragraphs that it did not see.

    Args:
        train: The folder of labelled paragraphs.
        encoder: The bundled one.
        seed: Draws the neighbours.

    Raises:
        UnreadableFileError: A data file is missing.
        MissingPackageError: scipy is not installed.
    """
    rng = random.Random(seed)
    drawn = (case for name, most in QUESTIONS.items() for case in make_cases(train / f"{name}.jsonl", most, rng))
    cases = [case for case in drawn if case.kind in ("answerable", "elsewhere") and part_of(case.paragraph) != "scorer"]
    topics = [topic_of(case.question) for case in cases]
    vectors = _Vectors(encoder, (text for case in cases for text in case.texts))
    asked = encoder.encode(topics, as_question=True)
    rows: dict[str, list[tuple[Numbers, Numbers]]] = {"fitting": [], "judging": []}
    chance = np.random.default_rng(seed)
    for case, topic, vector in zip(cases, topics, asked, strict=True):
        pool, part = _pool(case, (vectors.of(case.texts) @ vector).astype(np.float64)), part_of(case.paragraph)
        matches = match_words(understand(topic), pool)
        rows[part].append((topic_values(pool, matches), _shares(case)))
        if part == "fitting":
            rows[part].append((topic_values(pool, _hidden(matches, chance)), _shares(case)))
    values, shares = (np.concatenate(parts) for parts in zip(*rows["fitting"], strict=True))
    model = fit_logistic(*_balanced(values, shares, seed), TOPIC_FEATURES)
    values, shares = (np.concatenate(parts) for parts in zip(*rows["judging"], strict=True))
    scores = model(values)
    on, rest, off = (scores[shares == share] for share in (1, _REST, 0))
    return {
        "sentence": {**dict(zip(TOPIC_FEATURES, model.weights, strict=True)), "bias": model.bias},
        "fitted": {
            "command": "rag train topics",
            "seed": seed,
            "questions": len(rows["fitting"]) // 2,
            "encoder": encoder.identity,
            "figures": {
                "questions": len(rows["judging"]),
                "AUC": round(area_under_roc(on, off), 3),
                "AUC cosine": round(area_under_roc(values[shares == 1, 0], values[shares == 0, 0]), 3),
                "answers found": round(float((on > 0.5).mean()), 3),
                "their paragraphs found": round(float((rest > 0.5).mean()), 3),
                "others left out": round(float((off <= 0.5).mean()), 3),
            },
        },
    }


def topic_of(question: str) -> str:
    """Return the part of a question that names a topic: two runs of content words and what joins them."""
    runs: list[tuple[int, int, int]] = []
    inside = False
    for match in _WORD.finditer(question):
        content = match.group().lower().rstrip(".") not in FUNCTION_WORDS
        if content and inside:
            start, _, size = runs.pop()
            runs.append((start, match.end(), size + 1))
        elif content:
            runs.append((match.start(), match.end(), 1))
        inside = content
    joined = [(one[0], other[1], one[2] + other[2]) for one, other in pairwise(runs)] or runs
    if not joined:
        return question
    start, end, _ = max(joined, key=lambda run: (min(run[2], _LONGEST_TOPIC), run[0]))
    return question[start:end].rstrip(".")


class _Vectors:
    """Every distinct text, embedded once."""

    def __init__(self, encoder: Encoder, texts: Iterable[str]) -> None:
        distinct = list(dict.fromkeys(texts))
        self._row = {text: row for row, text in enumerate(distinct)}
        log.info("embedding %d texts", len(distinct))
        self._vectors = encoder.encode(distinct)

    def of(self, texts: Sequence[str]) -> Vectors:
        return self._vectors[[self._row[text] for text in texts]]


def _pool(case: Case, cosines: Numbers) -> Pool:
    """The sentences of a case; before each stand those of its own paragraph, as in a section."""
    home = frozenset(case.paragraph)
    before = [
        [text for text in case.texts[max(0, at - NEARBY) : at][::-1] if (text in home) == (own in home)]
        for at, own in enumerate(case.texts)
    ]
    return Pool(case.texts, before, [at > 0 for at in range(len(case.texts))], cosines)


def _shares(case: Case) -> Numbers:
    """How surely each sentence is on the topic: 1, the rest of the paragraph, or 0."""
    home = frozenset(case.paragraph) if case.labels.any() else frozenset()
    rest = np.array([_REST * (text in home) for text in case.texts])
    shares: Numbers = np.maximum(rest, case.labels)
    return shares


def _hidden(matches: Matches, chance: np.random.Generator) -> Matches:
    """The matches when every other word of the topic is another one than the text's for the same thing."""
    seen = chance.random(len(matches.rarity)) < 0.5
    return replace(matches, own=matches.own * seen, nearby=matches.nearby * seen)


def _balanced(values: Numbers, shares: Numbers, seed: int) -> tuple[Numbers, Numbers]:
    """As many rows on a topic as off it, in proportion to how surely they are."""
    rng = np.random.default_rng(seed)
    on = np.flatnonzero(rng.random(len(shares)) < shares)
    off = rng.choice(np.flatnonzero(shares == 0), len(on))
    rows = np.concatenate([on, off])
    return values[rows], np.concatenate([np.ones(len(on)), np.zeros(len(off))])
