"""XQuAD, whose questions are translated -> the models for questions in another language than the article.

There is no such data to train on, so half of the articles of the dev set are fitted to and the other half is judged on.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rag.articles import read_text
from rag.embed import Encoder
from rag.evaluate.cases import PlaceCase, place_cases
from rag.evaluate.metrics import area_under_roc
from rag.evidence import Logistic, Numbers
from rag.evidence.foreign import FOREIGN_FEATURES, foreign_question_values, foreign_sentence_values
from rag.settings import Balance
from rag.split import sentences
from rag.train.evidence import best_leaning, fit_logistic

LANGUAGES = ("de", "es", "ru", "tr")
_ANSWERED: dict[Balance, float] = {"strict": 0.8, "balanced": 0.9, "eager": 0.97}
"""Each balance lets this share of the answerable questions through."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Pool:
    """Cosines of the sentences that are asked, and which of them answer, both of shape (sentences,)."""

    language: str
    kind: str
    cosines: Numbers
    labels: Numbers


def train_foreign(dev: Path, encoder: Encoder, bundled: Encoder) -> dict[str, Any]:
    """Fit the models and return what `models/languages.json` holds, with figures on the other half of the articles.

    Args:
        dev: The folder of XQuAD.
        encoder: The multilingual one.
        bundled: The one that the other models were fitted with; its cosines spread wider.

    Raises:
        UnreadableFileError: A data file is missing.
    """
    english = list(place_cases(dev / "xquad_en.jsonl"))
    asked = {name: _questions(dev / f"xquad_{name}.jsonl", english) for name in LANGUAGES}
    fitting, judged = _pools(english, asked, encoder)
    slope, shift = _line(english, encoder, bundled)
    sentence = fit_logistic(
        np.concatenate([foreign_sentence_values(pool.cosines) for pool in fitting]),
        np.concatenate([pool.labels for pool in fitting]),
        FOREIGN_FEATURES["sentence"],
    )
    question = fit_logistic(
        np.stack([foreign_question_values(pool.cosines) for pool in fitting]),
        np.array([float(pool.labels.any()) for pool in fitting]),
        FOREIGN_FEATURES["question"],
    )
    right = [pool for pool in fitting if pool.labels.any()]
    sure = _confidences(right, question)
    thresholds = {balance: float(np.quantile(sure, 1 - share)) for balance, share in _ANSWERED.items()}
    leaning = best_leaning([(sentence(foreign_sentence_values(pool.cosines)), pool.labels) for pool in right])
    models = {"sentence": sentence, "question": question}
    return {
        **{
            name: {**dict(zip(FOREIGN_FEATURES[name], model.weights, strict=True)), "bias": model.bias}
            for name, model in models.items()
        },
        "thresholds": thresholds,
        "leaning": leaning,
        "as_bundled": {"slope": slope, "shift": shift},
        "fitted": {
            "command": "rag train languages",
            "encoder": encoder.identity,
            "questions": len(fitting),
            "figures": {
                name: _figures([p for p in judged if p.language == name], question, thresholds["balanced"])
                for name in LANGUAGES
            },
        },
    }


def _questions(path: Path, english: Sequence[PlaceCase]) -> list[str]:
    """The translated questions in the order of the English ones."""
    translated = {case.id: case.question for case in place_cases(path)}
    return [translated[case.id] for case in english]


def _pools(
    english: Sequence[PlaceCase], asked: dict[str, list[str]], encoder: Encoder
) -> tuple[list[_Pool], list[_Pool]]:
    """Every question with its own article, with it less the paragraph that answers, and with another article.

    Returns:
        Those of every other title, to fit and to judge.
    """
    contexts = list(dict.fromkeys(case.context for case in english))
    titles = list(dict.fromkeys(case.title for case in english))
    title_of = {case.context: titles.index(case.title) for case in english}
    cut = {context: _cut(context) for context in contexts}
    rows = [(context, place) for context in contexts for place in cut[context]]
    vectors = encoder.encode([context[place.start : place.stop] for context, place in rows])
    title = np.array([title_of[context] for context, _ in rows])
    own = np.array([contexts.index(context) for context, _ in rows])
    questions = {language: encoder.encode(texts, as_question=True) for language, texts in asked.items()}
    found: tuple[list[_Pool], list[_Pool]] = ([], [])
    for at, case in enumerate(english):
        mine, paragraph = title_of[case.context], contexts.index(case.context)
        answers = np.array(
            [
                float(context == case.context and any(place.start <= a.start < place.stop for a in case.answers))
                for context, place in rows
            ]
        )
        scopes = {
            "answerable": title == mine,
            "own article": (title == mine) & (own != paragraph),
            "another article": title == (mine + len(titles) // 2) % len(titles),
        }
        for language, of_language in questions.items():
            cosines = (vectors @ of_language[at]).astype(np.float64)
            for kind, scope in scopes.items():
                if scope.any():
                    found[mine % 2].append(_Pool(language, kind, cosines[scope], answers[scope]))
    return found


def _line(english: Sequence[PlaceCase], encoder: Encoder, bundled: Encoder) -> tuple[float, float]:
    """Slope and shift of the line that takes the encoder's cosines nearest to the bundled one's, least squares."""
    sample = english[::4]
    texts = [case.context[place.start : place.stop] for case in sample for place in _cut(case.context)]
    cosines = [
        (one.encode([case.question for case in sample], as_question=True) @ one.encode(texts).T).ravel()
        for one in (encoder, bundled)
    ]
    slope, shift = np.polyfit(cosines[0].astype(np.float64), cosines[1].astype(np.float64), 1)
    return float(slope), float(shift)


def _cut(context: str) -> list[range]:
    article = read_text(context)
    return [range(one.range.start, one.range.end) for one in sentences(article) if one.kind == "body"]


def _confidences(pools: Sequence[_Pool], question: Logistic) -> Numbers:
    return question(np.stack([foreign_question_values(pool.cosines) for pool in pools]))


def _figures(pools: Sequence[_Pool], question: Logistic, threshold: float) -> dict[str, float]:
    kinds = {kind: [pool for pool in pools if pool.kind == kind] for kind in dict.fromkeys(p.kind for p in pools)}
    right = kinds.pop("answerable")
    sure = _confidences(right, question)
    figures = {
        "questions": float(len(right)),
        "sentence first": float(np.mean([pool.labels[pool.cosines.argmax()] for pool in right])),
        "answered": float((sure >= threshold).mean()),
    }
    for kind, wrong in kinds.items():
        unsure = _confidences(wrong, question)
        figures[f"AUC {kind}"] = area_under_roc(sure.tolist(), unsure.tolist())
        figures[f"refused {kind}"] = float((unsure < threshold).mean())
    return {name: round(value, 3) for name, value in figures.items()}
