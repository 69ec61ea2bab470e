"""What the fitted models look at: of a sentence at first glance, of one that was read, and of the whole question."""

from __future__ import annotations

import re

import numpy as np

from rag.evidence.pool import Matches, Numbers, Pool, near_best, stems_of
from rag.evidence.told import told_by_asked
from rag.question import Question
from rag.words import QUANTITY_WORDS, likeness, words

GLANCE_FEATURES = (
    "cosine",
    "words",
    "nearby",
    "told",
    "lacks_number",
    "lacks_time",
    "lacks_name",
    "is_question",
)
SENTENCE_FEATURES = ("logit", "rivals", "near", *GLANCE_FEATURES)
QUESTION_FEATURES = (
    "best",
    "second",
    "logit",
    "near",
    "cosine",
    "missing",
    "missing_name",
    "uncovered_name",
    "uncovered_number",
    "uncovered_rare_name",
    "uncovered_rare_word",
    "lacks_number",
    "lacks_time",
    "lacks_name",
)
FEATURES = {"glance": GLANCE_FEATURES, "sentence": SENTENCE_FEATURES, "question": QUESTION_FEATURES}

_TERM = re.compile(
    r"\b(called|named|known as|termed|dubbed|titled|nicknamed|refer(s|red) to as)\b|[“«\"]", re.IGNORECASE
)
"""What introduces a name that is written small."""

_PLACED = re.compile(
    r"\b(in|of|from|to|at|with|between|by|for|into|near)\s+(?:the\s+)?([A-Z][\w’'-]+(?:\s+[A-Z][\w’'-]+)*)"
)
"""A name and the preposition before it."""


def glance_values(question: Question, pool: Pool, matches: Matches) -> Numbers:
    """Return what every sentence shows at first glance, shape (sentences, GLANCE_FEATURES)."""
    wanted = question.wanted
    lacking = np.array([lacks_wanted(question, text) for text in pool.texts])
    columns = (
        pool.cosines,
        matches.own @ matches.rarity / 10,
        matches.nearby @ np.array(question.weights) / max(1e-9, sum(question.weights)),
        told_by_asked(question, pool),
        lacking * (wanted == "number"),
        lacking * (wanted == "time"),
        lacking * (wanted in ("person", "place", "name")),
        [text.rstrip("”\"'») ").endswith("?") for text in pool.texts],
    )
    return np.stack([np.asarray(column, np.float64) for column in columns], axis=1)


def lacks_wanted(question: Question, text: str) -> bool:
    """Return whether a sentence holds nothing of the kind that is asked for but what the question says itself."""
    wanted = question.wanted
    known = {word.stem for word in question.words}
    new = [word for word in words(text) if word.stem not in known]
    if wanted == "number":
        return not any(word.number or word.lower in QUANTITY_WORDS for word in new)
    if wanted == "time":
        return not any(word.time for word in new)
    if wanted == "name" and _TERM.search(text):
        return False
    return wanted in ("person", "place", "name") and not any(word.name for word in new)


def cannot_answer(question: Question, text: str) -> bool:
    """Return whether a sentence does not answer, whatever the models say.

    It holds nothing new of the kind when a number or a name is asked for, or speaks of another thing in its place:
    "25 million live in Iran" for "How many live in Baku?".
    """
    if question.wanted in ("number", "name") and lacks_wanted(question, text):
        return True
    if question.wanted == "place":  # "Where in England?" is answered by "in Canterbury"
        return False
    stems = stems_of(text)
    asked, told = _placed(question.text), _placed(text)
    return any(
        place == other and not any(likeness(stem, name) for stem in stems for name in names) and not names & others
        for place, names in asked
        for other, others in told
    )


def _placed(text: str) -> list[tuple[str, frozenset[str]]]:
    """The prepositions that stand before names, each with the stems of the name."""
    return [(match[1].lower(), stems_of(match[2])) for match in _PLACED.finditer(text)]


def sentence_values(glance: Numbers, readings: Numbers) -> Numbers:
    """Return the features of the sentences that were read, shape (sentences, SENTENCE_FEATURES).

    Args:
        glance: Of the same sentences, from `glance_values`.
        readings: The scorer's, shape (sentences, 2); `rivals` is how much the others claim.
    """
    logits, near = readings.T
    claims = np.logaddexp.reduce(logits)
    own = np.minimum(logits - claims, -1e-6)
    others = claims + np.log1p(-np.exp(own))  # log of the sum over the others
    return np.column_stack([logits, np.logaddexp(0, others), near, glance])


def question_values(question: Question, matches: Matches, values: Numbers, scores: Numbers) -> Numbers:
    """Return the features of the question as a whole, shape (QUESTION_FEATURES,).

    Args:
        question: What was asked.
        matches: Of its words with the sentences that were read.
        values: Their features, from `sentence_values`.
        scores: Their probabilities.
    """
    best = int(scores.argmax())
    weights = np.array(question.weights)
    named = np.array([word.name for word in question.words], bool)
    numbers = np.array([word.number for word in question.words], bool)
    uncovered, anywhere = 1 - near_best(matches, scores), matches.own.max(axis=0)
    column = dict(zip(SENTENCE_FEATURES, values.T, strict=True))
    return np.array(
        [
            logit(scores)[best],
            np.sort(logit(scores))[-min(2, len(scores))],
            column["logit"].max(),
            column["near"].max(),
            column["cosine"].max(),
            1 - anywhere @ weights / max(1e-9, weights.sum()),
            float((anywhere[named | numbers] == 0).any()),
            uncovered[named].max(initial=0),
            uncovered[numbers].max(initial=0),
            (uncovered * matches.rarity)[named].max(initial=0),
            (uncovered * matches.rarity).max(initial=0),
            column["lacks_number"][best],
            column["lacks_time"][best],
            column["lacks_name"][best],
        ]
    )


def logit(probabilities: Numbers) -> Numbers:
    """Return the logits of probabilities, finite for 0 and 1 too."""
    logits: Numbers = np.log(probabilities + 1e-9) - np.log1p(1e-9 - probabilities)
    return logits
