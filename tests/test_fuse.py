"""The fused form of an export, on two random layers as thin as twelve heads of four can be."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.embed import check_files, load_session
from rag.errors import ModelError
from rag.train.fuse import fuse
from rag.train.onnx import fuse_model, make_encoder_module, quantise, sha256, write_graph
from rag.train.scorer import make_model

pytestmark = pytest.mark.models

AXES = ("texts", "tokens")
IDS = np.array([[101, 7, 8, 9, 102]])
ROUNDING = 0.003
"""What one more or less in 255 may change of a unit vector's number, on a processor that sums in another order."""
TWO_PIECES = np.array([[[0.5, 0.5, 0, 0, 0], [0, 0, 0.25, 0.25, 0.5]]], np.float32)


@pytest.fixture(autouse=True)
def thin(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch
    from transformers import AutoModel, BertConfig

    torch.manual_seed(0)
    config = BertConfig(hidden_size=48, num_hidden_layers=2, intermediate_size=96)
    model = AutoModel.from_config(config, attn_implementation="eager", add_pooling_layer=False).eval()
    for name, parameter in model.named_parameters():  # no two alike, as in a trained one
        torch.nn.init.normal_(parameter, mean=float(name.endswith("LayerNorm.weight")), std=0.2)
    for room in ("onnx", "scorer"):
        monkeypatch.setattr(f"rag.train.{room}.load_original", lambda: model)


def export(module: Any, path: Path, inputs: Mapping[str, tuple[str, ...]]) -> Path:
    plain = path.with_suffix(".plain")
    write_graph(module, plain, inputs, "said")
    quantise(plain, path)
    return path


@pytest.fixture
def encoder(tmp_path: Path) -> Path:
    return export(make_encoder_module(), tmp_path / "encoder.onnx", {"input_ids": AXES, "attention_mask": AXES})


@pytest.fixture
def scorer(tmp_path: Path) -> Path:
    inputs = {"input_ids": AXES, "token_type_ids": AXES, "shares": ("texts", "pieces", "tokens")}
    return export(make_model(), tmp_path / "scorer.onnx", inputs)


def said(path: Path, **given: NDArray[Any]) -> NDArray[np.float32]:
    answer: NDArray[np.float32] = load_session(path, threads=1).run(["said"], given)[0]
    return answer


def weights(path: Path) -> dict[str, NDArray[Any]]:
    import onnx

    return {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in onnx.load(path).graph.initializer}


def test_a_fused_encoder_says_what_its_export_says_and_needs_no_mask(encoder: Path) -> None:
    before = said(encoder, input_ids=IDS, attention_mask=np.ones_like(IDS))
    fuse(encoder)
    np.testing.assert_allclose(said(encoder, input_ids=IDS), before, atol=ROUNDING)


def test_a_fused_scorer_says_what_its_export_says(scorer: Path) -> None:
    given = {"input_ids": IDS, "token_type_ids": np.array([[0, 0, 1, 1, 1]]), "shares": TWO_PIECES}
    before = said(scorer, **given)
    fuse(scorer)
    assert before.shape == (1, 1, 2)
    np.testing.assert_allclose(said(scorer, **given), before, atol=10 * ROUNDING)


def test_the_place_and_the_kind_of_a_token_count(scorer: Path) -> None:
    fuse(scorer)
    given = {"input_ids": IDS, "token_type_ids": np.array([[0, 0, 1, 1, 1]]), "shares": TWO_PIECES}
    here = said(scorer, **given)
    assert not np.allclose(here, said(scorer, **{**given, "token_type_ids": np.zeros_like(IDS)}), atol=10 * ROUNDING)
    assert not np.allclose(here, said(scorer, **{**given, "input_ids": IDS[:, [0, 2, 1, 3, 4]]}), atol=10 * ROUNDING)


def test_texts_of_any_length_are_read(encoder: Path) -> None:
    fuse(encoder)
    for length in (1, 2, 256):
        vectors = said(encoder, input_ids=np.full((1, length), 7))
        assert vectors.shape == (1, 48)
        assert float(np.linalg.norm(vectors)) == pytest.approx(1)


def test_the_weights_stay_as_they_were(encoder: Path) -> None:
    def eights(path: Path) -> NDArray[Any]:
        return np.sort(np.concatenate([one.ravel() for one in weights(path).values() if one.dtype == np.int8]))

    before = eights(encoder)
    fuse(encoder)
    assert np.array_equal(eights(encoder), before)


def test_a_layer_has_nine_nodes_and_what_makes_int8_of_its_input(encoder: Path) -> None:
    import onnx

    fuse(encoder)
    kinds = Counter(node.op_type for node in onnx.load(encoder).graph.node)
    layers = {"DynamicQuantizeLinear": 2, "QAttention": 2, "DynamicQuantizeMatMul": 6, "Gelu": 2}
    around = {"Shape": 1, "Gather": 2, "Slice": 1, "DequantizeLinear": 3, "ReduceMean": 1, "LpNormalization": 1}
    assert kinds == {**layers, **around, "Add": 2 + 4, "LayerNormalization": 1 + 4}


def test_what_is_fused_already_is_refused(encoder: Path) -> None:
    fuse(encoder)
    with pytest.raises(ModelError, match=r"is not an int8 export: it has no /transformer/encoder/layer.0/"):
        fuse(encoder)


def test_a_model_that_is_fused_later_keeps_its_revision(encoder: Path) -> None:
    manifest = {"name": "thin", "revision": "first", "files": {"encoder.onnx": sha256(encoder)}}
    (encoder.parent / "manifest.json").write_text(json.dumps(manifest))
    assert fuse_model(encoder) == pytest.approx(1, abs=1e-3)
    after = check_files(encoder.parent)
    assert after == {**manifest, "files": {"encoder.onnx": sha256(encoder)}}
    assert after != manifest


def test_a_model_that_says_something_else_when_it_is_fused_stays(
    encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = {"files": {"encoder.onnx": sha256(encoder)}}
    (encoder.parent / "manifest.json").write_text(json.dumps(manifest))
    monkeypatch.setattr("rag.train.fuse.HEADS", 6)
    with pytest.raises(ModelError, match="says something else when it is fused"):
        fuse_model(encoder)
    assert check_files(encoder.parent) == manifest
