"""Sentences -> how likely each answers the question, and which to quote (CHOOSE); knows no storage.

Two small logistic models, fitted by `rag train evidence`, stand in `models/evidence.json`. The first gives every
sentence a probability. The second gives the probability that the question is answered at all; for that the
reader reads the likeliest sentences.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rag.embed import MODELS, Vectors
from rag.errors import ModelError
from rag.question import FAMILIES, Family, Question
from rag.words import Word, content_words, likeness, words

Numbers: TypeAlias = NDArray[np.float64]
"""Real numbers, float64; the shape is said where they are made."""

FILE = MODELS / "evidence.json"

SENTENCE_FEATURES = (
    "cosine",
    "words",
    "window",
    "lacks_number",
    "lacks_time",
    "lacks_name",
    "has_reason",
    "is_question",
)
QUESTION_FEATURES = (
    "second",
    "reader",
    "cosine",
    "missing",
    "missing_name",
    "uncovered_name",
    "uncovered_rare_name",
    "uncovered_rare_word",
    "lacks_number",
    "lacks_time",
    "lacks_name",
)
FEATURES = {"sentence": SENTENCE_FEATURES, "question": QUESTION_FEATURES}
READ = 2
"""Sentences that the reader reads: each takes about a quarter of the time of a reply."""

_REASON = re.compile(
    r"\b(because|due to|owing to|since|so that|in order to|reasons?|as a result|therefore|thanks to|caus\w+|"
    r"contribut\w+|led to|leads? to|after|factor|need)\b",
    re.IGNORECASE,
)
_WINDOW_FADE = 0.8
"""What a word counts that stands in the sentence before instead of this one; squared for the one before that."""
WINDOW = 3
"""Sentences before a sentence that are read with it."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Sentences that may answer, in reading order.

    Attributes:
        texts: The sentences.
        before: For each, up to `WINDOW` texts that are read with it: those before it in its article, nearest
            first, and the heading it stands under.
        cosines: Cosine of each to the question, shape (sentences,).
    """

    texts: Sequence[str]
    before: Sequence[Sequence[str]]
    cosines: Numbers


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic regression: `sigmoid(values @ weights + bias)`."""

    weights: tuple[float, ...]
    bias: float

    def __call__(self, values: Numbers) -> Numbers:
        """Return probabilities, shape (rows,), for values of shape (rows, features)."""
        probabilities: Numbers = 1.0 / (1.0 + np.exp(-(values @ np.array(self.weights) + self.bias)))
        return probabilities


class SentenceReader(Protocol):
    """A model that reads a question and a sentence together."""

    def read(self, question: str, sentences: Sequence[str], before: Sequence[str]) -> Numbers:
        """Return a logit for each sentence, given the sentence before it: higher answers better."""


@dataclass(frozen=True, slots=True)
class Judge:
    """The two fitted models and, for each family of questions, the probability from which they count as answered."""

    sentence: Logistic
    question: Logistic
    thresholds: Mapping[Family, float]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the sentences of a pool say to a question.

    Attributes:
        scores: Probability that each sentence answers, shape (sentences,).
        confidence: Probability that the pool answers at all.
        answered: Whether that is enough.
        uncovered: The question's words that stand nowhere in the pool.
    """

    scores: Numbers
    confidence: float
    answered: bool
    uncovered: tuple[Word, ...]


def load_judge(path: Path = FILE) -> Judge:
    """Read the fitted models.

    Raises:
        ModelError: The file is missing, or was fitted for other features.
    """
    try:
        fitted = json.loads(path.read_text(encoding="utf-8"))
        sentence, question = (
            Logistic(tuple(fitted[name][feature] for feature in features), fitted[name]["bias"])
            for name, features in FEATURES.items()
        )
        return Judge(sentence, question, {family: float(fitted["thresholds"][family]) for family in FAMILIES})
    except OSError as error:
        raise ModelError(path, f"cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(path, "does not hold the models that this version needs") from error


def judge(question: Question, pool: Pool, models: Judge, reader: SentenceReader) -> Verdict:
    """Return how likely each sentence, and the pool as a whole, answers the question."""
    if not pool.texts:
        return Verdict(np.empty(0), 0.0, False, question.words)
    matches = match_words(question, pool)
    values = sentence_values(question, pool, matches)
    scores = models.sentence(values)
    logit = read_likeliest(question, pool, scores, reader)
    confidence = float(models.question(question_values(question, matches, values, scores, logit)[None, :])[0])
    answered = confidence >= models.thresholds[question.family]
    answered |= question.only_names and bool(near_best(matches, scores).min() > 0)
    covered = matches.own.max(axis=0) > 0
    uncovered = tuple(word for word, found in zip(question.words, covered, strict=True) if not found)
    return Verdict(scores, confidence, answered, uncovered)


def read_likeliest(question: Question, pool: Pool, scores: Numbers, reader: SentenceReader) -> float:
    """Return the reader's best logit on the likeliest sentences; ties go to the earlier one."""
    rows = np.argsort(-scores, kind="stable")[:READ]
    before = [pool.before[row][0] if pool.before[row] else "" for row in rows]
    return float(reader.read(question.asked, [pool.texts[row] for row in rows], before).max())


@dataclass(frozen=True, slots=True)
class Matches:
    """How well every word of the question is met: in the sentence, and in it or those before it.

    Both of shape (sentences, question words), 0 to 1. `rarity` weighs the words, shape (question words,):
    what few sentences of the pool hold tells more.
    """

    own: Numbers
    window: Numbers
    rarity: Numbers


