"""What a webhook request contains: users' messages, receipts for ours, and the response that it requires."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict

from starlette.responses import Response

# A JSON object as the vendor's manual describes it; the webhook catches the errors of one that is different.
Payload = Mapping[str, Any]
InboundKind = Literal["text", "start", "delete", "media", "edit", "empty", "stale", "too_many", "language"]


@dataclass(frozen=True)
class InboundMessage:
    """A message from a user."""

    # The messenger's own id, the same if it sends the message again.
    id: str
    # Where answers go, in a format of the connector.
    recipient: str
    text: str = ""
    kind: InboundKind = "text"
    # The suggestion that was picked: the sequence of the answer, and the suggestion's position from 0.
    option: tuple[int, int] | None = None
    # A language code as the messenger gives it.
    language: str | None = None
    # In seconds since 1970, by the messenger's clock.
    sent_at: float | None = None
    # What the messenger needs to show that the message was read.
    mark: str | None = None


class _Sender(TypedDict):
    recipient: str
    sent_at: float


class Common(_Sender, total=False):
    """What a message and its caption have in common."""

    language: str | None
    mark: str | None


@dataclass(frozen=True)
class Receipt:
    """The messenger's confirmation that it accepted a message of ours, named by its key."""

    key: str


@dataclass(frozen=True)
class Reading:
    """Everything in one webhook request; `response` if the messenger requires more than an empty 200."""

    messages: tuple[InboundMessage, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    response: Response | None = field(default=None, compare=False)
