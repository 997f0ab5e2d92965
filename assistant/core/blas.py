"""Chooses the OpenBLAS kernel that suits the processor.

The OpenBLAS that numpy 1.23 and scipy 1.10 ship with (older than 0.3.25) does not recognise recent
Intel processors and falls back to its oldest kernel, which takes five times as long. It recognises
AMD processors well enough, and those of other vendors are left to it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping
from itertools import takewhile
from pathlib import Path

VARIABLE = "OPENBLAS_CORETYPE"
PROCESSORS = Path("/proc/cpuinfo")
VENDOR = "GenuineIntel"
# The instructions each kernel needs; fastest first.
KERNELS: Mapping[str, frozenset[str]] = {
    "SkylakeX": frozenset({"avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512cd"}),
    "Haswell": frozenset({"avx2", "fma"}),
}


def kernels(path: Path = PROCESSORS) -> list[str]:
    """The kernels this processor can run, fastest first; empty if the choice is left to OpenBLAS."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            # All cores of a machine are alike, so the first will do.
            lines = [line.partition(":") for line in takewhile(str.strip, file)]
    except OSError:
        return []
    processor = {name.strip(): value.strip() for name, _, value in lines}
    if processor.get("vendor_id") != VENDOR:
        return []
    flags = set(processor.get("flags", "").split())
    return [kernel for kernel, needed in KERNELS.items() if needed <= flags]


def choose_kernel(environment: MutableMapping[str, str] = os.environ) -> None:
    """Sets the kernel unless the environment names one; for this process, call it before numpy is imported."""
    if not environment.get(VARIABLE):
        name_kernel(environment, next(iter(kernels()), None))


def name_kernel(environment: MutableMapping[str, str], kernel: str | None) -> None:
    """Sets the kernel or, for None, unsets it: OpenBLAS has been seen to compute wrongly with an empty name."""
    environment.pop(VARIABLE, None)
    if kernel:
        environment[VARIABLE] = kernel
