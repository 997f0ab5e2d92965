"""Formats a reply for its channel: messages with an envelope, or plain text."""

from __future__ import annotations

from typing import TypedDict

from assistant.core.envelope import Button, Custom
from assistant.dialogue.reply import Answer, Reply
from assistant.knowledge import KnowledgeBase
from assistant.knowledge.render import date_written

PLAIN_CHANNELS = {"cmdline"}


class Message(TypedDict, total=False):
    """The keyword arguments of a dispatcher's `utter_message`."""

    text: str
    buttons: list[Button]
    json_message: Custom


def messages(reply: Reply, knowledge: KnowledgeBase, channel: str) -> list[Message]:
    """The messages to send on a channel, in order."""
    if channel in PLAIN_CHANNELS:
        return [{"text": plain_text(reply, knowledge)}]
    result: list[Message] = [{"text": answer.full_text} for answer in reply.answers]
    if reply.buttons and reply.heading and reply.kind == "fallback":
        # Buttons below an answer explain themselves; after "I do not know" they need a heading.
        result[-1]["text"] += f"\n\n{reply.heading}"
    if reply.buttons:
        result[-1]["buttons"] = [{"title": question, "payload": question} for question in reply.buttons]
    return [*result, {"json_message": {"answer": reply.envelope()}}]


def plain_text(reply: Reply, knowledge: KnowledgeBase) -> str:
    """A whole reply as text: each answer with its source line, followed by the numbered suggestions."""
    blocks = [_with_source(answer, reply, knowledge) for answer in reply.answers]
    if reply.buttons:
        lines = [reply.heading] if reply.heading else []
        lines += [f"{number}. {question}" for number, question in enumerate(reply.buttons, start=1)]
        blocks.append("\n".join([*lines, knowledge.phrase("choose_number", reply.language)]))
    return "\n\n".join(blocks)


def _with_source(answer: Answer, reply: Reply, knowledge: KnowledgeBase) -> str:
    if not answer.sources or answer.kind == "control":
        return answer.full_text
    separator = knowledge.phrase("source_separator", reply.language)
    sources = separator.join(f"{source.title}, {source.url}" for source in answer.sources)
    key = "source_line" if answer.as_of else "source_line_undated"
    as_of = date_written(answer.as_of or "", reply.language)
    return f"{answer.full_text}\n({knowledge.phrase(key, reply.language).format(as_of=as_of, sources=sources)})"
