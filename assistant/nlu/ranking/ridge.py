"""Ridge regression on a kernel, solved block by block.

LAPACK's own routines on the whole matrix end the process at some 26,000 rows (the OpenBLAS that
scipy 1.10 brings writes beyond a buffer in its parallel factorisation); products of blocks do not.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from assistant.nlu.ranking.kind_model import Floats

# Rows worked on at a time: enough to keep the processor busy, small beside the whole.
BLOCK = 2048


def solved(gram: Floats, targets: Floats, last: int | None = None) -> tuple[Floats, Floats]:
    """Weights and the diagonal of the inverse of `gram` (n, n), positive definite, which is overwritten.

    Only the lower half is read. With the diagonal a ridge regression tells, without training again,
    what it would have said of each of its examples had that example been left out (Hastie,
    Tibshirani, Friedman, 7.10). `last` asks for its last entries only: those of a third of the rows
    cost a twenty-seventh.
    """
    inverses = _factorised(gram)
    weights = _backward(gram, inverses, _forward(gram, inverses, targets))
    return weights, _diagonal_of_inverse(gram, inverses, len(gram) if last is None else last)


def _blocks(count: int) -> Iterator[slice]:
    return (slice(low, min(low + BLOCK, count)) for low in range(0, count, BLOCK))


def _factorised(gram: Floats) -> list[Floats]:
    """Puts the lower Cholesky factor in place of the lower half; the inverses of its diagonal blocks."""
    # Only training needs it, and importing it takes half a second.
    from scipy.linalg import solve_triangular

    count, inverses = len(gram), []
    for here in _blocks(count):
        factor = np.linalg.cholesky(gram[here, here])
        inverse: Floats = solve_triangular(factor, np.eye(len(factor), dtype=np.float32), lower=True)
        gram[here, here] = factor
        inverses.append(inverse)
        gram[here.stop :, here] = gram[here.stop :, here] @ inverse.T
        for low in range(here.stop, count, BLOCK):
            there = slice(low, min(low + BLOCK, count))
            gram[low:, there] -= gram[low:, here] @ gram[there, here].T
    return inverses


def _forward(factor: Floats, inverses: list[Floats], targets: Floats) -> Floats:
    found = np.empty_like(targets)
    for here, inverse in zip(_blocks(len(factor)), inverses):
        found[here] = inverse @ (targets[here] - factor[here, : here.start] @ found[: here.start])
    return found


def _backward(factor: Floats, inverses: list[Floats], targets: Floats) -> Floats:
    found = np.empty_like(targets)
    for here, inverse in reversed(list(zip(_blocks(len(factor)), inverses))):
        found[here] = inverse.T @ (targets[here] - factor[here.stop :, here].T @ found[here.stop :])
    return found


def _diagonal_of_inverse(factor: Floats, inverses: list[Floats], last: int) -> Floats:
    """The sums of squares of the last columns of the factor's inverse, one block of columns at a time."""
    blocks = list(_blocks(len(factor)))
    diagonal = np.empty(len(factor), dtype=np.float32)
    for number, columns in enumerate(blocks):
        if columns.stop <= len(factor) - last:
            continue
        found = np.zeros((len(factor) - columns.start, len(inverses[number])), dtype=np.float32)
        found[: len(inverses[number])] = inverses[number]
        for here, inverse in zip(blocks[number + 1 :], inverses[number + 1 :]):
            rows = slice(here.start - columns.start, here.stop - columns.start)
            found[rows] = -inverse @ (factor[here, columns.start : here.start] @ found[: rows.start])
        diagonal[columns] = np.square(found).sum(axis=0)
    return diagonal[len(factor) - last :]
