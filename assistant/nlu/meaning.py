"""The part of the head that compares meanings, as a graph: a message's vector with those of all examples, in 8 bits."""

from __future__ import annotations

from typing import Any

import numpy as np

from assistant.nlu.kinds import Floats

FINEST = 127
FUSED = "com.microsoft"


def written(centred: Floats, weights: Floats, mean: Floats, config: dict[str, Any]) -> bytes:
    """The graph from vectors (n, 384) to the share of the scores (n, classes) that meaning has.

    `centred` are the examples' vectors without the mean, of length 1; `weights` (examples, classes).
    """
    # Only training needs it, and it takes 20 MiB.
    from onnx import TensorProto, helper, numpy_helper

    share, steepness = 1 - config["spelling"], 2 * config["narrowness"]
    scales = np.maximum(np.abs(centred).max(axis=1), 1e-6) / FINEST
    constants = {
        "average": mean[np.newaxis],
        "examples": np.round(centred / scales[:, np.newaxis]).astype(np.int8).T,
        # exp(steepness · (cosine - 1)), times its share of the likeness.
        "scales": scales * np.float32(steepness),
        "shift": np.float32(np.log(share) - steepness),
        "halves": weights.astype(np.float16),
    }
    steps: tuple[tuple[str, list[str], str, dict[str, Any]], ...] = (
        ("Sub", ["vectors", "average"], "apart", {}),
        ("LpNormalization", ["apart"], "unit", {"axis": 1, "p": 2}),
        ("DynamicQuantizeMatMul", ["unit", "examples", "scales"], "steep", {"domain": FUSED}),
        ("Add", ["steep", "shift"], "shifted", {}),
        ("Exp", ["shifted"], "likeness", {}),
        ("Cast", ["halves"], "weights", {"to": TensorProto.FLOAT}),
        ("MatMul", ["likeness", "weights"], "scores", {}),
    )
    nodes = [helper.make_node(kind, inputs, [output], **settings) for kind, inputs, output, settings in steps]
    made = helper.make_graph(
        nodes,
        "meaning",
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", centred.shape[1]])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["texts", weights.shape[1]])],
        [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in constants.items()],
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)])
    model.ir_version = 8
    serialised: bytes = model.SerializeToString()
    return serialised
