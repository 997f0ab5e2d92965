"""The parts of the running front, which every route finds in the application's state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from starlette.requests import HTTPConnection

from assistant.front.hub import Hub
from assistant.front.limits import Limits
from assistant.front.rasa import Rasa
from assistant.front.secret import Keys
from assistant.front.settings import Settings
from assistant.front.store import Store
from assistant.front.worker import Worker
from assistant.knowledge import KnowledgeBase


@dataclass(frozen=True)
class Front:
    """What the routes work with."""

    settings: Settings
    store: Store
    rasa: Rasa
    hub: Hub
    keys: Keys
    limits: Limits
    worker: Worker
    knowledge: KnowledgeBase


def front_of(connection: HTTPConnection) -> Front:
    """The front that serves this request."""
    return cast(Front, connection.app.state.front)
