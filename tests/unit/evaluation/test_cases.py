"""Question files are read whole, or refused with the line that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.cases import own_files, read
from evaluation.judge import patterns


def test_single_questions_and_dialogues_are_read(tmp_path: Path):
    file = tmp_path / "de.jsonl"
    file.write_text(
        '{"id": "a", "lang": "de", "kind": "direct", "text": "Wann?", "facts": ["H8"]}\n'
        '{"id": "b", "lang": "de", "turns": [{"text": "Danke", "facts": []},'
        ' {"text": "why", "facts": ["H8"], "lang": "en"}]}\n',
        "utf-8",
    )
    single, dialogue = read([file])
    assert (single.kind, single.is_dialogue, single.turns[0].facts) == ("direct", False, ("H8",))
    assert [(turn.language, turn.facts) for turn in dialogue.turns] == [("de", None), ("en", ("H8",))]


@pytest.mark.parametrize("line", ["{", "[]", '{"id": "a", "lang": "de"}'])
def test_a_broken_line_is_named(tmp_path: Path, line: str):
    file = tmp_path / "de.jsonl"
    file.write_text(f"\n{line}\n", "utf-8")
    with pytest.raises(ValueError, match=r"de\.jsonl:2 is not a case"):
        list(read([file]))


def test_own_cases_have_ids_of_their_own_and_known_facts():
    cases = list(read(own_files()))
    assert len({case.id for case in cases}) == len(cases)
    assert {fact for case in cases for turn in case.turns for fact in turn.facts or ()} <= set(patterns())
