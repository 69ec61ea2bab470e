"""Labelled questions -> the two logistic models of `rag.evidence`; for maintainers, needs scipy.

They are fitted on questions that the reader has not learnt from, so that they weigh its word for what it is
worth on new ones. They are judged, and the thresholds are set, on questions that no model saw.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rag.embed import Encoder
from rag.errors import MissingPackageError
from rag.evidence import (
    FEATURES,
    QUESTION_FEATURES,
    SENTENCE_FEATURES,
    Logistic,
    Numbers,
    Pool,
    SentenceReader,
    match_words,
    question_values,
    read_likeliest,
    sentence_values,
)
from rag.question import FAMILIES, Family, understand
from rag.train.pools import Case, CaseVectors, for_reader, load_cases, load_dev

_HELD_OUT = 0.3
_ANSWERED = 0.92
"""The thresholds let this share of the answerable held-out questions of each family through."""

_SIGNS = {
    "cosine": 1, "words": 1, "window": 1, "lacks_number": -1, "lacks_time": -1, "lacks_name": -1, "has_reason": 1,
    "is_question": -1, "second": 0, "reader": 1, "missing": -1, "missing_name": -1, "uncovered_name": -1,
    "uncovered_rare_name": -1, "uncovered_rare_word": -1,
}  # fmt: skip
"""What each feature may say: a weight of the other sign would be an accident of the data."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A case with the probabilities of its sentences and the features of its question."""

    case: Case
    scores: Numbers
    cosines: Numbers
    of_question: Numbers


def train_evidence(
    train: Path, dev: Path, encoder: Encoder, reader: SentenceReader, *, seed: int = 0
) -> dict[str, Any]:
    """Fit the models and return what `models/evidence.json` holds, with figures on held-out and dev questions.

    Raises:
        UnreadableFileError: A data file is missing.
        MissingPackageError: scipy is not installed.
    """
    cases = [case for case in load_cases(train, seed=seed) if not for_reader(case)]
    others = load_dev(dev)
    vectors = CaseVectors(encoder, [*cases, *(case for group in others.values() for case in group)])
    held, fitting = cases[: int(len(cases) * _HELD_OUT)], cases[int(len(cases) * _HELD_OUT) :]

    # Phase 1: sentences.
    pools = [vectors.pool(case) for case in fitting]
    values = [_values(case, pool) for case, pool in zip(fitting, pools, strict=True)]
    labels = np.concatenate([case.labels for case in fitting])
    sentence = fit_logistic(np.concatenate(values), labels, SENTENCE_FEATURES)
    # Phase 2: whole questions.
    seen = [_see(case, vectors, sentence, reader) for case in fitting]
    answerable = np.array([float(one.case.labels.any()) for one in seen])
    question = fit_logistic(np.stack([one.of_question for one in seen]), answerable, QUESTION_FEATURES)
    # Phase 3: thresholds and figures.
    judged = {
        name: [_judge(_see(case, vectors, sentence, reader), question) for case in group]
        for name, group in {"held out": held, **others}.items()
    }
    right = [one for one in judged["held out"] if one.seen.case.labels.any()]
    fitted = {"sentence": sentence, "question": question}
    return {
        **{name: _named(model, FEATURES[name]) for name, model in fitted.items()},
        "thresholds": {family: _threshold(right, family) for family in FAMILIES},
        "fitted": {
            "command": "rag train evidence",
            "seed": seed,
            "questions": len(fitting),
            "encoder": encoder.identity,
            "figures": {name: _figures(group) for name, group in judged.items()},
        },
    }


