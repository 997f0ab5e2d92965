"""The part of the head that compares meanings, as a graph: a message's vector with those of all examples, in 8 bits."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.nlu.ranking.kind_model import Floats

FINEST = 127
ZERO = 128
# Numbers of an example that share a scale: 384 are three times as many.
SHARING = 128
FUSED = "com.microsoft"
# Products of 8-bit numbers, a message's own scales beside the examples'.
BY_EIGHT_BITS = 4


def written(centred: Floats, mean: Floats, config: dict[str, Any]) -> bytes:
    """The graph from vectors (n, 384) to the share of their likeness to each example (n, examples) that meaning has.

    `centred` are the examples' vectors without the mean, of length 1. Each vector has scales of
    its own, so that a text is judged the same whatever company it comes in.
    """
    # Only training needs it, and it takes 20 MiB.
    from onnx import TensorProto, helper, numpy_helper

    share, steepness = np.float32(1 - config["spelling"]), np.float32(2 * config["narrowness"])
    numbers, scales = _in_eight_bits(centred)
    constants = {
        "average": mean[np.newaxis],
        "examples": numbers,
        # exp(steepness · (cosine - 1)), times its share of the likeness.
        "scales": scales * steepness,
        "shift": -steepness,
        "share": share,
    }
    product = {"K": centred.shape[1], "N": len(centred), "bits": 8, "block_size": SHARING}
    steps: tuple[tuple[str, list[str], str, dict[str, Any]], ...] = (
        ("Sub", ["vectors", "average"], "apart", {}),
        ("LpNormalization", ["apart"], "unit", {"axis": 1, "p": 2}),
        (
            "MatMulNBits",
            ["unit", "examples", "scales"],
            "steep",
            {"domain": FUSED, "accuracy_level": BY_EIGHT_BITS, **product},
        ),
        ("Add", ["steep", "shift"], "shifted", {}),
        ("Exp", ["shifted"], "whole", {}),
        ("Mul", ["whole", "share"], "likeness", {}),
    )
    nodes = [helper.make_node(kind, inputs, [output], **settings) for kind, inputs, output, settings in steps]
    made = helper.make_graph(
        nodes,
        "meaning",
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", centred.shape[1]])],
        [helper.make_tensor_value_info("likeness", TensorProto.FLOAT, ["texts", len(centred)])],
        [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in constants.items()],
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)])
    model.ir_version = 8
    serialised: bytes = model.SerializeToString()
    return serialised


def _in_eight_bits(rows: Floats) -> tuple[npt.NDArray[np.uint8], Floats]:
    """Rows as 8-bit numbers, shape (rows, blocks, SHARING), and what to multiply each block with, flat."""
    blocks = rows.reshape(len(rows), -1, SHARING)
    scales = np.maximum(np.abs(blocks).max(axis=2), 1e-6) / FINEST
    numbers = (np.round(blocks / scales[:, :, np.newaxis]) + ZERO).astype(np.uint8)
    flat: Floats = scales.astype(np.float32).ravel()
    return numbers, flat
