"""What the front keeps: chats, their events, the inbox, feedback, and what Rasa has yet to erase."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.sql.elements import ColumnElement

from assistant.core.why import Why
from assistant.front.core.channels import CANARY, WEB
from assistant.front.core.events import AssistantContent, Content, Event, EventType, complete, moment
from assistant.front.store.chat_keys import MAX_ORPHANS, complete_erasure, destroy_orphaned_keys
from assistant.front.store.cipher import Cipher, cipher_for_reading, cipher_for_writing, lookup
from assistant.front.store.quota import check_room
from assistant.front.store.reserve import with_reserve
from assistant.front.store.rows import ChatRow, EventRow, FeedbackRow, MessageRow, WaitingRow
from assistant.front.store.schema import (
    CONTENTS,
    INSERT,
    chats,
    delete_contents,
    erasures,
    events,
    feedback,
    messages,
    put,
    writing,
)
from assistant.front.store.tombstones import add_tombstone, drop_tombstones

WAITING, ANSWERED, APOLOGISED = "waiting", "answered", "apologised"

TEXT = "text"
# What binds a sealed address to its column.
ADDRESS = "address"


class UnknownChatError(Exception):
    """The chat was deleted, or never existed."""


@dataclass(frozen=True)
class WaitingMessage:
    """A message that was accepted but is not answered yet."""

    chat: str
    sequence: int
    id: str
    text: str
    language: str | None
    choice: str | None
    accepted_at: float
    channel: str = WEB
    kind: str = TEXT

    @property
    def key(self) -> str:
        """A unique name for the message."""
        return f"{self.chat}.{self.sequence}"


class Store:
    """Reads and writes all of this; every write is one transaction, and writes to one chat are serialised."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open_chat(self, chat: str, language: str, now: float, channel: str = WEB, recipient: str | None = None) -> None:
        """Creates an empty chat. Raises StorageFullError."""
        check_room(self._engine)
        with writing(self._engine) as connection:
            add_chat(connection, chat, language, now, channel)
            if recipient is not None:
                set_recipient(connection, chat, channel, recipient)

    def chat(self, chat: str) -> ChatRow | None:
        """A chat's row; None if there is no such chat."""
        with self._engine.connect() as connection:
            row = connection.execute(select(chats).where(chats.c.id == chat)).mappings().first()
            return cast(ChatRow, {**row, "recipient": recipient_of(connection, row), "address": None}) if row else None

    def accept(
        self, chat: str, external_id: str, text: str, language: str | None, choice: str | None, now: float
    ) -> tuple[int, bool]:
        """Stores a message; returns its sequence and whether it is new. Raises UnknownChatError, StorageFullError."""
        check_room(self._engine)
        with writing(self._engine) as connection:
            sequence = next_sequence(connection, chat, now)
            stored_id = cipher_for_writing(connection, chat).fingerprint(external_id)
            same = messages.c.external_id.in_({stored_id, external_id})
            known = select(messages.c.sequence).where(messages.c.chat == chat, same)
            if (before := connection.execute(known).scalar()) is not None:
                connection.get_transaction().rollback()
                return int(before), False
            add_event(connection, chat, sequence, "visitor", now, {"id": external_id, "text": text})
            row = {"chat": chat, "sequence": sequence, "external_id": stored_id, "accepted_at": now}
            connection.execute(insert(messages).values(**row, language=language, choice=choice, state=WAITING))
        return sequence, True

    def waiting_chats(self) -> list[str]:
        """The chats with messages waiting for an answer."""
        asked = select(messages.c.chat).where(messages.c.state == WAITING).distinct()
        with self._engine.connect() as connection:
            return list(connection.execute(asked).scalars())

    def count_waiting(self) -> int:
        """How many messages are waiting for an answer."""
        asked = select(func.count()).select_from(messages).where(messages.c.state == WAITING)
        with self._engine.connect() as connection:
            return int(connection.execute(asked).scalar_one())

    def next_waiting(self, chat: str) -> WaitingMessage | None:
        """The first message of a chat that has no answer yet."""
        both = messages.join(events, (events.c.chat == messages.c.chat) & (events.c.sequence == messages.c.sequence))
        asked = (
            select(messages, events.c.data, chats.c.channel)
            .select_from(both.join(chats, chats.c.id == messages.c.chat))
            .where(messages.c.chat == chat, messages.c.state == WAITING)
            # Only messengers say when a message was sent, and they may deliver out of order.
            .order_by(func.coalesce(messages.c.sent_at, 0.0), messages.c.sequence)
            .limit(1)
        )
        with self._engine.connect() as connection:
            row = connection.execute(asked).mappings().first()
            message = _waiting(connection, row) if row else None
        if row and not message:
            self._give_up(row)
            return self.next_waiting(chat)
        return message

    def _give_up(self, row: WaitingRow) -> None:
        """Lets a message wait no longer that nobody can read, since its key is gone."""
        mine = (messages.c.chat == row["chat"]) & (messages.c.sequence == row["sequence"])
        with writing(self._engine) as connection:
            connection.execute(update(messages).where(mine, messages.c.state == WAITING).values(state=APOLOGISED))

    def answer(
        self, message: WaitingMessage, data: AssistantContent, state: str, now: float, why: Why | None = None
    ) -> int | None:
        """Stores the answer to a message; returns its sequence, or None if it already has one or the chat is gone.

        Of the reasons, only the versions are kept of what answered.
        """
        versions = {"model": why["model"], "knowledge": why["knowledge"]} if why else {}
        with writing(self._engine) as connection:
            try:
                sequence = next_sequence(connection, message.chat, now, data["language"])
            except UnknownChatError:
                return None
            mine = (messages.c.chat == message.chat) & (messages.c.sequence == message.sequence)
            open_ = update(messages).where(mine, messages.c.state == WAITING).values(state=state, **versions)
            if not connection.execute(open_).rowcount:
                connection.get_transaction().rollback()
                return None
            add_event(connection, message.chat, sequence, "assistant", now, data)
        return sequence

    def events_after(self, chat: str, after: int) -> list[Event] | None:
        """The events of a chat after a sequence, in order; None if the chat is gone."""
        asked = select(events).where(events.c.chat == chat, events.c.sequence > after).order_by(events.c.sequence)
        with self._engine.connect() as connection:
            rows = connection.execute(asked).mappings().all()
            if not rows and connection.execute(select(chats.c.id).where(chats.c.id == chat)).first() is None:
                return None
            cipher = cipher_for_reading(connection, chat)
        return [event for row in rows if (event := event_of(cipher, row))]

    def last_sequences(self, ids: Sequence[str]) -> dict[str, int]:
        """The last sequence of each of these chats; -1 for a chat that is gone."""
        asked = select(chats.c.id, chats.c.last_sequence).where(chats.c.id.in_(ids))
        with self._engine.connect() as connection:
            there = {row[0]: int(row[1]) for row in connection.execute(asked)} if ids else {}
        return {id_: there.get(id_, -1) for id_ in ids}

    def set_delivered(self, chat: str, sequence: int) -> None:
        """Records the last event that was delivered to the channel."""
        done = {"delivered": sequence, "delivered_parts": 0, "in_doubt": False}
        with writing(self._engine) as connection:
            connection.execute(update(chats).where(chats.c.id == chat).values(**done))

    def rate(self, chat: str, sequence: int, helpful: bool, reason: str | None, now: float) -> bool:
        """Stores or replaces a visitor's feedback on an answer; returns False if there is no such answer.

        Raises StorageFullError.
        """
        check_room(self._engine)
        mine = (feedback.c.chat == chat) & (feedback.c.sequence == sequence)
        answer = (events.c.chat == chat) & (events.c.sequence == sequence) & (events.c.type == "assistant")
        with writing(self._engine) as connection:
            # Locked, or it would outlive a chat that is being erased.
            connection.execute(select(chats.c.id).where(chats.c.id == chat).with_for_update())
            connection.execute(delete(feedback).where(mine))
            if connection.execute(select(events.c.sequence).where(answer)).first() is None:
                return False
            sealed = reason and cipher_for_writing(connection, chat).seal(reason, reason_place(sequence))
            row = {"chat": chat, "sequence": sequence, "helpful": helpful, "reason": sealed, "at": now}
            connection.execute(insert(feedback).values(**row))
        return True

    def feedback_of(self, chat: str) -> list[FeedbackRow]:
        """The visitor's feedback on answers, in order."""
        asked = select(feedback).where(feedback.c.chat == chat).order_by(feedback.c.sequence)
        with self._engine.connect() as connection:
            cipher, rows = cipher_for_reading(connection, chat), connection.execute(asked).mappings().all()
        return [cast(FeedbackRow, {**row, "reason": reason_of(cipher, row)}) for row in rows]

    def erase(self, chat: str, *senders: str, silent_since: float | None = None) -> bool:
        """Erases a chat with everything in it, and records that Rasa must erase its conversations too.

        Returns False if there is none, or if anything has been written in it since `silent_since`. That is for the
        purge, which leaves no tombstone: if it was mistaken, a backup brings back what nobody asked to have erased.
        """
        found = with_reserve(self._engine, lambda: self._delete(chat, senders, silent_since))
        if found:
            complete_erasure(self._engine, [chat])
        return found

    def _delete(self, chat: str, senders: Sequence[str], silent_since: float | None) -> bool:
        with writing(self._engine) as connection:
            mine = (
                chats.c.id == chat if silent_since is None else (chats.c.id == chat) & (chats.c.last_at < silent_since)
            )
            found = connection.execute(delete(chats).where(mine)).rowcount
            if found:
                delete_contents(connection, chat)
                if silent_since is None:
                    add_tombstone(connection, chat)
                for sender in senders:
                    add_pending_erasure(connection, sender)
        return bool(found)

    def silent_since(self, moment: float) -> list[str]:
        """The chats in which nothing has been written since then."""
        with self._engine.connect() as connection:
            return list(connection.execute(select(chats.c.id).where(silent(moment))).scalars())

    def drop_tombstones(self, before: float) -> None:
        """Drops tombstones from before that time; any backup that still holds those chats is past its own retention."""
        with writing(self._engine) as connection:
            drop_tombstones(connection, before)

    def erase_orphans(self, most_keys: float = MAX_ORPHANS) -> None:
        """Erases rows without a chat, which arrived just as their chat was being erased, and keys without one."""
        with writing(self._engine) as connection:
            for table in CONTENTS:
                connection.execute(delete(table).where(table.c.chat.not_in(select(chats.c.id))))
        destroy_orphaned_keys(self._engine, most_keys)

    def recipients(self, channel: str) -> dict[str, str]:
        """The recipient of each of a messenger's chats, by chat."""
        asked = select(chats).where(chats.c.channel == channel).order_by(chats.c.created_at, chats.c.id)
        with self._engine.connect() as connection:
            found = {row["id"]: recipient_of(connection, row) for row in connection.execute(asked).mappings().all()}
        return {chat: recipient for chat, recipient in found.items() if recipient is not None}

    def messages_of(self, chat: str) -> list[MessageRow]:
        """The inbox of a chat, in order; with the ids that visitors' programs or messengers gave the messages."""
        asked = select(messages).where(messages.c.chat == chat).order_by(messages.c.sequence)
        found = self.events_after(chat, 0) or ()
        ids = {event["sequence"]: event["id"] for event in found if event["type"] == "visitor"}
        with self._engine.connect() as connection:
            rows = connection.execute(asked).mappings().all()
        named = ({**row, "external_id": ids.get(row["sequence"], row["external_id"])} for row in rows)
        return [cast(MessageRow, row) for row in named]

    def add_pending_erasure(self, sender: str) -> None:
        """Records that Rasa must erase a conversation."""
        with writing(self._engine) as connection:
            add_pending_erasure(connection, sender)

    def pending_erasures(self) -> list[str]:
        """The conversations that Rasa has yet to erase."""
        with self._engine.connect() as connection:
            return list(connection.execute(select(erasures.c.sender)).scalars())

    def erasure_done(self, sender: str) -> None:
        """Records that Rasa has erased a conversation."""
        with writing(self._engine) as connection:
            connection.execute(delete(erasures).where(erasures.c.sender == sender))


