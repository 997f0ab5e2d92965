"""Erases chats past their retention, here and in Rasa."""

from __future__ import annotations

import time
from collections.abc import Mapping

from anyio.to_thread import run_sync
from sqlalchemy import delete, func, select
from sqlalchemy.engine import Engine

from assistant.front.core.channels import WEB
from assistant.front.core.tokens import Keys
from assistant.front.rasa.client import Rasa
from assistant.front.store import brake
from assistant.front.store.chats import Store, silent
from assistant.front.store.schema import CONTENTS, chats, seen, webhooks, writing

# Longer than any messenger retries; a fingerprint reveals nothing about a person.
SEEN_SECONDS = 30 * 86400.0
# A webhook request that still cannot be processed after that holds texts that were never masked.
MAX_QUEUED_SECONDS = 86400.0


def expired_counts(engine: Engine, before: float) -> Mapping[str, int]:
    """How many rows of each table belong to chats silent since then, or to no chat."""
    old = select(chats.c.id).where(silent(before))
    counted = {"chats": select(func.count()).select_from(chats).where(silent(before))}
    for table in CONTENTS:
        mine = table.c.chat.in_(old) | table.c.chat.not_in(select(chats.c.id))
        counted[table.name] = select(func.count()).select_from(table).where(mine)
    counted["webhooks"] = select(func.count()).select_from(webhooks).where(webhooks.c.at < _oldest_queued(before))
    counted["seen"] = select(func.count()).select_from(seen).where(seen.c.at < time.time() - SEEN_SECONDS)
    with engine.connect() as connection:
        return {name: int(connection.execute(asked).scalar_one()) for name, asked in counted.items()}


def senders_of(store: Store, keys: Keys, chat: str) -> tuple[str, ...]:
    """The names that a chat's conversation in Rasa may have; several only if it began under an earlier version."""
    row = store.chat(chat)
    return keys.senders(chat) if row is None or row["former_name"] else (keys.sender(WEB, chat),)


def queued_requests(engine: Engine, messenger: str) -> int:
    """How many webhook requests of a messenger are acknowledged but not processed."""
    asked = select(func.count()).select_from(webhooks).where(webhooks.c.messenger == messenger)
    with engine.connect() as connection:
        return int(connection.execute(asked).scalar_one())


def drop_queued(engine: Engine, before: float) -> None:
    """Drops webhook requests that came before that time, or more than a day ago."""
    with writing(engine) as connection:
        connection.execute(delete(webhooks).where(webhooks.c.at < _oldest_queued(before)))


def _oldest_queued(before: float) -> float:
    return max(before, time.time() - MAX_QUEUED_SECONDS)


def erase_silent(store: Store, keys: Keys, before: float) -> int:
    """Erases chats silent since then and records that Rasa must erase them too; returns how many."""
    found = store.silent_since(before)
    return sum(store.erase(chat, *senders_of(store, keys, chat), silent_since=before) for chat in found)


def purge_silent(engine: Engine, store: Store, keys: Keys, before: float, jump_seconds: float = 0.0) -> int:
    """Erases chats silent since then, unless the brake stops that: raises StoppedError; returns how many."""
    brake.check(engine, before, jump_seconds)
    return purge_with_consent(engine, store, keys, before)


def purge_with_consent(engine: Engine, store: Store, keys: Keys, before: float) -> int:
    """Erases chats silent since then, whatever the brake would say; returns how many."""
    erased = erase_silent(store, keys, before)
    brake.record_run(engine, before)
    return erased


async def erase_pending(store: Store, rasa: Rasa) -> list[str]:
    """Has Rasa erase the conversations it still holds; returns those left because Rasa is unavailable."""
    left = await run_sync(store.pending_erasures)
    while left and await rasa.erase(left[0]):
        await run_sync(store.erasure_done, left.pop(0))
    return left
