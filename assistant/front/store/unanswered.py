"""The questions that staff should see: what was not answered, asked back about in vain, or answered badly.

They belong to their chat and go with it. See docs/decisions/0033-record.md.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.sql.elements import ColumnElement

from assistant.core.why import Why, why_from
from assistant.front.store.chat_keys import keys_of
from assistant.front.store.chats import reason_of
from assistant.front.store.cipher import Cipher, cipher_for_reading, cipher_for_writing
from assistant.front.store.quota import check_room
from assistant.front.store.rows import FeedbackRow, StoredUnanswered
from assistant.front.store.schema import chats, feedback, messages, unanswered, writing
from assistant.privacy import has_placeholder

Reason = Literal["nothing", "asked_back", "held_back", "rated_badly"]
State = Literal["open", "belongs", "new_entry", "outside", "ignored"]
# A question: its chat, and its sequence there.
Key = tuple[str, int]
OPEN: State = "open"
MOST_CHARACTERS = 200
CUT = "…"
MOST_AT_ONCE = 10_000


@dataclass(frozen=True)
class UnansweredRow:
    """A question that staff should see; `sequence` is that of the visitor's message, `answer` that of the answer.

    `text` is masked, and None where a mask or an emergency forbids it, or once the question is settled. `entry` is what
    was given, or the nearest one. `remark` is what the visitor said of a bad answer.
    """

    chat: str
    sequence: int
    at: float
    language: str
    reason: Reason
    answer: int | None = None
    text: str | None = None
    topic: str | None = None
    entry: str | None = None
    why: Why | None = None
    model: str | None = None
    knowledge: str | None = None
    state: State = OPEN
    remark: str | None = None

    @property
    def key(self) -> Key:
        """What `settle` knows it by."""
        return self.chat, self.sequence

    @property
    def day(self) -> str:
        """The day of the question (UTC), as an ISO date."""
        return day_of(self.at)


class Unanswered:
    """Reads and writes these questions; in memory alone (ASSISTANT_STORAGE=none), none are kept."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, *rows: UnansweredRow) -> int:
        """Keeps questions that are not there yet and whose chats exist; returns how many. Raises StorageFullError."""
        if keys_of(self._engine) is None:
            return 0
        check_room(self._engine)
        with writing(self._engine) as connection:
            return sum(_added(connection, row) for row in rows)

    def open(self, limit: int = MOST_AT_ONCE) -> list[UnansweredRow]:
        """The questions that nobody has dealt with, the newest first."""
        return self._read(unanswered.c.state == OPEN, limit)

    def of(self, chat: str) -> list[UnansweredRow]:
        """All questions of a chat, in order."""
        return sorted(self._read(unanswered.c.chat == chat, MOST_AT_ONCE), key=lambda row: row.sequence)

    def count_open(self) -> int:
        """How many questions nobody has dealt with."""
        asked = select(func.count()).select_from(unanswered).where(unanswered.c.state == OPEN)
        with self._engine.connect() as connection:
            return int(connection.execute(asked).scalar_one())

    def settle(self, keys: Iterable[Key], state: State) -> int:
        """Records what was done about questions; returns how many. Their texts have served their purpose and go."""
        with writing(self._engine) as connection:
            done = update(unanswered).values(state=state, **({} if state == OPEN else {"text": None}))
            return sum(connection.execute(done.where(_is(key))).rowcount for key in dict.fromkeys(keys))

    def remove(self, key: Key, reason: Reason) -> bool:
        """Takes back a question that nobody has dealt with, if it is there for that reason."""
        mine = _is(key) & (unanswered.c.reason == reason) & (unanswered.c.state == OPEN)
        with writing(self._engine) as connection:
            return bool(connection.execute(delete(unanswered).where(mine)).rowcount)

    def last_asked_back(self, chat: str, before: int) -> UnansweredRow | None:
        """The question of a chat just before a message, if it was asked back about."""
        asked = select(func.max(messages.c.sequence)).where(messages.c.chat == chat, messages.c.sequence < before)
        with self._engine.connect() as connection:
            sequence = connection.execute(asked).scalar()
        found = self._read(_is((chat, sequence or 0)) & (unanswered.c.reason == "asked_back"), 1)
        return found[0] if found else None

    def drop_texts(self, chat: str) -> None:
        """Leaves only the topics of what a chat asked, since there is an emergency in it."""
        with_text = (unanswered.c.chat == chat) & unanswered.c.text.is_not(None)
        with self._engine.connect() as connection:
            if connection.execute(select(unanswered.c.chat).where(with_text).limit(1)).first() is None:
                return
        with writing(self._engine) as connection:
            connection.execute(update(unanswered).where(with_text).values(text=None))

    def _read(self, wanted: ColumnElement, limit: int) -> list[UnansweredRow]:
        asked = select(unanswered).where(wanted).order_by(unanswered.c.at.desc(), unanswered.c.sequence.desc())
        with self._engine.connect() as connection:
            rows = connection.execute(asked.limit(limit)).mappings().all()
            ciphers = {chat: cipher_for_reading(connection, chat) for chat in {row["chat"] for row in rows}}
            remarks = _remarks(connection, wanted, ciphers)
        return [_row(cast(StoredUnanswered, row), ciphers[row["chat"]], remarks) for row in rows]


