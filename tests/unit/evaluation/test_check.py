"""The committed result must come from the present code and be above the floors."""

from __future__ import annotations

import shutil

import pytest

from assistant.core.paths import ROOT
from assistant.training.fingerprint import fingerprint, ingredients
from evaluation.check import DECIDES, EDITED, RESULT, findings, load, state

KEPT = {"state": state(), "assistant": {"de": {"all": {"good": 0.93}}}}


def test_a_present_result_above_its_floor_holds():
    assert findings(KEPT, {"de": {"all": 0.93}}) == []


def test_a_drop_below_a_floor_is_named():
    assert findings(KEPT, {"de": {"all": 0.94}}) == ["de, all: 93.0 % right, below the floor of 94.0 %."]


def test_a_result_of_other_code_is_out_of_date():
    assert "make measure" in findings({**KEPT, "state": {**state(), "code": "before"}}, {})[0]


def test_a_result_of_other_texts_or_training_questions_holds():
    assert findings({**KEPT, "state": {**state(), "content": "before"}}, {}) == []


def test_the_kept_result_says_what_it_was_measured_on():
    assert load(RESULT)["state"].keys() == state().keys()


@pytest.mark.parametrize("edited", ["knowledge/figures.yml", "knowledge/phrases.yml", "data/nlu/de/ask_data.yml"])
def test_an_edit_of_texts_or_questions_changes_only_what_is_recorded(tmp_path, edited):
    for path in ingredients([*DECIDES, *EDITED]):
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    with (tmp_path / edited).open("a", encoding="utf-8") as file:
        file.write("\n# changed\n")
    assert fingerprint(DECIDES, tmp_path) == fingerprint(DECIDES)
    assert fingerprint(EDITED, tmp_path) != fingerprint(EDITED)
