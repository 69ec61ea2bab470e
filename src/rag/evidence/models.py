"""The fitted models, read from `models/evidence.json`, which `rag train evidence` writes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.embed import MODELS
from rag.errors import ModelError
from rag.evidence.features import FEATURES
from rag.evidence.pool import Numbers
from rag.question import FAMILIES, Family
from rag.settings import BALANCES, Balance

FILE = MODELS / "evidence.json"


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic regression: `sigmoid(values @ weights + bias)`."""

    weights: tuple[float, ...]
    bias: float

    def __call__(self, values: Numbers) -> Numbers:
        """Return probabilities, shape (rows,), for values of shape (rows, features)."""
        probabilities: Numbers = 1.0 / (1.0 + np.exp(-(values @ np.array(self.weights) + self.bias)))
        return probabilities


@dataclass(frozen=True, slots=True)
class Models:
    """The fitted models.

    Attributes:
        glance: Of a sentence that was not read yet.
        sentence: Of a sentence that the scorer has read.
        question: That a question is answered at all; its probability is calibrated.
        thresholds: For each balance and family of questions, the probability from which they count as answered.
        leanings: For each family, how much more recall counts than precision in choosing how many to quote.
        distinct: Cosine up to which two sentences surely say different things.
    """

    glance: Logistic
    sentence: Logistic
    question: Logistic
    thresholds: Mapping[Balance, Mapping[Family, float]]
    leanings: Mapping[Family, float]
    distinct: float


def load_models(path: Path = FILE) -> Models:
    """Read the fitted models.

    Raises:
        ModelError: The file is missing, or was fitted for other features.
    """
    try:
        fitted = json.loads(path.read_text(encoding="utf-8"))
        glance, sentence, question = (
            Logistic(tuple(fitted[name][feature] for feature in features), fitted[name]["bias"])
            for name, features in FEATURES.items()
        )
        thresholds = {
            balance: {family: float(fitted["thresholds"][balance][family]) for family in FAMILIES}
            for balance in BALANCES
        }
        leanings = {family: float(fitted["leanings"][family]) for family in FAMILIES}
        return Models(glance, sentence, question, thresholds, leanings, float(fitted["distinct"]))
    except OSError as error:
        raise ModelError(path, f"cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(path, "does not hold the models that this version needs") from error
