"""An answer as plain text with all that belongs to it, for channels that show nothing but text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from assistant.core.contact_lines import contact_lines
from assistant.core.envelope import CitedSource, Contact, Translation
from assistant.core.languages import Language
from assistant.knowledge.model import KnowledgeBase
from assistant.knowledge.render import date_written, running


class Told(TypedDict):
    """What is written below an answer's text; dates are ISO dates, months or years."""

    as_of: str | None
    note_as_of: str | None
    sources: list[CitedSource]
    contacts: list[Contact]
    translation: Translation | None
    approved_on: str | None


def written_out_in_order(
    answers: Sequence[tuple[str, Told]], knowledge: KnowledgeBase, language: Language
) -> list[str]:
    """The texts of a reply, each with what belongs to it; a later one repeats no contacts of an earlier one."""
    texts: list[str] = []
    for text, told in answers:
        texts.append(_written_out(text, told, knowledge, language, "\n".join(texts)))
    return texts


def _written_out(text: str, told: Told, knowledge: KnowledgeBase, language: Language, said: str) -> str:
    lines = [text]
    if told["note_as_of"]:
        as_of = date_written(told["note_as_of"], language)
        lines.append(f"({knowledge.phrase('note_line', language).format(as_of=as_of)})")
    lines += [running(line, language) for line in contact_lines(told["contacts"], f"{said}\n{text}")]
    if told["sources"]:
        lines.append(running(f"({_source_line(told, knowledge, language)})", language))
    if told["translation"] and not told["approved_on"]:
        lines.append(f"({knowledge.phrase('unreviewed', language)})")
    return "\n".join(lines)


def _source_line(told: Told, knowledge: KnowledgeBase, language: Language) -> str:
    """The source that carries the answer, which comes first; the others are given to anyone who asks."""
    source = f"{told['sources'][0]['title']}, {told['sources'][0]['url']}"
    key = "source_line" if told["as_of"] else "source_line_undated"
    return knowledge.phrase(key, language).format(as_of=date_written(told["as_of"] or "", language), sources=source)
