"""Sends the action only what happened since the latest message; everything earlier that it needs is in its slot."""

from __future__ import annotations

from typing import Any


def apply() -> None:
    """Shortens the events in a call of the action server."""
    from rasa.core.actions.action import RemoteAction

    original = RemoteAction._action_call_format

    def shortened(self: RemoteAction, tracker: Any, domain: Any) -> dict[str, Any]:
        call: dict[str, Any] = original(self, tracker, domain)
        events = call["tracker"]["events"]
        asked = [number for number, event in enumerate(events) if event["event"] == "user"]
        call["tracker"]["events"] = events[asked[-1] :] if asked else events
        return call

    RemoteAction._action_call_format = shortened
