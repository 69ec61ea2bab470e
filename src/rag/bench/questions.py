"""A pool of pieces -> questions to a collection of them, of every kind; knows no library.

Facts, reasons and what nothing answers are people's questions of the labelled data on sentences of the pool. Who says
what is asked after statements that were read in it. No question is there twice, so none profits from the one before.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.bench.pieces import Pool, labelled_files
from rag.errors import DataError
from rag.evaluate.cases import LabelledCase, labelled_cases
from rag.words import content_words

KINDS = ("fact", "why", "said", "experts", "compare", "unanswered")

_TOPIC_WORDS = 2


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and what kind it is."""

    kind: str
    question: str


@dataclass(frozen=True, slots=True)
class Said:
    """That a speaker says something on a topic."""

    name: str
    topic: str


def make_questions(pool: Pool, data: Path, each: int, *, seed: int) -> list[Asked]:
    """Return up to so many questions of each kind, the kinds in turns; the same for the same seed.

    Args:
        pool: What they are about.
        data: The folder of labelled data that the pool was made of.
        each: Questions of a kind at most; fewer where the pool has no more.
        seed: Which ones.

    Raises:
        DataError: There is nothing to ask.
    """
    rng = random.Random(seed)
    own = {piece.sentence(number) for piece in pool.pieces for number in range(len(piece.sentences))}
    cases = [case for path in labelled_files(data) for case in labelled_cases(path)]
    said = said_in(pool)
    rng.shuffle(cases)
    rng.shuffle(said)
    kinds = {**people_ask(cases, own), **who_says(said)}
    chosen = {kind: list(dict.fromkeys(kinds[kind]))[:each] for kind in KINDS}
    rows = [[Asked(kind, chosen[kind][at]) for kind in KINDS if at < len(chosen[kind])] for at in range(each)]
    asked = list({one.question: one for row in rows for one in row}.values())
    if not asked:
        raise DataError(data, "nothing can be asked about its texts", "It must hold questions with labelled sentences.")
    return asked


def people_ask(cases: Sequence[LabelledCase], own: set[str]) -> dict[str, list[str]]:
    """Return people's questions on sentences that are there: facts, reasons, and what nothing answers."""
    found: dict[str, list[str]] = {"fact": [], "why": [], "unanswered": []}
    for case in cases:
        if case.answerable:
            answers = (text for text, label in zip(case.texts, case.labels, strict=True) if label)
            if any(" ".join(text.split()) in own for text in answers):
                found["why" if case.question.lower().startswith("why") else "fact"].append(case.question)
        elif any(" ".join(text.split()) in own for text in case.texts):
            found["unanswered"].append(case.question)
    return found


def said_in(pool: Pool) -> list[Said]:
    """Return who says something in the pool, and on what: a name in it, or two of its words."""
    found = []
    for piece in pool.pieces:
        for statement in piece.statements:
            said = " ".join(piece.text[place.start : place.end] for place in statement.content)
            topic = _topic(said)
            if statement.speaker is not None and topic:
                found.append(Said(statement.speaker.name, topic))
    return found


def who_says(said: Sequence[Said]) -> dict[str, Iterable[str]]:
    """Return questions on what one speaker says, experts say, and two speakers say; each takes other statements."""
    return {
        "said": [f"What does {one.name} say about {one.topic}?" for one in said[::3]],
        "experts": [f"What do experts say about {one.topic}?" for one in said[1::3]],
        "compare": list(_compared(said[2::3])),
    }


def _compared(said: Sequence[Said]) -> Iterator[str]:
    for one, other in zip(said[::2], said[1::2], strict=False):
        if one.name != other.name:
            yield f"Compare what {one.name} and {other.name} say about {one.topic}."


def _topic(text: str) -> str:
    """The first name in a text, else its longest words as they follow each other; nothing when there are too few."""
    found = [word for word in content_words(text) if not word.number]
    names = [word.text for word in found if word.name]
    longest = sorted((word.text for word in found), key=lambda word: (-len(word), word))[:_TOPIC_WORDS]
    if names or len(longest) < _TOPIC_WORDS:
        return "".join(names[:1])
    return " ".join(word.text for word in found if word.text in longest)
