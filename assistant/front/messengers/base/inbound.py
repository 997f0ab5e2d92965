"""What a messenger hands over: messages of people, receipts for ours, and the answer it wants at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from starlette.responses import Response

Kind = Literal["text", "start", "delete", "media", "edit", "empty", "stale", "too_many", "language"]


@dataclass(frozen=True)
class Arrival:
    """One message of a person.

    `id` is the messenger's own and the same when it is sent again; `recipient` is where answers go, in the
    connector's own spelling; `option` a choice that was offered (sequence of the answer, position from 0);
    `language` a code as the messenger gives it; `sent_at` seconds since 1970 on the messenger's clock;
    `mark` what the messenger needs to show that the message was read.
    """

    id: str
    recipient: str
    text: str = ""
    kind: Kind = "text"
    option: tuple[int, int] | None = None
    language: str | None = None
    choice: str | None = None
    sent_at: float | None = None
    mark: str | None = None


@dataclass(frozen=True)
class Receipt:
    """The messenger's word that it took a message of ours, named by its key."""

    key: str


@dataclass(frozen=True)
class Reading:
    """All that one request of a messenger held; `response` where it wants more than an empty 200."""

    arrivals: tuple[Arrival, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    response: Response | None = field(default=None, compare=False)
