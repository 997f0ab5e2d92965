"""The trained head: from a sentence's vector and its spelling to entries and kinds of message, with probabilities."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from assistant.nlu.kinds import Floats, Kinds, softmax
from assistant.nlu.ridge import BLOCK, solved


@dataclass(frozen=True)
class Ranking:
    """What a text is about: the most probable entries, best first, and how likely each kind of message is."""

    entries: list[tuple[str, float]]
    kinds: dict[str, float]


class Head:
    """Kernel ridge regression: a text is as likely of a kind as it resembles that kind's examples.

    Two texts resemble each other by meaning (e5; a Gaussian of the angle between their vectors)
    and by spelling (character n-grams), `spelling` being the share of the second. e5's vectors
    all point one way (their mean has length 0.88), so the mean is taken off first.
    Measured against other heads in docs/decisions/0005-the-head.md.
    """

    def __init__(
        self,
        vectors: Floats,
        ngrams: csr_matrix,
        weights: Floats,
        mean: Floats,
        kinds: Kinds,
        vectorizer: TfidfVectorizer,
        config: dict[str, Any],
    ) -> None:
        self.classes = kinds.classes
        self._vectors, self._ngrams, self._weights, self._mean = vectors, ngrams, weights, mean
        self._kinds, self._vectorizer, self._config = kinds, vectorizer, config
        # By n-gram instead of by example: a message has few of them, so only few rows are read.
        self._postings = ngrams.T.tocsr()

    @classmethod
    def fit(cls, texts: Sequence[str], vectors: Floats, labels: Sequence[str], config: dict[str, Any]) -> Head:
        """Trains on texts, their vectors (n, 384) and labels; deterministic, memory some 5 n² bytes."""
        classes, numbers = np.unique(np.asarray(labels), return_inverse=True)
        vectorizer = _vectorizer(config["ngrams"], config["most_ngrams"]).fit(texts)
        ngrams = vectorizer.transform(texts)
        mean = vectors.mean(axis=0)
        centred = _centred(vectors, mean)
        likeness = _gram(centred, ngrams, config)
        likeness[np.diag_indices_from(likeness)] += config["ridge"] / _sample_weights(labels, config["evenness"])
        targets = np.full((len(labels), len(classes)), -1 / len(classes), dtype=np.float32)
        targets[np.arange(len(labels)), numbers] += 1
        weights, diagonal = solved(likeness, targets)
        left_out = targets - weights / diagonal[:, np.newaxis]
        kinds = Kinds.fit(classes.tolist(), left_out, texts, labels, config["sharpness"])
        return cls(centred, ngrams, weights, mean, kinds, vectorizer, config)

    def scores(self, texts: Sequence[str], vectors: Floats) -> Floats:
        """How well each class fits each text, shape (texts, classes): about 1 where sure, 0 where not at all."""
        cosines = _centred(vectors, self._mean) @ self._vectors.T
        likeness = _likeness(cosines, _products(self._vectorizer.transform(texts), self._postings), self._config)
        scores: Floats = likeness @ self._weights
        return scores

    def probabilities(self, scores: Floats) -> Floats:
        """The probability of every class, from the scores of one text."""
        probabilities: Floats = softmax(scores[np.newaxis, :] * self._config["sharpness"])[0]
        return probabilities

    def ranking(self, text: str, scores: Floats, most: int = 8) -> Ranking:
        """The most probable classes of one text, best first and one of each kind at least, and the kinds."""
        probabilities = self.probabilities(scores)
        kinds = self._kinds.probabilities(scores[np.newaxis, :], [text])[0]
        shown = {*np.argsort(-probabilities)[:most].tolist(), *self._kinds.best_of_each(probabilities)}
        best = sorted(shown, key=lambda i: -probabilities[i])
        return Ranking(
            entries=[(self.classes[i], round(float(probabilities[i]), 4)) for i in best],
            kinds={kind: round(float(share), 4) for kind, share in zip(self._kinds.names, kinds)},
        )

    def save(self, folder: Path) -> None:
        """Writes plain arrays and JSON; nothing that could run code when read."""
        ngrams = self._ngrams
        np.savez(
            folder / "head.npz",
            vectors=self._vectors.astype(np.float16),
            weights=self._weights.astype(np.float16),
            mean=self._mean,
            idf=self._vectorizer.idf_,
            ngrams=ngrams.data.astype(np.float16),
            indices=ngrams.indices,
            indptr=ngrams.indptr,
            **self._kinds.arrays(),
        )
        vocabulary = {ngram: int(i) for ngram, i in self._vectorizer.vocabulary_.items()}
        about = {"classes": self.classes, "vocabulary": vocabulary, "config": self._config}
        (folder / "head.json").write_text(json.dumps(about, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Head:
        """Reads what `save` wrote; raises FileNotFoundError where there is nothing."""
        about = json.loads((folder / "head.json").read_text("utf-8"))
        with np.load(folder / "head.npz", allow_pickle=False) as stored:
            kept = {name: stored[name] for name in stored.files}
        config = about["config"]
        vectorizer = _vectorizer(config["ngrams"], None)
        vectorizer.vocabulary_ = about["vocabulary"]
        vectorizer.idf_ = kept["idf"]
        vectors, weights = kept["vectors"].astype(np.float32), kept["weights"].astype(np.float32)
        parts = (kept["ngrams"].astype(np.float32), kept["indices"], kept["indptr"])
        ngrams = csr_matrix(parts, shape=(len(vectors), len(about["vocabulary"])))
        kinds = Kinds(about["classes"], kept, config["sharpness"])
        return cls(vectors, ngrams, weights, kept["mean"], kinds, vectorizer, config)


def _products(ngrams: csr_matrix, postings: csr_matrix) -> Floats:
    """`ngrams @ postings` as a dense array; counting is four times as fast as scipy's product for few rows."""
    products = np.zeros((ngrams.shape[0], postings.shape[1]), dtype=np.float32)
    for row, (low, high) in enumerate(zip(ngrams.indptr[:-1], ngrams.indptr[1:])):
        ranges = [slice(*postings.indptr[i : i + 2]) for i in ngrams.indices[low:high]]
        if ranges:
            found = np.concatenate([postings.indices[r] for r in ranges])
            weights = [postings.data[r] * weight for r, weight in zip(ranges, ngrams.data[low:high])]
            products[row] = np.bincount(found, np.concatenate(weights), minlength=postings.shape[1])
    return products


