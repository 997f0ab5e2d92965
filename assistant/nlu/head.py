"""The trained head: from a sentence's vector and spelling to entries with probabilities."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

Floats = npt.NDArray[np.float32]


class Head:
    """Logistic regression on centred sentence vectors beside character n-grams.

    e5's vectors all point one way (mean length 0.88 of 1), so the mean is taken off first.
    """

    def __init__(
        self,
        classes: Sequence[str],
        mean: Floats,
        weights: Floats,
        bias: Floats,
        vectorizer: TfidfVectorizer,
        spelling: float,
    ) -> None:
        self.classes = list(classes)
        self._mean, self._weights, self._bias = mean, weights, bias
        self._vectorizer, self._spelling = vectorizer, spelling

    @classmethod
    def fit(cls, texts: Sequence[str], vectors: Floats, labels: Sequence[str], config: dict[str, Any]) -> Head:
        """Trains on texts, their vectors (n, 384) and labels; deterministic."""
        vectorizer = _vectorizer(config["ngrams"], config["most_ngrams"]).fit(texts)
        mean = vectors.mean(axis=0)
        features = _features(texts, vectors, mean, vectorizer, config["spelling"])
        regression = LogisticRegression(C=config["C"], solver="saga", tol=0.01, max_iter=100, random_state=0)
        regression.fit(features, labels, sample_weight=_sample_weights(labels, config["evenness"]))
        weights = regression.coef_.astype(np.float32)
        bias = regression.intercept_.astype(np.float32)
        return cls(list(regression.classes_), mean, weights, bias, vectorizer, config["spelling"])

    def rank(self, texts: Sequence[str], vectors: Floats, most: int = 5) -> list[list[tuple[str, float]]]:
        """For each text the most probable classes, best first, with their probabilities."""
        features = _features(texts, vectors, self._mean, self._vectorizer, self._spelling)
        logits = np.asarray(features @ self._weights.T) + self._bias
        logits -= logits.max(axis=1, keepdims=True)
        probabilities = np.exp(logits)
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        best = np.argsort(-probabilities, axis=1)[:, :most]
        return [
            [(self.classes[i], round(float(row[i]), 4)) for i in order]
            for row, order in zip(probabilities, best)
        ]

    def save(self, folder: Path) -> None:
        """Writes plain arrays and JSON; nothing that could run code when read."""
        np.savez_compressed(
            folder / "head.npz",
            mean=self._mean,
            weights=self._weights.astype(np.float16),
            bias=self._bias,
            idf=self._vectorizer.idf_,
        )
        low, high = self._vectorizer.ngram_range
        vocabulary = {ngram: int(i) for ngram, i in self._vectorizer.vocabulary_.items()}
        about = {
            "classes": self.classes,
            "vocabulary": vocabulary,
            "ngrams": [low, high],
            "spelling": self._spelling,
        }
        (folder / "head.json").write_text(json.dumps(about, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Head:
        """Reads what `save` wrote; raises FileNotFoundError where there is nothing."""
        about = json.loads((folder / "head.json").read_text("utf-8"))
        with np.load(folder / "head.npz", allow_pickle=False) as arrays:
            mean, bias, idf = arrays["mean"], arrays["bias"], arrays["idf"]
            weights = arrays["weights"].astype(np.float32)
        vectorizer = _vectorizer(about["ngrams"], None)
        vectorizer.vocabulary_ = about["vocabulary"]
        vectorizer.idf_ = idf
        return cls(about["classes"], mean, weights, bias, vectorizer, about["spelling"])


def _vectorizer(ngrams: Sequence[int], most: int | None) -> TfidfVectorizer:
    low, high = ngrams
    return TfidfVectorizer(
        analyzer="char_wb", ngram_range=(low, high), sublinear_tf=True, max_features=most, dtype=np.float32
    )


def _features(
    texts: Sequence[str], vectors: Floats, mean: Floats, vectorizer: TfidfVectorizer, spelling: float
) -> csr_matrix:
    centred = vectors - mean
    centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-6)
    return hstack([csr_matrix(centred), vectorizer.transform(texts) * spelling]).tocsr()


def _sample_weights(labels: Sequence[str], evenness: float) -> Floats:
    """Weights that let large classes count less: 0 leaves them as they are, 1 makes all classes equal."""
    names, counts = np.unique(np.asarray(labels), return_counts=True)
    weight = dict(zip(names, (counts.mean() / counts) ** evenness))
    return np.array([weight[label] for label in labels], dtype=np.float32)
