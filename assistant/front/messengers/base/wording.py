"""The front's own messages in messengers: the notice, the confirmation of erasure, canned answers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.core.languages import LANGUAGES, SERVED, Language
from assistant.front.core.events import AssistantContent
from assistant.front.core.starters import starters
from assistant.front.rasa.answers import assistant_event, control_messages
from assistant.knowledge import KnowledgeBase

# The phrase that answers each kind of message that does not go to Rasa.
PHRASES = {
    "start": "messenger_start",
    "language": "choose_language",
    "media": "messenger_media",
    "edit": "messenger_edit",
    "stale": "messenger_stale",
    "empty": "empty",
    "too_many": "front_too_many",
    # Nothing can be stored.
    "full": "front_unavailable",
}
ERASED, NOTICE, DELETE_WORDS = "messenger_erased", "messenger_notice", "messenger_delete_words"
# Asks which language to answer in, in every messenger.
LANGUAGE_COMMAND = "/language"
MARKS = re.compile(r"[^\w\s]")


def phrase_event(
    key: str, language: Language, knowledge: KnowledgeBase, reply_to: str | None = None
) -> AssistantContent:
    """The event for one of the front's own phrases."""
    return text_event(knowledge.phrase(key, language), language, knowledge, reply_to)


def text_event(
    text: str, language: Language, knowledge: KnowledgeBase, reply_to: str | None = None, offers: Sequence[str] = ()
) -> AssistantContent:
    """The event for a text without sources, with suggestions below it."""
    heading = knowledge.phrase("suggestions", language) if offers else None
    return assistant_event(control_messages(text, language, offers, heading), reply_to or "")


def notice(channel: str, language: Language, knowledge: KnowledgeBase, privacy: str) -> AssistantContent:
    """The notice on first contact: that a machine answers, which company can read the chat, where to read more."""
    company = knowledge.phrase(f"messenger_company_{channel}", language)
    text = knowledge.phrase(NOTICE, language).format(company=company, privacy=privacy)
    return text_event(text, language, knowledge)


def canned_answer(kind: str, language: Language, knowledge: KnowledgeBase, reply_to: str) -> AssistantContent:
    """The answer to a kind of message that does not go to Rasa."""
    return text_event(
        knowledge.phrase(PHRASES[kind], language), language, knowledge, reply_to, _offers(kind, language, knowledge)
    )


def _offers(kind: str, language: Language, knowledge: KnowledgeBase) -> Sequence[str]:
    """What is offered below a canned answer: questions to begin with, or the languages by their own names."""
    if kind == "language":
        return [each.name for each in SERVED.values()]
    return [entry.question for entry in starters(knowledge, language)] if kind == "start" else ()


def wants_deletion(text: str, knowledge: KnowledgeBase) -> bool:
    """Whether a message consists of nothing but the words that request erasure, in any language served."""
    words = (knowledge.phrase(DELETE_WORDS, language) for language in LANGUAGES)
    return _plain(text) in {_plain(one) for listed in words for one in listed.split(";")}


def _plain(text: str) -> str:
    return " ".join(MARKS.sub(" ", text.casefold()).split())
