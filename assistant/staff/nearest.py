"""The training questions nearest to a text in meaning, with file and line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from assistant.core.paths import SHIPPED_VECTORS, TRAINING, VECTORS
from assistant.knowledge.examples import Example, examples
from assistant.knowledge.yaml_lines import Stamp, stamp_of
from assistant.nlu.encoder.shipped_vectors import read as read_shipped
from assistant.nlu.encoder.vectors import NAME, KeptVectors, Vector, encode, fresh

SHOWN = 3


@dataclass(frozen=True)
class Near:
    """A training question and how near it is: the cosine of the vectors, 1 for the same text."""

    example: Example
    similarity: float


def nearest(text: str, count: int = SHOWN, folder: Path = TRAINING) -> list[Near]:
    """The training questions nearest to a text, the nearest first.

    The first call reads all of them, which takes a second or two; so does the first after a change to their files.
    """
    known, vectors = _read(folder, _stamps(folder))
    if not known:
        return []
    similarity = vectors @ encode(text)
    best = np.argsort(-similarity, kind="stable")[:count]
    return [Near(known[index], float(similarity[index])) for index in best]


def _stamps(folder: Path) -> tuple[Stamp | None, ...]:
    return tuple(stamp_of(path) for path in sorted(folder.rglob("*.yml")))


@lru_cache(maxsize=1)
def _read(folder: Path, _: tuple[Stamp | None, ...]) -> tuple[list[Example], Vector]:
    """All training questions in a folder with their vectors, read again when one of its files has changed."""
    known = list(examples(folder))
    vectors = _vectors([example.text for example in known])
    return known, np.stack([vectors[example.text] for example in known]) if known else np.empty((0, 0), np.float32)


def _vectors(texts: list[str]) -> dict[str, Vector]:
    """The vector of each text; those that the repository does not keep are kept beside it if that can be written."""
    if not texts:
        return {}
    try:
        return KeptVectors(VECTORS, SHIPPED_VECTORS).of(texts)
    except OSError:
        found = read_shipped(SHIPPED_VECTORS, texts, NAME)
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        return {**found, **dict(zip(missing, fresh(missing)))}