def silent(since: float) -> ColumnElement:
    """Whether nothing has been written in a chat since then; never true of a canary, which is nobody's."""
    return (chats.c.last_at < since) & (chats.c.channel != CANARY)


def add_chat(connection: Connection, chat: str, language: str, now: float, channel: str = WEB) -> bool:
    """Creates an empty chat; returns False if it is there already."""
    row = {"id": chat, "channel": channel, "language": language, "created_at": now, "last_at": now}
    new = INSERT[connection.dialect.name](chats).values(**row, last_sequence=0, delivered=0, former_name=False)
    return bool(connection.execute(new.on_conflict_do_nothing()).rowcount)


def next_sequence(connection: Connection, chat: str, now: float, spoken: str | None = None) -> int:
    """Takes the chat's next sequence; nobody else gets one from this chat until the transaction ends."""
    values: dict[str, object] = {"last_sequence": chats.c.last_sequence + 1, "last_at": now}
    if spoken:
        values["spoken"] = spoken
    if not connection.execute(update(chats).where(chats.c.id == chat).values(**values)).rowcount:
        raise UnknownChatError
    return int(connection.execute(select(chats.c.last_sequence).where(chats.c.id == chat)).scalar_one())


def add_pending_erasure(connection: Connection, sender: str) -> None:
    """Records that Rasa must erase a conversation."""
    put(connection, erasures, sender=sender)


