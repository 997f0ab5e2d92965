"""Cuts every incoming text to little more than the guard reads, before anything is stored."""

from __future__ import annotations

from typing import Any

# More than the guard reads, so that it can still tell that a text was too long.
MAX_CHARACTERS = 1200


def apply() -> None:
    """Cuts a message's text; anything that is not text becomes an empty one."""
    from rasa.core.channels.channel import UserMessage

    original = UserMessage.__init__

    def bounded(self: UserMessage, text: Any = None, *args: Any, **kwargs: Any) -> None:
        text = text if isinstance(text, str) else ""
        original(self, text[:MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8"), *args, **kwargs)

    UserMessage.__init__ = bounded
