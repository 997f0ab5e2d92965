"""Middleware before every route: rate limits by address, and security headers."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.status import WS_1008_POLICY_VIOLATION
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.front.core.errors import RefusedError, language_of, refused
from assistant.front.core.limits import Limits, address_of
from assistant.front.operate import metrics

NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": NOTHING,
    "Cache-Control": "no-store",
}
# Asked by whatever runs the front, under any host name; their answers say nothing about visitors.
HEALTH, READY = PROBES = ("/health", "/ready")
SECURE_ONLY = {"Strict-Transport-Security": "max-age=31536000"}


class SafeHeaders:
    """Adds security headers to every response that does not set its own; counts responses with a status of 5xx."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        added = {**HEADERS, **(SECURE_ONLY if scope["scheme"] == "https" else {})}

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                # Whoever probes learns from the 503 itself; counting it would say nothing about visitors.
                if message["status"] >= 500 and scope["path"] != READY:
                    metrics.failed("response")
                headers = MutableHeaders(scope=message)
                for name, value in added.items():
                    headers.setdefault(name, value)
                headers.add_vary_header("Origin")
            await send(message)

        await self._app(scope, receive, sending)


class Throttle:
    """Limits the requests of each address, whatever they ask for.

    Messengers call from few addresses on behalf of many people, so their webhooks count only callers that fail to
    prove who they are.
    """

    def __init__(self, app: ASGIApp, limits: Limits, webhooks: tuple[str, ...]) -> None:
        self._app, self._limits, self._webhooks = app, limits, webhooks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and not scope["path"].startswith(self._webhooks):
            try:
                await self._limits.count("requests", address_of(HTTPConnection(scope)))
            except RefusedError as refusal:
                await refuse(refusal, scope, receive, send)
                return
        await self._app(scope, receive, send)


async def refuse(refusal: RefusedError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answers a request with a refusal; rejects a websocket before it opens."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": WS_1008_POLICY_VIOLATION})
        return
    await refused(refusal, language_of(Request(scope)))(scope, receive, send)
