"""Labelled questions -> the fitted models of `rag.evidence`; for maintainers, needs scipy.

They are fitted on questions that the scorer has not learnt from, so that they weigh its word for what it is
worth on new ones. They are judged, and the thresholds are set, on questions that no model saw.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rag.embed import Encoder
from rag.errors import MissingPackageError
from rag.evaluate.cases import Part, part_of
from rag.evaluate.metrics import area_under_roc, average_precision, calibration_error
from rag.evidence import FEATURES, Logistic, Models, Numbers, Pool, SentenceScorer, match_words
from rag.evidence.choose import count
from rag.evidence.features import GLANCE_FEATURES, QUESTION_FEATURES, SENTENCE_FEATURES, glance_values
from rag.evidence.judge import Seen, look, whole_values, windows_to_read
from rag.evidence.pool import Matches
from rag.question import FAMILIES, Family, Question, understand, with_names
from rag.settings import Balance, Settings
from rag.train.accounts import account_cases
from rag.train.pools import Case, CaseVectors, load_cases, load_dev

_STRICT, _EAGER = 0.85, 0.99
_BALANCED = (0.95, 0.96, 0.97, 0.98)
_ON_WIKIQA = 0.95
"""Each balance lets a share of the answerable questions of each family through (split conformal). For `balanced` it is
the first of four that lets `_ON_WIKIQA` of WikiQA dev through as well: its questions and texts are of another kind."""
_COSINE = (0.0, 1.0, 2.0, 3.0, 5.0, 8.0)
"""Weights of the cosine that may be added to the logit of a sentence that was read."""
_LEANINGS = (1.0, 1.5, 2.0, 3.0, 4.0)
_RECALL = 3.0
"""What recall counts beside precision in the F-measure by which a leaning is chosen."""
_ACCOUNTS = 560
"""Pools to fit that ask for what somebody says; half as many judge."""
_DISTINCT = 0.995
"""Share of the pairs of sentences of one paragraph, which say different things, that are less alike than `distinct`."""
_MOST = Settings().max_quotes

_SIGNS = {
    "logit": 1, "rivals": -1, "near": 1, "best": 1, "cosine": 1, "words": 1, "nearby": 1, "told": 1, "lacks_number": -1,
    "lacks_time": -1, "lacks_name": -1, "is_question": -1, "second": 0, "missing": -1,
    "missing_name": -1, "uncovered_name": -1, "uncovered_number": -1, "uncovered_rare_name": -1,
    "uncovered_rare_word": -1, "behind": -1, "stands_out": 1,
}  # fmt: skip
"""What each feature may say: a weight of the other sign would be an accident of the data."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Read:
    """A case, and what the scorer said to the likeliest of its sentences."""

    case: Case
    question: Question
    matches: Matches
    cosines: Numbers
    seen: Seen


@dataclass(frozen=True, slots=True)
class _Judged:
    """A case with the probabilities of all its sentences, and that it is answered."""

    read: _Read
    scores: Numbers
    confidence: float