def add_event(connection: Connection, chat: str, sequence: int, type_: EventType, now: float, data: Content) -> None:
    """Stores an event of a chat under a sequence taken for it."""
    written = json.dumps(data, ensure_ascii=False)
    sealed = cipher_for_writing(connection, chat).seal(written, event_place(sequence))
    connection.execute(insert(events).values(chat=chat, sequence=sequence, type=type_, at=now, data=sealed))


def event_of(cipher: Cipher, row: EventRow) -> Event | None:
    """A stored row as an event; None if nobody can read it any more."""
    written = cipher.open(row["data"], event_place(row["sequence"]))
    if written is None:
        return None
    place = {"sequence": row["sequence"], "type": row["type"], "at": moment(row["at"])}
    return cast(Event, {**place, **complete(json.loads(written))})


def set_recipient(connection: Connection, chat: str, channel: str, recipient: str) -> None:
    """Stores a messenger's user in a chat that was just created: how to find them, and the sealed address."""
    sealed = cipher_for_writing(connection, chat).seal(recipient, ADDRESS)
    found_by = lookup(connection, channel, recipient)
    connection.execute(update(chats).where(chats.c.id == chat).values(recipient=found_by, address=sealed))


def recipient_of(connection: Connection, row: ChatRow) -> str | None:
    """The messenger's user of a chat; earlier versions did not seal the address."""
    if row["address"] is None:
        return row["recipient"]
    return cipher_for_reading(connection, row["id"]).open(row["address"], ADDRESS)


def event_place(sequence: int) -> str:
    """What binds an event's content to its row."""
    return f"event.{sequence}"


def reason_of(cipher: Cipher, row: FeedbackRow) -> str | None:
    """The reason that feedback was given with; None if nobody can read it any more."""
    return row["reason"] and cipher.open(row["reason"], reason_place(row["sequence"]))


def reason_place(sequence: int) -> str:
    """What binds a reason to the feedback that it is given with."""
    return f"reason.{sequence}"


def _waiting(connection: Connection, row: WaitingRow) -> WaitingMessage | None:
    cipher = cipher_for_reading(connection, row["chat"])
    if (written := cipher.open(row["data"], event_place(row["sequence"]))) is None:
        return None
    data = json.loads(written)
    return WaitingMessage(
        chat=row["chat"],
        sequence=row["sequence"],
        id=data.get("id", row["external_id"]),
        text=data["text"],
        language=row["language"],
        choice=row["choice"],
        accepted_at=row["accepted_at"],
        channel=row["channel"],
        kind=row["kind"],
    )
