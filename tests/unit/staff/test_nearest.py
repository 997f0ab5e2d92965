"""The training questions nearest to a text."""

from __future__ import annotations

import os

from assistant.core.paths import ROOT
from assistant.staff.nearest import nearest

QUESTION = "Wie erreiche ich die IOM Deutschland?"
HEAD = 'version: "3.1"\nnlu:\n  - intent: a/b\n    examples: |\n'


def test_a_training_question_is_nearest_to_itself_and_found_in_its_line():
    for language, text in (
        ("de", "wer bezahlt FAP"),
        ("en", "Plane ticket is 600 euro and I don't have it, I just want to go home"),
    ):
        first, *others = nearest(text)
        assert first.example.text == text
        assert first.similarity > 0.99
        assert first.example.file.startswith(f"data/nlu/{language}/")
        line = (ROOT / first.example.file).read_text("utf-8").splitlines()[first.example.line - 1]
        assert line.strip() == f"- {text}"
        assert len(others) == 2
        assert others[0].similarity <= first.similarity


def write(folder, *questions):
    for language in ("de", "en"):
        (folder / language).mkdir(exist_ok=True)
        lines = "".join(f"      - {question}\n" for question in questions)
        (folder / language / "ask_x.yml").write_text(HEAD + lines, "utf-8")


def test_a_change_of_the_files_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr("assistant.staff.nearest.VECTORS", tmp_path / "vectors.npz")
    write(tmp_path, "wer bezahlt FAP")
    assert {near.example.text for near in nearest("Wer zahlt?", folder=tmp_path)} == {"wer bezahlt FAP"}
    write(tmp_path, "Was ist das Global Data Institute?")
    os.utime(tmp_path / "de" / "ask_x.yml", (1, 1))
    assert "wer bezahlt FAP" not in {near.example.text for near in nearest("Wer zahlt?", folder=tmp_path)}


def test_without_training_questions_there_is_none(tmp_path):
    assert nearest("Wer zahlt?", folder=tmp_path) == []
