"""How well an entry's own answer fits a message: what is known of an entry before anyone has asked for it.

The encoder was trained to match questions with passages, so an entry's text says where its questions
lie. The head starts from this prior and learns from the training questions only what it gets wrong,
so that an entry needs few of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from assistant.nlu.ranking.kind_model import Floats, softmax

# How unlike any text a class without an answer is, in cosines.
UNLIKE = -1.0


class AnswerPrior:
    """The vectors of entries' answers, by class; made from `vectors` (n, 384) and the class of each."""

    def __init__(self, arrays: Mapping[str, Floats], classes: int, sharpness: float, share: float) -> None:
        self._arrays, self._classes, self._sharpness, self._share = arrays, classes, sharpness, share
        self._numbers = arrays["answer_class"].astype(np.intp)
        self.answered = np.zeros(classes, dtype=bool)
        self.answered[self._numbers] = True

    @classmethod
    def fit(
        cls, answers: Sequence[tuple[str, Floats]], classes: Sequence[str], sharpness: float, share: float
    ) -> AnswerPrior:
        """From the class and the vector of each answer; a class may have several, one for each language."""
        number = {name: i for i, name in enumerate(classes)}
        known = [(number[name], vector) for name, vector in answers if name in number]
        vectors = np.array([vector for _, vector in known], dtype=np.float32)
        if known:
            vectors = vectors - vectors.mean(axis=0)
            vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
        numbers = np.array([i for i, _ in known], dtype=np.float32)
        return cls({"answer_class": numbers, "answer_vectors": vectors}, len(classes), sharpness, share)

    def likeness(self, centred: Floats) -> Floats:
        """The cosine of each text with the nearest answer of each class, shape (texts, classes)."""
        found = np.full((len(centred), self._classes), UNLIKE, dtype=np.float32)
        if len(self._numbers):
            cosines = centred @ self._arrays["answer_vectors"].T
            np.maximum.at(found.T, self._numbers, cosines.T)
        return found

    def scores(self, likeness: Floats) -> Floats:
        """The prior score of each class: the likelier an answer among all answers, the closer to `share`."""
        if not self.answered.any():
            return np.zeros_like(likeness)
        found = np.zeros_like(likeness)
        found[:, self.answered] = self._share * softmax(likeness[:, self.answered] * self._sharpness)
        return found

    def arrays(self) -> Mapping[str, Floats]:
        """The arrays to save."""
        return self._arrays
