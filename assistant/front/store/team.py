"""Visitors' questions to the team: stored as written, read and answered at the desk, erased with their chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection, Engine

from assistant.front.store.chats import UnknownChatError, add_chat
from assistant.front.store.cipher import Cipher, cipher_for_reading, cipher_for_writing
from assistant.front.store.quota import check_room
from assistant.front.store.rows import TeamQuestionRow
from assistant.front.store.schema import chats, team_questions, writing
from assistant.front.store.tombstones import is_erased

# `sending` while an answer is on its way, so that two people do not send two.
OPEN, SENDING, ANSWERED = "open", "sending", "answered"
MAX_PER_CHAT = 10
MAX_LISTED = 500


class TooManyQuestionsError(Exception):
    """The chat holds as many questions to the team as one may."""


@dataclass(frozen=True)
class TeamQuestion:
    """A visitor's question to the team; `email` is where they want the answer, if anywhere."""

    chat: str
    id: str
    at: float
    language: str
    text: str
    email: str | None
    state: str


class TeamQuestions:
    """Reads and writes the questions to the team."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, chat: str, external_id: str, text: str, email: str | None, language: str, now: float) -> None:
        """Stores a question, and keeps its chat as long as a message would; one with a known id is the same question.

        Raises UnknownChatError, TooManyQuestionsError, StorageFullError.
        """
        check_room(self._engine)
        with writing(self._engine) as connection:
            # Also locks the chat, or the question would outlive one that is being erased.
            if not connection.execute(update(chats).where(chats.c.id == chat).values(last_at=now)).rowcount:
                raise UnknownChatError
            id_ = cipher_for_writing(connection, chat).fingerprint(external_id)
            mine = select(team_questions.c.id).where(team_questions.c.chat == chat)
            if connection.execute(mine.where(team_questions.c.id == id_)).first():
                return
            if connection.execute(select(func.count()).select_from(mine.subquery())).scalar_one() >= MAX_PER_CHAT:
                raise TooManyQuestionsError
            _insert(connection, chat, id_, text, email, language, now)

    def add_alone(self, chat: str, text: str, email: str | None, language: str, now: float) -> None:
        """Stores a question in a chat that holds nothing else; the same chat again is the same question.

        Raises UnknownChatError if it has been erased since, StorageFullError.
        """
        check_room(self._engine)
        with writing(self._engine) as connection:
            if not add_chat(connection, chat, language, now):
                return
            # Only now that nobody else can be erasing it.
            if is_erased(connection, chat):
                raise UnknownChatError
            id_ = cipher_for_writing(connection, chat).fingerprint(chat)
            _insert(connection, chat, id_, text, email, language, now)

    def of(self, chat: str) -> list[TeamQuestion]:
        """The questions of a chat, in order."""
        with self._engine.connect() as connection:
            return self._found(connection, chat)

    def listed(self, states: Sequence[str] = (OPEN, SENDING), limit: int = MAX_LISTED) -> list[TeamQuestion]:
        """The questions in these states, the oldest first."""
        asked = select(team_questions).where(team_questions.c.state.in_(states))
        asked = asked.order_by(team_questions.c.at, team_questions.c.id).limit(limit)
        with self._engine.connect() as connection:
            rows = connection.execute(asked).mappings().all()
            opened = (_question(cipher_for_reading(connection, row["chat"]), row) for row in rows)
            return [question for question in opened if question]

    def find(self, chat: str, id_: str) -> TeamQuestion | None:
        """One question; None if it has been erased."""
        return next((question for question in self.of(chat) if question.id == id_), None)

    def count(self, state: str = OPEN) -> int:
        """How many questions are in a state."""
        asked = select(func.count()).select_from(team_questions).where(team_questions.c.state == state)
        with self._engine.connect() as connection:
            return int(connection.execute(asked).scalar_one())

    def waiting(self) -> tuple[int, float | None]:
        """How many questions wait for an answer, also one that is being sent, and when the oldest was asked."""
        mine = team_questions.c.state.in_((OPEN, SENDING))
        asked = select(func.count(), func.min(team_questions.c.at)).where(mine)
        with self._engine.connect() as connection:
            number, oldest_at = connection.execute(asked).one()
        return int(number), oldest_at

    def move(self, chat: str, id_: str, before: str, after: str) -> bool:
        """Changes the state of a question; returns False if it is no longer in the state before, or gone."""
        mine = (team_questions.c.chat == chat) & (team_questions.c.id == id_) & (team_questions.c.state == before)
        with writing(self._engine) as connection:
            return bool(connection.execute(update(team_questions).where(mine).values(state=after)).rowcount)

    @staticmethod
    def _found(connection: Connection, chat: str) -> list[TeamQuestion]:
        asked = select(team_questions).where(team_questions.c.chat == chat)
        rows = connection.execute(asked.order_by(team_questions.c.at, team_questions.c.id)).mappings().all()
        cipher = cipher_for_reading(connection, chat)
        return [question for row in rows if (question := _question(cipher, row))]


def _insert(
    connection: Connection, chat: str, id_: str, text: str, email: str | None, language: str, now: float
) -> None:
    cipher = cipher_for_writing(connection, chat)
    sealed = {"text": cipher.seal(text, _place(id_, "text")), "email": None}
    if email is not None:
        sealed["email"] = cipher.seal(email, _place(id_, "email"))
    row = {"chat": chat, "id": id_, "at": now, "language": language, "state": OPEN, **sealed}
    connection.execute(insert(team_questions).values(**row))


def _question(cipher: Cipher, row: TeamQuestionRow) -> TeamQuestion | None:
    """A stored row as a question; None if nobody can read it any more."""
    text = cipher.open(row["text"], _place(row["id"], "text"))
    if text is None:
        return None
    email = row["email"] and cipher.open(row["email"], _place(row["id"], "email"))
    return TeamQuestion(row["chat"], row["id"], row["at"], row["language"], text, email, row["state"])


def _place(id_: str, column: str) -> str:
    """What binds a sealed text to its row and column."""
    return f"team.{id_}.{column}"
