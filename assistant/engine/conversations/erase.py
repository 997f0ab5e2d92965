"""A route of the Rasa server, on loopback, with which the front has a conversation deleted for good."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel
from rasa.core.tracker_store import InMemoryTrackerStore, SQLTrackerStore, TrackerStore
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, empty

from assistant.engine.conversations.table import UnavailableError
from assistant.engine.conversations.trackers import RecentTrackerStore

logger = logging.getLogger(__name__)


class EraseChannel(InputChannel):
    """Named in `credentials.yml`. Rasa listens on loopback, so only this machine can reach it."""

    @classmethod
    def name(cls) -> str:
        """The channel's part of the address: `DELETE /webhooks/erase/<sender>`."""
        return "erase"

    def blueprint(self, _: Callable[[Any], Awaitable[Any]]) -> Blueprint:
        """The one route: 204 if deleted, 503 if the caller should try later, 501 if the tracker store cannot delete."""
        blueprint = Blueprint("erase")

        @blueprint.route("/<sender:str>", methods=["DELETE"])
        async def erase(request: Request, sender: str) -> HTTPResponse:
            agent = request.app.ctx.agent
            # Waits for a message that is being answered, since its turn would be stored after the deletion.
            async with agent.lock_store.lock(sender):
                try:
                    await forget(agent.tracker_store, sender)
                except UnavailableError:
                    return empty(503)
                except NotImplementedError:
                    logger.error("The tracker store in endpoints.yml cannot delete a conversation.")
                    return empty(501)
            return empty(204)

        return blueprint


async def forget(store: TrackerStore, sender: str) -> None:
    """Deletes a conversation; raises NotImplementedError for stores other than this project's, in memory and SQL."""
    while hasattr(store, "_tracker_store"):
        store = store._tracker_store
    if isinstance(store, RecentTrackerStore):
        await store.forget(sender)
    elif isinstance(store, InMemoryTrackerStore):
        store.store.pop(sender, None)
    elif isinstance(store, SQLTrackerStore):
        with store.session_scope() as session:
            session.query(store.SQLEvent).filter_by(sender_id=sender).delete()
            session.commit()
    else:
        raise NotImplementedError
