"""What texts of a language without training questions say by comparison with others of the same language.

Across languages the encoder sees what a text is about, but not always the one word ("beats", "bleeds") on which an
answer turns. So a text is also compared with the entries' questions in its own language, and an emergency with what
people typically write in each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from assistant.core.understanding import kind_of
from assistant.nlu.ranking.head import Ranking
from assistant.nlu.ranking.kind_model import Floats, softmax

CRISIS = "crisis"
# What texts are, in the names under which they are kept: "uk/questions".
QUESTIONS, EMERGENCIES = "questions", "emergencies"
# The classes and vectors of some texts.
Classified = tuple[Sequence[str], Floats]
Arrays = Mapping[str, np.typing.NDArray[Any]]
# What a question exactly like a text adds to its entry's score, and how fast that falls with the cosine.
QUESTION_WEIGHT, QUESTION_SHARPNESS = 0.3, 3
# How much the cosine with an example of an emergency counts against the logarithm of a probability. All three were
# measured in docs/decisions/0021-ten-languages.md.
EMERGENCY_WEIGHT = 15.0
# Keeps logarithms away from that of zero.
LEAST = 0.01


@dataclass(frozen=True)
class Examples:
    """Texts of one language: the class each belongs to, and their vectors around their mean."""

    classes: Sequence[str]
    vectors: Floats
    mean: Floats

    @classmethod
    def of(cls, classes: Sequence[str], vectors: Floats) -> Examples:
        """From classes and vectors, shape (texts, 384)."""
        exact = vectors.astype(np.float32)
        mean: Floats = exact.mean(axis=0)
        return cls(classes, _unit(exact - mean), mean)

    def nearest(self, vector: Floats) -> dict[str, float]:
        """For each class, the cosine of a text with the nearest of its texts."""
        found: dict[str, float] = {}
        for class_, cosine in zip(self.classes, (self.vectors @ _unit(vector - self.mean)).tolist()):
            found[class_] = max(cosine, found.get(class_, -1.0))
        return found


class LanguageExamples:
    """The questions and emergencies of all languages that have some, by language and what they are."""

    def __init__(self, texts: Mapping[str, Examples]) -> None:
        self._texts = texts

    @classmethod
    def of(cls, kept: Arrays) -> LanguageExamples:
        """From the arrays that `arrays` made."""
        names = {name.rpartition("/")[0] for name in kept}
        return cls({name: Examples.of(kept[f"{name}/classes"].tolist(), kept[f"{name}/vectors"]) for name in names})

    def boosts(self, vector: Floats, language: str | None, classes: Sequence[str]) -> Floats:
        """What the nearest questions of its language add to the scores of classes, shape (classes,)."""
        questions = self._texts.get(f"{language}/{QUESTIONS}")
        nearest = questions.nearest(vector) if questions else {}
        cosines = np.array([max(nearest.get(class_, 0.0), 0.0) for class_ in classes], dtype=np.float32)
        boosts: Floats = QUESTION_WEIGHT * cosines**QUESTION_SHARPNESS
        return boosts

    def settled(self, ranking: Ranking, vector: Floats, language: str | None) -> Ranking:
        """The ranking with the emergencies' probabilities, together as before, divided anew by the nearest examples."""
        examples = self._texts.get(f"{language}/{EMERGENCIES}")
        before = {id_: p for id_, p in ranking.entries if kind_of(id_) == CRISIS}
        if examples is None or not before:
            return ranking
        nearest = {**dict.fromkeys(before, -1.0), **examples.nearest(vector)}
        logits = [np.log(before.get(id_, 0.0) + LEAST) + EMERGENCY_WEIGHT * near for id_, near in nearest.items()]
        shares = softmax(np.array([logits]))[0] * min(sum(before.values()), 1.0)
        divided = [(id_, round(float(share), 4)) for id_, share in zip(nearest, shares)]
        others = [(id_, p) for id_, p in ranking.entries if id_ not in before]
        merged = [*others, *((id_, p) for id_, p in divided if p)]
        return replace(ranking, entries=sorted(merged, key=lambda each: -each[1]))


def arrays(texts: Mapping[str, Classified]) -> dict[str, np.typing.NDArray[Any]]:
    """The arrays to save."""
    classes = {f"{name}/classes": np.array(classes) for name, (classes, _) in texts.items()}
    return {**classes, **{f"{name}/vectors": vectors.astype(np.float16) for name, (_, vectors) in texts.items()}}


def _unit(vectors: Floats) -> Floats:
    unit: Floats = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-6)
    return unit
