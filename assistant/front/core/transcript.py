"""A chat as plain text for visitors to keep."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.core.languages import DEFAULT, Language, served
from assistant.front.core.events import Event, EventPart
from assistant.knowledge import KnowledgeBase


def as_text(events: Sequence[Event], knowledge: KnowledgeBase, language: Language) -> str:
    """Who said what and when, with dates and sources; labels are in the given language."""
    return "\n\n".join(_entry(event, knowledge, language) for event in events) + "\n"


def sourced(part: EventPart, knowledge: KnowledgeBase, language: Language) -> str:
    """A part of an answer with its source line, for channels that show only text."""
    if not part["sources"]:
        return part["text"]
    separator = knowledge.phrase("source_separator", language)
    sources = separator.join(f"{source['title']}, {source['url']}" for source in part["sources"])
    key = "source_line" if part["as_of_text"] else "source_line_undated"
    return f"{part['text']}\n({knowledge.phrase(key, language).format(as_of=part['as_of_text'], sources=sources)})"


def _entry(event: Event, knowledge: KnowledgeBase, language: Language) -> str:
    who = knowledge.phrase(f"export_{event['type']}", language)
    when = event["at"][:16].replace("T", " ")
    return f"[{when} UTC] {who}:\n{_body(event, knowledge)}"


def _body(event: Event, knowledge: KnowledgeBase) -> str:
    if event["type"] == "visitor":
        return event["text"]
    language = served(event["language"]) or DEFAULT
    lines = [sourced(part, knowledge, language) for part in event["parts"]]
    lines += [event["heading"]] if event["heading"] else []
    return "\n".join([*lines, *(f"- {question}" for question in event["suggestions"])])
