"""Whether a class knows the words of a message: a question about something else has words that it lacks."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.nlu.ranking.kind_model import Floats

WORD = re.compile(r"[^\W\d_]{3,}")
# Words with the same beginning count as one: inflected forms mostly differ in what follows it.
STEM = 6
# From this many of its examples on, a class knows a word fully.
ENOUGH = 2
Numbers = npt.NDArray[np.integer[Any]]


def stems(text: str) -> set[str]:
    """The beginnings of the words of a text, in small letters."""
    return {word[:STEM] for word in WORD.findall(text.lower())}


class KnownWords:
    """How often each class uses each word, as rows of a sparse matrix."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]], classes: int, texts: int) -> None:
        self._arrays, self._classes, self.texts = arrays, classes, texts
        self._row = {str(word): i for i, word in enumerate(arrays["words"].tolist())}
        self._starts, self._columns = arrays["word_starts"], arrays["word_classes"]
        self._counts, self._frequency = arrays["word_counts"], arrays["word_frequency"]

    @classmethod
    def fit(
        cls, texts: Sequence[str], numbers: Sequence[int], answers: Sequence[tuple[int, str]], classes: int
    ) -> KnownWords:
        """From the texts and their classes, and from answers, whose words their class knows fully."""
        frequency: Counter[str] = Counter()
        counts: dict[str, Counter[int]] = defaultdict(Counter)
        for text, number in zip(texts, numbers):
            for word in stems(text):
                frequency[word] += 1
                counts[word][int(number)] += 1
        for number, text in answers:
            for word in stems(text):
                counts[word][number] += ENOUGH
        words = sorted(counts)
        rows = [sorted(counts[word].items()) for word in words]
        arrays: dict[str, npt.NDArray[Any]] = {
            "words": np.array(words or [""]),
            "word_starts": np.cumsum([0, *(len(row) for row in rows)], dtype=np.int32),
            "word_classes": np.array([column for row in rows for column, _ in row], dtype=np.int32),
            "word_counts": np.array([count for row in rows for _, count in row], dtype=np.int32),
            "word_frequency": np.array([frequency[word] for word in words] or [0], dtype=np.int32),
        }
        return cls(arrays, classes, len(texts))

    def support(self, texts: Sequence[str], own: Sequence[int] | None = None) -> tuple[Floats, Floats]:
        """What share of each text each class knows, shape (texts, classes), and what share none knows.

        Rare words weigh more. `own` holds the classes of texts that are examples themselves, which are
        then judged as if they had been left out.
        """
        known = np.zeros((len(texts), self._classes), dtype=np.float32)
        unknown = np.zeros(len(texts), dtype=np.float32)
        for i, text in enumerate(texts):
            weights = 0.0
            for word in stems(text):
                weight, classes, counts = self._of(word, None if own is None else int(own[i]))
                weights += weight
                known[i, classes] += weight * np.minimum(counts / ENOUGH, 1)
                unknown[i] += weight * (not counts.any())
            known[i] /= max(weights, 1.0)
            unknown[i] /= max(weights, 1.0)
        return known, unknown

    def _of(self, word: str, own: int | None) -> tuple[float, Numbers, Numbers]:
        """A word's weight, the classes that use it, and how often."""
        row = self._row.get(word)
        if row is None:
            nothing = np.zeros(0, dtype=np.int32)
            return float(np.log(self.texts + 1)), nothing, nothing
        here = slice(int(self._starts[row]), int(self._starts[row + 1]))
        classes, counts = self._columns[here], self._counts[here]
        left_out = 0 if own is None else 1
        if left_out:
            counts = counts - (classes == own)
        frequency = max(int(self._frequency[row]) - left_out, 0)
        return float(np.log((self.texts + 1) / (frequency + 1))), classes, counts

    def arrays(self) -> Mapping[str, npt.NDArray[Any]]:
        """The arrays to save."""
        return self._arrays
