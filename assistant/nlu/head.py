"""The trained head: from a sentence's vector and its spelling to entries with probabilities."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

Floats = npt.NDArray[np.float32]


class Head:
    """Two experts, each a logistic regression: one reads the meaning (e5), one the spelling (n-grams).

    Their log-probabilities are mixed, `spelling` being the share of the second. e5's vectors all
    point one way (their mean has length 0.88), so the mean is taken off first.
    """

    def __init__(
        self, arrays: dict[str, Floats], classes: Sequence[str], spelling: float, vectorizer: TfidfVectorizer
    ) -> None:
        self.classes = list(classes)
        self._arrays, self._spelling, self._vectorizer = arrays, spelling, vectorizer

    @classmethod
    def fit(cls, texts: Sequence[str], vectors: Floats, labels: Sequence[str], config: dict[str, Any]) -> Head:
        """Trains on texts, their vectors (n, 384) and labels; deterministic."""
        weights = _sample_weights(labels, config["evenness"])
        vectorizer = _vectorizer(config["ngrams"], config["most_ngrams"]).fit(texts)
        mean = vectors.mean(axis=0)
        meaning = LogisticRegression(C=config["C"], max_iter=300)
        meaning.fit(_centred(vectors, mean), labels, sample_weight=weights)
        spelling = LogisticRegression(C=config["C"] / 2, solver="saga", tol=0.02, max_iter=60, random_state=0)
        spelling.fit(vectorizer.transform(texts), labels, sample_weight=weights)
        arrays = {"mean": mean, **_of_all_classes("meaning", meaning), **_of_all_classes("spelling", spelling)}
        arrays = {name: array.astype(np.float32) for name, array in arrays.items()}
        return cls(arrays, list(meaning.classes_), config["spelling"], vectorizer)

    def rank(self, texts: Sequence[str], vectors: Floats, most: int = 5) -> list[list[tuple[str, float]]]:
        """For each text the most probable classes, best first, with their probabilities."""
        probabilities = np.exp(self._log_probabilities(texts, vectors))
        best = np.argsort(-probabilities, axis=1)[:, :most]
        return [[(self.classes[i], round(float(row[i]), 4)) for i in order] for row, order in zip(probabilities, best)]

    def _log_probabilities(self, texts: Sequence[str], vectors: Floats) -> Floats:
        arrays = self._arrays
        meaning = _centred(vectors, arrays["mean"]) @ arrays["meaning"] + arrays["meaning_bias"]
        ngrams = self._vectorizer.transform(texts)
        spelling = np.asarray(ngrams @ arrays["spelling"]) + arrays["spelling_bias"]
        mixed = (1 - self._spelling) * _log_softmax(meaning) + self._spelling * _log_softmax(spelling)
        return _log_softmax(mixed)

    def save(self, folder: Path) -> None:
        """Writes plain arrays and JSON; nothing that could run code when read."""
        stored: dict[str, Any] = {**self._arrays, "spelling": self._arrays["spelling"].astype(np.float16)}
        np.savez_compressed(folder / "head.npz", idf=self._vectorizer.idf_, **stored)
        about = {
            "classes": self.classes,
            "vocabulary": {ngram: int(i) for ngram, i in self._vectorizer.vocabulary_.items()},
            "ngrams": list(self._vectorizer.ngram_range),
            "spelling": self._spelling,
        }
        (folder / "head.json").write_text(json.dumps(about, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Head:
        """Reads what `save` wrote; raises FileNotFoundError where there is nothing."""
        about = json.loads((folder / "head.json").read_text("utf-8"))
        with np.load(folder / "head.npz", allow_pickle=False) as stored:
            arrays = {name: stored[name].astype(np.float32) for name in stored.files if name != "idf"}
            idf = stored["idf"]
        vectorizer = _vectorizer(about["ngrams"], None)
        vectorizer.vocabulary_ = about["vocabulary"]
        vectorizer.idf_ = idf
        return cls(arrays, about["classes"], about["spelling"], vectorizer)


def _of_all_classes(name: str, regression: LogisticRegression) -> dict[str, Floats]:
    """Weights and bias with a column for each class; of two classes scikit-learn keeps the second's only."""
    weights, bias = regression.coef_, regression.intercept_
    if len(regression.classes_) == 2:
        weights, bias = np.vstack([np.zeros_like(weights), weights]), np.concatenate([[0.0], bias])
    return {name: weights.T, f"{name}_bias": bias}


def _vectorizer(ngrams: Sequence[int], most: int | None) -> TfidfVectorizer:
    low, high = ngrams
    return TfidfVectorizer(
        analyzer="char_wb", ngram_range=(low, high), sublinear_tf=True, max_features=most, dtype=np.float32
    )


def _centred(vectors: Floats, mean: Floats) -> Floats:
    centred = vectors - mean
    scaled: Floats = centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-6)
    return scaled


def _log_softmax(scores: Floats) -> Floats:
    shifted = scores - scores.max(axis=1, keepdims=True)
    result: Floats = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result


def _sample_weights(labels: Sequence[str], evenness: float) -> Floats:
    """Weights that let large classes count less: 0 leaves them as they are, 1 makes all classes equal."""
    names, counts = np.unique(np.asarray(labels), return_counts=True)
    weight = dict(zip(names, (counts.mean() / counts) ** evenness))
    return np.array([weight[label] for label in labels], dtype=np.float32)
