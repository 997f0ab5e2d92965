"""The only action: gets the reply to a message from `assistant.dialogue` and sends it."""

from __future__ import annotations

import logging
import os

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from assistant.core.conversation import SLOT
from assistant.core.languages import NO_EVIDENCE, Language, choice_of, hint_of
from assistant.core.understanding import KEY, Understanding
from assistant.dialogue import Conversation, respond
from assistant.dialogue.apology import apologise
from assistant.dialogue.present import PLAIN_CHANNELS, Message, messages
from assistant.dialogue.reply import Reply
from assistant.dialogue.why import model_in, why_of, with_why
from assistant.knowledge import KnowledgeBase
from assistant.knowledge.live import live

logger = logging.getLogger(__name__)
DEBUG = "ASSISTANT_DEBUG"


class Answer(Action):
    """Sends the approved reply to the latest message, as the gate has decided."""

    def __init__(self) -> None:
        # Read when the server starts, so that the first message need not wait for ten languages.
        live()

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Sends the reply and remembers the conversation; turns any error into an apology."""
        channel = tracker.get_latest_input_channel() or ""
        try:
            knowledge = live().current()
            reply = reply_to(tracker, knowledge)
            sent = presented(tracker, reply, channel, knowledge)
        except Exception:
            logger.exception("Could not make a reply; sending an apology instead.")
            reply = apology(tracker)
            sent = messages(reply, live().current(), channel)
        for message in sent:
            dispatcher.utter_message(**message)
        return [SlotSet(SLOT, reply.conversation.as_slot())]


def reply_to(tracker: Tracker, knowledge: KnowledgeBase) -> Reply:
    """The reply to the latest message of a tracker."""
    return respond(_understood(tracker), _conversation(tracker), knowledge, _hint(tracker))


def presented(tracker: Tracker, reply: Reply, channel: str, knowledge: KnowledgeBase) -> list[Message]:
    """The messages of a reply with its reasons, and, for a terminal if ASSISTANT_DEBUG is set, what it is made of."""
    why = why_of(_understood(tracker), model_in(tracker.events), live().version)
    result = with_why(messages(reply, knowledge, channel), why)
    if os.environ.get(DEBUG) == "1" and channel in PLAIN_CHANNELS:
        understanding = _understood(tracker).as_dict()
        result.append({"json_message": {"answer": reply.envelope(), "understanding": understanding}})
    return result


def apology(tracker: Tracker) -> Reply:
    """An apology for an internal error, in the language of the conversation."""
    try:
        evidence = _understood(tracker).evidence
    except (KeyError, TypeError, ValueError, AttributeError):
        evidence = NO_EVIDENCE
    return apologise(live().current(), _conversation(tracker), evidence, _hint(tracker))


def _understood(tracker: Tracker) -> Understanding:
    data = tracker.latest_message.get(KEY)
    return Understanding.from_dict(data) if data else Understanding()


def _conversation(tracker: Tracker) -> Conversation:
    """The remembered conversation, with the language the visitor has since selected."""
    return Conversation.from_slot(tracker.get_slot(SLOT)).with_choice(choice_of(tracker.latest_message.get("metadata")))


def _hint(tracker: Tracker) -> Language | None:
    return hint_of(tracker.latest_message.get("metadata"))
