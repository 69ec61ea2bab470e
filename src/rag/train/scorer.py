"""Windows -> the scorer, a small cross-encoder; for maintainers, needs torch and transformers.

It begins as the bundled encoder's original. A head on top compares the mean of each sentence's states with that of the
question's; as it begins with their cosine alone, the scorer starts out as good as the encoder. The loss is a choice
between each sentence that answers, those that do not, and "nothing here answers", whose logit is 0. A second number
learns how near a larger encoder finds each sentence. What is exported is a moving average of the weights, drawn some
way back to where they began.
"""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from rag.embed import BUNDLED_FOLDER, load_tokenizer
from rag.scorer import WindowIds, tokens, window_ids
from rag.train.onnx import WEIGHTS_SHA256, load_original, sha256, write_model
from rag.train.run import Run
from rag.train.windows import Window

FROZEN = 2
"""Lower layers that stay as they are: they only tell words apart, and training them takes a quarter of the time."""
BATCH = 24
RATE = 1e-4
TAUGHT = 1.0
"""What the second number counts beside the choice."""
ORIGINAL = 0.2
"""Share of the weights it began with in what is exported; chosen among 0, .2 and .4 on WikiQA dev and TrecQA dev."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Row:
    """A window as it is learnt: its token ids, whether each sentence answers, and how near the teacher finds each."""

    window: WindowIds
    answers: tuple[bool, ...]
    likes: tuple[float, ...]


def train_scorer(windows: Sequence[Window], folder: Path, work: Path, *, seed: int = 0) -> float:
    """Train on windows, write `scorer.onnx` and its manifest into a folder, and return the last mean loss.

    Args:
        windows: What to learn from.
        folder: Where the scorer goes.
        work: Where a state is kept after every 50 steps, with a log; a run that was interrupted goes on from it.
        seed: Orders the batches and draws the head's first weights.

    Raises:
        MissingPackageError: The packages of the extra `train` are not installed.
    """
    import torch

    torch.manual_seed(seed)
    model, tokenizer = make_model(), load_tokenizer(BUNDLED_FOLDER / "tokenizer.json")
    ids = {text: tokens(tokenizer, text) for window in windows for text in (window.question, *window.sentences)}
    rows = [_Row(window_ids(ids[w.question], [ids[text] for text in w.sentences]), w.answers, w.likes) for w in windows]
    batches = _batches(rows, random.Random(seed))
    run = Run(model, steps=len(batches), rate=RATE, work=work, name="scorer")
    run.learn(batches, partial(_loss, run.model))
    export_scorer(run.finish(original=ORIGINAL), folder, windows=len(windows))
    return run.loss


def make_model() -> Any:
    """Return the untrained scorer as a torch module: `(input_ids, token_type_ids, shares) -> readings`."""
    import torch

    transformer = load_original()
    for part in (transformer.embeddings, *transformer.encoder.layer[:FROZEN]):
        for parameter in part.parameters():
            parameter.requires_grad = False
    size = transformer.config.hidden_size

    class WindowScorer(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer
            self.inner = torch.nn.Linear(3 * size, size)
            self.outer = torch.nn.Linear(size, 2)
            self.scale = torch.nn.Parameter(torch.tensor([10.0, 1.0]))
            self.shift = torch.nn.Parameter(torch.tensor([-6.0, 0.0]))
            torch.nn.init.zeros_(self.outer.weight)
            torch.nn.init.zeros_(self.outer.bias)

        def forward(self, input_ids: Any, token_type_ids: Any, shares: Any) -> Any:
            """shares, (windows, 1 + sentences, tokens): token shares of each piece -> (windows, sentences, 2)."""
            mask = (shares.sum(1) > 0).long()  # a token of no piece is padding
            states = self.transformer(
                input_ids=input_ids, attention_mask=mask, token_type_ids=token_type_ids
            ).last_hidden_state
            pieces = torch.matmul(shares, states)  # (windows, 1 + sentences, size)
            asked, read = pieces[:, :1], pieces[:, 1:]
            alike = torch.nn.functional.cosine_similarity(asked, read, dim=-1)
            both = torch.cat([asked * read, read, asked.expand_as(read)], dim=-1)
            learnt = self.outer(torch.nn.functional.gelu(self.inner(both)))
            return learnt + self.scale * alike[..., None] + self.shift

    return WindowScorer()


def export_scorer(model: Any, folder: Path, *, windows: int) -> None:
    """Write a trained scorer as int8 ONNX, with its manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    axes = ("texts", "tokens")
    inputs = {"input_ids": axes, "token_type_ids": axes, "shares": ("texts", "pieces", "tokens")}
    write_model(model, folder / "scorer.onnx", inputs, "readings")
    manifest = {
        "name": "scorer-minilm-6-int8",
        "source_sha256": WEIGHTS_SHA256,
        "windows": windows,
        "files": {"scorer.onnx": sha256(folder / "scorer.onnx")},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def _loss(model: Any, batch: Sequence[_Row]) -> Any:
    """Mean loss of the choices, each of one right sentence or of none, and of the second number.

    A choice costs minus the log probability that it falls right, among the wrong sentences and "none".
    """
    import torch

    ids, kinds, shares, answers, there, likes, known = (torch.from_numpy(array) for array in _padded(batch))
    logits, near = model(ids, kinds, shares).unbind(-1)
    none = torch.zeros(len(batch), 1)
    wrong = torch.logsumexp(torch.cat([none, logits.masked_fill(answers | ~there, -1e4)], dim=1), dim=1)
    each = torch.nn.functional.softplus(wrong[:, None] - logits).masked_fill(~answers, 0)
    right = each.sum(1) / answers.sum(1).clamp(min=1)
    choice = torch.where(answers.any(dim=1), right, wrong).mean()
    taught = torch.nn.functional.mse_loss(near[known], likes[known]) if known.any() else 0.0
    return choice + TAUGHT * taught


def _batches(rows: list[_Row], rng: random.Random) -> list[list[_Row]]:
    """Rows of like length together, to spare padding; the batches themselves in random order."""
    rng.shuffle(rows)
    batches = []
    for at in range(0, len(rows), BATCH * 50):
        group = sorted(rows[at : at + BATCH * 50], key=lambda row: len(row.window.ids))
        batches += [group[start : start + BATCH] for start in range(0, len(group), BATCH)]
    rng.shuffle(batches)
    return batches


def _padded(batch: Sequence[_Row]) -> tuple[Any, ...]:
    longest, most = max(len(row.window.ids) for row in batch), max(len(row.answers) for row in batch)
    ids, kinds = np.zeros((len(batch), longest), np.int64), np.zeros((len(batch), longest), np.int64)
    shares = np.zeros((len(batch), most + 1, longest), np.float32)
    answers, there, known = np.zeros((3, len(batch), most), bool)
    likes = np.zeros((len(batch), most), np.float32)
    for at, row in enumerate(batch):
        pieces = np.array(row.window.pieces)
        ids[at, : len(pieces)], kinds[at, : len(pieces)] = row.window.ids, pieces > 0
        shares[at, pieces, np.arange(len(pieces))] = 1
        answers[at, : len(row.answers)], there[at, : len(row.answers)] = row.answers, True
        likes[at, : len(row.likes)], known[at, : len(row.likes)] = row.likes, True
    shares /= np.maximum(1, shares.sum(axis=2, keepdims=True))
    return ids, kinds, shares, answers, there, likes, known
