"""What is evaluated, as a function: a question and sentences in document order -> scores and a decision.

`load_judge` is the one place that knows where the judge comes from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.evaluate.metrics import Numbers
from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class Judged:
    """What some sentences say to a question.

    Attributes:
        scores: Of each sentence, shape (sentences,); higher answers better.
        confidence: Probability that they answer at all.
        answered: Whether that is enough.
    """

    scores: Numbers
    confidence: float
    answered: bool


class Judge(Protocol):
    """What says how well sentences answer."""

    def __call__(self, question: str, texts: Sequence[str], *, apart: bool = False) -> Judged:
        """Return what sentences in document order, at least one, say; `apart`, each is read without its neighbours."""


def load_judge(settings: Settings) -> Judge:
    """Load the models that answer questions, and return their judge.

    Raises:
        ModelError: Weights are missing or altered.
    """
    from rag.evidence import judge_loose, load_tools

    tools = load_tools(settings)

    def judge(question: str, texts: Sequence[str], *, apart: bool = False) -> Judged:
        verdict = judge_loose(question, texts, tools, apart=apart)
        return Judged(verdict.scores, verdict.confidence, verdict.answered)

    return judge
