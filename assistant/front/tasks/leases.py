"""Leases in the database: which of several fronts works on a chat, renewed for as long as it does."""

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
# A front that dies leaves its chats to the others when its leases run out.
LEASE_SECONDS, RENEWAL_SECONDS = 12.0, 4.0


class Leases:
    """The leases of one front on one kind of work; with SQLite there is only one front, and none is needed."""

    def __init__(self, engine: Engine, work: str) -> None:
        self._engine, self._work, self._owner = engine, work, secrets.token_hex(8)
        self.needed = engine.dialect.name == "postgresql"

    @asynccontextmanager
    async def held(self, chat: str) -> AsyncIterator[bool]:
        """Whether this front may work on a chat, and nobody else meanwhile."""
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
        # The database's clock is the one that all fronts share.
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
