"""Turns an understood message into a reply: follow-ups, choices, languages. Independent of Rasa."""

from assistant.core.conversation import Conversation
from assistant.dialogue.reply import Answer, Reply
from assistant.dialogue.respond import respond

__all__ = ["Answer", "Conversation", "Reply", "respond"]
