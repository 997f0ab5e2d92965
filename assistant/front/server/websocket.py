"""Websockets with limits that uvicorn lacks: what is unread, and pings whose answers nobody takes."""

from __future__ import annotations

from uvicorn.protocols.websockets.wsproto_impl import WSProtocol
from wsproto import events

from assistant.front.core.refusal_log import refusals
from assistant.front.server.connection import Connection

# How long a client may take to confirm that the connection is closed.
CLOSE_TIMEOUT_SECONDS = 2.0
# More messages than this, all at once, are no chat.
MAX_QUEUED = 32
# Python keeps a text with one emoji in it at four bytes a character.
BYTES_PER_CHARACTER = 4


class BoundedWebSocket(WSProtocol):
    """One websocket."""

    connection: Connection | None = None
    _received = 0

    def adopt(self, connection: Connection) -> None:
        """Takes over the place in the budgets of the connection that became this websocket."""
        self.connection, self.close_timeout = connection, CLOSE_TIMEOUT_SECONDS
        if self.disconnected:
            connection.release()

    def connection_lost(self, exc: Exception | None) -> None:
        """Gives back what the connection holds."""
        if self.connection:
            self.connection.release()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Reads frames; ends the connection if more is unread than there is room for."""
        super().data_received(data)
        self._received = self.buffer.length + (self._received + len(data) if not self.queue.empty() else 0)
        if self.connection and not self.connection.hold(self._received * BYTES_PER_CHARACTER):
            self.transport.abort()

    def handle_message(self, event: events.TextMessage | events.BytesMessage) -> None:
        """A message or a part of one; ends the connection if too many are unread."""
        super().handle_message(event)
        if self.queue.qsize() > MAX_QUEUED and not self.transport.is_closing():
            refusals.note("Ended a websocket: more than %s messages were unread.", MAX_QUEUED)
            self.transport.abort()

    def handle_ping(self, event: events.Ping) -> None:
        """Answers a ping, if the client takes our answers."""
        if self.writable.is_set() and not self.transport.is_closing():
            super().handle_ping(event)

    def pause_writing(self) -> None:
        """The client is slower than we are."""
        super().pause_writing()
        if self.connection:
            self.connection.waits_for_reader()

    def resume_writing(self) -> None:
        """The client has caught up."""
        super().resume_writing()
        if self.connection:
            self.connection.met("write")
