"""Acts, not webhooks: what one person does once may reach us as several requests, and gets one answer."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Literal

from sqlalchemy import select
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Select

from assistant.core.choices import number_chosen
from assistant.front.core.events import AssistantEvent
from assistant.front.messengers.base.inbound import InboundKind, InboundMessage
from assistant.front.store.chats import TEXT, event_of
from assistant.front.store.cipher import cipher_for_reading, lookup
from assistant.front.store.schema import chats, events, messages, seen

ASSISTANT: Literal["assistant"] = "assistant"
# How soon the same act of one person needs no second answer: most albums are sent within a minute, and who presses a
# button twice does so at once.
ACT_SECONDS, PRESS_SECONDS = 60.0, 30.0
ONE_ANSWER_SECONDS: dict[InboundKind, float] = {
    **dict.fromkeys(("media", "edit", "stale", "empty", "thanks", "stop"), ACT_SECONDS),
    **dict.fromkeys(("start", "language"), 10.0),
}


def fingerprint(channel: str, id_: str) -> str:
    """What is kept of a message's id; reveals nothing about the message or the user."""
    return hashlib.sha256(f"{channel}:{id_}".encode()).hexdigest()


def is_known(connection: Connection, id_: str) -> bool:
    """Whether a message with this fingerprint came before."""
    return connection.execute(select(seen.c.id).where(seen.c.id == id_)).first() is not None


def chat_of(connection: Connection, channel: str, inbound: InboundMessage) -> str | None:
    """The chat with whoever sent a message, if there is one."""
    # Earlier versions kept the address itself.
    known_as = {lookup(connection, channel, inbound.recipient), inbound.recipient}
    mine = (chats.c.channel == channel) & chats.c.recipient.in_(known_as)
    known = connection.execute(select(chats.c.id).where(mine)).scalar()
    return None if known is None else str(known)


def has_its_answer(connection: Connection, channel: str, chat: str, inbound: InboundMessage, now: float) -> bool:
    """Whether a message is one more webhook of an act that was answered a moment ago, or changes nothing."""
    if inbound.kind == "sticker" or (inbound.edits and _text_of(connection, chat, inbound.edits) == inbound.text):
        return True
    if (chosen := choice_of(connection, chat, inbound)) is not None:
        taken = select(seen.c.at).where(seen.c.id == choice_fingerprint(channel, chat, chosen))
        return bool((connection.execute(taken).scalar() or 0.0) > now - PRESS_SECONDS)
    if (seconds := ONE_ANSWER_SECONDS.get(inbound.kind)) is None:
        return False
    alike = (messages.c.chat == chat) & (messages.c.kind == inbound.kind) & (messages.c.accepted_at > now - seconds)
    return connection.execute(select(messages.c.sequence).where(alike).limit(1)).first() is not None


def _text_of(connection: Connection, chat: str, id_: str) -> str | None:
    """The text of a message that is kept, by the messenger's id."""
    cipher = cipher_for_reading(connection, chat)
    both = messages.join(events, (events.c.chat == messages.c.chat) & (events.c.sequence == messages.c.sequence))
    mine = (messages.c.chat == chat) & (messages.c.external_id == cipher.fingerprint(short_id(id_)))
    row = connection.execute(select(events).select_from(both).where(mine)).mappings().first()
    event = event_of(cipher, row) if row else None
    return event["text"] if event and event["type"] == "visitor" else None


def choice_of(connection: Connection, chat: str, inbound: InboundMessage) -> tuple[int, int] | None:
    """The choice that a message takes, by a button or by number: the sequence of the answer, the position from 0."""
    if inbound.option:
        return inbound.option
    picked = number_chosen(inbound.text) if inbound.kind == TEXT else None
    if picked is None:
        return None
    mine = select(events).where(events.c.chat == chat, events.c.type == ASSISTANT)
    last = _answer(connection, mine.order_by(events.c.sequence.desc()).limit(1))
    return (last["sequence"], picked - 1) if last and 1 <= picked <= len(last["suggestions"]) else None


def short_id(id_: str) -> str:
    """A message's id as it fits into the inbox."""
    return fingerprint("", id_) if len(id_) > 255 else id_


def resolved(
    connection: Connection, chat: str, inbound: InboundMessage, chosen: tuple[int, int] | None
) -> InboundMessage:
    """The message with the text of the question that it chooses."""
    if chosen is None:
        return inbound
    sequence, place = chosen
    answer = _answer(connection, select(events).where(events.c.chat == chat, events.c.sequence == sequence))
    offered = answer["suggestions"] if answer else []
    fits = 0 <= place < len(offered)
    return replace(inbound, text=offered[place]) if fits else replace(inbound, kind="stale")


def choice_fingerprint(channel: str, chat: str, chosen: tuple[int, int]) -> str:
    """What is kept of a choice; a chat's id is random, so it says nothing of the person."""
    return fingerprint(channel, f"choice:{chat}:{chosen[0]}.{chosen[1]}")


def _answer(connection: Connection, asked: Select) -> AssistantEvent | None:
    row = connection.execute(asked).mappings().first()
    event = event_of(cipher_for_reading(connection, row["chat"]), row) if row else None
    return event if event and event["type"] == ASSISTANT else None
