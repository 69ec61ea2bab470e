"""A question and a sentence, read together -> how well the sentence answers; knows the model, not the choice.

The reader is a cross-encoder of four layers on onnxruntime, made by `rag train reader`. It sees
`[CLS] question [SEP] sentence before [SEP] sentence [SEP]`; of a question or a sentence before that is too
long it sees the end, of a sentence the beginning. What is quoted is always the whole sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.embed import BUNDLED_FOLDER, MODELS, check_files, load_session, load_tokenizer

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from rag.evidence import Numbers

FOLDER = MODELS / "reader"
MAX_TOKENS = 96
_MOST_QUESTION, _MOST_BEFORE = 32, 16
_CLS, _SEP = 101, 102


@dataclass(frozen=True, slots=True)
class PairIds:
    """Token ids of a pair, and for each whether it belongs to the sentence (1) or not (0)."""

    ids: list[int]
    kinds: list[int]


class Reader:
    """The loaded cross-encoder.

    Raises:
        ModelError: The weights are missing or altered.
    """

    def __init__(self, folder: Path = FOLDER, *, threads: int) -> None:
        check_files(folder)
        self._session = load_session(folder / "reader.onnx", threads=threads)
        self._tokenizer = load_tokenizer(BUNDLED_FOLDER / "tokenizer.json")

    def read(self, question: str, sentences: Sequence[str], before: Sequence[str]) -> Numbers:
        """Return a logit for each sentence, shape (sentences,): higher answers better.

        Args:
            question: What was asked.
            sentences: What may answer.
            before: For each, the sentence that stands before it, or an empty text.
        """
        logits = np.zeros(len(sentences))
        for row, (sentence, earlier) in enumerate(zip(sentences, before, strict=True)):
            pair = pair_ids(self._tokenizer, question, earlier, sentence)
            ids, kinds = np.array([pair.ids], np.int64), np.array([pair.kinds], np.int64)
            inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": kinds}
            logits[row] = self._session.run(["logits"], inputs)[0][0]
        return logits


def pair_ids(tokenizer: Tokenizer, question: str, before: str, sentence: str) -> PairIds:
    """Return the tokens that the reader sees of a pair, at most `MAX_TOKENS`."""
    asked, earlier, read = (
        tokenizer.encode(text, add_special_tokens=False).ids for text in (question, before, sentence)
    )
    asked, earlier = asked[-_MOST_QUESTION:], earlier[-_MOST_BEFORE:]
    read = read[: MAX_TOKENS - 4 - len(asked) - len(earlier)]
    head = [_CLS, *asked, _SEP, *earlier, _SEP]
    return PairIds([*head, *read, _SEP], [0] * len(head) + [1] * (len(read) + 1))
