"""Sentences -> how likely each answers the question, and which to quote (CHOOSE); knows no storage.

Three small logistic models, fitted by `rag train evidence`, stand in `models/evidence.json`. The first gives
every sentence a probability; the reader then reads the likeliest, and the second weighs its word against the
first; the third gives the probability that the question is answered at all.
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
from rag.question import Question, Wanted
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
READ_FEATURES = ("first", "reader")
QUESTION_FEATURES = (
    "best",
    "second",
    "reader",
    "cosine",
    "uncovered",
    "uncovered_name",
    "missing",
    "missing_name",
    "lacks_wanted",
)
FEATURES = {"sentence": SENTENCE_FEATURES, "read": READ_FEATURES, "question": QUESTION_FEATURES}
READ = 4
"""Sentences that the reader reads, the likeliest by the first model: each takes about 2 ms."""

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
        before: For each, up to `WINDOW` sentences that stand before it in its article, nearest first.
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
    """The three fitted models and the probability from which a question counts as answered."""

    sentence: Logistic
    read: Logistic
    question: Logistic
    threshold: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the sentences of a pool say to a question.

    Attributes:
        scores: Probability that each sentence answers, shape (sentences,).
        confidence: Probability that the pool answers at all.
        uncovered: The question's words that stand nowhere in the pool.
    """

    scores: Numbers
    confidence: float
    uncovered: tuple[Word, ...]


def load_judge(path: Path = FILE) -> Judge:
    """Read the fitted models.

    Raises:
        ModelError: The file is missing, or was fitted for other features.
    """
    try:
        fitted = json.loads(path.read_text(encoding="utf-8"))
        sentence, read, question = (
            Logistic(tuple(fitted[name][feature] for feature in features), fitted[name]["bias"])
            for name, features in FEATURES.items()
        )
        return Judge(sentence, read, question, float(fitted["threshold"]))
    except OSError as error:
        raise ModelError(path, f"cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(path, "does not hold the models that this version needs") from error


def judge(question: Question, pool: Pool, models: Judge, reader: SentenceReader) -> Verdict:
    """Return how likely each sentence, and the pool as a whole, answers the question."""
    if not pool.texts:
        return Verdict(np.empty(0), 0.0, question.words)
    matches = match_words(question, pool)
    values = sentence_values(question, pool, matches)
    opinion = read_likeliest(question, pool, models.sentence(values), reader)
    scores = weigh(opinion, models.read)
    confidence = float(models.question(question_values(question, matches, values, opinion, scores)[None, :])[0])
    covered = matches.own.max(axis=0) > 0
    uncovered = tuple(word for word, found in zip(question.words, covered, strict=True) if not found)
    return Verdict(scores, confidence, uncovered)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the first model and the reader say.

    Attributes:
        first: Probability by the first model, shape (sentences,).
        rows: The sentences that were read, likeliest first.
        logits: Of the reader, shape (rows,).
    """

    first: Numbers
    rows: NDArray[np.intp]
    logits: Numbers

    @property
    def values(self) -> Numbers:
        """Features of the sentences that were read, shape (rows, READ_FEATURES)."""
        return np.stack([_logit(self.first[self.rows]), self.logits], axis=1)


def read_likeliest(question: Question, pool: Pool, first: Numbers, reader: SentenceReader) -> Opinion:
    """Let the reader read the likeliest sentences; ties go to the earlier one."""
    rows = np.argsort(-first, kind="stable")[:READ]
    before = [pool.before[row][0] if pool.before[row] else "" for row in rows]
    return Opinion(first, rows, reader.read(question.text, [pool.texts[row] for row in rows], before))


def weigh(opinion: Opinion, model: Logistic) -> Numbers:
    """Return the final probability of every sentence, shape (sentences,).

    A sentence that was not read keeps its first probability, but never rises above those that were.
    """
    read = model(opinion.values)
    scores: Numbers = np.minimum(opinion.first, read.min())
    scores[opinion.rows] = read
    return scores


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


def question_values(
    question: Question, matches: Matches, values: Numbers, opinion: Opinion, scores: Numbers
) -> Numbers:
    """Return the features of the question as a whole, shape (QUESTION_FEATURES,).

    Args:
        question: What was asked.
        matches: Of its words with the pool.
        values: Features of the sentences, from `sentence_values`.
        opinion: Of the reader.
        scores: Final probabilities of the sentences.
    """
    best = int(scores.argmax())
    logits = np.sort(_logit(scores))
    weights = np.array(question.weights)
    names = np.array([word.name or word.number for word in question.words], bool)
    near = matches.window[scores >= scores[best] / 2].max(axis=0)
    anywhere = matches.own.max(axis=0)
    column = dict(zip(SENTENCE_FEATURES, values.T, strict=True))
    return np.array(
        [
            logits[-1],
            logits[-min(2, len(logits))],
            opinion.logits.max(),
            column["cosine"].max(),
            1 - near @ weights / max(1e-9, weights.sum()),
            1 - near[names].min(initial=1),
            1 - anywhere @ weights / max(1e-9, weights.sum()),
            float((anywhere[names] == 0).any()),
            max(column[name][best] for name in SENTENCE_FEATURES if name.startswith("lacks_")),
        ]
    )


def choose(scores: Numbers, vectors: Vectors, *, wanted: Wanted, most: int) -> list[int]:
    """Return the rows of the sentences to quote, in reading order: at least one, at most `most`.

    Sentences are taken by score, each lowered by how much it repeats of those taken. Their number maximises
    the expected F-measure of the selection, `(1 + b^2) hits / (size + b^2 all)`, where hits and all are sums of
    probabilities. `b` is 1 where one thing answers; reasons and accounts are worth missing none of: `b` is 2.
    """
    if not len(scores):
        return []
    recall = 4.0 if wanted in ("reason", "account") else 1.0
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
