"""The kept result must be of the present state and above the floors."""

from __future__ import annotations

import pytest

from assistant.commands.train import ingredients
from evaluation.check import MEASURED, findings, state

RESULT = {"state": state(), "assistant": {"de": {"all": {"good": 0.93}}}}


def test_a_present_result_above_its_floor_holds():
    assert findings(RESULT, {"de": {"all": 0.93}}) == []


def test_a_drop_below_a_floor_is_named():
    assert findings(RESULT, {"de": {"all": 0.94}}) == ["de, all: 93.0 % right, below the floor of 94.0 %."]


def test_a_result_of_another_state_is_out_of_date():
    assert "out of date" in findings({**RESULT, "state": "before"}, {})[0]


@pytest.mark.parametrize("name", MEASURED)
def test_all_that_a_result_depends_on_is_there(name):
    assert list(ingredients([name])), name
