"""A question and some consecutive sentences, read together -> how well each answers; knows the model, not the choice.

The scorer is a cross-encoder on onnxruntime, made by `rag train scorer`. It sees a window,
`[CLS] question [SEP] sentence [SEP] sentence [SEP] ...`, so it reads every sentence with its neighbours, and says of
each whether it answers. The logit of "nothing here answers" is 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rag.embed import BUNDLED_FOLDER, MODELS, check_files, load_session, load_tokenizer

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Readings: TypeAlias = NDArray[np.float32]
"""Shape (sentences, 2), float32. First a logit: above 0 the sentence answers rather than not. Then how near a larger
encoder would find it to the question, of which the scorer learnt too."""

FOLDER = MODELS / "scorer"
MOST_QUESTION = 40
"""Tokens of a question that are read: of a longer one its end."""
MOST_SENTENCE = 80
"""Tokens of a sentence that are read: of a longer one its beginning. What is quoted is always all of it."""

_CLS, _SEP = 101, 102


@dataclass(frozen=True, slots=True)
class WindowIds:
    """Token ids of a window, and for each token the piece it belongs to: 0 is the question, n the nth sentence."""

    ids: list[int]
    pieces: list[int]


class Scorer:
    """The loaded cross-encoder.

    Raises:
        ModelError: The weights are missing or altered.
    """

    def __init__(self, folder: Path = FOLDER, *, threads: int) -> None:
        check_files(folder)
        self._session = load_session(folder / "scorer.onnx", threads=1)
        self._tokenizer = load_tokenizer(BUNDLED_FOLDER / "tokenizer.json")
        self._workers = ThreadPoolExecutor(threads, thread_name_prefix="scorer")

    def read(self, question: str, windows: Sequence[Sequence[str]]) -> list[Readings]:
        """Return what is to be said of the sentences of each window.

        Args:
            question: What was asked.
            windows: Sentences in reading order, at least one in each.
        """
        asked = self.tokens(question)
        made = [window_ids(asked, [self.tokens(sentence) for sentence in window]) for window in windows]
        longest_first = sorted(range(len(made)), key=lambda row: -len(made[row].ids))  # so that no thread ends late
        read = dict(
            zip(longest_first, self._workers.map(self._read, [made[row] for row in longest_first]), strict=True)
        )
        return [read[row] for row in range(len(made))]

    def tokens(self, text: str) -> list[int]:
        """Return the token ids of a text."""
        return tokens(self._tokenizer, text)

    def _read(self, window: WindowIds) -> Readings:
        """One window at a time: int8 scales its numbers to all of a batch, and its neighbours would change it."""
        ids, pieces = np.array([window.ids], np.int64), np.array(window.pieces)
        shares = (pieces[None, :] == np.arange(pieces.max() + 1)[:, None]).astype(np.float32)
        shares /= shares.sum(axis=1, keepdims=True)
        inputs = {"input_ids": ids, "token_type_ids": (ids * 0) + (pieces > 0), "shares": shares[None]}
        readings: Readings = self._session.run(["readings"], inputs)[0][0]
        return readings


def tokens(tokenizer: Tokenizer, text: str) -> list[int]:
    """Return the token ids of a text without the special ones."""
    return list(tokenizer.encode(text, add_special_tokens=False).ids)


def window_ids(asked: Sequence[int], sentences: Sequence[Sequence[int]]) -> WindowIds:
    """Return what the scorer sees of a question and the sentences of a window, given their token ids."""
    ids = [_CLS, *asked[-MOST_QUESTION:], _SEP]
    pieces = [0] * len(ids)
    for number, sentence in enumerate(sentences, start=1):
        read = sentence[:MOST_SENTENCE]
        ids += [*read, _SEP]
        pieces += [number] * (len(read) + 1)
    return WindowIds(ids, pieces)
