"""Compares training with scoring questions, and the kept result with the present state of the project."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from assistant.commands.train import INGREDIENTS, fingerprint
from assistant.knowledge.examples import examples
from assistant.knowledge.held_out import Vectors, near_duplicates, near_in_meaning, scoring_questions
from assistant.nlu.vectors import KeptVectors
from assistant.paths import ROOT, VECTORS
from evaluation.cases import own_files, shared_files

RESULT = ROOT / "evaluation" / "result.json"
# What a result depends on: change any of it and the result has to be measured anew.
MEASURED = (
    *INGREDIENTS,
    "knowledge",
    "assistant/dialogue",
    "assistant/knowledge",
    "assistant/languages.py",
    "evaluation/cases",
    "evaluation/facts.json",
    *(f"evaluation/{name}.py" for name in ("assistant", "cases", "figures", "judge", "run")),
)


def too_near() -> list[str]:
    """Training questions that are nearly scoring questions, by letters or by meaning, as lines to read."""
    training = list(examples())
    questions = list(dict.fromkeys(scoring_questions([*own_files(), *shared_files()])))
    known = dict.fromkeys(example.text for example in training)
    vectors = {
        **KeptVectors(VECTORS).of(list(known)),
        **KeptVectors(VECTORS.with_name("questions-int8.npz")).of(questions),
    }
    encode = partial(_rows, vectors)
    found = [*near_duplicates(training, questions), *near_in_meaning(training, questions, encode)]
    return [f'{e.file}:{e.line}: "{e.text}" is too near to the scoring question "{q}" ({how})' for e, q, how in found]


def _rows(vectors: dict[str, Vectors], texts: Sequence[str]) -> Vectors:
    return np.stack([vectors[text] for text in texts])


def state() -> str:
    """A name for everything that a result depends on."""
    return fingerprint(MEASURED)


def findings(result: dict[str, Any], floors: dict[str, dict[str, float]]) -> list[str]:
    """What is wrong with a kept result: out of date, or below a floor."""
    found = []
    if result["state"] != state():
        found.append("evaluation/result.json is out of date: run `make measure` and commit it.")
    for file, kinds in floors.items():
        for kind, floor in kinds.items():
            value = result["assistant"][file][kind]["good"]
            if value < floor:
                found.append(f"{file}, {kind}: {100 * value:.1f} % right, below the floor of {100 * floor:.1f} %.")
    return found


def load(path: Path) -> dict[str, Any]:
    """A JSON file."""
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content
