"""Questions and sentences -> how near a larger encoder finds them; for the encoder and the scorer to learn from.

multilingual-e5-small was trained on far more questions than there are here, but is too large to be asked for every
article. What it says of the texts here is learnt by the small ones.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from rag.embed import Encoder, Vectors

_PART = 1_000
_MIDDLE, _SCALE = 0.8, 20.0
"""Its cosines lie within a tenth or two, about this value; so spread they are as far apart as logits are."""

log = logging.getLogger(__name__)


class Teacher:
    """What the larger encoder says of a set of questions and sentences.

    Args:
        encoder: The larger one.
        questions: All that will be asked about.
        sentences: All that will be asked about.
        work: A folder for the vectors; a run that was interrupted goes on from those that are there.
    """

    def __init__(self, encoder: Encoder, questions: Iterable[str], sentences: Iterable[str], work: Path) -> None:
        asked, read = list(dict.fromkeys(questions)), list(dict.fromkeys(sentences))
        self._questions = {text: row for row, text in enumerate(asked)}
        self._sentences = {text: row for row, text in enumerate(read)}
        self._asked = _encode(encoder, asked, work, as_question=True)
        self._read = _encode(encoder, read, work, as_question=False)

    def likes(self, question: str, sentences: Sequence[str]) -> tuple[float, ...]:
        """Return how near each sentence is to a question, or nothing when one of them is unknown."""
        if question not in self._questions or not all(text in self._sentences for text in sentences):
            return ()
        rows = [self._sentences[text] for text in sentences]
        cosines = self._read[rows] @ self._asked[self._questions[question]]
        return tuple(((cosines.astype(np.float64) - _MIDDLE) * _SCALE).tolist())

    def among(self, questions: Sequence[str], sentences: Sequence[str]) -> Vectors:
        """Return the cosine of each text to each, questions first, shape (texts, texts)."""
        asked = self._asked[[self._questions[text] for text in questions]]
        vectors = np.concatenate([asked, self._read[[self._sentences[text] for text in sentences]]])
        cosines: Vectors = vectors @ vectors.T
        return cosines

    def nearest(self, questions: Sequence[str], most: int) -> list[list[str]]:
        """Return the sentences nearest to each question, at most so many."""
        sentences, found = list(self._sentences), []
        for at in range(0, len(questions), 500):
            asked = self._asked[[self._questions[text] for text in questions[at : at + 500]]]
            rows = np.argsort(-(asked @ self._read.T), axis=1, kind="stable")[:, :most]
            found += [[sentences[row] for row in near] for near in rows.tolist()]
        return found


def _encode(encoder: Encoder, texts: Sequence[str], work: Path, *, as_question: bool) -> Vectors:
    work.mkdir(parents=True, exist_ok=True)
    parts = []
    for at in range(0, len(texts), _PART):
        part = texts[at : at + _PART]
        mark = zlib.crc32("\0".join((encoder.identity, str(as_question), *part)).encode())
        path = work / f"teacher-{mark:08x}.npy"
        if not path.exists():
            with (path.with_suffix(".new")).open("wb") as file:
                np.save(file, encoder.encode(part, as_question=as_question))
            path.with_suffix(".new").replace(path)
            log.info("the teacher read %d of %d texts", at + len(part), len(texts))
        parts.append(np.load(path))
    return np.concatenate(parts)
