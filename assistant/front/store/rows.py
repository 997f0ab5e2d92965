"""The rows of the tables in schema.py."""

from __future__ import annotations

from typing import TypedDict


class ChatRow(TypedDict):
    """A chat, and how far its answers have been delivered."""

    id: str
    channel: str
    recipient: str | None
    address: str | None
    language: str
    spoken: str | None
    created_at: float
    last_at: float
    last_sequence: int
    delivered: int
    delivered_parts: int
    in_doubt: bool
    told: str | None
    heard_at: float | None
    noticed: bool
    ending: bool
    former_name: bool


class EventRow(TypedDict):
    """An event; `data` is its content as JSON."""

    chat: str
    sequence: int
    type: str
    at: float
    data: str


class MessageRow(TypedDict):
    """A message in the inbox; its text is in the event with the same sequence."""

    chat: str
    sequence: int
    external_id: str
    language: str | None
    choice: str | None
    accepted_at: float
    sent_at: float | None
    kind: str
    state: str
    model: str | None
    knowledge: str | None


class MessageAndData(MessageRow):
    """A message with the content of its event."""

    data: str


class WaitingRow(MessageAndData):
    """A message waiting for its answer, with the channel it came by."""

    channel: str


class FeedbackRow(TypedDict):
    """A visitor's feedback on an answer."""

    chat: str
    sequence: int
    helpful: bool
    reason: str | None
    at: float


class TeamQuestionRow(TypedDict):
    """A visitor's question to the team."""

    chat: str
    id: str
    at: float
    language: str
    text: str
    email: str | None
    state: str


class StoredUnanswered(TypedDict):
    """A question that staff should see; `text`, `topic`, `entry` and `why`, which is JSON, are sealed."""

    chat: str
    sequence: int
    answer: int | None
    at: float
    day: str
    language: str
    text: str | None
    topic: str | None
    entry: str | None
    reason: str
    why: str | None
    model: str | None
    knowledge: str | None
    state: str
