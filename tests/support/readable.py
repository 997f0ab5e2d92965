"""What can be read of a front's database: its bytes, and whatever the keys that still exist can open."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import select

from assistant.front.store.chats import Store
from assistant.front.store.schema import CONTENTS, chats, database
from assistant.front.store.team import TeamQuestions
from assistant.front.store.unanswered import Unanswered


def opened(url: str) -> bytes:
    """Everything that is sealed in a database, opened with the keys that exist, rows without a chat included."""
    engine = database(url)
    store, queue, team = Store(engine), Unanswered(engine), TeamQuestions(engine)
    with engine.connect() as connection:
        columns = (chats.c.id, *(table.c.chat for table in CONTENTS))
        found = {chat for column in columns for chat in connection.execute(select(column)).scalars()}
    read = [
        [
            store.chat(chat),
            store.events_after(chat, 0),
            store.feedback_of(chat),
            [vars(row) for row in queue.of(chat)],
            [vars(question) for question in team.of(chat)],
        ]
        for chat in sorted(found)
    ]
    engine.dispose()
    return json.dumps(read, ensure_ascii=False).encode()


def bytes_of(folder: Path) -> bytes:
    """The bytes of a front's files in its data folder (database, log, shared memory, keys), and what they open."""
    raw = b"".join(path.read_bytes() for path in sorted(folder.glob("front.*")))
    return raw + opened(f"sqlite:///{folder / 'front.db'}")
