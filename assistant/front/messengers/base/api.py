"""Calls to the messengers' APIs."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Protocol

import aiohttp

from assistant.front.messengers.base.connector import Call
from assistant.front.messengers.base.outcomes import ApiResponse


class CallError(Exception):
    """A call that got no response; the message names the network error."""


class NotSentError(CallError):
    """The call did not leave this machine."""


class UnknownOutcomeError(CallError):
    """The call was sent, but whether it was accepted is unknown."""


class Api(Protocol):
    """How calls reach the messengers; tests substitute their own."""

    async def send(self, call: Call) -> ApiResponse:
        """Makes a call and returns the response; raises NotSentError or UnknownOutcomeError."""
        ...

    async def close(self) -> None:
        """Closes all connections."""
        ...


@dataclass
class _Attempt:
    """How far a call got."""

    sent: bool = False


class HttpApi:
    """Calls over HTTP, through the environment's proxy if any; follows no redirects."""

    def __init__(self, timeout_seconds: float) -> None:
        self._timeout_seconds = timeout_seconds
        self._session: aiohttp.ClientSession | None = None

    async def send(self, call: Call) -> ApiResponse:
        """Makes a call and returns the response; raises NotSentError or UnknownOutcomeError."""
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
                return ApiResponse(response.status, response.headers, _object(await response.read()))
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            kind = UnknownOutcomeError if attempt.sent else NotSentError
            raise kind(type(error).__name__) from error

    async def close(self) -> None:
        """Closes all connections."""
        if self._session:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        """The session, opened on first use, since it belongs to the running event loop."""
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
    """The JSON object in a body; an empty one if there is none."""
    try:
        content = json.loads(body)
    except ValueError:
        content = None
    return content if isinstance(content, dict) else {}
