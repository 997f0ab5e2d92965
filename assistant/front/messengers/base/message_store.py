"""Durable state of the messengers: messages received, without duplicates, and how far answers have been delivered."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass, replace
from typing import Literal, cast

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.sql import Select

from assistant.core.choices import number_chosen
from assistant.core.languages import DEFAULT, served
from assistant.front.core.events import AssistantContent, AssistantEvent
from assistant.front.messengers.base.inbound import InboundMessage
from assistant.front.store.chat_keys import complete_erasure
from assistant.front.store.chats import (
    TEXT,
    WAITING,
    WaitingMessage,
    add_event,
    add_pending_erasure,
    event_of,
    event_place,
    next_sequence,
    recipient_of,
    set_recipient,
)
from assistant.front.store.cipher import Cipher, cipher_for_reading, cipher_for_writing, lookup
from assistant.front.store.quota import KEPT_SHARE, RESERVED_SHARE, check_room
from assistant.front.store.reserve import with_reserve
from assistant.front.store.rows import ChatRow, MessageAndData, MessageRow
from assistant.front.store.schema import INSERT, chats, delete_contents, events, messages, seen, writing
from assistant.front.store.tombstones import add_tombstone

ASSISTANT: Literal["assistant"] = "assistant"
# Longer than delivery is ever attempted, so older chats need not be searched.
MAX_UNDELIVERED_SECONDS = 3 * 86400.0
# What is kept of a chat after its user had it erased, so that the confirmation can be delivered.
KEPT_AFTER_ERASURE = ("channel", "language", "told", "heard_at")


@dataclass(frozen=True)
class Progress:
    """How much of its answers a messenger's chat has received."""

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
    """Reads and writes the messengers' state; every write is one transaction."""

    def __init__(self, engine: Engine, channels: frozenset[str]) -> None:
        self._engine, self._channels = engine, channels
        self._insert = INSERT[engine.dialect.name]

    def receive(self, channel: str, inbound: InboundMessage, new_chat: str, now: float) -> str | None:
        """Stores a message; returns its chat, or None if the messenger sent it before. Raises StorageFullError.

        What asks for erasure is always stored.
        """
        if inbound.kind == "delete":
            return with_reserve(self._engine, lambda: self._receive(channel, inbound, new_chat, now))
        check_room(self._engine, KEPT_SHARE if inbound.kind == "full" else RESERVED_SHARE)
        return self._receive(channel, inbound, new_chat, now)

    def knows(self, channel: str, id_: str) -> bool:
        """Whether a messenger's message has been stored before."""
        asked = select(seen.c.id).where(seen.c.id == fingerprint(channel, id_))
        with self._engine.connect() as connection:
            return connection.execute(asked).first() is not None

    def _receive(self, channel: str, inbound: InboundMessage, new_chat: str, now: float) -> str | None:
        with writing(self._engine) as connection:
            fresh = self._insert(seen).values(id=fingerprint(channel, inbound.id), at=now).on_conflict_do_nothing()
            if not connection.execute(fresh).rowcount:
                return None
            chat = self._chat_of(connection, channel, inbound, new_chat, now)
            sequence = next_sequence(connection, chat, now)
            language = _touch(connection, chat, served(inbound.language), now)
            inbound = replace(_resolved(connection, chat, inbound), language=language)
            add_event(connection, chat, sequence, "visitor", now, {"id": inbound.id, "text": inbound.text})
            row = _row(chat, sequence, inbound, now, cipher_for_writing(connection, chat))
            connection.execute(insert(messages).values(**row))
        return chat

    def _chat_of(self, connection: Connection, channel: str, inbound: InboundMessage, new_chat: str, now: float) -> str:
        found_by = lookup(connection, channel, inbound.recipient)
        # Earlier versions kept the address itself.
        mine = (chats.c.channel == channel) & chats.c.recipient.in_({found_by, inbound.recipient})
        if (known := connection.execute(select(chats.c.id).where(mine)).scalar()) is not None:
            return str(known)
        row = {"id": new_chat, "channel": channel, "recipient": found_by, "created_at": now, "last_at": now}
        language = served(inbound.language) or DEFAULT
        fresh = self._insert(chats).values(**row, language=language, last_sequence=0, delivered=0, former_name=False)
        if connection.execute(fresh.on_conflict_do_nothing()).rowcount:
            set_recipient(connection, new_chat, channel, inbound.recipient)
        return str(connection.execute(select(chats.c.id).where(mine)).scalar_one())

    def progress(self, chat: str) -> Progress | None:
        """How far a chat's delivery has got; None if the chat is gone or not a messenger's."""
        asked = select(chats).where(chats.c.id == chat, chats.c.channel.in_(self._channels))
        with self._engine.connect() as connection:
            row = connection.execute(asked).mappings().first()
            recipient = recipient_of(connection, row) if row else None
        if not row or (row["address"] and recipient is None):
            return None
        kept = {name: row[name] for name in Progress.__dataclass_fields__ if name in row and name != "recipient"}
        return Progress(chat=row["id"], parts=row["delivered_parts"], recipient=cast(str, recipient), **kept)

    def undelivered_chats(self) -> list[str]:
        """The messengers' chats with a recent answer that was not delivered."""
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
            cipher = cipher_for_reading(connection, chat)
        return cast(AssistantEvent, event_of(cipher, row)) if row else None

    def notice(self, chat: str, data: AssistantContent, now: float) -> bool:
        """Stores the notice that a machine answers, once per chat; returns whether it is new."""
        with writing(self._engine) as connection:
            fresh = update(chats).where(chats.c.id == chat, chats.c.noticed.is_(False)).values(noticed=True)
            if not connection.execute(fresh).rowcount:
                return False
            add_event(connection, chat, next_sequence(connection, chat, now), ASSISTANT, now, data)
        return True

    def set_language(self, chat: str, language: str) -> None:
        """Stores the user's language according to the messenger, for waiting messages too."""
        mine = (messages.c.chat == chat) & messages.c.language.is_(None)
        with writing(self._engine) as connection:
            connection.execute(update(chats).where(chats.c.id == chat).values(told=language))
            connection.execute(update(messages).where(mine).values(language=language))

    def begin_part(self, chat: str) -> None:
        """Records that a part is about to be sent; until it is confirmed, it is in doubt whether it was."""
        with writing(self._engine) as connection:
            connection.execute(update(chats).where(chats.c.id == chat).values(in_doubt=True))

    def end_part(self, chat: str, delivered: int, parts: int) -> None:
        """Records how many parts of the answer after `delivered` have been accepted."""
        mine = (chats.c.id == chat) & (chats.c.delivered == delivered)
        with writing(self._engine) as connection:
            connection.execute(update(chats).where(mine).values(delivered_parts=parts, in_doubt=False))

    def confirm(self, channel: str, chat: str, delivered: int, part: int) -> bool:
        """Resolves the doubt about a part (from 0) that the messenger accepted; returns False if there was none."""
        mine = (chats.c.id == chat) & (chats.c.channel == channel) & (chats.c.delivered == delivered)
        doubted = mine & (chats.c.delivered_parts == part) & chats.c.in_doubt.is_(True)
        with writing(self._engine) as connection:
            changed = update(chats).where(doubted).values(delivered_parts=part + 1, in_doubt=False)
            return bool(connection.execute(changed).rowcount)

    def erase(
        self, message: WaitingMessage, new_chat: str, senders: tuple[str, ...], data: AssistantContent, now: float
    ) -> None:
        """Erases a chat at the user's request and opens a new one that only confirms it.

        Messages written after the request move to the new chat and are answered there.
        """
        with_reserve(self._engine, lambda: self._delete(message, new_chat, senders, data, now))
        complete_erasure(self._engine, [message.chat])

    def _delete(
        self, message: WaitingMessage, new_chat: str, senders: tuple[str, ...], data: AssistantContent, now: float
    ) -> None:
        with writing(self._engine) as connection:
            # Locked, or a message that comes in meanwhile would be left behind without a chat.
            locked = select(chats).where(chats.c.id == message.chat).with_for_update()
            mine = connection.execute(locked).mappings().first()
            later = _other_waiting(connection, message)
            delete_contents(connection, message.chat)
            connection.execute(delete(chats).where(chats.c.id == message.chat))
            add_tombstone(connection, message.chat)
            for sender in senders:
                add_pending_erasure(connection, sender)
            if mine:
                _reopen(connection, mine, new_chat, data, later, now)

    def end(self, chat: str) -> bool:
        """Erases a chat that only confirmed an erasure; returns False if the user went on writing."""
        with writing(self._engine) as connection:
            over = (chats.c.id == chat) & chats.c.ending.is_(True) & (chats.c.last_sequence == 1)
            ended = connection.execute(delete(chats).where(over)).rowcount
            mine = events.c.chat == chat
            connection.execute(delete(events).where(mine if ended else mine & (events.c.sequence == 1)))
            connection.execute(update(chats).where(chats.c.id == chat).values(ending=False))
        complete_erasure(self._engine, [chat] if ended else [])
        return bool(ended)

    def forget_seen(self, before: float) -> None:
        """Deletes fingerprints of messages too old for any messenger to send again."""
        with writing(self._engine) as connection:
            connection.execute(delete(seen).where(seen.c.at < before))


