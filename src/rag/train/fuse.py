"""An int8 export of a transformer -> the same weights in few, fused nodes; knows the names in an export, not training.

onnxruntime has nodes of its own for most of what a layer does. It finds only some of the places for them in an export,
and looks for them at every start. Here the layers are written with them. The graph reads texts of one length, without
padding, so that nothing is masked. Needs onnx.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto

HEADS = 12
"""Of the attention in each layer of all-MiniLM-L6-v2."""

Array: TypeAlias = NDArray[Any]
"""A weight, of any shape and kind."""

_OPSET, _IR_VERSION = 17, 8
_RUNTIME = "com.microsoft"
_ONLY_THERE = frozenset({"DynamicQuantizeMatMul", "Gelu", "QAttention"})
"""Nodes that onnxruntime alone has."""
_EMBEDDINGS, _LAYER = "transformer.embeddings", "transformer.encoder.layer"
_PARTS = ("quantized", "scale", "zero_point")
"""Of a weight that is kept as int8."""


def fuse(path: Path) -> None:
    """Write an int8 export anew with fused nodes; its weights stay as they are, to the bit.

    Args:
        path: An ONNX file from `write_graph` and `quantise`; the module called its transformer `transformer`.

    Raises:
        ModelError: It is no such file, or it is fused already.
    """
    import onnx

    export = _Export(path)
    fused = _Fused(export)
    states = _embeddings(fused)
    for number in range(export.layers()):
        states = _layer(fused, f"{_LAYER}.{number}", states)
    _head(fused, states)
    inputs = [value for value in export.graph.input if value.name != "attention_mask"]
    graph = onnx.helper.make_graph(
        fused.nodes, "fused", inputs, list(export.graph.output), list(fused.tensors.values())
    )  # fmt: skip
    opsets = [onnx.helper.make_opsetid(domain, version) for domain, version in (("", _OPSET), (_RUNTIME, 1))]
    onnx.save(onnx.helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION), path)


class _Export:
    """What an export holds, by the names of the modules that it was traced from."""

    def __init__(self, path: Path) -> None:
        import onnx

        self.graph = onnx.load(path).graph
        self.tensors = {tensor.name: tensor for tensor in self.graph.initializer}
        self._path = path
        self._makers: dict[str, NodeProto] = {name: node for node in self.graph.node for name in node.output}

    def weight(self, name: str) -> Array:
        """Return what is stored under a name."""
        import onnx

        if name not in self.tensors:
            raise self._lacks(name)
        return onnx.numpy_helper.to_array(self.tensors[name])

    def product(self, module: str) -> tuple[Array, ...]:
        """Return the weights of a linear module, (inputs, outputs), their scales and zero points, (outputs,)."""
        name = self._maker(module, "MatMul_output_0_output_quantized").input[1].removesuffix("_quantized")
        return tuple(self.weight(f"{name}_{part}") for part in _PARTS)

    def norm(self, module: str) -> tuple[str, float]:
        """Return the name of what a layer norm makes, and what it adds to the variance."""
        node = self._maker(module, "LayerNormalization_output_0")
        return node.output[0], next(one.f for one in node.attribute if one.name == "epsilon")

    def layers(self) -> int:
        """Return how many layers there are."""
        kept = {name.split(".")[3] for name in self.tensors if name.startswith(f"{_LAYER}.")}
        if not kept:
            raise self._lacks(_LAYER)
        return len(kept)

    def behind(self, states: str) -> Iterator[NodeProto]:
        """The nodes between the last states and the output, in their order."""
        needed: set[str] = set()
        asked = [value.name for value in self.graph.output]
        while asked:
            name = asked.pop()
            if name != states and name in self._makers and name not in needed:
                needed.update(self._makers[name].output)
                asked += self._makers[name].input
        return (node for node in self.graph.node if node.output[0] in needed)

    def _maker(self, module: str, made: str) -> NodeProto:
        name = "/" + module.replace("layer.", "layer\0").replace(".", "/").replace("\0", ".") + "/" + made
        if name not in self._makers:
            raise self._lacks(name)
        return self._makers[name]

    def _lacks(self, name: str) -> ModelError:
        return ModelError(self._path, f"is not an int8 export: it has no {name}", "Make it anew: rag train --help")


class _Fused:
    """A graph that is being written: its nodes in order, and the weights that they read."""

    def __init__(self, export: _Export) -> None:
        self.export = export
        self.nodes: list[NodeProto] = []
        self.tensors: dict[str, TensorProto] = {}

    def node(self, kind: str, inputs: Sequence[str], outputs: str | Sequence[str], **attributes: Any) -> None:
        """Add a node."""
        import onnx

        made = [outputs] if isinstance(outputs, str) else outputs
        domain = _RUNTIME if kind in _ONLY_THERE else ""
        self.nodes.append(onnx.helper.make_node(kind, inputs, made, domain=domain, **attributes))

    def add(self, name: str, value: Array) -> str:
        """Add a weight, and return its name."""
        import onnx

        self.tensors[name] = onnx.numpy_helper.from_array(value, name)
        return name

    def keep(self, *names: str) -> list[str]:
        """Add weights of the export, and return their names."""
        return [self.add(name, self.export.weight(name)) for name in names]


def _embeddings(fused: _Fused) -> str:
    """Add the look-up of tokens, their kinds and their places; return the name of the states, (texts, tokens, size)."""
    inputs = [value.name for value in fused.export.graph.input]
    tables = {
        kind: fused.keep(*(f"{_EMBEDDINGS}.{kind}_embeddings.weight_{part}" for part in _PARTS))
        for kind in ("word", "token_type", "position")
    }
    first = fused.add("first", np.array([0], np.int64))
    fused.node("Shape", ["input_ids"], "length", start=1, end=2)
    fused.node("Gather", [tables["word"][0], "input_ids"], "words")
    # without an input for it, all tokens are of the first kind
    fused.node("Gather", [tables["token_type"][0], "token_type_ids" if "token_type_ids" in inputs else first], "kinds")
    fused.node("Slice", [tables["position"][0], first, "length", first], "places")
    for table, found in zip(tables.values(), ("words", "kinds", "places"), strict=True):
        fused.node("DequantizeLinear", [found, *table[1:]], f"{found}_read")
    fused.node("Add", ["words_read", "kinds_read"], "words_and_kinds")
    fused.node("Add", ["words_and_kinds", "places_read"], "embedded")
    return _norm(fused, f"{_EMBEDDINGS}.LayerNorm", "embedded")


def _layer(fused: _Fused, layer: str, states: str) -> str:
    """Add a layer of the transformer, and return the name of its states."""
    attended = _attention(fused, f"{layer}.attention.self", states)
    mixed = _linear(fused, f"{layer}.attention.output.dense", attended)
    fused.node("Add", [mixed, states], f"{layer}.attended")
    middle = _norm(fused, f"{layer}.attention.output.LayerNorm", f"{layer}.attended")
    wide = _linear(fused, f"{layer}.intermediate.dense", middle)
    fused.node("Gelu", [wide], f"{layer}.bent")
    narrow = _linear(fused, f"{layer}.output.dense", f"{layer}.bent")
    # apart: onnxruntime's SkipLayerNormalization takes eight times as long as the norm, and rounds worse
    fused.node("Add", [narrow, middle], f"{layer}.narrowed")
    return _norm(fused, f"{layer}.output.LayerNorm", f"{layer}.narrowed")


def _attention(fused: _Fused, module: str, states: str) -> str:
    """Add the attention of a layer, its three products as one."""
    threes = [f"{module}.{name}" for name in ("query", "key", "value")]
    parts = zip(*map(fused.export.product, threes), strict=True)
    weights, scales, zeros = (
        fused.add(f"{module}.{part}", np.concatenate(arrays, axis=-1))
        for part, arrays in zip(_PARTS, parts, strict=True)
    )
    bias = fused.add(f"{module}.bias", np.concatenate([fused.export.weight(f"{one}.bias") for one in threes]))
    read, scale, zero = (f"{module}.states_{part}" for part in _PARTS)
    fused.node("DynamicQuantizeLinear", [states], [read, scale, zero])
    fused.node("QAttention", [read, weights, bias, scale, scales, "", zero, zeros], module, num_heads=HEADS)
    return module


def _linear(fused: _Fused, module: str, states: str) -> str:
    """Add a linear module, which makes its input int8 itself."""
    parts = zip(_PARTS, fused.export.product(module), strict=True)
    weights = [fused.add(f"{module}.{part}", array) for part, array in parts]
    fused.node("DynamicQuantizeMatMul", [states, *weights, *fused.keep(f"{module}.bias")], module)
    return module


def _norm(fused: _Fused, module: str, states: str) -> str:
    made, epsilon = fused.export.norm(module)
    fused.node("LayerNormalization", [states, *_scaling(fused, module)], made, axis=-1, epsilon=epsilon)
    return made


def _scaling(fused: _Fused, module: str) -> list[str]:
    return fused.keep(f"{module}.weight", f"{module}.bias")


def _head(fused: _Fused, states: str) -> None:
    """Add what stands behind the last layer: of an encoder the mean of the states, of any other what the export has."""
    export = fused.export
    if any(value.name == "attention_mask" for value in export.graph.input):
        fused.node("ReduceMean", [states], "mean", axes=[1], keepdims=0)
        fused.node("LpNormalization", ["mean"], export.graph.output[0].name, axis=-1, p=2)
        return
    for node in export.behind(states):
        fused.nodes.append(node)
        fused.keep(*(name for name in node.input if name in export.tensors))