def day_of(at: float) -> str:
    """The day of a time in seconds since 1970 (UTC), as an ISO date."""
    return datetime.datetime.fromtimestamp(at, datetime.timezone.utc).date().isoformat()


def shortened(text: str) -> str:
    """As much of a text as is kept."""
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1].rstrip() + CUT


def _is(key: Key) -> ColumnElement:
    return (unanswered.c.chat == key[0]) & (unanswered.c.sequence == key[1])


def _added(connection: Connection, row: UnansweredRow) -> bool:
    # A write, so that the chat is locked in both databases: the row must not outlive one that is being erased.
    chat = chats.c.id == row.chat
    if not connection.execute(update(chats).where(chat).values(last_sequence=chats.c.last_sequence)).rowcount:
        return False
    if connection.execute(select(unanswered.c.sequence).where(_is(row.key))).first():
        return False
    cipher = cipher_for_writing(connection, row.chat)

    def sealed(column: str, content: str | None) -> str | None:
        return content and cipher.seal(content, place(row.sequence, column))

    stored: StoredUnanswered = {
        "chat": row.chat,
        "sequence": row.sequence,
        "answer": row.answer,
        "at": row.at,
        "day": row.day,
        "language": row.language,
        "text": sealed("text", row.text and shortened(row.text)),
        "topic": sealed("topic", row.topic),
        "entry": sealed("entry", row.entry),
        "reason": row.reason,
        "why": sealed("why", json.dumps(row.why, ensure_ascii=False) if row.why else None),
        "model": row.model,
        "knowledge": row.knowledge,
        "state": row.state,
    }
    connection.execute(insert(unanswered).values(**stored))
    return True


def place(sequence: int, column: str) -> str:
    """What binds something of a question to its row and column."""
    return f"unanswered.{sequence}.{column}"


def _remarks(connection: Connection, wanted: ColumnElement, ciphers: Mapping[str, Cipher]) -> dict[Key, str | None]:
    """What visitors said of bad answers, by question; by the same rule as the questions themselves."""
    mine = (feedback.c.chat == unanswered.c.chat) & (feedback.c.sequence == unanswered.c.answer)
    said = feedback.c.reason.is_not(None) & feedback.c.helpful.is_(False) & unanswered.c.text.is_not(None)
    asked = select(unanswered.c.sequence.label("question"), feedback).select_from(
        unanswered.join(feedback, mine & said)
    )
    found: dict[Key, str | None] = {}
    for row in connection.execute(asked.where(wanted)).mappings():
        remark = reason_of(ciphers[row["chat"]], cast(FeedbackRow, row)) if row["chat"] in ciphers else None
        found[row["chat"], row["question"]] = shortened(remark) if remark and not has_placeholder(remark) else None
    return found


def _row(stored: StoredUnanswered, cipher: Cipher, remarks: Mapping[Key, str | None]) -> UnansweredRow:
    def opened(column: Literal["text", "topic", "entry", "why"]) -> str | None:
        sealed = stored[column]
        return sealed and cipher.open(sealed, place(stored["sequence"], column))

    why = opened("why")
    return UnansweredRow(
        chat=stored["chat"],
        sequence=stored["sequence"],
        answer=stored["answer"],
        at=stored["at"],
        language=stored["language"],
        reason=cast(Reason, stored["reason"]),
        text=opened("text"),
        topic=opened("topic"),
        entry=opened("entry"),
        why=why_from(json.loads(why)) if why else None,
        model=stored["model"],
        knowledge=stored["knowledge"],
        state=cast(State, stored["state"]),
        remark=remarks.get((stored["chat"], stored["sequence"])),
    )
