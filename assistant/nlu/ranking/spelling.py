"""A text's spelling as weighted character n-grams: those within words, rare ones counting more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from assistant.nlu.ranking.kind_model import Floats

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


# Words whose n-grams are kept: those of a message are mostly met again.
REMEMBERED = 8192


class Spelling:
    """The n-grams known, by number, and how rare each is.

    Learned by scikit-learn, looked up without it: importing it takes a second and 50 MiB, and a
    text's n-grams come four times as fast.
    """

    def __init__(self, lengths: Sequence[int], numbers: Mapping[str, int], rarity: Floats) -> None:
        self.numbers, self.rarity = numbers, rarity
        self._lengths = (lengths[0], lengths[1])
        self._numbers_of = lru_cache(maxsize=REMEMBERED)(self._looked_up)

    @classmethod
    def fit(cls, texts: Sequence[str], lengths: Sequence[int], most: int | None) -> Spelling:
        """Learns the n-grams of texts, from the first to the second of two lengths, the most frequent `most`."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        analyzer = partial(_list, lengths=(lengths[0], lengths[1]))
        learned = TfidfVectorizer(analyzer=analyzer, sublinear_tf=True, max_features=most, dtype=np.float32).fit(texts)
        numbers = {ngram: int(number) for ngram, number in learned.vocabulary_.items()}
        return cls(lengths, numbers, learned.idf_.astype(np.float32))

    def of(self, text: str) -> tuple[npt.NDArray[np.intp], Floats]:
        """The numbers of a text's n-grams, and their weights, of length 1: 1 + log of the count, times the rarity."""
        counted = Counter(number for word in text.lower().split() for number in self._numbers_of(word))
        found = np.fromiter(counted, np.intp, len(counted))
        counts = np.fromiter(counted.values(), np.float32, len(counted))
        weights: Floats = (1 + np.log(counts)) * self.rarity[found]
        return found, weights / max(float(np.linalg.norm(weights)), 1e-6)

    def _looked_up(self, word: str) -> tuple[int, ...]:
        """The numbers of a word's n-grams that are known."""
        numbers = self.numbers
        return tuple(numbers[ngram] for ngram in _ngrams(word, self._lengths) if ngram in numbers)

    def matrix(self, texts: Sequence[str]) -> csr_matrix:
        """The weights of many texts, shape (texts, n-grams)."""
        from scipy.sparse import csr_matrix

        rows = [self.of(text) for text in texts]
        starts = np.concatenate([[0], np.cumsum([len(found) for found, _ in rows])])
        parts = [np.concatenate(part) for part in zip(*rows)] if rows else [np.array([], np.float32)] * 2
        return csr_matrix((parts[1], parts[0], starts), shape=(len(texts), len(self.numbers)))


def _ngrams(word: str, lengths: tuple[int, int]) -> Iterator[str]:
    """The n-grams of a word, a blank at both ends of it; of a word shorter than that, itself once."""
    padded = f" {word} "
    for length in range(lengths[0], lengths[1] + 1):
        yield from (padded[at : at + length] for at in range(max(1, len(padded) - length + 1)))
        if len(padded) <= length:
            break


def _list(text: str, lengths: tuple[int, int]) -> list[str]:
    return [ngram for word in text.lower().split() for ngram in _ngrams(word, lengths)]
