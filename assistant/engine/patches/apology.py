"""The reply that the Rasa server gives by itself when the action server does not answer."""

from __future__ import annotations

from collections.abc import Sequence

from rasa.shared.core.events import BotUttered, Event
from rasa.shared.core.trackers import DialogueStateTracker

from assistant.core.conversation import SLOT, Conversation
from assistant.core.languages import choice_of, hint_of
from assistant.core.understanding import KEY, Understanding
from assistant.dialogue.apology import apologise
from assistant.dialogue.present import Message, messages
from assistant.knowledge import knowledge


def is_reply(events: Sequence[Event]) -> bool:
    """Whether an action returned anything that the visitor can see."""
    return any(isinstance(event, BotUttered) and (event.text or event.data.get("custom")) for event in events)


def apology(tracker: DialogueStateTracker, channel: str) -> list[Event]:
    """An apology in the language of the message, with its envelope."""
    latest = tracker.latest_message
    choice = choice_of(latest.metadata if latest else None)
    conversation = Conversation.from_slot(tracker.get_slot(SLOT)).with_choice(choice)
    data = latest.parse_data.get(KEY) if latest and latest.parse_data else None
    evidence = (Understanding.from_dict(data) if data else Understanding()).evidence
    hint = hint_of(latest.metadata if latest else None)
    reply = apologise(knowledge(), conversation, evidence, hint)
    return [_uttered(message) for message in messages(reply, knowledge(), channel)]


def _uttered(message: Message) -> BotUttered:
    text = message.get("text")
    custom = {"custom": message["json_message"]} if "json_message" in message else {}
    return BotUttered(text=text or None, data=custom)
