"""How likely it is that a candidate is what a message asks for: a probability for each, on its own evidence.

Small neural networks over a few features of each candidate, of which the mean is taken. They are trained on the
scores of examples as if each had been left out of the head's training, so the probabilities hold for new messages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.core.understanding import kind_of
from assistant.nlu.ranking.kind_model import EPSILON, Floats, KindModel, softmax

OUT_OF_SCOPE = "out_of_scope"
# How many of the best classes of a message are judged.
CANDIDATES = 8
# With fewer right or wrong candidates to learn from, their share in the scores stands for the probability.
FEWEST_EXAMPLES = 200
HIDDEN = 64
# How many networks: a single one depends on how it happened to begin.
NETWORKS = 8
# How many candidates a step of their training looks at.
BATCH = 1000


@dataclass(frozen=True)
class Evidence:
    """What is known of some texts: all shape (texts, classes) but `unknown` and the texts themselves."""

    texts: Sequence[str]
    # The head's scores.
    scores: Floats
    # The cosine with the nearest answer of each class.
    likeness: Floats
    # The share of the text's words that each class knows, and that none knows.
    known: Floats
    unknown: Floats


class CandidateModel:
    """Two layers: features to hidden units to a probability."""

    def __init__(
        self, kinds: KindModel, answered: np.typing.NDArray[np.bool_], arrays: Mapping[str, Floats], sharpness: float
    ) -> None:
        self._kinds, self._answered, self._arrays, self._sharpness = kinds, answered, arrays, sharpness
        names = [kind_of(name) for name in kinds.classes]
        self._kind = np.array([kinds.names.index(name) for name in names])
        self._out = kinds.names.index(OUT_OF_SCOPE) if OUT_OF_SCOPE in kinds.names else None

    @classmethod
    def fit(
        cls,
        kinds: KindModel,
        answered: np.typing.NDArray[np.bool_],
        evidence: Evidence,
        numbers: np.typing.NDArray[np.intp],
        sizes: Floats,
        sharpness: float,
    ) -> CandidateModel:
        """Trains on the evidence for examples left out of the head's training; `sizes` counts each class's examples."""
        plain = cls(kinds, answered, {"sizes": np.log(sizes).astype(np.float32)}, sharpness)
        candidates, features = plain._features(evidence)
        rows = features.reshape(-1, features.shape[-1])
        right = (candidates == numbers[:, np.newaxis]).ravel()
        if min(right.sum(), (~right).sum()) < FEWEST_EXAMPLES:
            return plain
        shift, scale = rows.mean(axis=0), rows.std(axis=0) + EPSILON
        found = {"candidate_shift": shift, "candidate_scale": scale, **_trained((rows - shift) / scale, right)}
        arrays = {name: np.asarray(array, dtype=np.float32) for name, array in found.items()}
        return cls(kinds, answered, {**plain._arrays, **arrays}, sharpness)

    def probabilities(self, evidence: Evidence) -> tuple[np.typing.NDArray[np.intp], Floats]:
        """The candidates of each text and the probability of each, both of shape (texts, CANDIDATES)."""
        candidates, features = self._features(evidence)
        if "hidden_weights" not in self._arrays:
            return candidates, np.take_along_axis(softmax(evidence.scores * self._sharpness), candidates, axis=1)
        arrays = self._arrays
        scaled = (features - arrays["candidate_shift"]) / arrays["candidate_scale"]
        hidden = np.maximum(scaled @ arrays["hidden_weights"] + arrays["hidden_bias"], 0)
        logits = (hidden @ arrays["output_weights"] + arrays["output_bias"])[..., 0]
        # The logistic function, written so that no exponential overflows.
        probabilities: Floats = ((1 + np.tanh(logits / 2)) / 2).astype(np.float32)
        return candidates, probabilities

    def arrays(self) -> Mapping[str, Floats]:
        """The arrays to save."""
        return self._arrays

    def _features(self, evidence: Evidence) -> tuple[np.typing.NDArray[np.intp], Floats]:
        """The candidates of each text, and the network's inputs for each."""
        scores, texts = evidence.scores, evidence.texts
        candidates = np.argsort(-scores, axis=1)[:, :CANDIDATES]
        of_kind = self._kinds.probabilities(scores, texts)
        out = of_kind[:, self._out, np.newaxis] if self._out is not None else np.zeros((len(texts), 1))
        own_kind = np.take_along_axis(of_kind, self._kind[candidates], axis=1)
        first, second = np.sort(scores, axis=1)[:, :-3:-1].T[:, :, np.newaxis]
        score = np.take_along_axis(scores, candidates, axis=1)
        share = np.take_along_axis(softmax(scores * self._sharpness), candidates, axis=1)
        known = np.take_along_axis(evidence.known, candidates, axis=1)
        length = np.log([[len(text.split()) + 1.0] for text in texts])
        columns = [
            score,
            score - np.where(score == first, second, first),
            np.log(share + EPSILON),
            own_kind,
            np.log(own_kind + EPSILON),
            np.log(out + EPSILON),
            *self._of_answers(evidence.likeness, candidates),
            known,
            known - evidence.known.max(axis=1, keepdims=True),
            evidence.unknown[:, np.newaxis],
            length,
            self._answered[candidates],
            self._arrays["sizes"][candidates],
            first,
            second,
            *(self._kind[candidates] == kind for kind in range(len(self._kinds.names))),
        ]
        features = np.stack([np.broadcast_to(column, candidates.shape) for column in columns], axis=-1)
        return candidates, features.astype(np.float32)

    def _of_answers(self, likeness: Floats, candidates: np.typing.NDArray[np.intp]) -> list[Floats]:
        """How much better a candidate's answer fits than answers usually do, than the best does, and at all."""
        with_answer = self._answered[candidates]
        if not self._answered.any():
            return [np.zeros(candidates.shape, dtype=np.float32)] * 3
        all_ = likeness[:, self._answered]
        own = np.take_along_axis(likeness, candidates, axis=1)
        usual = (own - all_.mean(axis=1, keepdims=True)) / (all_.std(axis=1, keepdims=True) + EPSILON)
        best = (all_.max(axis=1, keepdims=True) - all_.mean(axis=1, keepdims=True)) / (
            all_.std(axis=1, keepdims=True) + EPSILON
        )
        return [np.where(with_answer, column, 0) for column in (usual, usual - best, own)]


def _trained(rows: Floats, right: np.typing.NDArray[np.bool_]) -> dict[str, Floats]:
    """The weights of several networks side by side, as one network whose output is the mean of theirs."""
    # Only training needs this, and importing it takes a second.
    from sklearn.neural_network import MLPClassifier

    settings = {
        "alpha": 1e-3,
        "early_stopping": True,
        "max_iter": 60,
        "learning_rate_init": 3e-3,
        "batch_size": min(BATCH, len(rows) // 2),
    }
    networks = [MLPClassifier((HIDDEN,), random_state=seed, **settings).fit(rows, right) for seed in range(NETWORKS)]
    return {
        "hidden_weights": np.concatenate([network.coefs_[0] for network in networks], axis=1),
        "hidden_bias": np.concatenate([network.intercepts_[0] for network in networks]),
        "output_weights": np.concatenate([network.coefs_[1] for network in networks]) / NETWORKS,
        "output_bias": np.mean([network.intercepts_[1] for network in networks], axis=0),
    }
