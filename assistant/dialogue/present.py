"""Formats a reply for its channel: messages with an envelope, or plain text."""

from __future__ import annotations

from typing import TypedDict

from assistant.core.envelope import Button, Custom, Explained
from assistant.dialogue.reply import Reply
from assistant.knowledge import KnowledgeBase
from assistant.knowledge.plain import written_out_in_order

TERMINAL = "cmdline"
PLAIN_CHANNELS = {TERMINAL}


class Message(TypedDict, total=False):
    """The keyword arguments of a dispatcher's `utter_message`."""

    text: str
    buttons: list[Button]
    json_message: Custom | Explained


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
    """A whole reply as text: each answer with dates, contacts and sources, followed by the numbered suggestions."""
    answers = [(answer.full_text, answer.part(reply.language)) for answer in reply.answers]
    blocks = written_out_in_order(answers, knowledge, reply.language)
    if reply.buttons:
        lines = [reply.heading] if reply.heading else []
        lines += [f"{number}. {question}" for number, question in enumerate(reply.buttons, start=1)]
        blocks.append("\n".join([*lines, knowledge.phrase("choose_number", reply.language)]))
    return "\n\n".join(blocks)
