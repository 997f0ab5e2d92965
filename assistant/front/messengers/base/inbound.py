"""What a webhook request contains: users' messages, receipts for ours, and the response that it requires."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict

from starlette.responses import Response

# A JSON object as the vendor's manual describes it.
Payload = Mapping[str, Any]
# What reading one raises that is different: values of other types, missing keys, numbers or depths beyond all limits.
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
MAX_RECIPIENT_CHARACTERS = 255
InboundKind = Literal[
    "text",
    "start",
    "delete",
    "media",
    "sticker",
    "thanks",
    "edit",
    "empty",
    "stale",
    "stop",
    "too_many",
    "full",
    "language",
]
# What follows the id of a message that was written in a thread or topic of its chat.
THREAD = "@"
# What distinguishes the text beside an attachment from the attachment.
CAPTION = ":caption"


@dataclass(frozen=True)
class InboundMessage:
    """A message from a user; raises ValueError if a value is not what the vendor's manual says."""

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
    # Of an edit: the id of the message whose text is now this one.
    edits: str | None = None

    def __post_init__(self) -> None:
        """Checks what comes from the vendor's JSON, where a value may be anything."""
        if not all(isinstance(value, str) for value in (self.id, self.recipient, self.text)):
            raise ValueError("an id, recipient or text is not a text")
        if not all(value is None or isinstance(value, str) for value in (self.language, self.mark, self.edits)):
            raise ValueError("a language, mark or edited id is not a text")
        if not self.recipient or len(self.recipient) > MAX_RECIPIENT_CHARACTERS:
            raise ValueError("a recipient is empty or too long")
        if self.sent_at is not None and not math.isfinite(self.sent_at):
            raise ValueError("a time is not a number")
        # Lone surrogates cannot be stored, and in a text are replaced.
        for value in (self.id, self.recipient):
            value.encode()


def in_thread(id_: str, thread: object) -> str:
    """The id of a message, with the thread of the chat in which it was written, if it was in one."""
    return f"{id_}{THREAD}{thread}" if thread else id_


def thread_of(id_: str) -> str:
    """The thread in which a message was written, by its id; empty if it was in none."""
    return id_.rpartition(THREAD)[2] if THREAD in id_ else ""


def act_of(id_: str) -> str:
    """The id without what tells the parts of one act from each other: an attachment from the text beside it."""
    return id_.replace(CAPTION, "", 1)


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
    # How many items were for another number, page, workspace, account or bot than the one that is set up here.
    astray: int = 0
    response: Response | None = field(default=None, compare=False)
