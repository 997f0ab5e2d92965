"""Erases what was kept long enough, and has Rasa forget it as well."""

from __future__ import annotations

import time
from collections.abc import Mapping

from anyio.to_thread import run_sync
from sqlalchemy import func, select
from sqlalchemy.engine import Engine

from assistant.front.core.tokens import Keys
from assistant.front.rasa.client import Rasa
from assistant.front.store.chats import Store
from assistant.front.store.schema import chats, events, feedback, messages, seen

# Longer than any messenger tries again; fingerprints tell nothing of a person.
SEEN_SECONDS = 30 * 86400.0


def silent(engine: Engine, before: float) -> Mapping[str, int]:
    """How much there is of each kind that was silent since, or hangs on no chat."""
    old = select(chats.c.id).where(chats.c.last_at < before)
    counted = {"chats": select(func.count()).select_from(chats).where(chats.c.last_at < before)}
    for table in (events, messages, feedback):
        mine = table.c.chat.in_(old) | table.c.chat.not_in(select(chats.c.id))
        counted[table.name] = select(func.count()).select_from(table).where(mine)
    counted["seen"] = select(func.count()).select_from(seen).where(seen.c.at < time.time() - SEEN_SECONDS)
    with engine.connect() as connection:
        return {name: int(connection.execute(asked).scalar_one()) for name, asked in counted.items()}


def erase_silent(store: Store, keys: Keys, before: float) -> int:
    """Erases chats in which nothing was said since, and notes that Rasa has to forget them; how many."""
    found = store.silent_since(before)
    return sum(store.erase(chat, keys.sender("web", chat), before) for chat in found)


async def forget_noted(store: Store, rasa: Rasa) -> list[str]:
    """Has Rasa forget what it was not told to forget before; what it has still to forget, since it is away."""
    left = await run_sync(store.to_erase)
    while left and await rasa.erase(left[0]):
        await run_sync(store.erased, left.pop(0))
    return left
