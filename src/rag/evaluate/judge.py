"""What is evaluated, as a function: a question and sentences in document order -> scores and a decision.

`load_judge` is the one place that knows where the judge comes from.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Protocol

from rag.evidence import Verdict, judge_loose, load_tools
from rag.settings import Settings


class Judge(Protocol):
    """What says how well sentences answer."""

    def __call__(self, question: str, texts: Sequence[str], *, apart: bool = False) -> Verdict:
        """Return what sentences in document order, at least one, say; `apart`, each is read without its neighbours."""


def load_judge(settings: Settings) -> Judge:
    """Load the models that answer questions, and return their judge.

    Raises:
        ModelError: Weights are missing or altered.
    """
    return partial(judge_loose, tools=load_tools(settings))
