"""Sends an apology when the action server is down, slow or returns nonsense; Rasa by itself would say nothing."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any

logger = logging.getLogger(__name__)
TIMEOUT_SECONDS = 2.5


def apply() -> None:
    """Replaces a missing or empty reply of the action server with an apology."""
    import asyncio

    from rasa.core.actions.action import RemoteAction

    from assistant.engine.patches.apology import apology, is_reply

    original = RemoteAction.run

    async def run(self: RemoteAction, output_channel: Any, nlg: Any, tracker: Any, domain: Any) -> list[Any]:
        with suppress(Exception):
            call = original(self, output_channel, nlg, tracker, domain)
            events: list[Any] = await asyncio.wait_for(call, TIMEOUT_SECONDS)
            if is_reply(events):
                return events
        logger.error("The action server did not reply; the visitor gets an apology.")
        return apology(tracker, output_channel.name())

    RemoteAction.run = run
