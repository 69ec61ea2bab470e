"""Labelled questions -> the windows that the scorer learns from; knows the data, not the model.

Windows of several kinds are drawn for a question: with the sentence that answers and its neighbours; a sentence alone;
from where our own retrieval would look next, where nothing answers; with the answer, but asked wrongly; the answer
among sentences from anywhere, as when several articles are asked at once; and one to be answered by yes or no.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rag.embed import Encoder
from rag.train.pools import Case
from rag.train.spoil import as_yes_or_no, smudge, spoil
from rag.train.teacher import Teacher

PASSES = {"squad2": 3, "squadshifts_newwiki": 2, "selqa": 3, "squadshifts_reddit": 1, "squadshifts_amazon": 1}
"""How often the questions of a file are gone through: encyclopedia text is nearer to news than reviews and forums."""

GENERAL = ("squad2", "squadshifts_newwiki", "selqa")
"""Files whose questions say what they are about, so that a text from elsewhere surely does not answer them."""

ACCOUNTS = 7_000
"""Windows that ask for what somebody says."""

LONGEST = 176
"""Tokens of the sentences of a window at most; each window draws its own limit below that."""
_SHORTEST = 48
_AWAY, _SPOILT, _MIXED, _ALONE = 0.5, 0.3, 0.2, 0.25
"""How often a question brings a window of the other kinds too; half as often when it is not general."""
_LATER = 0.08
"""How often a question is asked after another one on the same paragraph, and stands behind it."""
_DECIDED = 0.15
"""How often a paragraph brings a question that is to be answered by yes or no."""
_NEAREST = 12
"""Sentences elsewhere, nearest to the question, among which hard negatives are drawn."""


@dataclass(frozen=True, slots=True)
class Window:
    """A question and consecutive sentences.

    Attributes:
        question: The question as it is asked.
        sentences: The sentences.
        answers: Whether each answers.
        written: The question as the data has it, when no more than its spelling was changed.
        likes: How near the teacher finds each sentence, when it knows them and the question.
    """

    question: str
    sentences: tuple[str, ...]
    answers: tuple[bool, ...]
    written: str = ""
    likes: tuple[float, ...] = ()


class Elsewhere:
    """Where else retrieval would look: the nearest sentences outside a question's own paragraph."""

    def __init__(self, encoder: Encoder, cases: Sequence[Case]) -> None:
        self._paragraphs = list(dict.fromkeys(case.texts for case in cases))
        places = [(row, at) for row, texts in enumerate(self._paragraphs) for at in range(len(texts))]
        self._places = np.array(places)
        texts = [self._paragraphs[row][at] for row, at in places]
        questions = list(dict.fromkeys(case.question for case in cases))
        self._rows = {question: row for row, question in enumerate(questions)}
        sentences, asked = encoder.encode(texts), encoder.encode(questions, as_question=True)
        self._nearest = np.concatenate(
            [
                np.argsort(-(asked[at : at + 500] @ sentences.T), axis=1, kind="stable")[:, : 3 * _NEAREST]
                for at in range(0, len(asked), 500)
            ]
        )

    def near(self, case: Case) -> list[tuple[tuple[str, ...], int]]:
        """Return up to `_NEAREST` paragraphs other than its own, each with the row of the near sentence."""
        places = self._places[self._nearest[self._rows[case.question]]].tolist()
        found = [(self._paragraphs[row], at) for row, at in places if self._paragraphs[row] != case.texts]
        return found[:_NEAREST]

    def any(self, rng: random.Random) -> tuple[str, ...]:
        """Return a paragraph at random."""
        return rng.choice(self._paragraphs)


