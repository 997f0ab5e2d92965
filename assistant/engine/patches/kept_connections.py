"""Keeps connections to the action server open; Rasa opens a session and a connection for each message (0.5 ms)."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any


def apply() -> None:
    """Gives each endpoint one session for as long as its event loop runs."""
    import asyncio

    import aiohttp
    from rasa.utils.endpoints import EndpointConfig

    from assistant.core.http import kept_session

    def session(self: EndpointConfig) -> Any:
        # A session belongs to the loop it is made in.
        if getattr(self, "_loop", None) is not (loop := asyncio.get_running_loop()):
            user = self.basic_auth
            auth = aiohttp.BasicAuth(user["username"], user["password"]) if user else None
            self._kept, self._loop = kept_session(self.headers, auth), loop
        return nullcontext(self._kept)

    EndpointConfig.session = session
