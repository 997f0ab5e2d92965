"""Questions kept for scoring are never training data."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.knowledge.examples import Example, examples
from assistant.knowledge.held_out import near_duplicates, scoring_questions
from assistant.paths import ROOT

SHARED = ROOT.parent / "shared" / "evaluation"
FILES = [path for path in sorted(SHARED.glob("*.jsonl")) if "attack" not in path.name]


@pytest.mark.skipif(not FILES, reason="the question files for scoring are not at hand, so nothing was compared")
def test_no_training_question_is_nearly_a_scoring_question():
    found = near_duplicates(list(examples()), list(scoring_questions(FILES)))
    assert [(example.file, example.text, question) for example, question, _ in found] == []


def test_a_near_duplicate_is_found(tmp_path: Path):
    file = tmp_path / "questions.jsonl"
    file.write_text('{"turns": [{"text": "How old is the liaison office?"}]}\n', "utf-8")
    example = Example("en", "x.yml", 1, "x/y", "how old is the liaison office")
    assert near_duplicates([example], list(scoring_questions([file])))
