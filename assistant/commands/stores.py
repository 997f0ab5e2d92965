"""The stores of a front and its Rasa, for commands that maintain them."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from assistant.core.storage import only_in_memory_of
from assistant.engine.conversations.admin import ConversationAdmin
from assistant.engine.conversations.table import URL_VARIABLE
from assistant.front.core.channels import WEB
from assistant.front.core.secret import FILE
from assistant.front.core.settings import DATA, Settings, settings_from
from assistant.front.core.tokens import Keys
from assistant.front.rasa.client import Rasa
from assistant.front.store.chat_keys import destroy_keys_left
from assistant.front.store.chats import Store
from assistant.front.store.retention import erase_pending
from assistant.front.store.schema import PATIENT_SECONDS, NewerSchemaError, chats, database, vacuum
from assistant.front.store.team import TeamQuestions

KEYS_LEFT = "keys of erased chats could not be destroyed; the front tries again within the hour"


@dataclass(frozen=True)
class Stores:
    """Every store that keeps part of a conversation."""

    settings: Settings
    engine: Engine
    store: Store
    keys: Keys
    conversations: ConversationAdmin

    @property
    def team(self) -> TeamQuestions:
        """The questions to the team."""
        return TeamQuestions(self.engine)

    def erase_in_rasa(self) -> int:
        """Has running Rasa processes erase what is pending; returns how many conversations they have yet to erase."""
        return len(asyncio.run(self._erase_pending()))

    async def _erase_pending(self) -> list[str]:
        rasa = Rasa(self.settings.rasa)
        try:
            return await erase_pending(self.store, rasa)
        finally:
            await rasa.close()

    def pending(self, mine: Iterable[str]) -> set[str]:
        """The conversations of these chats that Rasa has yet to erase."""
        return set(self.store.pending_erasures()) & self._senders(mine)

    def unclaimed(self) -> int:
        """How many conversations in Rasa's database belong to no chat here and are not waiting to be erased."""
        found = self.conversations.senders(f"{WEB}-")
        with self.engine.connect() as connection:
            known = list(connection.execute(select(chats.c.id)).scalars())
        return len(found - self._senders(known) - set(self.store.pending_erasures()))

    def _senders(self, mine: Iterable[str]) -> set[str]:
        return {sender for chat in mine for sender in self.keys.senders(chat)}

    def vacuum(self) -> list[str]:
        """Removes erased data from the databases' files; returns what prevented that."""
        keys = [] if destroy_keys_left(self.engine) else [KEYS_LEFT]
        return [*keys, *vacuum(self.engine), *self.conversations.vacuum(vacuum)]


def refuse_without_storage(environment: Mapping[str, str], code: int = 1) -> None:
    """Exits with this code if the front stores nothing."""
    try:
        only_in_memory = only_in_memory_of(environment)
    except ValueError as error:
        sys.exit(f"Invalid settings: {error}")
    if only_in_memory:
        print("Nothing is stored: ASSISTANT_STORAGE=none. The front discards chats by itself.", file=sys.stderr)
        sys.exit(code)


def stores(environment: Mapping[str, str] = os.environ) -> Stores:
    """The stores named by an environment, as the front uses them; exits with a message if there are none."""
    refuse_without_storage(environment)
    folder = Path(environment.get("ASSISTANT_DATA") or DATA)
    if not environment.get("ASSISTANT_SECRET") and not (folder / FILE).exists():
        sys.exit(
            "The front's secret was not found. Set ASSISTANT_SECRET or ASSISTANT_DATA to the same as for the front."
        )
    try:
        settings = settings_from(environment)
        engine = database(settings.database, PATIENT_SECONDS)
        conversations = ConversationAdmin(environment.get(URL_VARIABLE))
    except ValueError as error:
        sys.exit(f"Invalid settings: {error}")
    except NewerSchemaError as error:
        sys.exit(f"Nothing was done: {error}.")
    except SQLAlchemyError as error:
        sys.exit(f"The database cannot be reached ({type(error).__name__}). Nothing was done.")
    return Stores(settings, engine, Store(engine), Keys(settings.secret, *settings.old_secrets), conversations)