class Cutter:
    """Cuts windows out of paragraphs, by tokens."""

    def __init__(self, encoder: Encoder, rng: random.Random) -> None:
        self._encoder, self._rng = encoder, rng
        self._lengths: dict[str, int] = {}

    def cut(self, texts: Sequence[str], row: int) -> range:
        """Return the rows of a window around a row, which stands anywhere in it."""
        left = self._rng.randint(_SHORTEST, LONGEST) - self._length(texts[row])
        first, end = row, row + 1
        while first > 0 or end < len(texts):
            back = first > 0 and (end == len(texts) or self._rng.random() < 0.5)
            left -= self._length(texts[first - 1] if back else texts[end])
            if left < 0:
                break
            first, end = (first - 1, end) if back else (first, end + 1)
        return range(first, end)

    def _length(self, text: str) -> int:
        if text not in self._lengths:
            self._lengths[text] = min(80, self._encoder.count_tokens(text)) + 1
        return self._lengths[text]


def make_windows(
    name: str, cases: Sequence[Case], elsewhere: Elsewhere | None, cutter: Cutter, rng: random.Random
) -> Iterator[Window]:
    """Yield the windows of one file of `PASSES`, in the order of its questions.

    Args:
        name: The file's name.
        cases: Its questions, each with the sentences of its own paragraph.
        elsewhere: For files of `GENERAL`; None for the others.
        cutter: Of the windows.
        rng: Draws everything else.
    """
    paragraphs = list(dict.fromkeys(case.texts for case in cases))
    place = {texts: row for row, texts in enumerate(paragraphs)}
    share = 1.0 if elsewhere is not None else 0.5
    for _ in range(PASSES[name]):
        for number, case in enumerate(cases):
            right = np.flatnonzero(case.labels).tolist()
            asked, nothing = smudge(case.question, rng), np.zeros(len(case.texts))
            before = cases[number - 1]
            if rng.random() < _LATER and before.texts == case.texts:
                asked = f"{before.question} {asked}"
            row = rng.choice(right or range(len(case.texts)))
            yield _window(asked, case.texts, case.labels, cutter.cut(case.texts, row), written=case.question)
            if rng.random() < _ALONE * share:
                row = rng.choice((row, rng.randrange(len(case.texts))))
                yield _window(asked, case.texts, case.labels, [row], written=case.question)
            if rng.random() < _AWAY * share:
                if elsewhere is not None and rng.random() < 0.6:
                    texts, row = rng.choice(elsewhere.near(case))
                else:
                    texts = paragraphs[(place[case.texts] + rng.choice((-1, 1))) % len(paragraphs)]
                    row = rng.randrange(len(texts))
                yield _window(asked, texts, np.zeros(len(texts)), cutter.cut(texts, row), written=case.question)
            if right and rng.random() < _SPOILT * share:
                other = elsewhere.any(rng) if elsewhere is not None else rng.choice(paragraphs)
                spoilt = spoil(case.question, case.texts, other, rng)
                if spoilt is not None:
                    spoilt = smudge(spoilt, rng)
                    yield _window(spoilt, case.texts, nothing, cutter.cut(case.texts, rng.choice(right)))
            if right and elsewhere is not None and rng.random() < _MIXED:
                near = elsewhere.near(case)
                others = [texts[at] for texts, at in rng.sample(near, min(len(near), rng.randint(1, 5)))]
                texts, labels = (case.texts[rng.choice(right)], *others), [1.0, *(0.0 for _ in others)]
                yield _window(asked, texts, labels, rng.sample(range(len(texts)), len(texts)), written=case.question)
            if elsewhere is not None and rng.random() < _DECIDED:
                row = rng.randrange(len(case.texts))
                decided = as_yes_or_no(case.texts[row])
                if decided is not None:
                    labels = [float(at == row) for at in range(len(case.texts))]
                    yield _window(decided, case.texts, labels, cutter.cut(case.texts, row))


def with_likes(window: Window, teacher: Teacher) -> Window:
    """Return a window with what the teacher says of its sentences."""
    return replace(window, likes=teacher.likes(window.written, window.sentences)) if window.written else window


def _window(
    asked: str, texts: Sequence[str], labels: Iterable[float], rows: Iterable[int], *, written: str = ""
) -> Window:
    flags, taken = [bool(label) for label in labels], list(rows)
    return Window(asked, tuple(texts[at] for at in taken), tuple(flags[at] for at in taken), written)
