"""A question and who says each sentence -> how surely somebody who is asked for is the one who speaks."""

from __future__ import annotations

import re

import numpy as np

from rag.evidence.pool import Numbers, Pool
from rag.question import Question

_ASKS = re.compile(
    r"\b(say|said|says|think|thinks|believe|believes|tell|told|opinions?|views?|position|according|comment|promised?|"
    r"assess\w*|explain\w*|see|versus|compare|feel|about|estimate|predict|expect|warn|claim|argue|want|demand|admit|deny|"
    r"suggest|propose|recommend|insist|announce|declare|conclude|emphasi[sz]e|stress)\b",
    re.IGNORECASE,
)


def asks_for_words(question: Question) -> bool:
    """Return whether a question asks for what somebody says, and names somebody."""
    return any(word.name for word in question.words) and _ASKS.search(question.text) is not None


def told_by_asked(question: Question, pool: Pool) -> Numbers:
    """Return 1 for each sentence that somebody says whom the question names, else 0, shape (sentences,).

    0 for questions that do not ask for words.
    """
    if not pool.voices or not asks_for_words(question):
        return np.zeros(len(pool.texts))
    asked = {word.stem for word in question.words if word.name}
    return np.array([float(bool(asked & voice)) for voice in pool.voices])
