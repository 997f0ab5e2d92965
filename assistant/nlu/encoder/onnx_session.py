"""Runs graphs of ONNX Runtime, each on one processor and without keeping memory it no longer needs."""

from __future__ import annotations

from pathlib import Path

import onnxruntime


def session(graph: bytes | Path) -> onnxruntime.InferenceSession:
    """Loads a graph, or a file of one, to be run on one processor; the other belongs to the front and the action."""
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    # An arena keeps the memory of the longest batch for ever.
    settings.enable_cpu_mem_arena = False
    return onnxruntime.InferenceSession(
        graph if isinstance(graph, bytes) else str(graph), settings, ["CPUExecutionProvider"]
    )
