"""Moves the vectors of texts in other languages to where the same texts lie in the originals.

The encoder puts translations near each other, but each language a little apart, and along directions that
say more about the language than about the question. A linear map for each language, learned from the same
questions in it and in the originals, takes most of that back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from assistant.nlu.ranking.kind_model import Floats

# How strongly the map is held to changing nothing, in pairs of vectors.
RIDGE = 1.0


@dataclass(frozen=True)
class Map:
    """From a language to the originals: `moved = (vector - here) @ turn + there`."""

    here: Floats
    turn: Floats
    there: Floats

    @classmethod
    def fit(cls, own: Floats, original: Floats) -> Map:
        """From the vectors of the same texts, shape (texts, 384) both."""
        here, there = own.mean(axis=0), original.mean(axis=0)
        apart, wanted = own - here, original - there
        held = RIDGE * np.eye(own.shape[1], dtype=np.float32)
        turn = np.linalg.solve(apart.T @ apart + held, apart.T @ wanted + held)
        return cls(here, turn.astype(np.float32), there)

    def __call__(self, vectors: Floats) -> Floats:
        moved: Floats = ((vectors - self.here) @ self.turn + self.there).astype(np.float32)
        return moved


class Alignment:
    """The maps of all languages."""

    def __init__(self, maps: Mapping[str, Map]) -> None:
        self._maps = maps

    @classmethod
    def fit(cls, pairs: Mapping[str, tuple[Floats, Floats]]) -> Alignment:
        """From the vectors of the same texts in each language and in the originals."""
        return cls({language: Map.fit(own, original) for language, (own, original) in pairs.items()})

    def moved(self, vectors: Floats, language: str | None) -> Floats:
        """The vectors of texts in a language where the same texts would lie in the originals."""
        found = self._maps.get(language or "")
        return found(vectors) if found else vectors

    def arrays(self) -> dict[str, Floats]:
        """The arrays to save; the turns in half precision, which is more than the encoder's."""
        parts = {f"{language}/here": found.here for language, found in self._maps.items()}
        parts.update({f"{language}/there": found.there for language, found in self._maps.items()})
        return {
            **parts,
            **{f"{language}/turn": found.turn.astype(np.float16) for language, found in self._maps.items()},
        }

    @classmethod
    def of(cls, arrays: Mapping[str, Floats]) -> Alignment:
        """The same from saved arrays."""
        parts = ("here", "turn", "there")
        languages = {name.partition("/")[0] for name in arrays}
        return cls({la: Map(*(arrays[f"{la}/{part}"].astype(np.float32) for part in parts)) for la in languages})
