"""The durable side of the messengers: what came in, once; what went out, and how far."""

from __future__ import annotations

import hashlib
import json
import re
import time
from dataclasses import dataclass, replace
from typing import Literal, cast

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.sql import Select

from assistant.core.languages import DEFAULT, served
from assistant.front.core.events import AssistantContent, AssistantEvent
from assistant.front.messengers.base.inbound import Arrival
from assistant.front.store.chats import (
    TEXT,
    WAITING,
    WaitingMessage,
    add_event,
    add_pending_erasure,
    event_of,
    next_sequence,
)
from assistant.front.store.rows import ChatRow, MessageAndData, MessageRow
from assistant.front.store.schema import chats, delete_contents, events, messages, overwrite, seen, writing
from assistant.front.store.tombstones import add_tombstone

ASSISTANT: Literal["assistant"] = "assistant"
# Longer than anybody tries to deliver; older chats need not be looked through.
MAX_UNDELIVERED_SECONDS = 3 * 86400.0
# A number alone, as people write it who pick from a list.
NUMBER = re.compile(r"\s*(\d{1,2})\s*[.)]?\s*")
# What is still known of a messenger's chat whose person had all erased: where the word on it goes.
KEPT_AFTER_ERASURE = ("channel", "recipient", "language", "told", "heard_at")
INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True)
class Progress:
    """How much of its answers a messenger's chat has been sent."""

    chat: str
    channel: str
    recipient: str
    delivered: int
    parts: int
    in_doubt: bool
    ending: bool
    noticed: bool
    heard_at: float
    told: str | None
    spoken: str | None


