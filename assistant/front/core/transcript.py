"""A chat as plain text for visitors to keep."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.core.envelope import under_heading
from assistant.core.languages import DEFAULT, Language, served
from assistant.front.core.events import AssistantEvent, Event, EventPart
from assistant.knowledge import KnowledgeBase
from assistant.knowledge.plain import written_out_in_order


def as_text(events: Sequence[Event], knowledge: KnowledgeBase, language: Language) -> str:
    """Who said what and when, with dates and sources; labels are in the given language."""
    return "\n\n".join(_entry(event, knowledge, language) for event in events) + "\n"


def sourced(event: AssistantEvent, knowledge: KnowledgeBase) -> list[str]:
    """The parts of an answer with their dates, contacts and sources, for channels that show only text."""
    language = served(event["language"]) or DEFAULT
    return written_out_in_order([(_whole(part), part) for part in event["parts"]], knowledge, language)


def _whole(part: EventPart) -> str:
    return under_heading(part["text"], part["heading"])


def _entry(event: Event, knowledge: KnowledgeBase, language: Language) -> str:
    who = knowledge.phrase(f"export_{event['type']}", language)
    when = event["at"][:16].replace("T", " ")
    return f"[{when} UTC] {who}:\n{_body(event, knowledge)}"


def _body(event: Event, knowledge: KnowledgeBase) -> str:
    if event["type"] == "visitor":
        return event["text"]
    lines = sourced(event, knowledge)
    lines += [event["heading"]] if event["heading"] else []
    return "\n".join([*lines, *(f"- {question}" for question in event["suggestions"])])
