"""Questions, sentences and what a larger encoder makes of them -> the bundled encoder; needs torch and transformers.

It begins as all-MiniLM-L6-v2 and learns the likenesses that the larger encoder finds in a batch: between each question
and all sentences, and between all texts (Tung and Mori, ICCV 2019, with a softmax over each row). Both vectors have
their own dimensions: only likenesses are compared.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rag.embed import BUNDLED_FOLDER, load_tokenizer
from rag.train.onnx import export_encoder, make_encoder_module
from rag.train.pools import Case
from rag.train.run import Run
from rag.train.spoil import smudge
from rag.train.teacher import Teacher

PASSES = 1
BATCH = 40
RATE = 5e-5
ORIGINAL = 0.2
"""Share of the original's weights in what is exported; as in the scorer, where it was chosen on dev."""
_OWN = 4
"""Sentences of a question's own paragraph in a batch, beside those that answer it."""
_NEAREST = 20
"""Sentences nearest to a question by the teacher, of which one is in its batch."""
_TEACHER, _STUDENT = 0.02, 0.09
"""Temperatures: cosines of multilingual-e5-small lie four to five times nearer together."""
_ALL = 0.5
"""What the likenesses of all texts to all count beside those of questions to sentences."""
_LONGEST = 100
"""Tokens of a text that are read in training."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """Questions as they are written and as they are typed, and sentences."""

    written: list[str]
    typed: list[str]
    sentences: list[str]


def train_encoder(cases: Sequence[Case], teacher: Teacher, folder: Path, work: Path, *, seed: int = 0) -> float:
    """Train on the questions and sentences of cases, write the encoder into a folder, and return the last mean loss.

    Args:
        cases: What to learn from; the teacher knows all of their texts.
        teacher: The larger encoder's vectors.
        folder: Where `encoder.onnx`, its tokenizer and manifest go.
        work: Where a state is kept now and then, with a log; a run that was interrupted goes on from it.
        seed: Draws the batches.

    Raises:
        MissingPackageError: The packages of the extra `train` are not installed.
        ModelError: The original is not the one that was checked.
    """
    import torch

    torch.manual_seed(seed)
    module, tokenizer = make_encoder_module(), load_tokenizer(BUNDLED_FOLDER / "tokenizer.json")
    for parameter in module.transformer.embeddings.parameters():
        parameter.requires_grad = False

    def loss(batch: _Batch) -> Any:
        ids = [encoding.ids[:_LONGEST] for encoding in tokenizer.encode_batch([*batch.typed, *batch.sentences])]
        wanted = torch.from_numpy(teacher.among(batch.written, batch.sentences))
        return _loss(_vectors(module, ids), wanted, questions=len(batch.typed))

    batches = list(_batches(cases, teacher, random.Random(seed)))
    run = Run(module, steps=len(batches), rate=RATE, work=work, name="encoder")
    run.learn(batches, loss)
    export_encoder(run.finish(original=ORIGINAL), folder)
    return run.loss


def _batches(cases: Sequence[Case], teacher: Teacher, rng: random.Random) -> Iterator[_Batch]:
    near = teacher.nearest([case.question for case in cases], _NEAREST)
    for _ in range(PASSES):
        rows = rng.sample(range(len(cases)), len(cases))
        for at in range(0, len(rows), BATCH):
            taken = [cases[row] for row in rows[at : at + BATCH]]
            texts = [text for case in taken for text in rng.sample(case.texts, min(_OWN, len(case.texts)))]
            texts += [text for case in taken for text, label in zip(case.texts, case.labels, strict=True) if label]
            texts += [rng.choice(near[row]) for row in rows[at : at + BATCH]]
            written = [case.question for case in taken]
            yield _Batch(written, [smudge(question, rng) for question in written], list(dict.fromkeys(texts)))


def _vectors(module: Any, ids: Sequence[Sequence[int]]) -> Any:
    """Unit vectors of texts, shape (texts, dimensions); those of like length are read together, to spare padding."""
    import torch

    order = sorted(range(len(ids)), key=lambda row: len(ids[row]))
    parts = []
    for at in range(0, len(order), 64):
        rows = order[at : at + 64]
        padded = np.zeros((2, len(rows), len(ids[rows[-1]])), np.int64)
        for place, row in enumerate(rows):
            padded[0, place, : len(ids[row])] = ids[row]
            padded[1, place, : len(ids[row])] = 1
        parts.append(module(*torch.from_numpy(padded)))
    return torch.cat(parts)[torch.from_numpy(np.argsort(order))]


def _loss(vectors: Any, wanted: Any, *, questions: int) -> Any:
    """How far the likenesses among vectors are from the wanted ones, both with the questions first."""
    import torch

    found, wanted = (vectors @ vectors.T) / _STUDENT, wanted / _TEACHER
    itself = torch.eye(len(vectors), dtype=torch.bool)
    asked = _divergence(found[:questions, questions:], wanted[:questions, questions:])
    return asked + _ALL * _divergence(found.masked_fill(itself, -1e4), wanted.masked_fill(itself, -1e4))


def _divergence(found: Any, wanted: Any) -> Any:
    import torch

    return torch.nn.functional.kl_div(
        torch.log_softmax(found, 1), torch.log_softmax(wanted, 1), reduction="batchmean", log_target=True
    )
