"""The trained head: from a sentence's vector and its spelling to entries and kinds of message, with probabilities."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from onnxruntime import InferenceSession

from assistant.nlu.encoder.onnx_session import session
from assistant.nlu.ranking.answers import AnswerPrior
from assistant.nlu.ranking.candidate_model import CandidateModel, Evidence
from assistant.nlu.ranking.gram import panels
from assistant.nlu.ranking.kind_model import Floats, KindModel, softmax
from assistant.nlu.ranking.ridge import blocks, solved
from assistant.nlu.ranking.similarity_graph import written
from assistant.nlu.ranking.spelling import Spelling
from assistant.nlu.ranking.words import KnownWords

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Halves = npt.NDArray[np.float16]
Numbers = npt.NDArray[np.intp]
MEANING, SAID = "meaning.onnx", "spelling.npy"
# How many examples' leave-one-out scores the kinds are learned from: enough for a few hundred parameters.
CALIBRATED = 16384
# The highest probability of a class that is too far behind the best to be judged.
LEAST = 0.01


@dataclass(frozen=True)
class Ranking:
    """What a text is about: candidates, each with the probability that the text asks for it, and kinds of message.

    Candidates come best first, at least one of each kind; the probabilities of kinds add up to 1.
    """

    entries: list[tuple[str, float]]
    kinds: dict[str, float]


@dataclass(frozen=True)
class Answers:
    """The texts that answer questions: their class, and their vector as a passage, shape (texts, 384)."""

    classes: Sequence[str] = ()
    texts: Sequence[str] = ()
    vectors: Floats = field(default_factory=lambda: np.zeros((0, 384), dtype=np.float32))


@dataclass(frozen=True)
class Scored:
    """One text with what the head and its answers say of each class, shape (1, classes) each."""

    scores: Floats
    likeness: Floats
    known: Floats
    unknown: Floats


class Head:
    """Kernel ridge regression: the more similar a text is to a class's examples, the likelier that class.

    It starts from how well each class's answer fits (AnswerPrior) and learns what that gets wrong. Texts
    are compared by meaning (e5; a Gaussian of the angle between their vectors) and by spelling
    (character n-grams), and `spelling` is the share of the latter. e5's vectors all point in much the
    same direction (their mean has length 0.88), so the mean is subtracted first. Similarity of spelling
    is a dot product, so what all examples contribute to it is summed in advance for each n-gram.
    Measured against other heads in docs/decisions/0005-the-head.md.
    """

    def __init__(
        self, meaning: InferenceSession, said: Halves, parts: Learned, config: dict[str, Any], graph: bytes = b""
    ) -> None:
        self.classes = parts.judges.kinds.classes
        self._meaning, self._graph = meaning, graph
        self._said, self._parts, self._config = said, parts, config

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        vectors: Floats,
        labels: Sequence[str],
        config: dict[str, Any],
        answers: Answers = Answers(),
    ) -> Head:
        """Trains on texts, their vectors (n, 384) and labels; deterministic; needs some 3 n² bytes of memory."""
        classes, numbers = np.unique(np.asarray(labels), return_inverse=True)
        spelling = Spelling.fit(texts, config["ngrams"], config["most_ngrams"])
        # Shuffled, so that the last of them represent all.
        order = np.random.default_rng(0).permutation(len(texts))
        ngrams, mean = spelling.matrix([texts[i] for i in order]), vectors.mean(axis=0)
        centred = _centred(vectors[order], mean)
        known = list(zip(answers.classes, answers.vectors))
        prior = AnswerPrior.fit(known, classes.tolist(), config["answer_sharpness"], config["answer_share"])
        likeness = panels(centred, ngrams, config)
        ridges = config["ridge"] / _sample_weights(labels, config["evenness"])[order]
        for panel, rows in zip(likeness, blocks(len(labels))):
            panel[:, rows][np.diag_indices(len(panel))] += ridges[rows]
        targets = np.full((len(labels), len(classes)), -1 / len(classes), dtype=np.float32)
        targets[np.arange(len(labels)), numbers[order]] += 1
        last = min(CALIBRATED, len(labels))
        weights, diagonal = solved(likeness, targets - prior.scores(prior.likeness(centred)), last)
        left_out = targets[-last:] - weights[-last:] / diagonal[:, np.newaxis]
        sample = Sample(
            [texts[i] for i in order[-last:]], left_out, prior.likeness(centred[-last:]), numbers[order[-last:]]
        )
        words = KnownWords.fit(texts, numbers, _of_classes(answers, classes.tolist()), len(classes))
        sizes = np.bincount(numbers, minlength=len(classes)).astype(np.float32)
        by_class = np.argsort(numbers[order], kind="stable")
        graph = written(centred[by_class], mean, weights[by_class], config)
        parts = Learned.fit(classes.tolist(), sample, sizes, (spelling, words, prior), config["sharpness"])
        summed = _summed(ngrams, weights, config)
        return cls(session(graph), summed, replace(parts, mean=mean), config, graph)

    def scored(self, texts: Sequence[str], vectors: Floats) -> list[Scored]:
        """How well each class fits each text: a score of about 1 for a sure fit, 0 for none, and other evidence."""
        scores: Floats = self._meaning.run(None, {"vectors": vectors})[0]
        for row, text in enumerate(texts):
            ngrams, weights = self._parts.spelling.of(text)
            scores[row] += weights @ self._said[ngrams].astype(np.float32)
        likeness = self._parts.prior.likeness(_centred(vectors, self._parts.mean))
        scores += self._parts.prior.scores(likeness)
        known, unknown = self._parts.words.support(texts)
        rows = [slice(i, i + 1) for i in range(len(texts))]
        return [Scored(scores[row], likeness[row], known[row], unknown[row]) for row in rows]

    def probabilities(self, scored: Scored) -> Floats:
        """The share of each class in the scores of one text."""
        probabilities: Floats = softmax(scored.scores * self._config["sharpness"])[0]
        return probabilities

    def ranking(self, text: str, scored: Scored, boosts: Floats | None = None) -> Ranking:
        """The candidates of one text and its kinds; `boosts` are added to the scores of the classes."""
        scores = scored.scores if boosts is None else scored.scores + boosts
        evidence = Evidence([text], scores, scored.likeness, scored.known, scored.unknown)
        judges = self._parts.judges
        judged, chances = judges.candidates.probabilities(evidence)
        found = dict(zip(judged[0].tolist(), chances[0].tolist()))
        shares = softmax(scores * self._config["sharpness"])[0]
        # Classes too far behind to be judged are shown with next to nothing.
        found = {**{i: min(float(shares[i]), LEAST) for i in judges.kinds.best_of_each(shares)}, **found}
        kinds = judges.kinds.probabilities(scores, [text])[0]
        return Ranking(
            entries=[(self.classes[i], round(found[i], 4)) for i in sorted(found, key=lambda i: -found[i])],
            kinds={kind: round(float(share), 4) for kind, share in zip(judges.kinds.names, kinds)},
        )

    def save(self, folder: Path) -> None:
        """Writes what training made: plain arrays, a graph and JSON; nothing that could run code when read."""
        (folder / MEANING).write_bytes(self._graph)
        np.save(folder / SAID, self._said)
        np.savez(folder / "head.npz", **self._parts.arrays())
        parts = self._parts
        about = {"classes": self.classes, "vocabulary": parts.spelling.numbers, "texts": parts.words.texts}
        about = {**about, "config": self._config}
        (folder / "head.json").write_text(json.dumps(about, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Head:
        """Reads what `save` wrote; raises FileNotFoundError if there is nothing."""
        about = json.loads((folder / "head.json").read_text("utf-8"))
        with np.load(folder / "head.npz", allow_pickle=False) as stored:
            kept = {name: stored[name] for name in stored.files}
        parts = Learned.of(about["classes"], kept, about["vocabulary"], about["texts"], about["config"])
        return cls(session(folder / MEANING), np.load(folder / SAID), parts, about["config"])


@dataclass(frozen=True)
class Sample:
    """Examples as if each had been left out: texts, scores and likeness (texts, classes), and their classes."""

    texts: Sequence[str]
    scores: Floats
    likeness: Floats
    numbers: Numbers


@dataclass(frozen=True)
class Judges:
    """What turns scores into probabilities: of kinds, and of candidates."""

    kinds: KindModel
    candidates: CandidateModel

    @classmethod
    def fit(
        cls, classes: Sequence[str], evidence: Evidence, numbers: Numbers, of_classes: OfClasses, sharpness: float
    ) -> Judges:
        """Learns both from examples' evidence and classes."""
        meant = [classes[number] for number in numbers]
        kinds = KindModel.fit(classes, evidence.scores, evidence.texts, meant, sharpness)
        candidates = CandidateModel.fit(kinds, of_classes.answered, evidence, numbers, of_classes.sizes, sharpness)
        return cls(kinds, candidates)

    @classmethod
    def of(
        cls,
        classes: Sequence[str],
        kept: Mapping[str, Any],
        answered: npt.NDArray[np.bool_],
        sharpness: float,
    ) -> Judges:
        """The same from saved arrays."""
        kinds = KindModel(classes, kept, sharpness)
        return cls(kinds, CandidateModel(kinds, answered, kept, sharpness))

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays to save."""
        return {**self.kinds.arrays(), **self.candidates.arrays()}


@dataclass(frozen=True)
class OfClasses:
    """Of each class: whether it has an answer, and how many examples."""

    answered: npt.NDArray[np.bool_]
    sizes: Floats


@dataclass(frozen=True)
class Learned:
    """What the head needs beside its weights."""

    judges: Judges
    spelling: Spelling
    words: KnownWords
    prior: AnswerPrior
    mean: Floats = field(default_factory=lambda: np.zeros(384, dtype=np.float32))

    @classmethod
    def fit(
        cls,
        classes: Sequence[str],
        sample: Sample,
        sizes: Floats,
        found: tuple[Spelling, KnownWords, AnswerPrior],
        sharpness: float,
    ) -> Learned:
        """Learns kinds and probabilities from a sample; `sizes` are the numbers of examples of all classes."""
        spelling, words, prior = found
        of_classes = OfClasses(prior.answered, sizes)
        known, unknown = words.support(sample.texts, sample.numbers.tolist())
        evidence = Evidence(sample.texts, sample.scores, sample.likeness, known, unknown)
        judges = Judges.fit(classes, evidence, sample.numbers, of_classes, sharpness)
        return cls(judges, spelling, words, prior)

    @classmethod
    def of(
        cls,
        classes: Sequence[str],
        kept: Mapping[str, Any],
        vocabulary: Mapping[str, int],
        texts: int,
        config: Mapping[str, Any],
    ) -> Learned:
        """The same from saved arrays."""
        prior = AnswerPrior(kept, len(classes), config["answer_sharpness"], config["answer_share"])
        return cls(
            judges=Judges.of(classes, kept, prior.answered, config["sharpness"]),
            spelling=Spelling(config["ngrams"], vocabulary, kept["rarity"]),
            words=KnownWords(kept, len(classes), texts),
            prior=prior,
            mean=kept["mean"],
        )

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays to save."""
        parts = (self.judges.arrays(), self.words.arrays(), self.prior.arrays())
        merged = {name: array for part in parts for name, array in part.items()}
        return {**merged, "rarity": self.spelling.rarity, "mean": self.mean}


def _of_classes(answers: Answers, classes: Sequence[str]) -> list[tuple[int, str]]:
    """The texts of answers with the numbers of their classes."""
    number = {name: i for i, name in enumerate(classes)}
    return [(number[name], text) for name, text in zip(answers.classes, answers.texts) if name in number]


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