def fingerprint(channel: str, id_: str) -> str:
    """What is kept of a message's id; reveals nothing about the message or the user."""
    return hashlib.sha256(f"{channel}:{id_}".encode()).hexdigest()


def _touch(connection: Connection, chat: str, language: str | None, now: float) -> str | None:
    """Records that the user has written; returns their language, as far as known."""
    values = {"heard_at": now, **({"told": language} if language else {})}
    connection.execute(update(chats).where(chats.c.id == chat).values(**values))
    return language or connection.execute(select(chats.c.told).where(chats.c.id == chat)).scalar()


def _row(chat: str, sequence: int, inbound: InboundMessage, now: float, cipher: Cipher) -> MessageRow:
    id_ = fingerprint("", inbound.id) if len(inbound.id) > 255 else inbound.id
    return {
        "chat": chat,
        "sequence": sequence,
        "external_id": cipher.fingerprint(id_),
        "language": inbound.language,
        "choice": None,
        "accepted_at": now,
        "sent_at": inbound.sent_at,
        "kind": inbound.kind,
        "state": WAITING,
    }


def _resolved(connection: Connection, chat: str, inbound: InboundMessage) -> InboundMessage:
    """The message with the text of the question that it picks, by a button or by number."""
    if inbound.option:
        sequence, number = inbound.option
        offered = _offered(connection, select(events).where(events.c.chat == chat, events.c.sequence == sequence))
        fits = 0 <= number < len(offered)
        return replace(inbound, text=offered[number]) if fits else replace(inbound, kind="stale")
    picked = number_chosen(inbound.text) if inbound.kind == TEXT else None
    if picked is not None:
        mine = select(events).where(events.c.chat == chat, events.c.type == ASSISTANT)
        offered = _offered(connection, mine.order_by(events.c.sequence.desc()).limit(1))
        if 1 <= picked <= len(offered):
            return replace(inbound, text=offered[picked - 1])
    return inbound


