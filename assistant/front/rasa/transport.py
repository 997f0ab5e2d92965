"""Requests to the Rasa processes, over connections that stay open."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import aiohttp

from assistant.core.http import kept_session

JSON = {"Content-Type": "application/json"}


class Reply(NamedTuple):
    """A server's response: its status and its body."""

    status: int
    body: bytes


class TransportError(Exception):
    """A request got no complete response."""


class NotListeningError(TransportError):
    """Nothing is listening at that address."""


class Transport(Protocol):
    """How requests reach the processes; tests substitute their own."""

    async def send(self, method: str, url: str, body: bytes | None = None) -> Reply:
        """Sends a request, with JSON as its body, and returns the response; raises TransportError."""
        ...

    async def close(self) -> None:
        """Closes all connections."""
        ...


class Connections:
    """A transport over HTTP. It has no timeout of its own and follows no redirects."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def send(self, method: str, url: str, body: bytes | None = None) -> Reply:
        """Sends a request, with JSON as its body, and returns the response; raises TransportError."""
        headers = JSON if body is not None else None
        try:
            async with self._opened().request(
                method, url, data=body, headers=headers, allow_redirects=False
            ) as response:
                return Reply(response.status, await response.read())
        except aiohttp.ClientConnectorError as error:
            raise NotListeningError(type(error).__name__) from error
        except (aiohttp.ClientError, OSError) as error:
            raise TransportError(type(error).__name__) from error

    def _opened(self) -> aiohttp.ClientSession:
        """The session, opened on first use, since it belongs to the running event loop."""
        if self._session is None:
            self._session = kept_session()
        return self._session

    async def close(self) -> None:
        """Closes all connections."""
        if self._session:
            await self._session.close()
