"""The front's own messages in messengers: the notice, the confirmation of erasure, canned answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.core.languages import LANGUAGES, SERVED, Language
from assistant.front.core.events import AssistantContent
from assistant.front.core.starters import starters
from assistant.front.rasa.answers import assistant_event, control_messages
from assistant.knowledge import KnowledgeBase
from assistant.knowledge.model import localised
from assistant.knowledge.render import sentence

# The phrase that answers each kind of message that does not go to Rasa.
PHRASES = {
    "start": "messenger_start",
    "language": "choose_language",
    "media": "messenger_media",
    "edit": "messenger_edit",
    "stale": "messenger_stale",
    "stop": "stop",
    "empty": "empty",
    "too_many": "front_too_many",
    # Nothing can be stored.
    "full": "front_unavailable",
}
ERASED, NOTICE = "messenger_erased", "messenger_notice"
DELETE_WORDS, STOP_WORDS = "messenger_delete_words", "messenger_stop_words"
# The entries that answer thanks, and that say how long chats are kept.
THANKS, PRIVACY = "smalltalk/thanks", "smalltalk/privacy"
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


def notice(
    channel: str, language: Language, knowledge: KnowledgeBase, privacy: str, reply_to: str | None = None
) -> AssistantContent:
    """The notice on first contact: that a machine answers, which company can read the chat, where to read more."""
    company = knowledge.phrase(f"messenger_company_{channel}", language)
    text = knowledge.phrase(NOTICE, language).format(company=company, privacy=privacy)
    return text_event(text, language, knowledge, reply_to)


def canned_answer(kind: str, language: Language, knowledge: KnowledgeBase, reply_to: str) -> AssistantContent:
    """The answer to a kind of message that does not go to Rasa."""
    return text_event(
        _said(kind, language, knowledge), language, knowledge, reply_to, _offers(kind, language, knowledge)
    )


def _said(kind: str, language: Language, knowledge: KnowledgeBase) -> str:
    if kind == "thanks":
        return localised(knowledge.entries[THANKS].answer, language)
    return sentence(knowledge, PHRASES[kind], language, days=knowledge.entries[PRIVACY].values["days"])


def _offers(kind: str, language: Language, knowledge: KnowledgeBase) -> Sequence[str]:
    """What is offered below a canned answer: questions to begin with, or the languages by their own names."""
    if kind == "language":
        return [each.name for each in SERVED.values()]
    return [entry.question for entry in starters(knowledge, language)] if kind == "start" else ()


def wants_deletion(text: str, knowledge: KnowledgeBase) -> bool:
    """Whether a message consists of nothing but the words that request erasure, in any language served."""
    return any(_listing(DELETE_WORDS, text, knowledge))


def wants_no_more(text: str, knowledge: KnowledgeBase) -> bool:
    """Whether a message consists of nothing but an opt-out word of any language served, such as STOP."""
    return any(_listing(STOP_WORDS, text, knowledge))


def language_of_opt_out(text: str, likely: Language, knowledge: KnowledgeBase) -> Language:
    """The language of an opt-out word: the likely one if it has that word, else the first that has."""
    listing = list(_listing(STOP_WORDS, text, knowledge))
    return likely if likely in listing or not listing else listing[0]


def _listing(key: str, text: str, knowledge: KnowledgeBase) -> Iterator[Language]:
    """The languages whose list of words has the whole text."""
    written = _plain(text)
    for language in LANGUAGES:
        if written in {_plain(one) for one in knowledge.phrase(key, language).split(";")}:
            yield language


def _plain(text: str) -> str:
    # In Turkish, the small letter of I is another than elsewhere.
    folded = text.replace("İ", "i").casefold().replace("ı", "i")
    return " ".join(MARKS.sub(" ", folded).split())
