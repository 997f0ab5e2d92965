"""Compares training questions with those kept for scoring: none may be in both, even nearly."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer

from assistant.knowledge.examples import Example

# Shorter texts, such as "Hallo", "who runs it" and "iom korea visa", turn up in any data without being copied.
FEWEST_WORDS = 4
TOO_NEAR = 0.9
# Measured on 3,100 scoring questions: at or above this cosine, most pairs are one question with a word or two changed.
TOO_NEAR_IN_MEANING = 0.985
Vectors = npt.NDArray[np.float32]


def scoring_questions(files: Sequence[Path]) -> Iterator[str]:
    """The texts of question files (one JSON object a line, with `text` or `turns`)."""
    for path in files:
        for line in path.read_text("utf-8").splitlines():
            case = json.loads(line)
            yield from (turn["text"] for turn in case.get("turns", [case]) if "text" in turn)


def near_duplicates(examples: Sequence[Example], questions: Sequence[str]) -> list[tuple[Example, str, float]]:
    """Training examples spelt too much like a scoring question, with the similarity (1 = identical)."""
    kept = [question for question in questions if len(plain(question).split()) >= FEWEST_WORDS]
    if not kept or not examples:
        return []
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5))
    training = vectorizer.fit_transform([plain(example.text) for example in examples])
    scoring = vectorizer.transform([plain(question) for question in kept])
    similarity = (training @ scoring.T).tocoo()
    return [
        (examples[row], kept[column], round(float(value), 3))
        for row, column, value in zip(similarity.row, similarity.col, similarity.data)
        if value >= TOO_NEAR
    ]


def near_in_meaning(
    examples: Sequence[Example], questions: Sequence[str], encode: Callable[[Sequence[str]], Vectors]
) -> list[tuple[Example, str, float]]:
    """Training examples that mean nearly the same as a scoring question, with the cosine of their vectors.

    `encode` returns the vectors of texts, one per row, each of length 1.
    """
    kept = [question for question in questions if len(plain(question).split()) >= FEWEST_WORDS]
    if not kept or not examples:
        return []
    similarity = encode([example.text for example in examples]) @ encode(kept).T
    rows, columns = np.nonzero(similarity >= TOO_NEAR_IN_MEANING)
    return [(examples[r], kept[c], round(float(similarity[r, c]), 3)) for r, c in zip(rows, columns)]


def plain(text: str) -> str:
    """A text in small letters, without marks."""
    return re.sub(r"\W+", " ", text.lower()).strip()
