"""What kind of message a text is: does a fact answer it, a referral, small talk, or nothing?

A second, small regression over the scores of the first: it weighs the best entries of each kind
against each other and is trained on what the first says of examples it has not seen. Its
probabilities can be taken at their word, where a softmax over all entries cannot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from assistant.core.understanding import kind_of

Floats = npt.NDArray[np.float32]
FAINT = 1e-4


class Kinds:
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
    ) -> Kinds:
        """Trains on the scores (n, classes) of examples that the first regression had not seen."""
        # Only training needs it, and importing it takes a second.
        from sklearn.linear_model import LogisticRegression

        kinds = cls(classes, {}, sharpness)
        if len(kinds.names) == 1:
            return kinds
        traits = kinds._traits(scores, texts)
        shift, scale = traits.mean(axis=0), traits.std(axis=0) + FAINT
        regression = LogisticRegression(C=1.0, max_iter=1000)
        regression.fit((traits - shift) / scale, [kind_of(label) for label in labels])
        weights, bias = regression.coef_, regression.intercept_
        if len(regression.classes_) == 2:  # scikit-learn keeps the second's only
            weights, bias = np.vstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
        found = {"kind_shift": shift, "kind_scale": scale, "kind_weights": weights.T, "kind_bias": bias}
        return cls(classes, {name: array.astype(np.float32) for name, array in found.items()}, sharpness)

    def arrays(self) -> dict[str, Floats]:
        """What has to be kept of it."""
        names = ("kind_shift", "kind_scale", "kind_weights", "kind_bias")
        return {name: self._arrays[name] for name in names if name in self._arrays}

    def best_of_each(self, probabilities: Floats) -> list[int]:
        """The most probable class of every kind."""
        return [int(members[probabilities[members].argmax()]) for members in self._members]

    def probabilities(self, scores: Floats, texts: Sequence[str]) -> Floats:
        """The probability of each kind in `names`, shape (texts, kinds)."""
        if len(self.names) == 1:
            return np.ones((len(texts), 1), dtype=np.float32)
        kept = self._arrays
        traits = (self._traits(scores, texts) - kept["kind_shift"]) / kept["kind_scale"]
        return softmax(traits @ kept["kind_weights"] + kept["kind_bias"])

    def _traits(self, scores: Floats, texts: Sequence[str]) -> Floats:
        """What the regression looks at: best, second best, sum and probability of each kind, length of the text."""
        probabilities = softmax(scores * self._sharpness)
        columns = [np.log([len(text.split()) + 1.0 for text in texts])]
        for members in self._members:
            own = np.sort(scores[:, members], axis=1)[:, ::-1]
            shares = probabilities[:, members]
            columns += [own[:, 0], own[:, min(1, own.shape[1] - 1)], own.sum(axis=1)]
            columns += [np.log(shares.sum(axis=1) + FAINT), np.log(shares.max(axis=1) + FAINT)]
        traits: Floats = np.stack(columns, axis=1).astype(np.float32)
        return traits


def softmax(scores: Floats) -> Floats:
    """Scores as probabilities, row by row."""
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: Floats = shifted / shifted.sum(axis=1, keepdims=True)
    return result
