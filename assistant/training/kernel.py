"""Tries OpenBLAS's kernel before a training: `python -m assistant.training.kernel` in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from assistant.core.blas import VARIABLE, kernels, name_kernel
from assistant.core.progress import announce

if TYPE_CHECKING:
    import numpy.typing as npt

# As large as the blocks that a training works on; how far a product of single precision may be off.
SIZE, TOLERANCE = 2048, 1e-4
LONGEST_SECONDS = 120.0


@dataclass(frozen=True)
class Trial:
    """What a kernel did with one product: its name by its own account, the greatest relative error, and its speed."""

    kernel: str
    error: float
    gflops_a_core: float


def checked(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with a kernel that computes rightly; says which, and how fast it is.

    A name that stands in it and that was not chosen here is tried, reported, and kept.
    """
    chosen, own = dict(environment), kernels()
    named = environment.get(VARIABLE)
    foreign = bool(named) and named not in own
    candidates = [named] if foreign else [*own[own.index(named) if named else 0 :], None]
    for kernel in candidates:
        name_kernel(chosen, kernel)
        trial = _tried(chosen)
        if trial and trial.error <= TOLERANCE:
            why = "named by the environment" if foreign else "chosen for this processor" if kernel else "its own choice"
            announce(f"OpenBLAS kernel {trial.kernel} ({why}): {trial.gflops_a_core:.0f} GFLOP/s a core")
            break
        announce(f"OpenBLAS {kernel or 'by its own choice'} {'computes wrongly' if trial else 'fails'} here.")
    return chosen


def _tried(environment: Mapping[str, str]) -> Trial | None:
    """The trial of a kernel in a process that it may bring down; None where it did."""
    command = [sys.executable, "-m", "assistant.training.kernel"]
    try:
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=LONGEST_SECONDS)
        return Trial(**json.loads(ended.stdout)) if ended.returncode == 0 else None
    except (subprocess.TimeoutExpired, ValueError, TypeError):
        return None


def trial() -> Trial:
    """Multiplies and factorises as a training does, and compares with double precision."""
    import numpy as np
    from threadpoolctl import threadpool_info, threadpool_limits

    one, other = np.random.default_rng(0).standard_normal((2, SIZE, SIZE)).astype(np.float32)
    with threadpool_limits(1):
        begun = time.thread_time()
        product = one @ other
        seconds = time.thread_time() - begun
    square = one @ one.T + SIZE * np.eye(SIZE, dtype=np.float32)
    factor = np.linalg.cholesky(square)
    errors = (_error(product, one, other), _error(factor @ factor.T, square, np.eye(SIZE)))
    libraries = [library for library in threadpool_info() if library.get("internal_api") == "openblas"]
    kernel = libraries[0]["architecture"] if libraries else "none"
    return Trial(kernel, max(errors), 2 * SIZE**3 / seconds / 1e9)


def _error(found: npt.NDArray[Any], one: npt.NDArray[Any], other: npt.NDArray[Any]) -> float:
    """How far a product is off, by the greatest number of the exact one."""
    import numpy as np

    exact = one.astype(np.float64) @ other.astype(np.float64)
    # A number that is none is greater than any.
    return float(np.nan_to_num(np.abs(found - exact).max() / np.abs(exact).max(), nan=np.inf))


if __name__ == "__main__":
    print(json.dumps(asdict(trial())))
