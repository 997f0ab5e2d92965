"""Leases in the database: which of several fronts works on a chat, renewed while it does."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio.to_thread import run_sync
from sqlalchemy import delete, func, or_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import Engine

from assistant.front.store.schema import leases, writing

logger = logging.getLogger(__name__)
# When a front dies, the others take over its chats once its leases expire.
LEASE_SECONDS, RENEWAL_SECONDS = 12.0, 4.0


class Leases:
    """One front's leases on one kind of work; with SQLite there is only one front, so none are needed."""

    def __init__(self, engine: Engine, work: str) -> None:
        self._engine, self._work, self._owner = engine, work, secrets.token_hex(8)
        self.needed = engine.dialect.name == "postgresql"

    @asynccontextmanager
    async def held(self, chat: str) -> AsyncIterator[bool]:
        """Yields whether this front holds the lease on a chat, which no other front can then take."""
        if not self.needed:
            yield True
            return
        if not await run_sync(self._take, chat):
            yield False
            return
        renewing = asyncio.create_task(self._renew(chat))
        try:
            yield True
        finally:
            renewing.cancel()
            await asyncio.shield(run_sync(self._release, chat))

    async def _renew(self, chat: str) -> None:
        while True:
            await asyncio.sleep(RENEWAL_SECONDS)
            try:
                await run_sync(self._take, chat)
            except Exception as error:
                logger.warning("Could not renew a lease: %s", type(error).__name__)

    def _take(self, chat: str) -> bool:
        # All fronts share the database's clock.
        now = func.extract("epoch", func.clock_timestamp())
        mine = {"owner": self._owner, "until": now + LEASE_SECONDS}
        free = or_(leases.c.owner == self._owner, leases.c.until < now)
        taken = insert(leases).values(work=self._work, chat=chat, **mine)
        taken = taken.on_conflict_do_update(index_elements=["work", "chat"], set_=mine, where=free)
        with writing(self._engine) as connection:
            return bool(connection.execute(taken).rowcount)

    def _release(self, chat: str) -> None:
        held = (leases.c.work == self._work) & (leases.c.chat == chat) & (leases.c.owner == self._owner)
        with writing(self._engine) as connection:
            connection.execute(delete(leases).where(held))