def fit_logistic(values: Numbers, labels: Numbers, names: Sequence[str]) -> Logistic:
    """Return the ridge logistic regression with the signs of `_SIGNS`.

    Args:
        values: Shape (rows, names).
        labels: Shape (rows,), 0 or 1.
        names: The features, in the order of the columns.

    Raises:
        MissingPackageError: scipy is not installed.
    """
    try:
        from scipy.optimize import minimize
    except ImportError as error:
        raise MissingPackageError("scipy", "Fitting") from error
    centre, spread = values.mean(0), values.std(0) + 1e-9
    scaled = (values - centre) / spread

    def loss(parameters: Numbers) -> tuple[float, Numbers]:
        logits = scaled @ parameters[1:] + parameters[0]
        wrong = 1 / (1 + np.exp(-logits)) - labels
        mean = float(np.mean(np.logaddexp(0, logits) - labels * logits) + 1e-4 * np.sum(parameters[1:] ** 2))
        slope = scaled.T @ wrong / len(wrong) + 2e-4 * parameters[1:]
        return mean, np.concatenate([[wrong.mean()], slope])

    bounds = {1: (0, None), -1: (None, 0), 0: (None, None)}
    found = minimize(
        loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B",
        bounds=[(None, None), *(bounds[_SIGNS[name]] for name in names)],
    )  # fmt: skip
    weights = found.x[1:] / spread
    return Logistic(tuple(map(float, weights)), float(found.x[0] - weights @ centre))


def average_precision(scores: Numbers, labels: Numbers) -> float:
    """Return the average precision of one ranking; equal scores rank in their order."""
    ranked = labels[np.argsort(-scores, kind="stable")]
    return float((np.cumsum(ranked) / np.arange(1, len(ranked) + 1))[ranked > 0].mean())


def area_under_roc(right: Sequence[float], wrong: Sequence[float]) -> float:
    """Return how often a right one scores above a wrong one; a tie counts half."""
    a, b = np.array(right)[:, None], np.array(wrong)[None, :]
    return float((a > b).mean() + (a == b).mean() / 2)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A case as it was seen, and the probability that it is answered."""

    seen: _Seen
    confidence: float


def _values(case: Case, pool: Pool) -> Numbers:
    question = understand(case.question, max_characters=10**6)
    return sentence_values(question, pool, match_words(question, pool))


def _see(case: Case, vectors: CaseVectors, sentence: Logistic, reader: SentenceReader) -> _Seen:
    question, pool = understand(case.question, max_characters=10**6), vectors.pool(case)
    matches = match_words(question, pool)
    values = sentence_values(question, pool, matches)
    scores = sentence(values)
    logit = read_likeliest(question, pool, scores, reader)
    return _Seen(case, scores, pool.cosines, question_values(question, matches, values, scores, logit))


def _judge(seen: _Seen, question: Logistic) -> _Judged:
    return _Judged(seen, float(question(seen.of_question[None, :])[0]))


def _threshold(answerable: Sequence[_Judged], family: Family) -> float:
    of_family = [one for one in answerable if understand(one.seen.case.question, max_characters=10**6).family == family]
    return float(np.quantile([one.confidence for one in of_family or answerable], 1 - _ANSWERED))


def _named(model: Logistic, names: Sequence[str]) -> dict[str, float]:
    return {**dict(zip(names, model.weights, strict=True)), "bias": model.bias}


def _figures(group: Sequence[_Judged]) -> dict[str, float]:
    """MAP of the scores and area under ROC of the confidence for each kind of refusal, beside those of the cosine."""
    seen = [one.seen for one in group if 0 < one.seen.case.labels.sum() < len(one.seen.case.labels)]
    figures = {
        "questions": float(len(group)),
        "MAP": float(np.mean([average_precision(one.scores, one.case.labels) for one in seen])),
        "MAP cosine": float(np.mean([average_precision(one.cosines, one.case.labels) for one in seen])),
    }
    right = [one for one in group if one.seen.case.labels.any()]
    for kind in sorted({one.seen.case.kind for one in group} - {"answerable"}):
        wrong = [one for one in group if one.seen.case.kind == kind]
        figures[f"AUC {kind}"] = area_under_roc([o.confidence for o in right], [o.confidence for o in wrong])
        figures[f"AUC {kind} cosine"] = area_under_roc(
            [o.seen.cosines.max() for o in right], [o.seen.cosines.max() for o in wrong]
        )
    return {name: round(value, 3) for name, value in figures.items()}
