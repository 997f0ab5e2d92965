"""A text's spelling as TF-IDF weights of the character n-grams within its words."""

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

# Size of the cache of words' n-grams: most words of a message occur again.
CACHED_WORDS = 8192


class Spelling:
    """The known n-grams, by number, and how rare each is.

    They are learned with scikit-learn but looked up without it, which saves a second and 50 MiB at
    start and is four times as fast.
    """

    def __init__(self, lengths: Sequence[int], numbers: Mapping[str, int], rarity: Floats) -> None:
        self.numbers, self.rarity = numbers, rarity
        self._lengths = (lengths[0], lengths[1])
        self._cached_numbers = lru_cache(maxsize=CACHED_WORDS)(self._numbers_of)

    @classmethod
    def fit(cls, texts: Sequence[str], lengths: Sequence[int], most: int | None) -> Spelling:
        """Learns the `most` most frequent n-grams of texts, from the first to the second of two lengths."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        analyzer = partial(_all_ngrams, lengths=(lengths[0], lengths[1]))
        learned = TfidfVectorizer(analyzer=analyzer, sublinear_tf=True, max_features=most, dtype=np.float32).fit(texts)
        numbers = {ngram: int(number) for ngram, number in learned.vocabulary_.items()}
        return cls(lengths, numbers, learned.idf_.astype(np.float32))

    def of(self, text: str) -> tuple[npt.NDArray[np.intp], Floats]:
        """The numbers of a text's n-grams and their weights, (1 + log of the count) · rarity scaled to length 1."""
        counted = Counter(number for word in text.lower().split() for number in self._cached_numbers(word))
        found = np.fromiter(counted, np.intp, len(counted))
        counts = np.fromiter(counted.values(), np.float32, len(counted))
        weights: Floats = (1 + np.log(counts)) * self.rarity[found]
        return found, weights / max(float(np.linalg.norm(weights)), 1e-6)

    def _numbers_of(self, word: str) -> tuple[int, ...]:
        """The numbers of a word's known n-grams."""
        numbers = self.numbers
        return tuple(numbers[ngram] for ngram in _ngrams(word, self._lengths) if ngram in numbers)

    def matrix(self, texts: Sequence[str]) -> csr_matrix:
        """The weights of many texts, shape (texts, n-grams)."""
        from scipy.sparse import csr_matrix

        rows = [self.of(text) for text in texts]
        starts = np.concatenate([[0], np.cumsum([len(found) for found, _ in rows])])
        columns = [np.concatenate(column) for column in zip(*rows)] if rows else [np.array([], np.float32)] * 2
        return csr_matrix((columns[1], columns[0], starts), shape=(len(texts), len(self.numbers)))


def _ngrams(word: str, lengths: tuple[int, int]) -> Iterator[str]:
    """The n-grams of a word with a space at either end; a shorter word is yielded whole, once."""
    padded = f" {word} "
    for length in range(lengths[0], lengths[1] + 1):
        yield from (padded[at : at + length] for at in range(max(1, len(padded) - length + 1)))
        if len(padded) <= length:
            break


def _all_ngrams(text: str, lengths: tuple[int, int]) -> list[str]:
    return [ngram for word in text.lower().split() for ngram in _ngrams(word, lengths)]
