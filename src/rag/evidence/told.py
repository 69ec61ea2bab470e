"""Sentences -> how surely somebody who is asked for is the one who speaks; knows plain signs of reported speech."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

import numpy as np

from rag.evidence.pool import FADE, Numbers, Pool, stems_of
from rag.question import Question
from rag.words import words

_VERBS = (
    "said|says|told|tells|believes?|believed|thinks?|notes?|noted|argues?|argued|claims?|claimed|stated|states|adds?|added|"
    "explains?|explained|emphasi[sz]e[sd]?|stress(?:es|ed)|warns?|warned|recalls?|recalled|wrote|writes|announced|reported|"
    "suggests?|suggested|insists?|insisted|admits?|admitted|denies|denied|predicts?|predicted|points? out|pointed out|"
    "promised|assured|declared|concluded|considers?|assesses|assessed|estimates?|estimated|doubts?|doubted|rejects?|"
    "rejected|hopes?|hoped|calls? for|called for"
)
_CUE = re.compile(rf"\b({_VERBS}|according to|in the (?:view|opinion|words) of)\b", re.IGNORECASE)
_LEANING_CUE = re.compile(
    rf"\b(i|we|he|she|they|the [a-z]+|his [a-z]+) ({_VERBS})\b|\b({_VERBS}) (he|she|they|the [a-z]+)\b|"
    r"\baccording to (him|her|them)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(say|said|says|think|thinks|believe|believes|tell|told|opinions?|views?|position|according|comment|promised?|"
    r"assess\w*|explain\w*|see|versus|compare|feel|about|estimate|predict|expect|warn|claim|argue|want|demand|admit|deny|"
    r"suggest|propose|recommend|insist|announce|declare|conclude|emphasi[sz]e|stress)\b",
    re.IGNORECASE,
)
_MARKS = (("“", "”"), ("«", "»"))
_NEARLY, _REST = 0.9, 0.5
"""How sure it is that a name further back still speaks: where that shows, and where nobody else has spoken since."""
_REACH = 4
"""Sentences further on that may close what somebody says."""

Sign: TypeAlias = Literal["asked", "other", "leaning", "plain"]
"""Who says something in a sentence: a name that is asked for, another one, a pronoun or role, nobody."""


def told_by_asked(question: Question, pool: Pool) -> Numbers:
    """Return for each sentence how surely a name of the question speaks in it, 0 to 1, shape (sentences,).

    1 where the name stands with a word of saying, nearly so in what leans on that ("he added"), in what stands between
    the two, and inside a quotation that the name closes; little in what else follows, until another name says
    something. 0 for questions that do not ask for words.
    """
    asked = {word.stem for word in question.words if word.name}
    told = np.zeros(len(pool.texts))
    if not asked or not _ASKS.search(question.text):
        return told
    distinct = dict.fromkeys(text for texts in (pool.texts, *pool.before) for text in texts)
    signs = {text: _sign(asked, text) for text in distinct}
    for row, (text, before) in enumerate(zip(pool.texts, pool.before, strict=True)):
        end = row + 1
        while end < min(len(pool.texts), row + 1 + _REACH) and pool.follows[end]:
            end += 1
        told[row] = _told(signs, (text, *before), pool.texts[row + 1 : end])
    return told


def _told(signs: Mapping[str, Sign], back: Sequence[str], forth: Sequence[str]) -> float:
    """How surely the first text of `back`, which runs backwards, is told by one who is asked for."""
    sign = signs[back[0]]
    if sign in ("asked", "other"):
        return float(sign == "asked")
    since = next((at for at, text in enumerate(back) if signs[text] in ("asked", "other")), None)
    begun = since is not None and signs[back[since]] == "asked"
    if sign == "leaning":
        return _NEARLY * begun
    closing = next((found for text in forth if (found := signs[text]) != "plain"), "plain")
    if closing in ("asked", "other") and _inside(back):
        return _NEARLY * (closing == "asked")
    if closing == "leaning":
        return _NEARLY * begun
    return _REST * FADE**since if begun and since is not None else 0.0


def _sign(asked: set[str], text: str) -> Sign:
    if not _CUE.search(text):
        return "plain"
    if asked & stems_of(text):
        return "asked"
    if _LEANING_CUE.search(text) or not any(word.name for word in words(f"… {text}")):
        return "leaning"
    return "other"


def _inside(back: Sequence[str]) -> bool:
    """Whether a quotation is open at the end of the first text; the others stand before it, nearest first."""
    depth = 0
    for text in reversed(back[: _REACH + 1]):
        opened = sum(text.count(mark) for mark, _ in _MARKS)
        closed = sum(text.count(mark) for _, mark in _MARKS)
        depth = max(0, depth + opened - closed)
    return depth > 0
