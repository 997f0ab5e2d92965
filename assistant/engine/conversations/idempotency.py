"""Recognises a message that was answered before, by the id that the front puts into its metadata."""

from __future__ import annotations

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.shared.core.events import BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from assistant.core.envelope import RasaMessage, envelope_in

ID_KEY = "id"


class AlreadyAnsweredError(Exception):
    """Ends the handling of a message with the messages that answered it before."""

    def __init__(self, messages: list[RasaMessage]) -> None:
        super().__init__("already answered")
        self.messages = messages


def raise_if_answered(message: UserMessage, tracker: DialogueStateTracker) -> None:
    """Raises AlreadyAnsweredError if the conversation holds this message and its answer.

    An apology does not count as an answer: the message is treated as new, and its earlier turn is
    removed if it is the last one.
    """
    id_ = message.metadata.get(ID_KEY) if isinstance(message.metadata, dict) else None
    index = _index_of(id_, list(tracker.events)) if id_ else None
    if index is None:
        return
    following = list(tracker.events)[index + 1 :]
    replies = _replies(following, message.sender_id)
    if replies and not any(is_apology(reply.get("custom")) for reply in replies):
        raise AlreadyAnsweredError(replies)
    if replies and not any(isinstance(event, UserUttered) for event in following):
        while len(tracker.events) > index:
            tracker.events.pop()
        tracker.replay_events()


def is_apology(custom: object) -> bool:
    """Whether the custom content of a bot's message is an apology."""
    envelope = envelope_in(custom)
    return envelope is not None and envelope["kind"] == "error"


def _index_of(id_: str, events: list[Event]) -> int | None:
    """The index of the latest message with that id."""
    found = [
        n for n, event in enumerate(events) if isinstance(event, UserUttered) and event.metadata.get(ID_KEY) == id_
    ]
    return found[-1] if found else None


def _replies(following: list[Event], sender: str) -> list[RasaMessage]:
    """The bot's messages up to the visitor's next one, as Rasa's REST channel returns them."""
    end = next((n for n, event in enumerate(following) if isinstance(event, UserUttered)), len(following))
    return [_message(event, sender) for event in following[:end] if isinstance(event, BotUttered)]


def _message(event: BotUttered, sender: str) -> RasaMessage:
    data = event.data or {}
    # Rasa stores a message that has only custom content without a text.
    message: RasaMessage = CollectingOutputChannel._message(
        sender, text=event.text, buttons=data.get("buttons"), custom=data.get("custom")
    )
    return message
