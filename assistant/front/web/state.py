"""The components of the running front, which every route finds in the application's state."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field
from typing import cast

from sqlalchemy.engine import Engine
from starlette.requests import HTTPConnection

from assistant.front.answering.intake import Intake
from assistant.front.answering.record import Record
from assistant.front.answering.worker import Worker
from assistant.front.core.budgets import Budgets
from assistant.front.core.fair import FairSlots
from assistant.front.core.limits import Limits
from assistant.front.core.settings import Settings
from assistant.front.core.tokens import Keys
from assistant.front.messengers.base.service import Messengers
from assistant.front.operate.notice import Notice
from assistant.front.pubsub.broadcast import Broadcast
from assistant.front.pubsub.listeners import Listeners
from assistant.front.rasa.client import Rasa
from assistant.front.store.chats import Store
from assistant.front.store.team import TeamQuestions
from assistant.knowledge import KnowledgeBase

# More at once would only wait for the same processor and the same database.
MAX_CONCURRENT_POSTS = 8
# Whoever has no turn by then is asked to come back; behind a locked database, the queue would only grow.
MAX_WAIT_FOR_TURN_SECONDS = 5.0


@dataclass
class Readiness:
    """When readiness was last checked, whether it succeeded, and whether the quota was used up."""

    checked_at: float = -math.inf
    ready: bool = False
    full: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True)
class Front:
    """The components that routes work with."""

    settings: Settings
    engine: Engine
    store: Store
    rasa: Rasa
    listeners: Listeners
    keys: Keys
    limits: Limits
    budgets: Budgets
    worker: Worker
    messengers: Messengers
    intake: Intake
    broadcast: Broadcast
    knowledge: KnowledgeBase
    notice: Notice
    record: Record
    team: TeamQuestions
    # Turns to have a message masked and stored, which takes processor time and the database.
    turns: FairSlots = field(default_factory=lambda: FairSlots(MAX_CONCURRENT_POSTS, MAX_WAIT_FOR_TURN_SECONDS))
    readiness: Readiness = field(default_factory=Readiness)


def front_of(connection: HTTPConnection) -> Front:
    """The front that serves this request."""
    return cast(Front, connection.app.state.front)
