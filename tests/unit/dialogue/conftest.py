"""Shorthand for talking to the dialogue, with the real knowledge."""

from __future__ import annotations

from typing import Any

from assistant.core.envelope import Envelope
from assistant.core.languages import NO_EVIDENCE, Evidence, Language
from assistant.core.understanding import MessagePart, Understanding
from assistant.dialogue import Conversation, Reply, respond
from assistant.dialogue.respond import GENERAL
from assistant.knowledge import knowledge, render
from assistant.knowledge.render import filled

# Where nothing else decides, visitors are taken to speak German here.
SPOKEN: Language = "de"
START = Conversation(language=SPOKEN)
# A conversation in which nothing has been said yet.
NEW = Conversation()


def asking(*chosen: str, text: str = "?", decision: Any = "answer", **found: Any) -> MessagePart:
    """One question, as the gate has decided on it."""
    return MessagePart(text=text, decision=decision, chosen=chosen, **found)


def message(*parts: MessagePart, language: Language | None = None, **found: Any) -> Understanding:
    """A message of parts, clearly in a language or in none."""
    evidence = Evidence(language, True) if language else NO_EVIDENCE
    return Understanding(evidence=evidence, parts=parts, **found)


def reply_to(
    said: Understanding | MessagePart, conversation: Conversation = START, hint: Language | None = None
) -> Reply:
    """The reply to a message, or to a message of one part."""
    return respond(message(said) if isinstance(said, MessagePart) else said, conversation, knowledge(), hint)


def after(*entries: str, language: Language | None = SPOKEN) -> Conversation:
    """The conversation after these messages, in order."""
    conversation = Conversation(language=language)
    for entry in entries:
        conversation = reply_to(asking(entry), conversation).conversation
    return conversation


def told(reply: Reply) -> list[str]:
    """The entries of a reply."""
    return reply.envelope()["entries"]


def always(envelope: Envelope) -> dict[str, Any]:
    """The keys that every envelope has."""
    return {key: envelope[key] for key in ("kind", "entries", "language", "as_of", "sources")}


def text_of(reply: Reply) -> str:
    """All the text of a reply, without its buttons."""
    return "\n".join(answer.full_text for answer in reply.answers)


def question(entry: str, language: Language = "de") -> str:
    """The question of an entry, as a button shows it."""
    return render(knowledge(), knowledge().entries[entry], language).question


def related(entry: str, number: int = 0) -> str:
    """The entry that another suggests first, or with this number from 0."""
    return knowledge().entries[entry].related[number]


def way_on(language: Language = "de", area: str = GENERAL) -> str:
    """What a door says where no entry answers."""
    door = knowledge().doors[area]
    return filled(door.words[language], door.values, language)


def phrase(key: str, language: Language = "de") -> str:
    """One of the assistant's own sentences."""
    return knowledge().phrase(key, language)
