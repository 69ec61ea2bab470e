"""Labelled paragraphs between their neighbours -> the models that tell what is said on a topic, and who speaks of it.

A question less its question words stands for a topic. The sentence that answers is on it, and so is, less surely, the
rest of its paragraph; the paragraphs around it, which are of the same article, are not. Whoever asks knows the words of
the text less well than those who wrote these questions, so every topic is learnt twice: with half of its words hidden.
"""

from __future__ import annotations

import logging
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from rag.compare import SPEAKER_FEATURES, TOPIC_FEATURES, topic_values
from rag.embed import Encoder, Vectors
from rag.evaluate.cases import part_of
from rag.evaluate.metrics import area_under_roc
from rag.evidence import NEARBY, Logistic, Matches, Numbers, Pool, match_words
from rag.question import understand
from rag.settings import Balance
from rag.train.evidence import fit_logistic
from rag.train.pools import Case, make_cases
from rag.words import FUNCTION_WORDS

QUESTIONS = {"squad2": 5_400, "squadshifts_newwiki": 8_000}
"""Questions drawn from each file at most: paragraphs of articles, in order."""

_REST = 0.3
"""What another sentence of the paragraph that answers counts, beside the one that does."""
_WORD = re.compile(r"[^\W_][\w'’.-]*")
_LONGEST_TOPIC = 4
_LONGEST_RUN = 5
"""Sentences of a run that stands for what one person says."""
_EVEN = 0.5
LET_THROUGH: dict[Balance, float] = {"strict": 0.85, "balanced": 0.97, "eager": 0.99}
"""Each balance lets this share of the topics through that somebody speaks of, as it does for questions."""

log = logging.getLogger(__name__)


def train_topics(train: Path, encoder: Encoder, *, seed: int) -> dict[str, Any]:
    """Fit the models and return what `models/topics.json` holds, with figures on paragraphs that it did not see.

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
    seen = _look(cases, encoder, seed=seed)
    fitting, judging = seen["fitting"], seen["judging"]
    shares = np.concatenate([one.shares for one in fitting])
    values = np.concatenate([one.values for one in fitting])
    sentence = fit_logistic(*_balanced(values, shares, seed), TOPIC_FEATURES)
    best, on = _runs(fitting, sentence, rng)
    speaker = fit_logistic(*_balanced(best, on, seed), SPEAKER_FEATURES)
    plain = [one for one in fitting if not one.hidden]
    best, on = _runs(plain, sentence, rng)
    thresholds = {
        balance: float(np.quantile(speaker(best)[on > 0], 1 - share)) for balance, share in LET_THROUGH.items()
    }
    return {
        "sentence": {**dict(zip(TOPIC_FEATURES, sentence.weights, strict=True)), "bias": sentence.bias},
        "speaker": {**dict(zip(SPEAKER_FEATURES, speaker.weights, strict=True)), "bias": speaker.bias},
        "thresholds": thresholds,
        "fitted": {
            "command": "rag train topics",
            "seed": seed,
            "questions": len(plain),
            "encoder": encoder.identity,
            "shares": LET_THROUGH,
            "figures": _figures(judging, sentence, speaker, thresholds["balanced"], rng),
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


@dataclass(frozen=True, slots=True)
class _Seen:
    """A pool as it is looked at.

    Attributes:
        values: What is known of each sentence, shape (sentences, TOPIC_FEATURES).
        shares: How surely each is on the topic: 1, a share for the rest of the paragraph, or 0.
        home: Whether each stands in the paragraph.
        hidden: Whether half of the topic's words were hidden.
    """

    values: Numbers
    shares: Numbers
    home: Numbers
    hidden: bool


def _look(cases: Sequence[Case], encoder: Encoder, *, seed: int) -> dict[str, list[_Seen]]:
    """What every pool shows: those to fit twice, the second time with half of the words hidden, and those to judge."""
    chance = np.random.default_rng(seed)
    topics = [topic_of(case.question) for case in cases]
    vectors = _Vectors(encoder, (text for case in cases for text in case.texts))
    found: dict[str, list[_Seen]] = {"fitting": [], "judging": []}
    for case, topic, vector in zip(cases, topics, encoder.encode(topics, as_question=True), strict=True):
        pool, part = _pool(case, (vectors.of(case.texts) @ vector).astype(np.float64)), part_of(case.paragraph)
        matches = match_words(understand(topic), pool)
        home = np.isin(case.texts, case.paragraph).astype(np.float64)
        found[part].append(_Seen(topic_values(pool, matches), _shares(case), home, hidden=False))
        if part == "fitting":
            hidden = topic_values(pool, _hidden(matches, chance))
            found[part].append(_Seen(hidden, _shares(case), home, hidden=True))
    return found


def _runs(seen: Sequence[_Seen], sentence: Logistic, rng: random.Random) -> tuple[Numbers, Numbers]:
    """Runs of sentences, each as if one person said it: the best log odds, shape (runs, 1), and whether it answers."""
    best: list[float] = []
    on: list[float] = []
    for one in seen:
        odds = one.values @ np.array(sentence.weights) + sentence.bias
        start = 0
        while start < len(odds):
            end = min(len(odds), start + rng.randint(1, _LONGEST_RUN))
            answers, apart = one.shares[start:end].max() == 1, not one.home[start:end].any() or not one.shares.any()
            if answers or apart:
                best.append(float(odds[start:end].max()))
                on.append(float(answers))
            start = end
    return np.array(best)[:, None], np.array(on)


def _figures(
    seen: Sequence[_Seen], sentence: Logistic, speaker: Logistic, threshold: float, rng: random.Random
) -> dict[str, float]:
    values, shares = np.concatenate([one.values for one in seen]), np.concatenate([one.shares for one in seen])
    scores = sentence(values)
    found, rest, off = (scores[shares == share] for share in (1, _REST, 0))
    best, on = _runs(seen, sentence, rng)
    spoken = speaker(best)
    elsewhere = [one for one in seen if not one.shares.any()]
    loudest = np.array(
        [speaker(np.log(_odds(sentence(one.values)).max(keepdims=True))[:, None])[0] for one in elsewhere]
    )
    figures = {
        "questions": float(len(seen)),
        "AUC": area_under_roc(found, off),
        "AUC cosine": area_under_roc(values[shares == 1, 0], values[shares == 0, 0]),
        "answers found": float((found > _EVEN).mean()),
        "their paragraphs found": float((rest > _EVEN).mean()),
        "others left out": float((off <= _EVEN).mean()),
        "speakers AUC": area_under_roc(spoken[on > 0], spoken[on == 0]),
        "speakers found": float((spoken[on > 0] > _EVEN).mean()),
        "other speakers left out": float((spoken[on == 0] <= _EVEN).mean()),
        "topics of elsewhere refused": float((loudest < threshold).mean()),
    }
    return {name: round(value, 3) for name, value in figures.items()}


def _odds(shares: Numbers) -> Numbers:
    odds: Numbers = shares / np.maximum(1 - shares, 1e-9)
    return odds


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
