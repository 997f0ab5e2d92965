"""Meaning's share of the head as a graph: a text's vector compared with those of all examples, in 8 bits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.nlu.ranking.kind_model import Floats

FINEST = 127
ZERO = 128
# How many numbers of an example's vector, and of a class's weights, share a scale. Neighbouring weights are of similar
# size only if examples are sorted by class, and only in short blocks.
SHARING, SHARING_WEIGHTS = 128, 32
FUSED = "com.microsoft"
# Multiplies 8-bit numbers: what comes from the message is quantised too, with scales of its own.
BY_EIGHT_BITS = 4

# An operator, its inputs, its output, its settings.
Step = tuple[str, list[str], str, dict[str, Any]]


def written(centred: Floats, mean: Floats, weights: Floats, config: Mapping[str, Any]) -> bytes:
    """The graph from vectors (n, 384) to what their meaning contributes to each class (n, classes).

    `centred` holds the examples' vectors less the mean, of length 1 and preferably sorted by class;
    `weights` (examples, classes) holds what each contributes to each class. Each text has scales of its
    own, so its scores do not depend on the other texts in the batch.
    """
    share, steepness = np.float32(1 - config["spelling"]), np.float32(2 * config["narrowness"])
    vectors, vector_scales = _in_eight_bits(centred, SHARING)
    classes, class_scales = _in_eight_bits(weights.T, SHARING_WEIGHTS)
    constants: dict[str, npt.NDArray[Any] | np.float32] = {
        "average": mean[np.newaxis],
        "examples": vectors,
        # exp(steepness · (cosine - 1)); its share of the likeness is in the weights.
        "scales": vector_scales * steepness,
        "shift": -steepness,
        "classes": classes,
        "class_scales": class_scales * share,
    }
    steps: tuple[Step, ...] = (
        ("Sub", ["vectors", "average"], "apart", {}),
        ("LpNormalization", ["apart"], "unit", {"axis": 1, "p": 2}),
        ("MatMulNBits", ["unit", "examples", "scales"], "steep", _product(centred, SHARING)),
        ("Add", ["steep", "shift"], "shifted", {}),
        ("Exp", ["shifted"], "likeness", {}),
        ("MatMulNBits", ["likeness", "classes", "class_scales"], "scores", _product(weights.T, SHARING_WEIGHTS)),
    )
    return _serialised(steps, constants, len(mean), weights.shape[1])


def _serialised(
    steps: Sequence[Step],
    constants: Mapping[str, npt.NDArray[Any] | np.float32],
    width: int,
    classes: int,
) -> bytes:
    # Only training needs this, and it takes 20 MiB.
    from onnx import TensorProto, helper, numpy_helper

    made = helper.make_graph(
        [helper.make_node(kind, inputs, [output], **settings) for kind, inputs, output, settings in steps],
        "meaning",
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", width])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["texts", classes])],
        [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in constants.items()],
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)])
    model.ir_version = 8
    serialised: bytes = model.SerializeToString()
    return serialised


def _product(rows: Floats, sharing: int) -> dict[str, Any]:
    """The settings of a product with rows in 8 bits."""
    size = {"K": rows.shape[1], "N": len(rows), "bits": 8, "block_size": sharing}
    return {"domain": FUSED, "accuracy_level": BY_EIGHT_BITS, **size}


def _in_eight_bits(rows: Floats, sharing: int) -> tuple[npt.NDArray[np.uint8], Floats]:
    """Rows as 8-bit numbers, shape (rows, blocks, sharing), and what to multiply each block by, flattened."""
    padded = np.pad(rows, ((0, 0), (0, -rows.shape[1] % sharing)))
    blocks = padded.reshape(len(rows), -1, sharing)
    scales = np.maximum(np.abs(blocks).max(axis=2), 1e-6) / FINEST
    numbers = (np.round(blocks / scales[:, :, np.newaxis]) + ZERO).astype(np.uint8)
    flat: Floats = scales.astype(np.float32).ravel()
    return numbers, flat
