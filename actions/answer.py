"""The one action: asks `assistant.dialogue` for the reply to a message and sends it."""

from __future__ import annotations

import logging
import os
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from assistant.dialogue import Conversation, respond
from assistant.dialogue import reply as replies
from assistant.dialogue.conversation import SLOT
from assistant.dialogue.debug import explained
from assistant.dialogue.present import PLAIN_CHANNELS, messages
from assistant.dialogue.reply import Reply
from assistant.knowledge import knowledge
from assistant.languages import hint_of
from assistant.understanding import KEY, Understanding

logger = logging.getLogger(__name__)
DEBUG = "ASSISTANT_DEBUG"


class Answer(Action):
    """Says the approved reply to the latest message; what kind of reply, the gate has decided."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_answer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Sends the reply and remembers the conversation; an error becomes an apology, never a stack trace."""
        channel = tracker.get_latest_input_channel() or ""
        try:
            reply = reply_to(tracker)
        except Exception:
            logger.exception("No reply could be made; the visitor gets an apology.")
            reply = apology(tracker)
        for message in messages(reply, knowledge(), channel):
            dispatcher.utter_message(**message)
        if os.environ.get(DEBUG) == "1" and channel in PLAIN_CHANNELS:
            dispatcher.utter_message(text=explained(_understood(tracker), reply))
        return [SlotSet(SLOT, reply.conversation.as_slot())]


def reply_to(tracker: Tracker) -> Reply:
    """The reply to the latest message of a tracker."""
    conversation = Conversation.from_slot(tracker.get_slot(SLOT))
    hint = hint_of(tracker.latest_message.get("metadata"))
    return respond(_understood(tracker), conversation, knowledge(), hint)


def apology(tracker: Tracker) -> Reply:
    """A sentence for when something went wrong, in the language of the conversation."""
    conversation = Conversation.from_slot(tracker.get_slot(SLOT))
    language = conversation.wish or conversation.language or "de"
    return Reply(language, (replies.Answer("error", knowledge().phrase("error", language)),), conversation)


def _understood(tracker: Tracker) -> Understanding:
    data = tracker.latest_message.get(KEY)
    return Understanding.from_dict(data) if data else Understanding()
