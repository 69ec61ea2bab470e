"""Labelled questions -> pools of sentences to learn from; knows the data, not what is learnt.

A pool is the labelled paragraph between its neighbours, as in an article. In some pools the labelled
paragraph is left out, or the whole pool is taken from elsewhere, or the question is spoilt: nothing in them answers.
SQuAD 2.0 brings questions that its own paragraph does not answer.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from rag.embed import Encoder, Vectors
from rag.evaluate.cases import LabelledCase, labelled_cases
from rag.evidence import NEARBY, Numbers, Pool, asks_for_words, read_voices
from rag.question import understand
from rag.speakers import StatementReader
from rag.train.spoil import spoil

log = logging.getLogger(__name__)

QUESTIONS = {
    "squad2": 5_400,
    "squadshifts_newwiki": 8_000,
    "squadshifts_reddit": 4_000,
    "squadshifts_amazon": 2_000,
    "selqa": 800,
}
"""Questions drawn from each file at most: encyclopedia text is nearer to news than reviews and forums are."""

DEV = ("wikiqa", "trecqa")
_LEFT_OUT, _ELSEWHERE, _SPOILT = 0.2, 0.1, 0.1
_NEIGHBOURS = (0, 2, 4, 6)


@dataclass(frozen=True, slots=True)
class Case:
    """A question, the sentences of a pool, which of them answer (shape (sentences,)), and the labelled paragraph."""

    kind: str
    question: str
    texts: tuple[str, ...]
    labels: Numbers
    paragraph: tuple[str, ...]


def load_cases(train: Path, *, seed: int) -> list[Case]:
    """Return pools of every file of `QUESTIONS` in random order.

    Raises:
        UnreadableFileError: A data file is missing.
    """
    rng = random.Random(seed)
    cases = [case for name, most in QUESTIONS.items() for case in make_cases(train / f"{name}.jsonl", most, rng)]
    rng.shuffle(cases)
    return cases


def load_dev(dev: Path) -> dict[str, list[Case]]:
    """Return the questions of the dev sets as they are.

    Raises:
        UnreadableFileError: A data file is missing.
    """
    return {name: plain_cases(dev / f"{name}.jsonl") for name in DEV}


class CaseVectors:
    """Every distinct text of the cases, embedded once, and a reader of who says what in them."""

    def __init__(self, encoder: Encoder, cases: Iterable[Case]) -> None:
        self._reader = StatementReader()
        texts = list(dict.fromkeys(text for case in cases for text in (case.question, *case.texts)))
        self._row = {text: row for row, text in enumerate(texts)}
        parts = []
        for at in range(0, len(texts), 2_000):
            parts.append(encoder.encode(texts[at : at + 2_000]))
            log.info("embedded %d of %d texts", min(at + 2_000, len(texts)), len(texts))
        self._vectors = np.concatenate(parts)

    def pool(self, case: Case) -> Pool:
        """Return the sentences of a case as they are judged."""
        cosines = self._of(case.texts) @ self._of([case.question])[0]
        before = [case.texts[max(0, at - NEARBY) : at][::-1] for at in range(len(case.texts))]
        asks = asks_for_words(understand(case.question, max_characters=10**6))
        voices = read_voices(case.texts, self._reader) if asks else ()
        return Pool(case.texts, before, [at > 0 for at in range(len(case.texts))], cosines.astype(np.float64), voices)

    def likeness_in_paragraphs(self, cases: Iterable[Case], *, share: float) -> float:
        """Return the cosine that this share of the pairs of different sentences of one paragraph stay below."""
        cosines = []
        known = (case.paragraph for case in cases if all(text in self._row for text in case.paragraph))
        for texts in dict.fromkeys(known):
            vectors = self._of(list(dict.fromkeys(texts)))
            cosines.append((vectors @ vectors.T)[np.triu_indices(len(vectors), k=1)])
        return float(np.quantile(np.concatenate(cosines), share))

    def _of(self, texts: Sequence[str]) -> Vectors:
        return self._vectors[[self._row[text] for text in texts]]


def make_cases(path: Path, most: int, rng: random.Random) -> list[Case]:
    """Pools around the labelled paragraphs of one file, answerable and not."""
    rows = plain_cases(path)
    paragraphs = list(dict.fromkeys(case.texts for case in rows))
    place = {texts: at for at, texts in enumerate(paragraphs)}
    cases = []
    for case in rng.sample(rows, min(most, len(rows))):
        if path.stem == "selqa":  # every question has a text of its own: there are no neighbours
            cases.append(case)
            continue
        draw, around = rng.random(), rng.choice(_NEIGHBOURS)
        home = place[case.texts]
        if draw < _ELSEWHERE:
            cases.append(_pool("elsewhere", case, paragraphs, (home + len(paragraphs) // 2) % len(paragraphs), around))
        elif draw < _ELSEWHERE + _LEFT_OUT and around:
            cases.append(_pool("left out", case, paragraphs, home, around))
        elif draw > 1 - _SPOILT and case.labels.any():
            wrong = spoil(case.question, case.texts, paragraphs[(home + len(paragraphs) // 2) % len(paragraphs)], rng)
            if wrong is not None:
                spoilt = replace(case, question=wrong, labels=np.zeros(len(case.labels)))
                cases.append(_pool("spoilt", spoilt, paragraphs, home, around))
        else:
            cases.append(_pool(case.kind, case, paragraphs, home, around))
    return cases


def _pool(kind: str, case: Case, paragraphs: Sequence[tuple[str, ...]], centre: int, around: int) -> Case:
    first = max(0, centre - around // 2)
    own = case.texts
    taken = [p for p in paragraphs[first : first + around + 1] if kind != "left out" or p != own]
    labels = [case.labels if paragraph == own else np.zeros(len(paragraph)) for paragraph in taken]
    texts = tuple(text for paragraph in taken for text in paragraph)
    return Case(kind, case.question, texts, np.concatenate(labels), case.paragraph)


def plain_cases(path: Path) -> list[Case]:
    """Return the questions of one file as they are, without empty candidates.

    Raises:
        UnreadableFileError: The file cannot be read.
        DataError: It holds no question, or a line is not one.
    """
    return [_plain(case) for case in labelled_cases(path)]


def _plain(case: LabelledCase) -> Case:
    rows = [row for row, text in enumerate(case.texts) if text.strip()]
    texts, labels = tuple(case.texts[row] for row in rows), case.labels[rows]
    return Case("answerable" if labels.any() else "unanswerable", case.question, texts, labels, texts)
