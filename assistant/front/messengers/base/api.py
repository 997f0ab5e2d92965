"""Calls to the messengers' APIs."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Protocol

import aiohttp

from assistant.front.messengers.base.connector import Call
from assistant.front.messengers.base.outcomes import Said


class CallError(Exception):
    """A call that got no answer; says which error of the network it was."""


class NotSentError(CallError):
    """The call did not leave this machine."""


class UnknownFateError(CallError):
    """The call was sent, and nothing tells whether it was taken."""


class Api(Protocol):
    """How calls get to the messengers; another one takes its place in tests."""

    async def send(self, call: Call) -> Said:
        """The answer to a call; raises NotSentError or UnknownFateError where there is none."""
        ...

    async def close(self) -> None:
        """Ends all connections."""
        ...


@dataclass
class _Attempt:
    """How far a call got."""

    sent: bool = False


class HttpApi:
    """Calls over HTTP, through the proxy that the environment names; follows no redirect."""

    def __init__(self, timeout_seconds: float) -> None:
        self._timeout_seconds = timeout_seconds
        self._session: aiohttp.ClientSession | None = None

    async def send(self, call: Call) -> Said:
        """The answer to a call; raises NotSentError or UnknownFateError where there is none."""
        attempt = _Attempt()
        try:
            async with self._opened().request(
                call.method,
                call.url,
                json=call.json,
                data=call.form,
                headers=call.headers,
                auth=aiohttp.BasicAuth(*call.auth, encoding="utf-8") if call.auth else None,
                allow_redirects=False,
                trace_request_ctx=attempt,
            ) as response:
                return Said(response.status, response.headers, _object(await response.read()))
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            fate = UnknownFateError if attempt.sent else NotSentError
            raise fate(type(error).__name__) from error

    async def close(self) -> None:
        """Ends all connections."""
        if self._session:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        """The session; made on first use, since it belongs to the loop it is made in."""
        if self._session is None:
            seconds, trace = self._timeout_seconds, aiohttp.TraceConfig()
            trace.on_request_headers_sent.append(_mark_sent)  # type: ignore[arg-type]
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=None, connect=seconds, sock_read=seconds),
                cookie_jar=aiohttp.DummyCookieJar(),
                trace_configs=[trace],
                trust_env=True,
            )
        return self._session


async def _mark_sent(_: aiohttp.ClientSession, context: SimpleNamespace, __: object) -> None:
    context.trace_request_ctx.sent = True


def _object(body: bytes) -> dict[str, object]:
    """The JSON object in a body; an empty one where there is none."""
    try:
        told = json.loads(body)
    except ValueError:
        told = None
    return told if isinstance(told, dict) else {}
