"""Requests to the Rasa processes, over connections that stay open."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import aiohttp

from assistant.core.http import kept_session

JSON = {"Content-Type": "application/json"}


class Reply(NamedTuple):
    """What a server said: its status and its body."""

    status: int
    body: bytes


class BrokenError(Exception):
    """The way to a server broke off."""


class NobodyError(BrokenError):
    """Nobody listens at that address."""


class Transport(Protocol):
    """How requests get to the processes; another one takes its place in tests."""

    async def send(self, method: str, url: str, body: bytes | None = None) -> Reply:
        """What the server said to a request, with JSON as its body; raises BrokenError."""
        ...

    async def close(self) -> None:
        """Ends all connections."""
        ...


class Connections:
    """The way over HTTP. Waits for as long as the caller does, and follows nothing that leads elsewhere."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def send(self, method: str, url: str, body: bytes | None = None) -> Reply:
        """What the server said to a request, with JSON as its body; raises BrokenError."""
        headers = JSON if body is not None else None
        try:
            async with self._opened().request(
                method, url, data=body, headers=headers, allow_redirects=False
            ) as response:
                return Reply(response.status, await response.read())
        except aiohttp.ClientConnectorError as error:
            raise NobodyError(type(error).__name__) from error
        except (aiohttp.ClientError, OSError) as error:
            raise BrokenError(type(error).__name__) from error

    def _opened(self) -> aiohttp.ClientSession:
        """The session; made on first use, since it belongs to the loop it is made in."""
        if self._session is None:
            self._session = kept_session()
        return self._session

    async def close(self) -> None:
        """Ends all connections."""
        if self._session:
            await self._session.close()
