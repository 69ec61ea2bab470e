"""Suite `refusal`: is it known when nothing answers, and is the confidence worth its number?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from rag.embed import Encoder
from rag.evaluate.baselines import Shared
from rag.evaluate.bootstrap import Draws, Figure, estimate, estimate_mean
from rag.evaluate.cases import LabelledCase
from rag.evaluate.judge import Judge
from rag.evaluate.metrics import Rows, area_under_roc, brier, calibration_error, f1, reliability
from rag.evaluate.progress import watch
from rag.evaluate.report import Figures, Findings
from rag.evidence import Numbers


@dataclass(frozen=True, slots=True)
class Decisions:
    """Of each question, shape (questions,): the confidence, and 1 or 0 for answered and for answerable."""

    confidences: Numbers
    answered: Numbers
    answerable: Numbers


def evaluate_refusal(cases: Sequence[LabelledCase], judge: Judge, encoder: Encoder, draws: Draws) -> Findings:
    """Return how well answerable questions are told from others, with the baselines' area under ROC."""
    shared = Shared([case.texts for case in cases], encoder)
    answerable = np.array([float(case.answerable) for case in cases])
    judged = [judge(case.question, case.texts) for case in watch(cases, "ours")]
    decisions = Decisions(
        np.array([one.confidence for one in judged]), np.array([float(one.answered) for one in judged]), answerable
    )
    systems = {"ours": decision_figures(decisions, draws)}
    for name in ("bm25", "cosine"):
        best = np.array([shared.scores(name, case.question, case.texts).max() for case in watch(cases, name)])
        systems[name] = {"AUC": _area(best, answerable, draws)}
    return Findings(len(cases), systems, bins=reliability(decisions.confidences, answerable))


def decision_figures(decisions: Decisions, draws: Draws) -> Figures:
    """Return the figures of confidences and decisions.

    False answers are the share of unanswerable questions that were answered, false refusals the share of
    answerable ones that were not.
    """
    confidences, answered, answerable = decisions.confidences, decisions.answered, decisions.answerable

    def figure(metric: Callable[[Numbers, Numbers], float], said: Numbers) -> Figure:
        return estimate(lambda rows: metric(said[rows], answerable[rows]), len(answerable), draws)

    pairs = list(zip(answered, answerable, strict=True))
    return {
        "AUC": _area(confidences, answerable, draws),
        "F1": figure(f1, answered),
        "false answers": estimate_mean([[said] if not can else [] for said, can in pairs], draws),
        "false refusals": estimate_mean([[1 - said] if can else [] for said, can in pairs], draws),
        "ECE": figure(calibration_error, confidences),
        "Brier": figure(brier, confidences),
    }


def _area(scores: Numbers, answerable: Numbers, draws: Draws) -> Figure:
    def area(rows: Rows) -> float:
        positive = answerable[rows] > 0
        return area_under_roc(scores[rows][positive], scores[rows][~positive])

    return estimate(area, len(scores), draws)
