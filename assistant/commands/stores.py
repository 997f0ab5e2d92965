"""The stores of a front and its Rasa, for commands that look after what is kept there."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from assistant.core.storage import only_in_memory_of
from assistant.engine.conversations import ADDRESS
from assistant.engine.kept import Kept
from assistant.front.core.settings import DATA, Settings, settings_from
from assistant.front.core.tokens import FILE, Keys
from assistant.front.rasa.client import Rasa
from assistant.front.store.chats import Store
from assistant.front.store.retention import erase_pending
from assistant.front.store.schema import database, vacuum


@dataclass(frozen=True)
class Stores:
    """Everywhere that something of a conversation is kept."""

    settings: Settings
    engine: Engine
    store: Store
    keys: Keys
    kept: Kept

    def forgotten(self) -> int:
        """Has running Rasa processes forget what is erased; how many conversations they have still to be told of."""
        return len(asyncio.run(self._tell()))

    async def _tell(self) -> list[str]:
        rasa = Rasa(self.settings.rasa)
        try:
            return await erase_pending(self.store, rasa)
        finally:
            await rasa.close()

    def vacuum(self) -> list[str]:
        """Takes the bytes of what was erased out of the databases' files; what hindered that."""
        return [*vacuum(self.engine), *self.kept.vacuum()]


def refuse_without_storage(environment: Mapping[str, str], code: int = 1) -> None:
    """Exits where nothing is stored, with that code."""
    try:
        nothing = only_in_memory_of(environment)
    except ValueError as error:
        sys.exit(f"The settings are not in order: {error}")
    if nothing:
        print("Nothing is stored: ASSISTANT_STORAGE=none. The front drops a chat by itself.", file=sys.stderr)
        sys.exit(code)


def stores(environment: Mapping[str, str] = os.environ) -> Stores:
    """The stores that an environment names, the same as the front's; exits with a sentence where there are none."""
    refuse_without_storage(environment)
    folder = Path(environment.get("ASSISTANT_DATA") or DATA)
    if not environment.get("ASSISTANT_SECRET") and not (folder / FILE).exists():
        sys.exit(
            "The front's secret is not here. Set ASSISTANT_SECRET or ASSISTANT_DATA as they are set for the front."
        )
    try:
        settings = settings_from(environment)
        engine, kept = database(settings.database), Kept(environment.get(ADDRESS))
    except ValueError as error:
        sys.exit(f"The settings are not in order: {error}")
    except SQLAlchemyError as error:
        sys.exit(f"The database cannot be reached ({type(error).__name__}). Nothing was done.")
    return Stores(settings, engine, Store(engine), Keys(settings.secret), kept)
