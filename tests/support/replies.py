"""Reads replies of Rasa's REST channel."""

from __future__ import annotations

from typing import Any

Messages = list[dict[str, Any]]


def envelope(messages: Messages) -> dict[str, Any]:
    """The answer envelope; checks that there is exactly one and that it comes last."""
    found: list[dict[str, Any]] = [message["custom"]["answer"] for message in messages if "custom" in message]
    assert len(found) == 1, messages
    assert "custom" in messages[-1], messages
    return found[0]


def text_of(messages: Messages) -> str:
    """All the text of a reply."""
    return "\n".join(message["text"] for message in messages if "text" in message)
