"""Checks the schema of an action's reply once; Rasa checks it against its meta-schema for every message (2 ms)."""

from __future__ import annotations

from typing import Any


def apply() -> None:
    """Validates replies with one validator, made when Rasa starts."""
    from jsonschema import Draft7Validator
    from jsonschema.exceptions import best_match
    from rasa.core.actions.action import RemoteAction

    schema = RemoteAction.action_response_format_spec()
    Draft7Validator.check_schema(schema)
    validator = Draft7Validator(schema)

    def validate(_: RemoteAction, result: Any) -> bool:
        if error := best_match(validator.iter_errors(result)):
            raise error
        return True

    RemoteAction._validate_action_result = validate
