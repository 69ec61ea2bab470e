"""Sentences in one language, a question in another -> how likely each answers, and whether they answer at all (CHOOSE).

A multilingual encoder puts translations near each other, and that is all there is to go by: no word is shared, and
the scorer reads one language. So the nearest sentence must be near, and stand out from the others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.embed import MODELS
from rag.errors import ModelError
from rag.evidence.judge import Verdict
from rag.evidence.models import Logistic
from rag.evidence.pool import Numbers
from rag.settings import BALANCES, Balance

FOREIGN_FILE = MODELS / "languages.json"
FOREIGN_FEATURES = {"sentence": ("cosine", "behind"), "question": ("best", "stands_out")}


@dataclass(frozen=True, slots=True)
class ForeignModels:
    """The models that `rag train languages` fits.

    Attributes:
        sentence: Of a sentence.
        question: That a question is answered at all.
        thresholds: For each balance the probability from which a question counts as answered.
        leaning: How much more recall counts than precision in choosing how many to quote.
        slope: With `shift`, a line that makes cosines of the multilingual encoder like those of the bundled one.
        shift: See `slope`.
    """

    sentence: Logistic
    question: Logistic
    thresholds: Mapping[Balance, float]
    leaning: float
    slope: float
    shift: float

    def as_bundled(self, cosines: Numbers) -> Numbers:
        """Return cosines of the multilingual encoder on the scale that the models of one language are fitted for."""
        return self.slope * cosines + self.shift


def load_foreign_models(path: Path = FOREIGN_FILE) -> ForeignModels:
    """Read the fitted models.

    Raises:
        ModelError: The file is missing, or was fitted for other features.
    """
    try:
        fitted = json.loads(path.read_text(encoding="utf-8"))
        sentence, question = (
            Logistic(tuple(fitted[name][feature] for feature in features), fitted[name]["bias"])
            for name, features in FOREIGN_FEATURES.items()
        )
        thresholds = {balance: float(fitted["thresholds"][balance]) for balance in BALANCES}
        line = fitted["as_bundled"]
        return ForeignModels(
            sentence, question, thresholds, float(fitted["leaning"]), float(line["slope"]), float(line["shift"])
        )
    except OSError as error:
        raise ModelError(path, f"cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(path, "does not hold the models that this version needs") from error


def judge_foreign(cosines: Numbers, models: ForeignModels, *, balance: Balance) -> Verdict:
    """Return how likely each sentence, and all of them, answer a question in another language.

    Args:
        cosines: Of each sentence to the question, by a multilingual encoder, shape (sentences,).
        models: The fitted ones.
        balance: How sure an answer must be.
    """
    if not len(cosines):
        return Verdict(np.empty(0), 0.0, False, ())
    scores = models.sentence(foreign_sentence_values(cosines))
    confidence = float(models.question(foreign_question_values(cosines)[None, :])[0])
    return Verdict(scores, confidence, confidence >= models.thresholds[balance], ())


def foreign_sentence_values(cosines: Numbers) -> Numbers:
    """Return what is known of every sentence, shape (sentences, 2)."""
    return np.column_stack([cosines, cosines.max() - cosines])


def foreign_question_values(cosines: Numbers) -> Numbers:
    """Return the best cosine, and by how many standard deviations it stands out, shape (2,)."""
    best = cosines.max()
    return np.array([best, (best - cosines.mean()) / (cosines.std() + _LEAST_SPREAD)])


_LEAST_SPREAD = 0.005
"""Cosines of an article spread by about .02; of two or three sentences it may be next to nothing by chance."""
