"""Which of several fronts works on a chat: a claim in the database, for a while, renewed as long as it works."""

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

from assistant.front.tables import claims, writing

logger = logging.getLogger(__name__)
# A front that dies leaves its chats to the others after so many seconds.
LASTS, RENEWED_EVERY = 12.0, 4.0


class Claims:
    """Claims of one front on one kind of work; with SQLite there is one front only, and nothing to claim."""

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
            await asyncio.sleep(RENEWED_EVERY)
            try:
                await run_sync(self._take, chat)
            except Exception as error:
                logger.warning("A claim could not be renewed: %s", type(error).__name__)

    def _take(self, chat: str) -> bool:
        # The database's clock is the one that all fronts share.
        now = func.extract("epoch", func.clock_timestamp())
        mine = {"owner": self._owner, "until": now + LASTS}
        free = or_(claims.c.owner == self._owner, claims.c.until < now)
        taken = insert(claims).values(work=self._work, chat=chat, **mine)
        taken = taken.on_conflict_do_update(index_elements=["work", "chat"], set_=mine, where=free)
        with writing(self._engine) as connection:
            return bool(connection.execute(taken).rowcount)

    def _release(self, chat: str) -> None:
        held = (claims.c.work == self._work) & (claims.c.chat == chat) & (claims.c.owner == self._owner)
        with writing(self._engine) as connection:
            connection.execute(delete(claims).where(held))
