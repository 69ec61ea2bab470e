"""Sentences -> how surely somebody who is asked for is the one who speaks; knows plain signs of reported speech."""

from __future__ import annotations

import re

import numpy as np

from rag.evidence.pool import FADE, Numbers, Pool, stems_of
from rag.question import Question
from rag.words import words

_VERBS = (
    "said|says|told|tells|believes?|believed|thinks?|notes?|noted|argues?|argued|claims?|claimed|stated|states|adds?|added|"
    "explains?|explained|emphasi[sz]e[sd]?|stress(?:es|ed)|warns?|warned|recalls?|recalled|wrote|writes|announced|reported|"
    "suggests?|suggested|insists?|insisted|admits?|admitted|denies|denied|predicts?|predicted|points? out|pointed out|"
    "promised|assured|declared|concluded|considers?|assesses|assessed"
)
_CUE = re.compile(rf"\b({_VERBS}|according to|in the (?:view|opinion|words) of)\b", re.IGNORECASE)
_LEANING_CUE = re.compile(
    rf"\b(he|she|they|the [a-z]+|his [a-z]+) ({_VERBS})\b|\b({_VERBS}) (he|she|they|the [a-z]+)\b|"
    r"\baccording to (him|her|them)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(say|said|says|think|thinks|believe|believes|tell|told|opinions?|views?|position|according|comment|promised?|"
    r"assess\w*|explain\w*|see|versus|compare|feel|about)\b",
    re.IGNORECASE,
)


def told_by_asked(question: Question, pool: Pool) -> Numbers:
    """Return for each sentence how surely a name of the question speaks in it, 0 to 1, shape (sentences,).

    1 where the name stands with a word of saying; less, the further back that was, in the sentences after it until
    another name says something. 0 for questions that do not ask for words.
    """
    asked = {word.stem for word in question.words if word.name}
    if not asked or not _ASKS.search(question.text):
        return np.zeros(len(pool.texts))
    return np.array([_told(asked, (text, *before)) for text, before in zip(pool.texts, pool.before, strict=True)])


def _told(asked: set[str], texts: tuple[str, ...]) -> float:
    """Texts from a sentence backwards."""
    for distance, text in enumerate(texts):
        if not _CUE.search(text):
            continue
        if asked & stems_of(text):
            return FADE**distance
        if not _LEANING_CUE.search(text) and any(word.name for word in words(f"… {text}")):
            return 0.0
    return 0.0
