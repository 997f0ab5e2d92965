"""Questions kept for scoring are never training data."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from assistant.knowledge.examples import Example
from assistant.knowledge.held_out import near_duplicates, near_in_meaning, scoring_questions
from assistant.nlu.encoder.vectors import encode
from evaluation import check
from evaluation.check import too_near
from tests.unit.staff.conftest import correction


def test_no_training_question_is_nearly_a_scoring_question_by_letters_or_by_meaning():
    assert too_near() == []


def test_a_correction_is_no_scoring_question_either(tmp_path: Path, monkeypatch):
    file = tmp_path / "questions.jsonl"
    file.write_text('{"text": "Wie grenzt die IOM Zugewanderte von Touristen ab?"}\n', "utf-8")
    monkeypatch.setattr(check, "scoring_files", lambda: [file])
    monkeypatch.setattr(check, "VECTORS", tmp_path / "vectors.npz")
    for name in ("examples", "examples_elsewhere"):
        monkeypatch.setattr(check, name, list)
    monkeypatch.setattr(check, "read", lambda: [correction(text="Wo sitzt ihr denn alle?")])
    assert too_near() == []
    asked = "bitte, wie grenzt die IOM Zugewanderte von Touristen ab?"
    monkeypatch.setattr(check, "read", lambda: [correction(text=asked, line=7)])
    assert too_near()[0].startswith(f'tests/corrections.yml:7: "{asked}" is too near to the scoring question')


def test_a_near_duplicate_in_meaning_is_found(tmp_path: Path):
    file = tmp_path / "questions.jsonl"
    file.write_text('{"text": "Please tell me, how old is the liaison office?"}\n', "utf-8")
    example = Example("en", "x.yml", 1, "x/y", "Please tell me how old is the liaison office")
    assert near_in_meaning(
        [example], list(scoring_questions([file])), lambda texts: np.stack([encode(t) for t in texts])
    )


def test_a_near_duplicate_is_found(tmp_path: Path):
    file = tmp_path / "questions.jsonl"
    file.write_text('{"turns": [{"text": "How old is the liaison office?"}]}\n', "utf-8")
    example = Example("en", "x.yml", 1, "x/y", "how old is the liaison office")
    assert near_duplicates([example], list(scoring_questions([file])))