def _likeness(cosines: Floats, spelling: Floats, config: dict[str, Any]) -> Floats:
    """How much texts resemble each other, from 0 to 1; overwrites `cosines`."""
    share = config["spelling"]
    cosines -= 1
    cosines *= 2 * config["narrowness"]
    np.exp(cosines, out=cosines)
    cosines *= 1 - share
    cosines += share * spelling
    return cosines


def _gram(vectors: Floats, ngrams: csr_matrix, config: dict[str, Any]) -> Floats:
    """How much every example resembles every other; symmetric, in blocks, since whole products take thrice the room."""
    count = len(vectors)
    gram = np.empty((count, count), dtype=np.float32)
    others = ngrams.T.tocsr()
    for low in range(0, count, BLOCK):
        block = slice(low, low + BLOCK)
        gram[block] = _likeness(vectors[block] @ vectors.T, (ngrams[block] @ others).toarray(), config)
    return gram


def _vectorizer(ngrams: Sequence[int], most: int | None) -> TfidfVectorizer:
    low, high = ngrams
    return TfidfVectorizer(
        analyzer="char_wb", ngram_range=(low, high), sublinear_tf=True, max_features=most, dtype=np.float32
    )


def _centred(vectors: Floats, mean: Floats) -> Floats:
    centred = vectors - mean
    scaled: Floats = centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-6)
    return scaled


def _sample_weights(labels: Sequence[str], evenness: float) -> Floats:
    """Weights that let large classes count less: 0 leaves them as they are, 1 makes all classes equal."""
    names, counts = np.unique(np.asarray(labels), return_counts=True)
    weight = dict(zip(names, (counts.mean() / counts) ** evenness))
    return np.array([weight[label] for label in labels], dtype=np.float32)
