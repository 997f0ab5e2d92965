"""What the front itself says in messengers: the notice, the word that all is erased, polite lines."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.core.languages import LANGUAGES, Language
from assistant.front.core.events import AssistantContent
from assistant.front.core.starters import starters
from assistant.front.rasa.answers import assistant_event, control_messages
from assistant.knowledge import KnowledgeBase

# The phrase for each kind of message that Rasa is not asked about.
PHRASES = {
    "start": "messenger_start",
    "media": "messenger_media",
    "edit": "messenger_edit",
    "stale": "messenger_stale",
    "empty": "empty",
    "too_many": "front_too_many",
}
ERASED, NOTICE, DELETE_WORDS = "messenger_erased", "messenger_notice", "messenger_delete_words"
MARKS = re.compile(r"[^\w\s]")


def line(key: str, language: Language, knowledge: KnowledgeBase, reply_to: str | None = None) -> AssistantContent:
    """The event for one of the front's own sentences."""
    return said(knowledge.phrase(key, language), language, knowledge, reply_to)


def said(
    text: str, language: Language, knowledge: KnowledgeBase, reply_to: str | None = None, offers: Sequence[str] = ()
) -> AssistantContent:
    """The event for a sentence that needs no source, with the questions offered under it."""
    heading = knowledge.phrase("suggestions", language) if offers else None
    return assistant_event(control_messages(text, language, offers, heading), reply_to or "")


def notice(channel: str, language: Language, knowledge: KnowledgeBase, privacy: str) -> AssistantContent:
    """The notice at the first contact: a machine answers, whose company reads along, where to read more."""
    company = knowledge.phrase(f"messenger_company_{channel}", language)
    text = knowledge.phrase(NOTICE, language).format(company=company, privacy=privacy)
    return said(text, language, knowledge)


def polite(kind: str, language: Language, knowledge: KnowledgeBase, reply_to: str) -> AssistantContent:
    """The answer to a message of a kind that Rasa is not asked about."""
    offers = [entry.question for entry in starters(knowledge, language)] if kind == "start" else ()
    return said(knowledge.phrase(PHRASES[kind], language), language, knowledge, reply_to, offers)


def wants_deletion(text: str, knowledge: KnowledgeBase) -> bool:
    """Whether a message is nothing but the words by which a person has all erased, in any language served."""
    words = (knowledge.phrase(DELETE_WORDS, language) for language in LANGUAGES)
    return _plain(text) in {_plain(one) for listed in words for one in listed.split(";")}


def _plain(text: str) -> str:
    return " ".join(MARKS.sub(" ", text.casefold()).split())