def _offered(connection: Connection, asked: Select) -> list[str]:
    row = connection.execute(asked).mappings().first()
    event = event_of(cipher_for_reading(connection, row["chat"]), row) if row else None
    return event["suggestions"] if event and event["type"] == ASSISTANT else []


def _other_waiting(connection: Connection, message: WaitingMessage) -> list[MessageAndData]:
    """The chat's other waiting messages."""
    both = messages.join(events, (events.c.chat == messages.c.chat) & (events.c.sequence == messages.c.sequence))
    asked = select(messages, events.c.data).select_from(both)
    waiting = (messages.c.chat == message.chat) & (messages.c.state == WAITING)
    rows = connection.execute(asked.where(waiting).order_by(messages.c.sequence)).mappings().all()
    cipher = cipher_for_reading(connection, message.chat)
    opened = ({**row, "data": cipher.open(row["data"], event_place(row["sequence"]))} for row in rows)
    return [cast(MessageAndData, row) for row in opened if row["sequence"] != message.sequence and row["data"]]


def _reopen(
    connection: Connection,
    old: ChatRow,
    chat: str,
    data: AssistantContent,
    later: list[MessageAndData],
    now: float,
) -> None:
    kept = {name: value for name, value in old.items() if name in KEPT_AFTER_ERASURE}
    recipient = recipient_of(connection, old)
    fresh = insert(chats).values(
        id=chat, **kept, created_at=now, last_at=now, last_sequence=0, delivered=0, ending=True, former_name=False
    )
    connection.execute(fresh)
    if recipient is not None:
        set_recipient(connection, chat, old["channel"], recipient)
    add_event(connection, chat, next_sequence(connection, chat, now), ASSISTANT, now, data)
    for row in later:
        sequence = next_sequence(connection, chat, now)
        add_event(connection, chat, sequence, "visitor", row["accepted_at"], json.loads(row["data"]))
        moved = {**row, "chat": chat, "sequence": sequence, "external_id": _moved_id(connection, chat, row)}
        del moved["data"]
        connection.execute(insert(messages).values(**moved))


def _moved_id(connection: Connection, chat: str, row: MessageAndData) -> str:
    return cipher_for_writing(connection, chat).fingerprint(json.loads(row["data"]).get("id", row["external_id"]))
