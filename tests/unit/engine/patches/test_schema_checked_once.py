"""The schema of an action's reply is validated only once."""

from __future__ import annotations

import jsonschema
import pytest

from assistant.engine.patches import schema_checked_once


@pytest.fixture
def checks(monkeypatch) -> list[object]:
    """The schemas that were validated against the meta-schema."""
    made: list[object] = []
    real = jsonschema.Draft7Validator.check_schema
    monkeypatch.setattr(jsonschema.Draft7Validator, "check_schema", lambda schema: made.append(schema) or real(schema))
    return made


def test_schema_of_an_actions_reply_is_checked_once(stock, action, checks):
    schema_checked_once.apply()
    for _ in range(3):
        assert action._validate_action_result({"events": [], "responses": []})
    assert len(checks) == 1


def test_rasa_still_checks_the_schema_each_time(stock, action, checks):
    for _ in range(3):
        assert action._validate_action_result({"events": [], "responses": []})
    assert len(checks) == 3


@pytest.mark.parametrize("reply", [{"events": "none"}, {"responses": [1]}, {"events": [{"event": "slot"}]}, []])
def test_a_wrong_reply_of_the_action_server_stays_an_error(stock, action, reply):
    schema_checked_once.apply()
    with pytest.raises(jsonschema.ValidationError):
        action._validate_action_result(reply)
