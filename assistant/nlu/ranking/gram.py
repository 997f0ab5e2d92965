"""How similar every example is to every one before it, in meaning and in spelling."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.nlu.ranking.kind_model import Floats
from assistant.nlu.ranking.ridge import Panels, blocks

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# How many n-grams are in so many texts that a dense matrix multiplies them faster than a sparse one.
FREQUENT = 448


def panels(vectors: Floats, ngrams: csr_matrix, config: Mapping[str, Any]) -> Panels:
    """The lower half of the examples' kernel matrix, in blocks of rows, from vectors of length 1 and n-grams.

    Blocks are computed in parallel, since a product of sparse matrices uses only one core.
    """
    share, steepness = config["spelling"], 2 * config["narrowness"]
    meant = np.sqrt(steepness) * vectors
    often, seldom = _parted(np.sqrt(share) * ngrams)

    def panel(rows: slice) -> Floats:
        others = slice(0, rows.stop)
        likeness: Floats = meant[rows] @ meant[others].T
        # The Gaussian kernel of the angle, times its share: exp(steepness · (cosine - 1)) · (1 - share).
        likeness += np.log(1 - share) - steepness if share < 1 else -np.inf
        np.exp(likeness, out=likeness)
        likeness += often[rows] @ often[others].T
        likeness += (seldom[rows] @ seldom[others].T.tocsr()).toarray()
        return likeness

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(panel, reversed(list(blocks(len(vectors))))))[::-1]


def _parted(ngrams: csr_matrix) -> tuple[Floats, csr_matrix]:
    """The columns of the most frequent n-grams as a dense matrix, and all others as a sparse one."""
    count = ngrams.shape[1]
    order = np.argsort(-np.bincount(ngrams.indices, minlength=count), kind="stable")
    often, seldom = np.sort(order[:FREQUENT]), np.sort(order[FREQUENT:])
    plain: Floats = ngrams[:, often].toarray().astype(np.float32)
    return plain, ngrams[:, seldom].astype(np.float32)
