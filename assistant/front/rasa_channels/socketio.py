"""Socket.io for websites that use rasa-webchat: its events, on top of the web API's chats.

Session ids are our signed tokens, so nobody can guess another visitor's; messages go through the same inbox.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Literal, TypedDict

import socketio
from anyio.to_thread import run_sync
from socketio import packet
from socketio.packet import Packet
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.core.languages import DEFAULT, Language, choice_of, hint_of
from assistant.front.core.channels import SOCKETIO
from assistant.front.core.errors import RefusedError
from assistant.front.core.events import AssistantEvent
from assistant.front.core.fair import lane_of
from assistant.front.core.limits import address_of, count_stored
from assistant.front.core.masking import until_stored, without_personal_data
from assistant.front.core.parsing import MAX_BODY_BYTES, text_in
from assistant.front.core.refusal_log import OncePerMinute, refusals
from assistant.front.core.transcript import sourced
from assistant.front.operate import metrics
from assistant.front.store import faults
from assistant.front.store.chats import UnknownChatError
from assistant.front.web.state import Front
from assistant.knowledge import KnowledgeBase

logger = logging.getLogger(__name__)
PATH = "/socket.io"
# A client that goes on after so many refusals is disconnected.
MAX_REFUSALS = 10
# They log a traceback for whatever a client sends that they cannot read.
LOGGERS = ("engineio.server", "socketio.server")
UNREADABLE = "unreadable"
REFUSED = "assistant.refused"


class QuickReply(TypedDict):
    """A suggestion as rasa-webchat shows it."""

    content_type: Literal["text"]
    title: str
    payload: str


class _Text(TypedDict):
    text: str


class BotMessage(_Text, total=False):
    """A message as Rasa's socket.io channel sends it."""

    quick_replies: list[QuickReply]


class TextPacket(Packet):  # type: ignore[misc]
    """A packet as rasa-webchat sends it; anything else is an event of its own, so that it is counted.

    Packets with attachments would be kept in memory until all of them are there, however many are announced.
    """

    uses_binary_events = False
    packet_type: int
    namespace: str | None
    data: object

    def __init__(self, *arguments: object, encoded_packet: str | bytes | None = None, **named: object) -> None:
        """Like the library's, but an empty packet is read, too."""
        empty = encoded_packet is not None and not encoded_packet
        super().__init__(*arguments, encoded_packet=" " if empty else encoded_packet, **named)

    def decode(self, encoded_packet: str | bytes) -> int:
        """Reads a packet; whatever is no packet of a client of ours becomes an unreadable one."""
        try:
            super().decode(encoded_packet)
        except Exception:
            # The library raises whatever its parsing stumbles over.
            self.packet_type = -1
        named = isinstance(self.data, list) and self.data and isinstance(self.data[0], str)
        if not (named if self.packet_type == packet.EVENT else self.packet_type in (packet.CONNECT, packet.DISCONNECT)):
            self.packet_type, self.namespace, self.id, self.data = packet.EVENT, None, None, [UNREADABLE]
        return 0


