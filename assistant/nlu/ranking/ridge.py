"""Ridge regression on a kernel, solved block by block.

LAPACK's own routines on the whole matrix crash the process from some 26,000 rows up (the OpenBLAS that
scipy 1.10 brings overruns a buffer in its parallel factorisation); products of blocks do not.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from assistant.nlu.ranking.kind_model import Floats

# Rows worked on at a time: enough to keep the processor busy, few beside the whole. Not a power of two, since rows that
# far apart would compete for the same places in the processor's cache.
BLOCK = 2000

# The lower half of a symmetric matrix by blocks of rows: each from the first column to its own last one.
Panels = list[Floats]


def solved(panels: Panels, targets: Floats, last: int | None = None) -> tuple[Floats, Floats]:
    """Weights and the diagonal of the inverse of a positive definite matrix, whose panels are overwritten.

    The diagonal yields, without training again, what a ridge regression would have predicted for each
    of its examples had that example been left out (Hastie, Tibshirani, Friedman, 7.10). `last` limits
    it to its last entries: those of a third of the rows cost a twenty-seventh.
    """
    inverses = _factorised(panels)
    weights = _backward(panels, inverses, _forward(panels, inverses, targets))
    return weights, _diagonal_of_inverse(panels, inverses, len(targets) if last is None else last)


def blocks(count: int) -> Iterator[slice]:
    """The rows of each panel of a matrix with `count` rows."""
    return (slice(low, min(low + BLOCK, count)) for low in range(0, count, BLOCK))


def _own(panels: Panels) -> Iterator[slice]:
    """The columns of each panel that lie on the diagonal."""
    return (slice(panel.shape[1] - len(panel), panel.shape[1]) for panel in panels)


def _factorised(panels: Panels) -> list[Floats]:
    """Replaces the matrix with its lower Cholesky factor; returns the inverses of its diagonal blocks.

    Each block of columns is finished before the next is begun, so that every number is written once.
    """
    # Only training needs this, and importing it takes half a second.
    from scipy.linalg import solve_triangular

    inverses = []
    for number, here in enumerate(_own(panels)):
        done = panels[number][:, : here.start]
        for panel in panels[number:]:
            panel[:, here] -= panel[:, : here.start] @ done.T
        factor = np.linalg.cholesky(panels[number][:, here])
        inverse: Floats = solve_triangular(factor, np.eye(len(factor), dtype=np.float32), lower=True)
        panels[number][:, here] = factor
        inverses.append(inverse)
        for panel in panels[number + 1 :]:
            panel[:, here] = panel[:, here] @ inverse.T
    return inverses


def _forward(panels: Panels, inverses: list[Floats], targets: Floats) -> Floats:
    found = np.empty_like(targets)
    for panel, here, inverse in zip(panels, _own(panels), inverses):
        found[here] = inverse @ (targets[here] - panel[:, : here.start] @ found[: here.start])
    return found


def _backward(panels: Panels, inverses: list[Floats], targets: Floats) -> Floats:
    found, left = np.empty_like(targets), targets.copy()
    for panel, here, inverse in reversed(list(zip(panels, _own(panels), inverses))):
        found[here] = inverse.T @ left[here]
        left[: here.start] -= panel[:, : here.start].T @ found[here]
    return found


def _diagonal_of_inverse(panels: Panels, inverses: list[Floats], last: int) -> Floats:
    """The sums of squares of the last columns of the factor's inverse, one block of columns at a time."""
    own, count = list(_own(panels)), panels[-1].shape[1]
    diagonal = np.empty(count, dtype=np.float32)
    for number, columns in enumerate(own):
        if columns.stop <= count - last:
            continue
        found = np.zeros((count - columns.start, len(inverses[number])), dtype=np.float32)
        found[: len(inverses[number])] = inverses[number]
        for panel, here, inverse in zip(panels[number + 1 :], own[number + 1 :], inverses[number + 1 :]):
            rows = slice(here.start - columns.start, here.stop - columns.start)
            found[rows] = -inverse @ (panel[:, columns.start : here.start] @ found[: rows.start])
        diagonal[columns] = np.square(found).sum(axis=0)
    return diagonal[count - last :]
