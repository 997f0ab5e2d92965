"""What the desk refuses, each with the text that says so."""

from __future__ import annotations

from dataclasses import dataclass


class RefusedError(Exception):
    """A request that is refused: the status, the key of the text that says why, and what fills the text."""

    def __init__(self, status: int, key: str, **values: object) -> None:
        super().__init__(key)
        self.status, self.key, self.values = status, key, values


@dataclass(frozen=True)
class Clash:
    """What two people have made of the same thing: its name, how it is now, and what was to be saved instead."""

    name: str
    theirs: str
    mine: str


class ChangedError(Exception):
    """Somebody else has changed what was to be saved since the form was opened."""

    def __init__(self, name: str, theirs: str, mine: str) -> None:
        super().__init__(name)
        self.clash = Clash(name, theirs, mine)