def train_evidence(
    train: Path, dev: Path, encoder: Encoder, scorer: SentenceScorer, *, seed: int = 0
) -> dict[str, Any]:
    """Fit the models and return what `models/evidence.json` holds, with figures on held-out and dev questions.

    Raises:
        UnreadableFileError: A data file is missing.
        MissingPackageError: scipy is not installed.
    """
    parts: dict[Part, list[Case]] = {"scorer": [], "fitting": [], "judging": []}
    for case in load_cases(train, seed=seed):
        parts[part_of(case.paragraph)].append(case)
    rng = random.Random(seed)
    fitting, held = parts["fitting"], parts["judging"]
    accounts = list(account_cases(held, _ACCOUNTS // 2, rng))
    fitting += list(account_cases(fitting, _ACCOUNTS, rng))
    others = load_dev(dev)
    groups = {"held out": held, "accounts": accounts, **others}
    vectors = CaseVectors(encoder, [*fitting, *(case for group in groups.values() for case in group)])

    # Phase 1: sentences at first glance.
    glances = [_glance(case, vectors.pool(case)) for case in fitting]
    glance = fit_logistic(np.concatenate(glances), np.concatenate([case.labels for case in fitting]), GLANCE_FEATURES)
    # Phase 2: sentences that were read.
    models = Models(glance, glance, glance, {}, {}, 1.0)  # `look` needs the first alone
    read = [_read(case, vectors.pool(case), models, scorer) for case in fitting]
    labels = np.concatenate([one.case.labels[one.seen.rows] for one in read])
    sentence = fit_logistic(np.concatenate([one.seen.values for one in read]), labels, SENTENCE_FEATURES)
    # Phase 3: how much of the cosine is added, chosen on the dev sets: they ask in other ways.
    away = [_read(case, vectors.pool(case), models, scorer) for group in others.values() for case in group]
    ranked = {added: _ranked(away, _with_cosine(sentence, added)) for added in _COSINE}
    log.info("mean average precision on dev by the cosine's added weight: %s", ranked)
    added = max(ranked, key=lambda weight: ranked[weight])
    sentence = _scaled(_with_cosine(sentence, added), np.concatenate([one.seen.values for one in read]), labels)
    # Phase 4: whole questions.
    wholes = [whole_values(one.question, one.matches, one.seen, sentence(one.seen.values)) for one in read]
    answerable = np.array([float(one.case.labels.any()) for one in read])
    question = fit_logistic(np.stack(wholes), answerable, QUESTION_FEATURES)
    # Phase 5: thresholds, leanings and figures.
    judged = {
        name: [_judge(_read(case, vectors.pool(case), models, scorer), sentence, question) for case in group]
        for name, group in groups.items()
        if group
    }
    fresh = [*(_judge(one, sentence, question) for one in read), *judged["held out"], *judged.get("accounts", ())]
    right = [one for one in fresh if one.read.case.labels.any()]  # the scorer has learnt from none of them
    asked = [one for one in right if one.read.case.kind == "answerable"]  # by people, not put together
    shares: dict[Balance, float] = {
        "strict": _STRICT, "balanced": _balanced_share(asked, judged["wikiqa"]), "eager": _EAGER
    }  # fmt: skip
    fitted = {"glance": glance, "sentence": sentence, "question": question}
    return {
        **{name: _named(model, FEATURES[name]) for name, model in fitted.items()},
        "thresholds": {balance: _thresholds(asked, share) for balance, share in shares.items()},
        "leanings": {
            family: best_leaning([(one.scores, one.read.case.labels) for one in _of(right, family)])
            for family in FAMILIES
        },
        "distinct": round(vectors.likeness_in_paragraphs(fitting, share=_DISTINCT), 3),
        "fitted": {
            "command": "rag train evidence",
            "seed": seed,
            "questions": len(fitting),
            "encoder": encoder.identity,
            "added weight of the cosine": added,
            "shares": shares,
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


def _understand(case: Case) -> Question:
    return with_names(understand(case.question, max_characters=10**6), case.texts)


def _glance(case: Case, pool: Pool) -> Numbers:
    question = _understand(case)
    return glance_values(question, pool, match_words(question, pool))


def _read(case: Case, pool: Pool, models: Models, scorer: SentenceScorer) -> _Read:
    question = _understand(case)
    matches = match_words(question, pool)
    windows = windows_to_read(question, Settings())
    return _Read(case, question, matches, pool.cosines, look(question, pool, matches, models, scorer, windows=windows))


def _judge(read: _Read, sentence: Logistic, question: Logistic) -> _Judged:
    scores = _scores(read, sentence)
    whole = whole_values(read.question, read.matches, read.seen, scores[read.seen.rows])
    return _Judged(read, scores, float(question(whole[None, :])[0]))


def _of(judged: Sequence[_Judged], family: Family) -> Sequence[_Judged]:
    return [one for one in judged if one.read.question.family == family] or judged


def _thresholds(answerable: Sequence[_Judged], share: float) -> dict[Family, float]:
    """The confidence from which, in each family, this share of the answerable questions lies."""
    return {
        family: float(np.quantile([one.confidence for one in _of(answerable, family)], 1 - share))
        for family in FAMILIES
    }


def _balanced_share(answerable: Sequence[_Judged], elsewhere: Sequence[_Judged]) -> float:
    """The first share of `_BALANCED` whose thresholds let `_ON_WIKIQA` of other answerable questions through."""
    right = [one for one in elsewhere if one.read.case.labels.any()]
    through = {}
    for share in _BALANCED:
        least = _thresholds(answerable, share)
        through[share] = float(np.mean([one.confidence >= least[one.read.question.family] for one in right]))
    log.info("of the answerable questions on WikiQA dev, let through by share: %s", through)
    return next((share for share, there in through.items() if there >= _ON_WIKIQA), _BALANCED[-1])


def best_leaning(pairs: Sequence[tuple[Numbers, Numbers]]) -> float:
    """Return the leaning whose quotes have the best mean F-measure, recall counting `_RECALL` times.

    Of those that are no worse than the best one by more than the standard error of the difference, the smallest, which
    quotes least (the rule of one standard error; Breiman et al., Classification and Regression Trees, 1984). Of many
    sentences that answer, as many count as a reply may hold.

    Args:
        pairs: For each question the probabilities of its sentences and which of them answer, each (sentences,).
    """
    qualities = np.array([[_quality(scores, labels, leaning) for scores, labels in pairs] for leaning in _LEANINGS])
    behind = qualities[qualities.mean(axis=1).argmax()] - qualities  # (leanings, questions)
    enough = behind.mean(axis=1) <= behind.std(axis=1) / np.sqrt(len(pairs))
    return min(leaning for leaning, good in zip(_LEANINGS, enough, strict=True) if good)


def _quality(scores: Numbers, labels: Numbers, leaning: float) -> float:
    rows = np.argsort(-scores, kind="stable")
    taken = rows[: min(_MOST, count(scores[rows], float(scores.sum()), leaning=leaning))]
    size = len(taken) + _RECALL**2 * min(_MOST, labels.sum())
    return float((1 + _RECALL**2) * labels[taken].sum() / size)


def _with_cosine(sentence: Logistic, added: float) -> Logistic:
    weights = list(sentence.weights)
    weights[SENTENCE_FEATURES.index("cosine")] += added
    return Logistic(tuple(weights), sentence.bias)


def _scaled(model: Logistic, values: Numbers, labels: Numbers) -> Logistic:
    """The model with its logit scaled and shifted so that its probabilities are right again (Platt)."""
    logits = values @ np.array(model.weights) + model.bias
    scale = fit_logistic(logits[:, None], labels, ("logit",))
    weights = tuple(weight * scale.weights[0] for weight in model.weights)
    return Logistic(weights, model.bias * scale.weights[0] + scale.bias)


def _ranked(read: Sequence[_Read], sentence: Logistic) -> float:
    """Mean average precision over the questions with labels of both kinds."""
    return float(
        np.mean(
            [
                average_precision(_scores(one, sentence), one.case.labels)
                for one in read
                if 0 < one.case.labels.sum() < len(one.case.labels)
            ]
        )
    )


def _scores(read: _Read, sentence: Logistic) -> Numbers:
    scores = read.seen.first.copy()
    scores[read.seen.rows] = sentence(read.seen.values)
    return scores


def _named(model: Logistic, names: Sequence[str]) -> dict[str, float]:
    return {**dict(zip(names, model.weights, strict=True)), "bias": model.bias}


def _figures(group: Sequence[_Judged]) -> Mapping[str, float]:
    """MAP of the scores, area under ROC of the confidence for each kind of refusal, and the cosine's beside them."""
    mixed = [one for one in group if 0 < one.read.case.labels.sum() < len(one.read.case.labels)]
    figures = {
        "questions": float(len(group)),
        "MAP": float(np.mean([average_precision(one.scores, one.read.case.labels) for one in mixed])),
        "MAP cosine": float(np.mean([average_precision(one.read.cosines, one.read.case.labels) for one in mixed])),
        "calibration error": calibration_error(
            np.array([one.confidence for one in group]), np.array([one.read.case.labels.any() for one in group])
        ),
    }
    right = [one for one in group if one.read.case.labels.any()]
    for kind in sorted({one.read.case.kind for one in group if not one.read.case.labels.any()}):
        wrong = [one for one in group if one.read.case.kind == kind]
        figures[f"AUC {kind}"] = area_under_roc([o.confidence for o in right], [o.confidence for o in wrong])
        figures[f"AUC {kind} cosine"] = area_under_roc(
            [o.read.cosines.max() for o in right], [o.read.cosines.max() for o in wrong]
        )
    return {name: round(value, 3) for name, value in figures.items()}
