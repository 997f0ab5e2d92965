"""Durable state of the messengers: messages received, without duplicates, and how far answers have been delivered."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import cast

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection, Engine

from assistant.core.languages import DEFAULT, served
from assistant.front.core.events import AssistantContent, AssistantEvent
from assistant.front.messengers.base.acts import (
    ASSISTANT,
    chat_of,
    choice_fingerprint,
    choice_of,
    fingerprint,
    has_its_answer,
    is_known,
    resolved,
    short_id,
)
from assistant.front.messengers.base.inbound import InboundMessage, act_of
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
from assistant.front.store.schema import INSERT, chats, delete_contents, events, messages, seen, state, writing
from assistant.front.store.tombstones import add_tombstone

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

    def settle(self, channel: str, inbound: InboundMessage, now: float) -> str | None:
        """Why a message needs no answer, in the words of the log; None if it does.

        It came before; or it is one more webhook of an act that has its answer, as a button that is pressed twice, the
        second photo of an album or an edit that leaves the text as it was. It is remembered as any other.
        """
        with self._engine.connect() as connection:
            if is_known(connection, fingerprint(channel, inbound.id)):
                return "a duplicate message"
            chat = chat_of(connection, channel, inbound)
            needless = has_its_answer(connection, channel, chat, inbound, now) if chat else inbound.kind == "edit"
        if not needless:
            return None
        with writing(self._engine) as connection:
            self._remember(connection, fingerprint(channel, inbound.id), now)
        return "what needs no answer of its own"

    def _remember(self, connection: Connection, id_: str, now: float) -> bool:
        """Remembers a fingerprint; returns whether it is new."""
        fresh = self._insert(seen).values(id=id_, at=now).on_conflict_do_nothing()
        return bool(connection.execute(fresh).rowcount)

    def note_astray(self, channel: str, now: float) -> None:
        """Records that a request came for another number, page or bot, for whoever checks the settings."""
        with writing(self._engine) as connection:
            connection.execute(delete(state).where(state.c.name == astray(channel)))
            connection.execute(insert(state).values(name=astray(channel), value=now))

    def last_astray(self, after: float) -> dict[str, float]:
        """When a request last came for another number, page or bot, by messenger, if that was after a time."""
        names = {astray(channel): channel for channel in self._channels}
        asked = select(state).where(state.c.name.in_(names), state.c.value > after)
        with self._engine.connect() as connection:
            return {names[row.name]: float(row.value) for row in connection.execute(asked)}

    def receive(self, channel: str, inbound: InboundMessage, new_chat: str, now: float) -> str | None:
        """Stores a message; returns its chat, or None if the messenger sent it before. Raises StorageFullError.

        What asks for erasure is always stored.
        """
        if inbound.kind == "delete":
            return with_reserve(self._engine, lambda: self._receive(channel, inbound, new_chat, now))
        check_room(self._engine, KEPT_SHARE if inbound.kind == "full" else RESERVED_SHARE)
        return self._receive(channel, inbound, new_chat, now)

    def _receive(self, channel: str, inbound: InboundMessage, new_chat: str, now: float) -> str | None:
        with writing(self._engine) as connection:
            if not self._remember(connection, fingerprint(channel, inbound.id), now):
                return None
            chat = self._chat_of(connection, channel, inbound, new_chat, now)
            sequence = next_sequence(connection, chat, now)
            language = _touch(connection, chat, served(inbound.language), now)
            chosen = choice_of(connection, chat, inbound)
            if chosen is not None and inbound.kind == TEXT:
                self._remember_choice(connection, channel, chat, chosen, now)
            inbound = replace(resolved(connection, chat, inbound, chosen), language=language)
            add_event(connection, chat, sequence, "visitor", now, {"id": inbound.id, "text": inbound.text})
            row = _row(chat, sequence, inbound, now, cipher_for_writing(connection, chat))
            connection.execute(insert(messages).values(**row))
        return chat

    def _chat_of(self, connection: Connection, channel: str, inbound: InboundMessage, new_chat: str, now: float) -> str:
        if (known := chat_of(connection, channel, inbound)) is not None:
            return known
        found_by = lookup(connection, channel, inbound.recipient)
        row = {"id": new_chat, "channel": channel, "recipient": found_by, "created_at": now, "last_at": now}
        language = served(inbound.language) or DEFAULT
        fresh = self._insert(chats).values(**row, language=language, last_sequence=0, delivered=0, former_name=False)
        if connection.execute(fresh.on_conflict_do_nothing()).rowcount:
            set_recipient(connection, new_chat, channel, inbound.recipient)
        return str(chat_of(connection, channel, inbound))

    def _remember_choice(
        self, connection: Connection, channel: str, chat: str, chosen: tuple[int, int], now: float
    ) -> None:
        """Remembers when a choice was taken, by the chat's random id, which says nothing of the person."""
        id_ = choice_fingerprint(channel, chat, chosen)
        if not self._remember(connection, id_, now):
            connection.execute(update(seen).where(seen.c.id == id_).values(at=now))

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
        """The messengers' chats with an answer that was not delivered, however old it is by the clock.

        Delivery decides what is too late, also for the word that a chat is erased, after which nothing of it is left.
        """
        late = (events.c.sequence > chats.c.delivered) & (events.c.type == ASSISTANT)
        joined = chats.join(events, (events.c.chat == chats.c.id) & late)
        # Without the second condition, the answers of every chat would be looked at.
        behind = chats.c.channel.in_(self._channels) & (chats.c.last_sequence > chats.c.delivered)
        asked = select(chats.c.id).select_from(joined).where(behind).distinct()
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

    def is_out_of_turn(self, event: AssistantEvent, chat: str) -> bool:
        """Whether the last that was written before an answer is not what it answers."""
        answered = event.get("reply_to", "")
        mine = (events.c.chat == chat) & (events.c.sequence < event["sequence"]) & (events.c.type == "visitor")
        with self._engine.connect() as connection:
            asked = select(events).where(mine).order_by(events.c.sequence.desc()).limit(1)
            row = connection.execute(asked).mappings().first() if answered else None
            last = event_of(cipher_for_reading(connection, chat), row) if row else None
        return bool(last and last["type"] == "visitor" and act_of(last["id"]) != act_of(answered))

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


def astray(channel: str) -> str:
    """The name under which it is recorded when a request last came for another number, page or bot."""
    return f"astray.{channel}"


def _touch(connection: Connection, chat: str, language: str | None, now: float) -> str | None:
    """Records that the user has written; returns their language, as far as known."""
    values = {"heard_at": now, **({"told": language} if language else {})}
    connection.execute(update(chats).where(chats.c.id == chat).values(**values))
    return language or connection.execute(select(chats.c.told).where(chats.c.id == chat)).scalar()


def _row(chat: str, sequence: int, inbound: InboundMessage, now: float, cipher: Cipher) -> MessageRow:
    return {
        "chat": chat,
        "sequence": sequence,
        "external_id": cipher.fingerprint(short_id(inbound.id)),
        "language": inbound.language,
        "choice": None,
        "accepted_at": now,
        "sent_at": inbound.sent_at,
        "kind": inbound.kind,
        "state": WAITING,
        "model": None,
        "knowledge": None,
    }


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