class MessageStore:
    """Reads and writes for messengers; every write is one transaction."""

    def __init__(self, engine: Engine, channels: frozenset[str]) -> None:
        self._engine, self._channels = engine, channels
        self._insert = INSERT[engine.dialect.name]

    def receive(self, channel: str, arrival: Arrival, new_chat: str, now: float) -> str | None:
        """Keeps a message; the chat it belongs to, or None where the messenger sent it before."""
        with writing(self._engine) as connection:
            fresh = self._insert(seen).values(id=fingerprint(channel, arrival.id), at=now).on_conflict_do_nothing()
            if not connection.execute(fresh).rowcount:
                return None
            chat = self._chat_of(connection, channel, arrival, new_chat, now)
            sequence = next_sequence(connection, chat, now)
            told = _heard(connection, chat, served(arrival.language), now)
            arrival = replace(_resolved(connection, chat, arrival), language=told)
            add_event(connection, chat, sequence, "visitor", now, {"id": arrival.id, "text": arrival.text})
            connection.execute(insert(messages).values(**_row(chat, sequence, arrival, now)))
        return chat

    def _chat_of(self, connection: Connection, channel: str, arrival: Arrival, new_chat: str, now: float) -> str:
        row = {"id": new_chat, "channel": channel, "recipient": arrival.recipient, "created_at": now, "last_at": now}
        language = served(arrival.language) or DEFAULT
        fresh = self._insert(chats).values(**row, language=language, last_sequence=0, delivered=0)
        connection.execute(fresh.on_conflict_do_nothing())
        mine = (chats.c.channel == channel) & (chats.c.recipient == arrival.recipient)
        return str(connection.execute(select(chats.c.id).where(mine)).scalar_one())

    def progress(self, chat: str) -> Progress | None:
        """How far a messenger's chat is; None where it is gone or no messenger's."""
        asked = select(chats).where(chats.c.id == chat, chats.c.channel.in_(self._channels))
        with self._engine.connect() as connection:
            row = connection.execute(asked).mappings().first()
        if not row:
            return None
        kept = {name: row[name] for name in Progress.__dataclass_fields__ if name in row}
        return Progress(chat=row["id"], parts=row["delivered_parts"], **kept)

    def undelivered_chats(self) -> list[str]:
        """Chats of messengers with an answer of the last days that was not delivered."""
        late = (events.c.sequence > chats.c.delivered) & (events.c.type == ASSISTANT)
        joined = chats.join(events, (events.c.chat == chats.c.id) & late)
        recent = chats.c.channel.in_(self._channels) & (chats.c.last_at > time.time() - MAX_UNDELIVERED_SECONDS)
        asked = select(chats.c.id).select_from(joined).where(recent).distinct()
        with self._engine.connect() as connection:
            return list(connection.execute(asked).scalars())

    def next_answer(self, chat: str, delivered: int) -> AssistantEvent | None:
        """The first answer after the last delivered one."""
        mine = (events.c.chat == chat) & (events.c.sequence > delivered) & (events.c.type == ASSISTANT)
        with self._engine.connect() as connection:
            asked = select(events).where(mine).order_by(events.c.sequence).limit(1)
            row = connection.execute(asked).mappings().first()
        return cast(AssistantEvent, event_of(row)) if row else None

    def notice(self, chat: str, data: AssistantContent, now: float) -> bool:
        """Keeps the notice that a machine answers, once a chat; whether it is new."""
        with writing(self._engine) as connection:
            fresh = update(chats).where(chats.c.id == chat, chats.c.noticed.is_(False)).values(noticed=True)
            if not connection.execute(fresh).rowcount:
                return False
            add_event(connection, chat, next_sequence(connection, chat, now), ASSISTANT, now, data)
        return True

    def set_language(self, chat: str, language: str) -> None:
        """Keeps the language that the messenger says its person uses, also for what waits."""
        mine = (messages.c.chat == chat) & messages.c.language.is_(None)
        with writing(self._engine) as connection:
            connection.execute(update(chats).where(chats.c.id == chat).values(told=language))
            connection.execute(update(messages).where(mine).values(language=language))

    def begin_part(self, chat: str) -> None:
        """Notes that a part is about to be sent: until it is confirmed, nobody knows whether it was."""
        with writing(self._engine) as connection:
            connection.execute(update(chats).where(chats.c.id == chat).values(in_doubt=True))

    def end_part(self, chat: str, delivered: int, parts: int) -> None:
        """Notes that so many parts of the answer after `delivered` were taken."""
        mine = (chats.c.id == chat) & (chats.c.delivered == delivered)
        with writing(self._engine) as connection:
            connection.execute(update(chats).where(mine).values(delivered_parts=parts, in_doubt=False))

    def confirm(self, channel: str, chat: str, delivered: int, part: int) -> bool:
        """Ends the doubt about a part (from 0) that a messenger says it took; False where there was none."""
        mine = (chats.c.id == chat) & (chats.c.channel == channel) & (chats.c.delivered == delivered)
        doubted = mine & (chats.c.delivered_parts == part) & chats.c.in_doubt.is_(True)
        with writing(self._engine) as connection:
            changed = update(chats).where(doubted).values(delivered_parts=part + 1, in_doubt=False)
            return bool(connection.execute(changed).rowcount)

    def erase(self, message: WaitingMessage, new_chat: str, sender: str, data: AssistantContent, now: float) -> None:
        """Erases a chat on its person's word, and begins a new one that only tells them so.

        What they wrote after that word goes over to the new chat, to be answered there.
        """
        with writing(self._engine) as connection:
            mine = connection.execute(select(chats).where(chats.c.id == message.chat)).mappings().first()
            later = _later(connection, message)
            delete_contents(connection, message.chat)
            connection.execute(delete(chats).where(chats.c.id == message.chat))
            add_tombstone(connection, message.chat)
            add_pending_erasure(connection, sender)
            if mine:
                _begin_anew(connection, mine, new_chat, data, later, now)
        overwrite(self._engine)

    def end(self, chat: str) -> bool:
        """Erases a chat that only told its person that all is erased; False where they went on writing."""
        with writing(self._engine) as connection:
            over = (chats.c.id == chat) & chats.c.ending.is_(True) & (chats.c.last_sequence == 1)
            ended = connection.execute(delete(chats).where(over)).rowcount
            told = events.c.chat == chat
            connection.execute(delete(events).where(told if ended else told & (events.c.sequence == 1)))
            connection.execute(update(chats).where(chats.c.id == chat).values(ending=False))
        overwrite(self._engine)
        return bool(ended)

    def forget_seen(self, before: float) -> None:
        """Forgets fingerprints of messages that no messenger sends again."""
        with writing(self._engine) as connection:
            connection.execute(delete(seen).where(seen.c.at < before))


