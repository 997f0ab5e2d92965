"""The trained head: from a sentence's vector and its spelling to entries and kinds of message, with probabilities."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from onnxruntime import InferenceSession

from assistant.nlu.encoder.onnx_session import session
from assistant.nlu.ranking.gram import panels
from assistant.nlu.ranking.kind_model import Floats, KindModel, softmax
from assistant.nlu.ranking.ridge import blocks, solved
from assistant.nlu.ranking.similarity_graph import written
from assistant.nlu.ranking.spelling import Spelling

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Halves = npt.NDArray[np.float16]
MEANING, SAID = "meaning.onnx", "spelling.npy"
# How many examples' leave-one-out scores the kinds are learned from: enough for a few hundred parameters.
CALIBRATED = 8192


@dataclass(frozen=True)
class Ranking:
    """What a text is about: the most probable entries, best first, and how likely each kind of message is."""

    entries: list[tuple[str, float]]
    kinds: dict[str, float]


class Head:
    """Kernel ridge regression: the more similar a text is to a class's examples, the likelier that class.

    Texts are compared by meaning (e5; a Gaussian of the angle between their vectors) and by spelling
    (character n-grams), and `spelling` is the share of the latter. e5's vectors all point in much the
    same direction (their mean has length 0.88), so the mean is subtracted first. Similarity of spelling
    is a dot product, so what all examples contribute to it is summed in advance for each n-gram.
    Measured against other heads in docs/decisions/0005-the-head.md.
    """

    def __init__(
        self,
        meaning: InferenceSession,
        said: Halves,
        kinds: KindModel,
        spelling: Spelling,
        config: dict[str, Any],
        graph: bytes = b"",
    ) -> None:
        self.classes = kinds.classes
        self._meaning, self._graph = meaning, graph
        self._said, self._kinds, self._spelling, self._config = said, kinds, spelling, config

    @classmethod
    def fit(cls, texts: Sequence[str], vectors: Floats, labels: Sequence[str], config: dict[str, Any]) -> Head:
        """Trains on texts, their vectors (n, 384) and labels; deterministic; needs some 3 n² bytes of memory."""
        classes, numbers = np.unique(np.asarray(labels), return_inverse=True)
        spelling = Spelling.fit(texts, config["ngrams"], config["most_ngrams"])
        # Shuffled, so that the last of them represent all.
        order = np.random.default_rng(0).permutation(len(texts))
        ngrams, mean = spelling.matrix([texts[i] for i in order]), vectors.mean(axis=0)
        centred = _centred(vectors[order], mean)
        likeness = panels(centred, ngrams, config)
        ridges = config["ridge"] / _sample_weights(labels, config["evenness"])[order]
        for panel, rows in zip(likeness, blocks(len(labels))):
            panel[:, rows][np.diag_indices(len(panel))] += ridges[rows]
        targets = np.full((len(labels), len(classes)), -1 / len(classes), dtype=np.float32)
        targets[np.arange(len(labels)), numbers[order]] += 1
        last = min(CALIBRATED, len(labels))
        weights, diagonal = solved(likeness, targets, last)
        left_out = targets[-last:] - weights[-last:] / diagonal[:, np.newaxis]
        asked, meant = [texts[i] for i in order[-last:]], [labels[i] for i in order[-last:]]
        kinds = KindModel.fit(classes.tolist(), left_out, asked, meant, config["sharpness"])
        by_class = np.argsort(numbers[order], kind="stable")
        graph = written(centred[by_class], mean, weights[by_class], config)
        return cls(session(graph), _summed(ngrams, weights, config), kinds, spelling, config, graph)

    def scores(self, texts: Sequence[str], vectors: Floats) -> Floats:
        """How well each class fits each text, shape (texts, classes): about 1 for a sure fit, 0 for none."""
        scores: Floats = self._meaning.run(None, {"vectors": vectors})[0]
        for row, text in enumerate(texts):
            ngrams, weights = self._spelling.of(text)
            scores[row] += weights @ self._said[ngrams].astype(np.float32)
        return scores

    def probabilities(self, scores: Floats) -> Floats:
        """The probability of every class, from the scores of one text."""
        probabilities: Floats = softmax(scores[np.newaxis, :] * self._config["sharpness"])[0]
        return probabilities

    def ranking(self, text: str, scores: Floats, most: int = 8) -> Ranking:
        """The most probable classes of one text, best first and at least one of each kind, and the kinds."""
        probabilities = self.probabilities(scores)
        kinds = self._kinds.probabilities(scores[np.newaxis, :], [text])[0]
        shown = {*np.argsort(-probabilities)[:most].tolist(), *self._kinds.best_of_each(probabilities)}
        best = sorted(shown, key=lambda i: -probabilities[i])
        return Ranking(
            entries=[(self.classes[i], round(float(probabilities[i]), 4)) for i in best],
            kinds={kind: round(float(share), 4) for kind, share in zip(self._kinds.names, kinds)},
        )

    def save(self, folder: Path) -> None:
        """Writes what training made: plain arrays, a graph and JSON; nothing that could run code when read."""
        (folder / MEANING).write_bytes(self._graph)
        np.save(folder / SAID, self._said)
        np.savez(folder / "head.npz", rarity=self._spelling.rarity, **self._kinds.arrays())
        about = {"classes": self.classes, "vocabulary": self._spelling.numbers, "config": self._config}
        (folder / "head.json").write_text(json.dumps(about, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Head:
        """Reads what `save` wrote; raises FileNotFoundError if there is nothing."""
        about = json.loads((folder / "head.json").read_text("utf-8"))
        with np.load(folder / "head.npz", allow_pickle=False) as stored:
            kept = {name: stored[name] for name in stored.files}
        config = about["config"]
        spelling = Spelling(config["ngrams"], about["vocabulary"], kept["rarity"])
        kinds = KindModel(about["classes"], kept, config["sharpness"])
        return cls(session(folder / MEANING), np.load(folder / SAID), kinds, spelling, config)


def _summed(ngrams: csr_matrix, weights: Floats, config: dict[str, Any]) -> Halves:
    """What each n-gram contributes to each class, shape (n-grams, classes)."""
    summed: Halves = (config["spelling"] * (ngrams.T.tocsr() @ weights)).astype(np.float16)
    return summed


def _centred(vectors: Floats, mean: Floats) -> Floats:
    centred = vectors - mean
    scaled: Floats = centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-6)
    return scaled


def _sample_weights(labels: Sequence[str], evenness: float) -> Floats:
    """Weights that let large classes count less: 0 leaves them as they are, 1 makes all classes equal."""
    names, counts = np.unique(np.asarray(labels), return_counts=True)
    weight = dict(zip(names, (counts.mean() / counts) ** evenness))
    return np.array([weight[label] for label in labels], dtype=np.float32)
