"""Tests OpenBLAS's kernel before training, in a separate process: `python -m assistant.training.blas_check`."""

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

# About the size of the blocks that training works on, and how far a single-precision product may be off.
SIZE, TOLERANCE = 2048, 1e-4
TIMEOUT_SECONDS = 120.0


@dataclass(frozen=True)
class Trial:
    """A kernel's name as it reports it, its greatest relative error, and its speed."""

    kernel: str
    error: float
    gflops_per_core: float


def checked(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with a kernel that computes correctly; announces which one and how fast it is.

    A kernel named in the environment that is not one of ours is tried and reported, but kept even if it fails.
    """
    chosen, own = dict(environment), kernels()
    named = environment.get(VARIABLE)
    foreign = bool(named) and named not in own
    candidates = [named] if foreign else [*own[own.index(named) if named else 0 :], None]
    for kernel in candidates:
        name_kernel(chosen, kernel)
        trial = _trial_in_subprocess(chosen)
        if trial and trial.error <= TOLERANCE:
            why = "named by the environment" if foreign else "chosen for this processor" if kernel else "its own choice"
            announce(f"OpenBLAS kernel {trial.kernel} ({why}): {trial.gflops_per_core:.0f} GFLOP/s per core")
            break
        problem = "gives wrong results" if trial else "crashes"
        announce(f"OpenBLAS kernel {kernel or 'of its own choice'} {problem} here.")
    return chosen


def _trial_in_subprocess(environment: Mapping[str, str]) -> Trial | None:
    """The trial of a kernel in a process that it may crash; None if it crashed or took too long."""
    command = [sys.executable, "-m", "assistant.training.blas_check"]
    try:
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=TIMEOUT_SECONDS)
        return Trial(**json.loads(ended.stdout)) if ended.returncode == 0 else None
    except (subprocess.TimeoutExpired, ValueError, TypeError):
        return None


def trial() -> Trial:
    """Multiplies and factorises as training does, and compares with double precision."""
    import numpy as np
    from threadpoolctl import threadpool_info, threadpool_limits

    one, other = np.random.default_rng(0).standard_normal((2, SIZE, SIZE)).astype(np.float32)
    with threadpool_limits(1):
        started = time.thread_time()
        product = one @ other
        seconds = time.thread_time() - started
    square = one @ one.T + SIZE * np.eye(SIZE, dtype=np.float32)
    factor = np.linalg.cholesky(square)
    errors = (_error(product, one, other), _error(factor @ factor.T, square, np.eye(SIZE)))
    libraries = [library for library in threadpool_info() if library.get("internal_api") == "openblas"]
    kernel = libraries[0]["architecture"] if libraries else "none"
    return Trial(kernel, max(errors), 2 * SIZE**3 / seconds / 1e9)


def _error(found: npt.NDArray[Any], one: npt.NDArray[Any], other: npt.NDArray[Any]) -> float:
    """A product's greatest error, relative to the greatest number in the exact product."""
    import numpy as np

    exact = one.astype(np.float64) @ other.astype(np.float64)
    # NaN counts as infinitely wrong.
    return float(np.nan_to_num(np.abs(found - exact).max() / np.abs(exact).max(), nan=np.inf))


if __name__ == "__main__":
    print(json.dumps(asdict(trial())))