def match_words(question: Question, pool: Pool) -> Matches:
    """Compare every word of the question with every word of the pool."""
    stems = {text: _stems(text) for group in (pool.texts, *pool.before) for text in group}
    vocabulary = frozenset().union(*stems.values())
    alike = [_alike(word.stem, vocabulary) for word in question.words]
    met = {text: np.array([_most(near, group) for near in alike]) for text, group in stems.items()}
    own = np.array([met[text] for text in pool.texts])
    window = own.copy()
    for row, sentences in enumerate(pool.before):
        for distance, text in enumerate(sentences[:WINDOW], start=1):
            window[row] = np.maximum(window[row], _WINDOW_FADE**distance * met[text])
    holding = (own > 0).sum(axis=0)
    rarity = np.log1p((len(own) - holding + 0.5) / (holding + 0.5)) * np.array(question.weights)
    return Matches(own, window, rarity)


def sentence_values(question: Question, pool: Pool, matches: Matches) -> Numbers:
    """Return the features of every sentence, shape (sentences, SENTENCE_FEATURES)."""
    known = {word.stem for word in question.words}
    news = [[word for word in words(text) if word.stem not in known] for text in pool.texts]
    wanted = question.wanted
    columns = (
        pool.cosines,
        matches.own @ matches.rarity / 10,
        matches.window @ np.array(question.weights) / max(1e-9, sum(question.weights)),
        [wanted == "number" and not any(word.number for word in new) for new in news],
        [wanted == "time" and not any(word.time for word in new) for new in news],
        [wanted in ("person", "place") and not any(word.name for word in new) for new in news],
        [wanted == "reason" and bool(_REASON.search(text)) for text in pool.texts],
        [text.rstrip("”\"'») ").endswith("?") for text in pool.texts],
    )
    return np.stack([np.asarray(column, np.float64) for column in columns], axis=1)


def question_values(question: Question, matches: Matches, values: Numbers, scores: Numbers, logit: float) -> Numbers:
    """Return the features of the question as a whole, shape (QUESTION_FEATURES,).

    Args:
        question: What was asked.
        matches: Of its words with the pool.
        values: Features of the sentences, from `sentence_values`.
        scores: Probabilities of the sentences.
        logit: Of the reader, from `read_likeliest`.
    """
    best = int(scores.argmax())
    weights = np.array(question.weights)
    named = np.array([word.name for word in question.words], bool)
    proper = named | np.array([word.number for word in question.words], bool)
    uncovered, anywhere = 1 - near_best(matches, scores), matches.own.max(axis=0)
    column = dict(zip(SENTENCE_FEATURES, values.T, strict=True))
    return np.array(
        [
            np.sort(_logit(scores))[-min(2, len(scores))],
            logit,
            column["cosine"].max(),
            1 - anywhere @ weights / max(1e-9, weights.sum()),
            float((anywhere[proper] == 0).any()),
            uncovered[proper].max(initial=0),
            (uncovered * matches.rarity)[named].max(initial=0),
            (uncovered * matches.rarity).max(initial=0),
            column["lacks_number"][best],
            column["lacks_time"][best],
            column["lacks_name"][best],
        ]
    )


def near_best(matches: Matches, scores: Numbers) -> Numbers:
    """Return how well the best sentence, and those at least half as likely, meet each word, shape (words,)."""
    near: Numbers = matches.window[scores >= scores.max() / 2].max(axis=0, initial=0)
    return near


def choose(scores: Numbers, vectors: Vectors, *, family: Family, most: int) -> list[int]:
    """Return the rows of the sentences to quote, in reading order: at least one, at most `most`.

    Sentences are taken by score, each lowered by how much it repeats of those taken. Their number maximises
    the expected F-measure of the selection, `(1 + b^2) hits / (size + b^2 all)`, where hits and all are sums of
    probabilities. `b` is 1 where one thing answers; of reasons and accounts none should be missed: `b` is 3.
    """
    if not len(scores):
        return []
    recall = 9.0 if family == "account" else 1.0
    expected = float(scores.sum())
    taken: list[int] = []
    best, best_f, gained = 1, 0.0, 0.0
    while len(taken) < min(most, len(scores)):
        fresh = scores * _novelty(vectors, taken)
        fresh[taken] = -1.0
        row = int(fresh.argmax())
        taken.append(row)
        gained += float(fresh[row])
        f = (1 + recall) * gained / (len(taken) + recall * expected)
        if f > best_f:
            best, best_f = len(taken), f
    return sorted(taken[:best])


def _novelty(vectors: Vectors, taken: Sequence[int]) -> Numbers:
    """How much of each sentence is new beside those taken, shape (sentences,): 1 down to 0 for a repetition."""
    if not taken:
        return np.ones(len(vectors))
    alike = (vectors @ vectors[list(taken)].T).max(axis=1).astype(np.float64)
    novelty: Numbers = np.clip((1 - alike) / (1 - _DISTINCT), 0, 1)
    return novelty


_DISTINCT = 0.75
"""Cosine up to which two sentences say different things."""


def _logit(probabilities: Numbers) -> Numbers:
    logits: Numbers = np.log(probabilities + 1e-9) - np.log1p(1e-9 - probabilities)
    return logits


def _stems(text: str) -> frozenset[str]:
    return frozenset(word.stem for word in content_words(text))


def _alike(stem: str, vocabulary: Iterable[str]) -> dict[str, float]:
    """The words of a vocabulary that may mean the same as a stem; they begin alike."""
    same = (other for other in vocabulary if other[:1] == stem[:1])
    return {other: share for other in same if (share := likeness(stem, other))}


def _most(near: Mapping[str, float], stems: frozenset[str]) -> float:
    return max((share for other, share in near.items() if other in stems), default=0.0)