def fingerprint(channel: str, id_: str) -> str:
    """What is kept of a message's id; tells nothing of the message or its person."""
    return hashlib.sha256(f"{channel}:{id_}".encode()).hexdigest()


def _heard(connection: Connection, chat: str, language: str | None, now: float) -> str | None:
    """Notes that a chat's person wrote; the language known of them."""
    values = {"heard_at": now, **({"told": language} if language else {})}
    connection.execute(update(chats).where(chats.c.id == chat).values(**values))
    return language or connection.execute(select(chats.c.told).where(chats.c.id == chat)).scalar()


def _row(chat: str, sequence: int, arrival: Arrival, now: float) -> MessageRow:
    return {
        "chat": chat,
        "sequence": sequence,
        "external_id": fingerprint("", arrival.id) if len(arrival.id) > 255 else arrival.id,
        "language": arrival.language,
        "choice": served(arrival.choice),
        "accepted_at": now,
        "sent_at": arrival.sent_at,
        "kind": arrival.kind,
        "state": WAITING,
    }


def _resolved(connection: Connection, chat: str, arrival: Arrival) -> Arrival:
    """The message with the question that it picks, by a button or by its number."""
    if arrival.option:
        sequence, number = arrival.option
        offered = _offered(connection, select(events).where(events.c.chat == chat, events.c.sequence == sequence))
        fits = 0 <= number < len(offered)
        return replace(arrival, text=offered[number]) if fits else replace(arrival, kind="stale")
    picked = NUMBER.fullmatch(arrival.text) if arrival.kind == TEXT else None
    if picked:
        mine = select(events).where(events.c.chat == chat, events.c.type == ASSISTANT)
        offered = _offered(connection, mine.order_by(events.c.sequence.desc()).limit(1))
        if 1 <= int(picked[1]) <= len(offered):
            return replace(arrival, text=offered[int(picked[1]) - 1])
    return arrival


def _offered(connection: Connection, asked: Select) -> list[str]:
    row = connection.execute(asked).mappings().first()
    event = event_of(row) if row else None
    return event["suggestions"] if event and event["type"] == ASSISTANT else []


def _later(connection: Connection, message: WaitingMessage) -> list[MessageAndData]:
    """What waits after a message."""
    both = messages.join(events, (events.c.chat == messages.c.chat) & (events.c.sequence == messages.c.sequence))
    asked = select(messages, events.c.data).select_from(both)
    waiting = (messages.c.chat == message.chat) & (messages.c.state == WAITING)
    rows = connection.execute(asked.where(waiting).order_by(messages.c.sequence)).mappings().all()
    return [cast(MessageAndData, dict(row)) for row in rows if row["sequence"] != message.sequence]


def _begin_anew(
    connection: Connection,
    old: ChatRow,
    chat: str,
    data: AssistantContent,
    later: list[MessageAndData],
    now: float,
) -> None:
    kept = {name: value for name, value in old.items() if name in KEPT_AFTER_ERASURE}
    fresh = insert(chats).values(
        id=chat, **kept, created_at=now, last_at=now, last_sequence=0, delivered=0, ending=True
    )
    connection.execute(fresh)
    add_event(connection, chat, next_sequence(connection, chat, now), ASSISTANT, now, data)
    for row in later:
        sequence = next_sequence(connection, chat, now)
        add_event(connection, chat, sequence, "visitor", row["accepted_at"], json.loads(row["data"]))
        moved = {**row, "chat": chat, "sequence": sequence}
        del moved["data"]
        connection.execute(insert(messages).values(**moved))
