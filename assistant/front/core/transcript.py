"""A chat as plain text for visitors to keep."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.core.envelope import under_heading
from assistant.core.languages import DEFAULT, Language, served
from assistant.front.core.events import AssistantEvent, Event, EventPart, TeamQuestionTold
from assistant.knowledge import KnowledgeBase
from assistant.knowledge.plain import written_out_in_order


def as_text(
    events: Sequence[Event], knowledge: KnowledgeBase, language: Language, asked_team: Sequence[TeamQuestionTold] = ()
) -> str:
    """Who said what and when, with dates and sources, then questions to the team; labels are in the given language."""
    entries = [_entry(event, knowledge, language) for event in events]
    return "\n\n".join([*entries, *(_to_team(question, knowledge, language) for question in asked_team)]) + "\n"


def sourced(event: AssistantEvent, knowledge: KnowledgeBase) -> list[str]:
    """The parts of an answer with their dates, contacts and sources, for channels that show only text."""
    language = served(event["language"]) or DEFAULT
    return written_out_in_order([(_whole(part), part) for part in event["parts"]], knowledge, language)


def _whole(part: EventPart) -> str:
    return under_heading(part["text"], part["heading"])


def _entry(event: Event, knowledge: KnowledgeBase, language: Language) -> str:
    head = _head(event["at"], knowledge.phrase(f"export_{event['type']}", language))
    return f"{head}\n{_body(event, knowledge)}"


def _to_team(question: TeamQuestionTold, knowledge: KnowledgeBase, language: Language) -> str:
    lines = [_head(question["at"], knowledge.phrase("team", language)), question["text"], question["email"]]
    return "\n".join(line for line in lines if line)


def _head(at: str, who: str) -> str:
    return f"[{at[:16].replace('T', ' ')} UTC] {who}:"


def _body(event: Event, knowledge: KnowledgeBase) -> str:
    if event["type"] == "visitor":
        return event["text"]
    lines = sourced(event, knowledge)
    lines += [event["heading"]] if event["heading"] else []
    return "\n".join([*lines, *(f"- {question}" for question in event["suggestions"])])
