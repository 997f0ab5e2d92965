"""The regression is solved block by block, as exactly as by numpy in one step."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.nlu.ranking import ridge

COUNT = 11
BLOCKS = pytest.mark.parametrize("block", [1, 2, 4, COUNT - 1, COUNT, 100])


def matrix(count=COUNT):
    """A symmetric positive definite matrix."""
    random = np.random.default_rng(7).normal(size=(count, count))
    return (random @ random.T + count * np.eye(count)).astype(np.float32)


def panels(gram):
    """The lower half of a matrix, as the regression expects it."""
    return [gram[rows, : rows.stop].copy() for rows in ridge.blocks(len(gram))]


def targets(count=COUNT):
    """Target values for three classes."""
    return np.random.default_rng(8).normal(size=(count, 3)).astype(np.float32)


@pytest.fixture
def solved(monkeypatch):
    """Solves in blocks of this many rows; leaves the given matrix unchanged."""

    def solve(gram, wanted, block):
        monkeypatch.setattr(ridge, "BLOCK", block)
        return ridge.solved(panels(gram), wanted)

    return solve


@BLOCKS
def test_diagonal_of_the_inverse_is_that_of_numpy(solved, block):
    _, diagonal = solved(matrix(), targets(), block)
    assert diagonal == pytest.approx(np.diag(np.linalg.inv(matrix().astype(np.float64))), rel=1e-4)


@BLOCKS
@pytest.mark.parametrize("last", [1, 4, COUNT])
def test_the_last_of_the_diagonal_can_be_had_alone(monkeypatch, block, last):
    monkeypatch.setattr(ridge, "BLOCK", block)
    _, diagonal = ridge.solved(panels(matrix()), targets(), last)
    assert diagonal == pytest.approx(np.diag(np.linalg.inv(matrix().astype(np.float64)))[-last:], rel=1e-4)


@BLOCKS
def test_weights_are_those_of_numpy(solved, block):
    weights, _ = solved(matrix(), targets(), block)
    assert weights == pytest.approx(np.linalg.solve(matrix().astype(np.float64), targets()), abs=1e-5)


def test_what_is_said_of_a_row_left_out_is_what_is_said_without_it(solved):
    ridges, gram, wanted = 0.2 * np.eye(COUNT), matrix() / (2 * COUNT), targets()
    weights, diagonal = solved((gram + ridges).astype(np.float32), wanted, 4)
    left_out = wanted - weights / diagonal[:, np.newaxis]
    for row in range(COUNT):
        others = [i for i in range(COUNT) if i != row]
        without = np.linalg.solve((gram + ridges)[np.ix_(others, others)], wanted[others])
        assert left_out[row] == pytest.approx(gram[row, others] @ without, abs=1e-3)


@BLOCKS
def test_no_more_than_the_lower_half_and_the_diagonal_blocks_are_kept(monkeypatch, block):
    monkeypatch.setattr(ridge, "BLOCK", block)
    assert [panel.shape[1] for panel in panels(matrix())] == [rows.stop for rows in ridge.blocks(COUNT)]
    assert sum(len(panel) for panel in panels(matrix())) == COUNT


def test_solving_twice_gives_exactly_the_same(solved):
    first, second = (solved(matrix(), targets(), 4) for _ in range(2))
    assert all(np.array_equal(one, other) for one, other in zip(first, second))


def test_numbers_stay_of_single_precision(solved):
    assert {array.dtype for array in solved(matrix(), targets(), 4)} == {np.dtype(np.float32)}


@pytest.mark.parametrize("block", [1, 4])
def test_matrix_that_is_not_positive_definite_is_an_error(solved, block):
    with pytest.raises(np.linalg.LinAlgError):
        solved(-matrix(), targets(), block)
