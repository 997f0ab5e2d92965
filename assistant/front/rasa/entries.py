"""The answer that entries of the knowledge give by themselves, without a question: as Rasa's action would give it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.core.conversation import Conversation
from assistant.core.envelope import RasaMessage
from assistant.core.languages import Language
from assistant.core.understanding import MessagePart, Understanding
from assistant.dialogue.present import Message, messages
from assistant.dialogue.reply import Reply
from assistant.dialogue.respond import respond
from assistant.front.core.channels import REST
from assistant.front.core.events import AssistantContent
from assistant.front.rasa.answers import assistant_event
from assistant.knowledge import KnowledgeBase


def answer_of_entries(knowledge: KnowledgeBase, entries: Sequence[str], language: Language) -> AssistantContent:
    """The reply that gives these entries, which must exist, in one language."""
    parts = tuple(MessagePart(text="", decision="answer", chosen=(entry,)) for entry in entries)
    reply = respond(Understanding(parts=parts), Conversation(wish=language), knowledge)
    sent = messages(_with_entries_alone(reply, knowledge), knowledge, REST)
    return assistant_event([_as_sent(message) for message in sent], reply_to="")


def _with_entries_alone(reply: Reply, knowledge: KnowledgeBase) -> Reply:
    """The reply without suggestions that make sense only within a chat, such as to show the original."""
    offered = zip(reply.buttons, reply.conversation.offered)
    said = knowledge.said_in(reply.language)
    return replace(reply, buttons=tuple(question for question, id_ in offered if id_ in said.entries))


def _as_sent(message: Message) -> RasaMessage:
    """A message as Rasa's REST channel sends it."""
    if "json_message" in message:
        return {"custom": message["json_message"]}
    sent: RasaMessage = {"text": message["text"]}
    if "buttons" in message:
        sent["buttons"] = message["buttons"]
    return sent
