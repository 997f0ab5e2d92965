"""The committed result must come from the present code and be above the floors."""

from __future__ import annotations

import shutil

import pytest

from assistant.core.paths import ROOT
from assistant.training.fingerprint import fingerprint, ingredients
from evaluation.__main__ import FLOORS
from evaluation.check import DECIDES, EDITED, RESULT, findings, load, scoring_files, state
from evaluation.needs import needs_files

NEEDS = {"needs-de": {"all": {"n": 200, "helped": 180, "harmful": 3}}}
KEPT = {"state": state(), "assistant": {"de": {"all": {"good": 0.93}}}, "needs": NEEDS}
NO_FLOORS = {"right": {}, "needs": {}}


def floors_of_needs(helped: float, harmful: int) -> dict:
    return {**NO_FLOORS, "needs": {"needs-de": {"helped": helped, "harmful": harmful}}}


def test_a_present_result_above_its_floor_holds():
    assert findings(KEPT, {**NO_FLOORS, "right": {"de": {"all": 0.93}}}) == []


def test_a_drop_below_a_floor_is_named():
    floors = {**NO_FLOORS, "right": {"de": {"all": 0.94}}}
    assert findings(KEPT, floors) == ["de, all: 93.0 % right, below the floor of 94.0 %."]


def test_needs_may_lose_a_point_but_no_more():
    assert findings(KEPT, floors_of_needs(0.909, 3)) == []
    assert findings(KEPT, floors_of_needs(0.92, 3)) == ["needs-de: 90.0 % helped, below the floor of 91.0 %."]


def test_not_one_more_reply_may_harm():
    assert findings(KEPT, floors_of_needs(0.9, 2)) == ["needs-de: 3 replies harmful, more than 2."]


def test_needs_that_were_never_measured_are_named():
    unmeasured = {**KEPT, "needs": {}}
    assert findings(unmeasured, floors_of_needs(0.9, 2))[0].startswith("needs-de has not been measured")


def test_every_file_of_needs_has_a_floor():
    assert load(FLOORS)["needs"].keys() == {path.stem for path in needs_files()}


def test_no_file_of_questions_is_left_out_when_compared_with_training_questions():
    ours = {*(ROOT / "evaluation").glob("*/*.jsonl")} - {*(ROOT / "evaluation" / "masking").iterdir()}
    assert ours <= set(scoring_files())


def test_a_result_of_other_code_is_out_of_date():
    assert "make measure" in findings({**KEPT, "state": {**state(), "code": "before"}}, NO_FLOORS)[0]


def test_a_result_of_other_texts_or_training_questions_holds():
    assert findings({**KEPT, "state": {**state(), "content": "before"}}, NO_FLOORS) == []


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
