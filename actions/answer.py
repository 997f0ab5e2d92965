"""The one action: asks `assistant.dialogue` for the reply to a message and sends it."""

from __future__ import annotations

import logging
import os
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from assistant.core.conversation import SLOT
from assistant.core.languages import NO_EVIDENCE, Language, choice_of, hint_of
from assistant.core.understanding import KEY, Understanding
from assistant.dialogue import Conversation, respond
from assistant.dialogue.apology import apologise
from assistant.dialogue.debug import explained
from assistant.dialogue.present import PLAIN_CHANNELS, Message, messages
from assistant.dialogue.reply import Reply
from assistant.knowledge import knowledge

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
            told = dressed(tracker, reply, channel)
        except Exception:
            logger.exception("No reply could be made; the visitor gets an apology.")
            reply = apology(tracker)
            told = messages(reply, knowledge(), channel)
        for message in told:
            dispatcher.utter_message(**message)
        return [SlotSet(SLOT, reply.conversation.as_slot())]


def reply_to(tracker: Tracker) -> Reply:
    """The reply to the latest message of a tracker."""
    return respond(_understood(tracker), _conversation(tracker), knowledge(), _hint(tracker))


def dressed(tracker: Tracker, reply: Reply, channel: str) -> list[Message]:
    """The messages of a reply; in the shell, with the reasons behind it where staff asked for them."""
    told = messages(reply, knowledge(), channel)
    if os.environ.get(DEBUG) == "1" and channel in PLAIN_CHANNELS:
        told.append({"text": explained(_understood(tracker), reply)})
    return told


def apology(tracker: Tracker) -> Reply:
    """A sentence for when something went wrong, in the language of the conversation."""
    try:
        evidence = _understood(tracker).evidence
    except (KeyError, TypeError, ValueError, AttributeError):
        evidence = NO_EVIDENCE
    return apologise(knowledge(), _conversation(tracker), evidence, _hint(tracker))


def _understood(tracker: Tracker) -> Understanding:
    data = tracker.latest_message.get(KEY)
    return Understanding.from_dict(data) if data else Understanding()


def _conversation(tracker: Tracker) -> Conversation:
    """What is remembered, with the language the visitor has chosen since."""
    return Conversation.from_slot(tracker.get_slot(SLOT)).with_choice(choice_of(tracker.latest_message.get("metadata")))


def _hint(tracker: Tracker) -> Language | None:
    return hint_of(tracker.latest_message.get("metadata"))
