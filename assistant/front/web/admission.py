"""Middleware that admits requests within the budgets of their address and of all together."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.status import WS_1008_POLICY_VIOLATION
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.front.core.budgets import Budgets
from assistant.front.core.errors import RefusedError
from assistant.front.core.limits import Limits, address_of
from assistant.front.core.processor_time import Metered
from assistant.front.core.refusal_log import refusals
from assistant.front.web.middleware import PROBES, refuse

RETRY_AFTER_SECONDS = 5.0


class Admission:
    """Counts what each request holds while it lasts: its place, its bytes, and the processor's time.

    Messengers call from few addresses on behalf of many people, so a webhook is charged for the processor's time only
    if its caller does not prove who it is.
    """

    def __init__(self, app: ASGIApp, budgets: Budgets, limits: Limits, webhooks: tuple[str, ...]) -> None:
        self._app, self._budgets, self._limits, self._webhooks = app, budgets, limits, webhooks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or scope["path"] in PROBES:
            await self._app(scope, receive, send)
            return
        request = Admitted(address_of(HTTPConnection(scope)), scope, receive, send, self._budgets, self._limits)
        if refusal := request.enter():
            await refuse(refusal, scope, receive, send)
            return
        try:
            await self._metered(request)
        finally:
            request.leave()

    async def _metered(self, request: Admitted) -> None:
        spend = self._budgets.processor_seconds.spend
        app = self._app(request.scope, request.receive, request.send)
        if not request.scope["path"].startswith(self._webhooks):
            await Metered(app, lambda seconds: spend(request.address, seconds))
            return
        spent: list[float] = []
        await Metered(app, spent.append)
        if not request.scope.get("state", {}).get("caller_is_proven"):
            spend(request.address, sum(spent))


class Admitted:
    """One request, and what it holds."""

    def __init__(
        self, address: str, scope: Scope, receive: Receive, send: Send, budgets: Budgets, limits: Limits
    ) -> None:
        self.address, self.scope = address, scope
        self._receive, self._send, self._budgets, self._limits = receive, send, budgets, limits
        self._places = budgets.websockets if scope["type"] == "websocket" else budgets.requests
        self._bytes, self._closed = 0, False

    def enter(self) -> RefusedError | None:
        """Takes a place; returns why there is none."""
        if wait := self._budgets.processor_seconds.wait_seconds(self.address):
            refusals.note("Refused a request: its address has used up its share of the processor's time.")
            return RefusedError("too_many", retry_after=wait)
        if not self._places.take(self.address):
            what = "websockets" if self.scope["type"] == "websocket" else "requests in progress"
            refusals.note("Refused a request: too many %s, of one address or in all.", what)
            return RefusedError("too_many", retry_after=RETRY_AFTER_SECONDS)
        return None

    def leave(self) -> None:
        """Gives back what the request holds."""
        self._places.give_back(self.address)
        self._budgets.body_bytes.give_back(self.address, self._bytes)

    async def receive(self) -> Message:
        """The next part of a body, or the next message of a websocket, if there is room for it."""
        if self._closed:
            return {"type": "websocket.disconnect", "code": WS_1008_POLICY_VIOLATION}
        message = await self._receive()
        if message["type"] == "http.request":
            self._hold(len(message.get("body", b"")))
        if message["type"] == "websocket.receive" and not await self._limits.allows("requests", self.address):
            refusals.note("Ended a websocket: its address sends more than ASSISTANT_RATE_REQUESTS allows.")
            await self._send({"type": "websocket.close", "code": WS_1008_POLICY_VIOLATION})
            self._closed = True
            return {"type": "websocket.disconnect", "code": WS_1008_POLICY_VIOLATION}
        return message

    async def send(self, message: Message) -> None:
        """Sends on, unless the websocket has been closed here."""
        if not self._closed:
            await self._send(message)

    def _hold(self, size: int) -> None:
        if not self._budgets.body_bytes.take(self.address, size):
            refusals.note("Refused a request: too many bytes of bodies in memory, of one address or in all.")
            raise RefusedError("too_many", retry_after=RETRY_AFTER_SECONDS)
        self._bytes += size
