"""What the assistant remembers of a conversation, kept in the Rasa slot of that name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from assistant.core.languages import Language, served

SLOT = "conversation"


@dataclass(frozen=True)
class Conversation:
    """The language in use and the one requested, what has been answered, and what is on offer.

    `entries` are the latest facts, which follow-up questions refer to; `said` holds the entries of the
    last reply, `told` those of recent replies, `offered` the options a number selects, and `choice` the
    position of the channel's language switch.
    """

    language: Language | None = None
    wish: Language | None = None
    entries: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    choice: Language | None = None

    @property
    def entry(self) -> str | None:
        """The entry a follow-up question refers to."""
        return self.entries[-1] if self.entries else None

    def with_choice(self, choice: Language | None) -> Conversation:
        """The conversation with the switch's position: moving the switch is a request, leaving it is not.

        So "in English, please" stays in force although every message still carries the switch's old position.
        """
        if choice is None or choice == self.choice:
            return self
        return replace(self, wish=choice, choice=choice)

    def as_slot(self) -> dict[str, Any]:
        return {
            "language": self.language,
            "wish": self.wish,
            "entries": list(self.entries),
            "said": list(self.said),
            "told": list(self.told),
            "offered": list(self.offered),
            "choice": self.choice,
        }

    @classmethod
    def from_slot(cls, value: object) -> Conversation:
        """The conversation stored in a slot; an empty one if the value is unusable."""
        if not isinstance(value, Mapping):
            return cls()
        return cls(
            language=served(value.get("language")),
            wish=served(value.get("wish")),
            entries=_strings(value.get("entries")),
            said=_strings(value.get("said")),
            told=_strings(value.get("told")),
            offered=_strings(value.get("offered")),
            choice=served(value.get("choice")),
        )


def _strings(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, (list, tuple)) else ()
