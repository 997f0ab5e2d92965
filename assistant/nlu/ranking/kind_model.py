"""What kind of message a text is: is it answered by a fact, a referral, small talk or nothing?

A second, small regression on the scores of the first: it weighs the best entries of each kind
against each other, and is trained on the first one's scores for examples left out of its training.
Unlike those of a softmax over all entries, its probabilities are calibrated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from assistant.core.understanding import kind_of

Floats = npt.NDArray[np.float32]
# Keeps divisors and logarithms away from zero.
EPSILON = 1e-4


class KindModel:
    """Logistic regression from the scores of all entries to the kinds of message."""

    def __init__(self, classes: Sequence[str], arrays: Mapping[str, Floats], sharpness: float) -> None:
        self.classes = list(classes)
        kinds = [kind_of(name) for name in classes]
        self.names: list[str] = sorted(set(kinds))
        self._members = [np.flatnonzero([kind == name for kind in kinds]) for name in self.names]
        self._arrays, self._sharpness = arrays, sharpness

    @classmethod
    def fit(
        cls, classes: Sequence[str], scores: Floats, texts: Sequence[str], labels: Sequence[str], sharpness: float
    ) -> KindModel:
        """Trains on the scores (n, classes) of examples left out of the first regression."""
        # Only training needs this, and importing it takes a second.
        from sklearn.linear_model import LogisticRegression

        model = cls(classes, {}, sharpness)
        if len(model.names) == 1:
            return model
        features = model._features(scores, texts)
        shift, scale = features.mean(axis=0), features.std(axis=0) + EPSILON
        regression = LogisticRegression(C=1.0, max_iter=1000)
        regression.fit((features - shift) / scale, [kind_of(label) for label in labels])
        weights, bias = regression.coef_, regression.intercept_
        if len(regression.classes_) == 2:  # scikit-learn keeps only those of the second
            weights, bias = np.vstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
        found = {"kind_shift": shift, "kind_scale": scale, "kind_weights": weights.T, "kind_bias": bias}
        return cls(classes, {name: array.astype(np.float32) for name, array in found.items()}, sharpness)

    def arrays(self) -> dict[str, Floats]:
        """The arrays to save."""
        names = ("kind_shift", "kind_scale", "kind_weights", "kind_bias")
        return {name: self._arrays[name] for name in names if name in self._arrays}

    def best_of_each(self, probabilities: Floats) -> list[int]:
        """The most probable class of each kind."""
        return [int(members[probabilities[members].argmax()]) for members in self._members]

    def probabilities(self, scores: Floats, texts: Sequence[str]) -> Floats:
        """The probability of each kind in `names`, shape (texts, kinds)."""
        if len(self.names) == 1:
            return np.ones((len(texts), 1), dtype=np.float32)
        arrays = self._arrays
        features = (self._features(scores, texts) - arrays["kind_shift"]) / arrays["kind_scale"]
        return softmax(features @ arrays["kind_weights"] + arrays["kind_bias"])

    def _features(self, scores: Floats, texts: Sequence[str]) -> Floats:
        """The regression's inputs: best, second best, sum and probability of each kind, and the text's length."""
        probabilities = softmax(scores * self._sharpness)
        columns = [np.log([len(text.split()) + 1.0 for text in texts])]
        for members in self._members:
            own = np.sort(scores[:, members], axis=1)[:, ::-1]
            shares = probabilities[:, members]
            columns += [own[:, 0], own[:, min(1, own.shape[1] - 1)], own.sum(axis=1)]
            columns += [np.log(shares.sum(axis=1) + EPSILON), np.log(shares.max(axis=1) + EPSILON)]
        features: Floats = np.stack(columns, axis=1).astype(np.float32)
        return features


def softmax(scores: Floats) -> Floats:
    """Scores as probabilities, row by row."""
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: Floats = shifted / shifted.sum(axis=1, keepdims=True)
    return result
