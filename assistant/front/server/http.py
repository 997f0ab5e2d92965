"""HTTP with limits that uvicorn and httptools lack: size and time of headers, time of bodies, pipelining."""

from __future__ import annotations

import asyncio
from typing import ClassVar, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from assistant.front.core.budgets import Budgets
from assistant.front.core.refusal_log import refusals
from assistant.front.server.connection import Connection
from assistant.front.server.proxies import TrustedProxies
from assistant.front.server.websocket import BoundedWebSocket

# Everything of a request but its body: its line, headers, trailers and the framing of chunks.
MAX_HEADER_BYTES = 32 * 1024
# A colon, a space and the end of the line.
HEADER_OVERHEAD_BYTES = 4
HEADER_SECONDS, BODY_SECONDS = 10.0, 30.0
# Browsers send the next request after the answer to the last.
MAX_PIPELINED = 8
# Without a text, since the visitor's language is in headers that are not read.
REFUSALS = {
    429: b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 5\r\n",
    431: b"HTTP/1.1 431 Request Header Fields Too Large\r\n",
}


class TooLargeError(Exception):
    """A request is larger than any of ours."""


class BoundedHttp(HttpToolsProtocol):
    """One connection; a subclass made by `http_protocol` knows the budgets."""

    budgets: ClassVar[Budgets]
    proxies: ClassVar[TrustedProxies]
    connection: Connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Refuses the connection if its address has too many already."""
        super().connection_made(transport)
        self._other_bytes, self._header_bytes, self._in_request = 0, 0, True
        self.connection = Connection(
            self.budgets, transport, self.client is not None and self.client[0] in self.proxies
        )
        if not self.connection.admitted:
            self._refuse(429)
            return
        self._expect_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        """Gives back what the connection holds."""
        self.connection.release()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Reads on, unless everything but the body is larger than any request of ours needs."""
        if self.transport.is_closing():
            return
        answering = self._has_cycle() and not self.cycle.response_complete
        if not (answering or self._in_request):
            # Even an empty line ends the wait of a connection that is kept alive.
            self._expect_headers()
        self._other_bytes += len(data)
        super().data_received(data)
        if self._other_bytes > MAX_HEADER_BYTES and not self.transport.is_closing():
            self._refuse(431)

    def _has_cycle(self) -> bool:
        """Whether there has been a request; uvicorn's type does not admit that there may be none."""
        return bool(self.cycle)

    def _expect_headers(self) -> None:
        self._in_request = True
        self.connection.deadline("request", HEADER_SECONDS, "its headers were not complete in time")

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._header_bytes = 0
        self._expect_headers()

    def on_url(self, url: bytes) -> None:
        """A part of the address; raises TooLargeError if it is too long."""
        super().on_url(url)
        if len(self.url) > MAX_HEADER_BYTES:
            raise TooLargeError

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header or trailer; raises TooLargeError if there are too many."""
        super().on_header(name, value)
        self._header_bytes += len(name) + len(value) + HEADER_OVERHEAD_BYTES
        if self._header_bytes > MAX_HEADER_BYTES:
            raise TooLargeError

    def on_headers_complete(self) -> None:
        """The body may follow; raises TooLargeError if too many requests wait for their answers."""
        if len(self.pipeline) >= MAX_PIPELINED:
            raise TooLargeError
        super().on_headers_complete()
        self.connection.deadline("request", BODY_SECONDS, "its body was not complete in time")

    def on_body(self, body: bytes) -> None:
        """A part of the body, which is held until the application has read it."""
        super().on_body(body)
        self._other_bytes -= len(body)
        # There is none while a websocket opens.
        unread = len(self.cycle.body) if self._has_cycle() else 0
        if not self.connection.hold(unread):
            self.transport.abort()

    def on_message_complete(self) -> None:
        """The request is complete."""
        self._other_bytes, self._in_request = 0, False
        self.connection.met("request")
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The answer is complete, so nothing is unread."""
        self.connection.hold(0)
        super().on_response_complete()

    def handle_websocket_upgrade(self) -> None:
        """Hands the connection on, with its place in the budgets."""
        self.connection.met("request")
        super().handle_websocket_upgrade()
        protocol = self.transport.get_protocol()
        cast(BoundedWebSocket, protocol).adopt(self.connection)

    def send_400_response(self, msg: str) -> None:
        """Refuses what is not HTTP, or a request that is too large."""
        refusals.note("Refused a request that is not HTTP, or too large.")
        super().send_400_response(msg)
        self._closing()

    def pause_writing(self) -> None:
        """The client is slower than we are."""
        super().pause_writing()
        self.connection.waits_for_reader()

    def resume_writing(self) -> None:
        """The client has caught up."""
        super().resume_writing()
        self.connection.met("write")

    def _refuse(self, status: int) -> None:
        if status == 431:
            refusals.note("Refused a request: its headers have more than %s bytes.", MAX_HEADER_BYTES)
        self.transport.write(REFUSALS[status] + b"content-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()
        self._closing()

    def _closing(self) -> None:
        """A client that does not take its refusal is not waited for."""
        self.connection.deadline("write", HEADER_SECONDS, "the client does not take its refusal")


def http_protocol(budgets: Budgets, proxies: TrustedProxies) -> type[BoundedHttp]:
    """The protocol with its budgets, as uvicorn makes one for each connection."""
    return type("Http", (BoundedHttp,), {"budgets": budgets, "proxies": proxies})
