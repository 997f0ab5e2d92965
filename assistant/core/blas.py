"""Chooses OpenBLAS's kernel for the processor.

The copies of OpenBLAS that numpy 1.23 and scipy 1.10 bring (before 0.3.25) do not know later Intel
processors and fall back to the kernel of the oldest, which takes five times as long. Of AMD's they
know enough; of others they are left alone.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping
from itertools import takewhile
from pathlib import Path

VARIABLE = "OPENBLAS_CORETYPE"
PROCESSORS = Path("/proc/cpuinfo")
VENDOR = "GenuineIntel"
# What each kernel needs, the fastest first.
KERNELS: Mapping[str, frozenset[str]] = {
    "SkylakeX": frozenset({"avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512cd"}),
    "Haswell": frozenset({"avx2", "fma"}),
}


def kernels(path: Path = PROCESSORS) -> list[str]:
    """The kernels that the processor has the instructions for, the fastest first; none where OpenBLAS knows better."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            # All processors of a machine are alike: the first is enough.
            lines = [line.partition(":") for line in takewhile(str.strip, file)]
    except OSError:
        return []
    processor = {name.strip(): value.strip() for name, _, value in lines}
    if processor.get("vendor_id") != VENDOR:
        return []
    flags = set(processor.get("flags", "").split())
    return [kernel for kernel, needed in KERNELS.items() if needed <= flags]


def choose_kernel(environment: MutableMapping[str, str] = os.environ) -> None:
    """Names the kernel in an environment that names none; in this process's own, before numpy is imported."""
    if not environment.get(VARIABLE):
        name_kernel(environment, next(iter(kernels()), None))


def name_kernel(environment: MutableMapping[str, str], kernel: str | None) -> None:
    """Names a kernel, or leaves the choice to OpenBLAS: an empty name has been seen to compute wrongly."""
    environment.pop(VARIABLE, None)
    if kernel:
        environment[VARIABLE] = kernel