class Sockets:
    """A socket.io server with the four events of Rasa's own channel."""

    def __init__(self, front: Callable[[], Front]) -> None:
        self._front = front
        self._listeners: dict[str, asyncio.Task[None]] = {}
        # Origins are checked by middleware, for this route too. Awaiting each handler keeps messages in order.
        self._server = socketio.AsyncServer(
            async_mode="asgi",
            cors_allowed_origins=[],
            max_http_buffer_size=MAX_BODY_BYTES,
            async_handlers=False,
            serializer=TextPacket,
        )
        for name in LOGGERS:
            logging.getLogger(name).addFilter(OncePerMinute())
        self._server.on("session_request", self._session)
        self._server.on("user_uttered", self._uttered)
        self._server.on("*", self._unknown)
        self._server.on("disconnect", self._disconnected)

    @property
    def app(self) -> ASGIApp:
        """The ASGI application to mount at `PATH`."""
        return unless_unreadable(socketio.ASGIApp(self._server, socketio_path=PATH))

    async def stop(self) -> None:
        """Closes all connections."""
        for task in self._listeners.values():
            task.cancel()
        await asyncio.gather(*self._listeners.values(), return_exceptions=True)
        await self._server.shutdown()

    async def _session(self, sid: str, data: object = None) -> None:
        """Resumes the chat of a token, or opens a new one; sends the client its token."""
        received = data if isinstance(data, Mapping) else {}
        try:
            await self._count_polled(sid)
            chat = await self._chat_of(sid, received.get("session_id")) or await self._new_chat(sid, received)
            await self._listen(sid, chat)
        except RefusedError as refusal:
            await self._refuse(sid, refusal, DEFAULT)
            return
        except faults.PASSING as error:
            faults.count(error)
            await self._refuse(sid, RefusedError("unavailable"), hint_of(custom_data(received)) or DEFAULT)
            return
        await self._server.emit("session_confirm", self._front().keys.token(chat), to=sid)

    async def _new_chat(self, sid: str, received: Mapping[str, object]) -> str:
        front, address = self._front(), self._address(sid)
        await front.limits.count("chats", address)
        count_stored(front.budgets, address)
        chat = front.keys.new_chat()
        language = hint_of(custom_data(received)) or DEFAULT
        await run_sync(front.store.open_chat, chat, language, time.time(), SOCKETIO)
        return chat

    async def _uttered(self, sid: str, data: object = None) -> None:
        """Stores a message; ignores one without text, which rasa-webchat sends first."""
        received = data if isinstance(data, Mapping) else {}
        language = hint_of(custom_data(received)) or DEFAULT
        try:
            await self._count_polled(sid)
            if not received.get("message"):
                return
            chat = await self._chat_of(sid, received.get("session_id"))
            if not chat:
                raise RefusedError("unknown_session")
            await self._listen(sid, chat)
            await self._accept(sid, chat, received)
        except UnknownChatError:
            await self._refuse(sid, RefusedError("unknown_session"), language)
        except faults.PASSING as error:
            faults.count(error)
            await self._refuse(sid, RefusedError("unavailable"), language)
        except RefusedError as refusal:
            await self._refuse(sid, refusal, language)

    async def _accept(self, sid: str, chat: str, received: Mapping[str, object]) -> None:
        front, metadata, lane = self._front(), custom_data(received), lane_of(self._address(sid))
        await front.limits.count("address", self._address(sid))
        await front.limits.count("session", chat)
        text, id_ = text_in(received["message"]), str(uuid.uuid4())
        hint, choice = hint_of(metadata), choice_of(metadata)
        async with front.turns.held(lane):
            with until_stored(chat):
                text = await without_personal_data(text, choice, hint, chat=chat)
                count_stored(front.budgets, self._address(sid), text)
                await run_sync(front.store.accept, chat, id_, text, hint, choice, time.time())
        metrics.accepted(SOCKETIO)
        front.worker.wake(chat, lane)

    async def _unknown(self, _: str, sid: str, *__: object) -> None:
        """An event that no client of ours sends."""
        await self._refuse(sid, RefusedError("invalid"), DEFAULT)

    async def _count_polled(self, sid: str) -> None:
        """Counts an event that came with others in one request; over a websocket each message is counted anyway."""
        if self._server.transport(sid) == "polling":
            await self._front().limits.count("requests", self._address(sid))

    async def _disconnected(self, sid: str, *_: object) -> None:
        if task := self._listeners.pop(sid, None):
            task.cancel()

    async def _chat_of(self, sid: str, token: object) -> str | None:
        """The chat of a token, if it still exists; the database is asked only about tokens that we signed."""
        if not token:
            return None
        front = self._front()
        chat = front.keys.chat_of(token) if isinstance(token, str) else None
        row = await run_sync(front.store.chat, chat) if chat else None
        if row:
            return chat
        await front.limits.count("tokens", self._address(sid))
        return None

    async def _listen(self, sid: str, chat: str) -> None:
        """Sends the chat's answers to this connection from now on, starting with those it missed."""
        task = self._listeners.get(sid)
        if task and not task.done() and task.get_name() == chat:
            return
        if task:
            task.cancel()
        self._front().listeners.check_room(chat, self._address(sid))
        self._listeners[sid] = asyncio.create_task(self._push(sid, chat, self._address(sid)), name=chat)

    async def _push(self, sid: str, chat: str, address: str) -> None:
        front = self._front()
        row = await run_sync(front.store.chat, chat)
        after = int(row["delivered"]) if row else 0
        # Ends at once if the last place has been taken since it was looked for.
        with suppress(RefusedError), front.listeners.listen(chat, address) as news:
            while True:
                # Cleared before reading, so that an event that comes in meanwhile wakes this again.
                news.clear()
                events = await run_sync(front.store.events_after, chat, after)
                if events is None:
                    return
                for event in events:
                    after = event["sequence"]
                    if event["type"] == "assistant":
                        await self._send(sid, event, front.knowledge)
                        await run_sync(front.store.set_delivered, chat, after)
                await news.wait()

    async def _send(self, sid: str, event: AssistantEvent, knowledge: KnowledgeBase) -> None:
        for message in bot_messages(event, knowledge):
            await self._server.emit("bot_uttered", message, to=sid)

    async def _refuse(self, sid: str, refusal: RefusedError, language: Language) -> None:
        """Tells the client why; disconnects one that does not stop."""
        # The same for as long as the connection lasts, however often the client takes up a new session.
        connection = self._server.get_environ(sid)
        connection[REFUSED] = connection.get(REFUSED, 0) + 1
        if connection[REFUSED] > MAX_REFUSALS:
            refusals.note("Closed a socket.io connection after %s refusals.", MAX_REFUSALS)
            await self._close(sid)
            return
        text = self._front().knowledge.phrase(f"front_{refusal.code}", language)
        await self._server.emit("bot_uttered", {"text": text}, to=sid)

    async def _close(self, sid: str) -> None:
        """Closes a connection; the library alone would only ask the client to."""
        engine_sid = self._server.manager.eio_sid_from_sid(sid, "/")
        if connection := self._server.eio.sockets.get(engine_sid):
            await connection.close(wait=False)
            # Ends what writes to the client, which then closes.
            await connection.queue.put(None)

    def _address(self, sid: str) -> str:
        return address_of(HTTPConnection(self._server.get_environ(sid)["asgi.scope"]))


def unless_unreadable(app: ASGIApp) -> ASGIApp:
    """The application, which ends a connection over which something unreadable comes, without a traceback."""

    async def ending(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except (ValueError, TypeError, LookupError):
            if scope["type"] != "websocket":
                raise RefusedError("invalid") from None
            refusals.note("Ended a socket.io connection: what it sends is no packet.")

    return ending


def custom_data(received: Mapping[str, object]) -> object:
    """A client's metadata, which rasa-webchat calls `customData`."""
    return received.get("customData") or received.get("metadata")


def bot_messages(event: AssistantEvent, knowledge: KnowledgeBase) -> Iterator[BotMessage]:
    """An answer as Rasa's socket.io channel sends it: texts with all that belongs to them, then suggestions."""
    texts = sourced(event, knowledge)
    for text in texts[:-1]:
        yield {"text": text}
    last: BotMessage = {"text": "\n\n".join([*texts[-1:], *([event["heading"]] if event["heading"] else [])])}
    if event["suggestions"]:
        last["quick_replies"] = [_quick_reply(question) for question in event["suggestions"]]
    yield last


def _quick_reply(question: str) -> QuickReply:
    return {"content_type": "text", "title": question, "payload": question}
