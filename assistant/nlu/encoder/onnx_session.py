"""Runs ONNX graphs, each on one core and without holding on to memory that it no longer needs."""

from __future__ import annotations

from pathlib import Path

import onnxruntime


def session(graph: bytes | Path) -> onnxruntime.InferenceSession:
    """Loads a graph, from bytes or a file, to run on one core; the other is for the front and the action server."""
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    # An arena would hold on to the memory of the largest batch for ever.
    settings.enable_cpu_mem_arena = False
    return onnxruntime.InferenceSession(
        graph if isinstance(graph, bytes) else str(graph), settings, ["CPUExecutionProvider"]
    )
