"""Socket.io for websites that use rasa-webchat: its events, on top of the web API's chats.

Session ids are our signed tokens, so nobody can guess another visitor's; messages go through the same inbox.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Literal, TypedDict

import socketio
from anyio.to_thread import run_sync
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp

from assistant.core.languages import DEFAULT, Language, choice_of, hint_of
from assistant.front.core.channels import SOCKETIO
from assistant.front.core.errors import RefusedError
from assistant.front.core.events import AssistantEvent
from assistant.front.core.limits import address_of
from assistant.front.core.masking import without_personal_data
from assistant.front.core.parsing import MAX_BODY_BYTES, text_in
from assistant.front.core.transcript import sourced
from assistant.front.operate import metrics
from assistant.front.store.chats import UnknownChatError
from assistant.front.web.state import Front
from assistant.knowledge import KnowledgeBase

logger = logging.getLogger(__name__)
PATH = "/socket.io"


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


class Sockets:
    """A socket.io server with the four events of Rasa's own channel."""

    def __init__(self, front: Callable[[], Front]) -> None:
        self._front = front
        self._listeners: dict[str, asyncio.Task[None]] = {}
        # Origins are checked by middleware, for this route too. Awaiting each handler keeps messages in order.
        self._server = socketio.AsyncServer(
            async_mode="asgi", cors_allowed_origins=[], max_http_buffer_size=MAX_BODY_BYTES, async_handlers=False
        )
        self._server.on("session_request", self._session)
        self._server.on("user_uttered", self._uttered)
        self._server.on("disconnect", self._disconnected)

    @property
    def app(self) -> ASGIApp:
        """The ASGI application to mount at `PATH`."""
        app: ASGIApp = socketio.ASGIApp(self._server, socketio_path=PATH)
        return app

    async def stop(self) -> None:
        """Closes all connections."""
        for task in self._listeners.values():
            task.cancel()
        await asyncio.gather(*self._listeners.values(), return_exceptions=True)
        await self._server.shutdown()

    async def _session(self, sid: str, data: object = None) -> None:
        """Resumes the chat of a token, or opens a new one; sends the client its token."""
        front, received = self._front(), data if isinstance(data, Mapping) else {}
        chat = await self._chat_of(received.get("session_id"))
        if not chat:
            try:
                await front.limits.count("chats", self._address(sid))
            except RefusedError as refusal:
                await self._refuse(sid, refusal, DEFAULT)
                return
            chat = front.keys.new_chat()
            language = hint_of(custom_data(received)) or DEFAULT
            await run_sync(front.store.open_chat, chat, language, time.time(), SOCKETIO)
        await self._listen(sid, chat)
        await self._server.emit("session_confirm", front.keys.token(chat), to=sid)

    async def _uttered(self, sid: str, data: object = None) -> None:
        """Stores a message; ignores one without text, which rasa-webchat sends first."""
        received = data if isinstance(data, Mapping) else {}
        if not received.get("message"):
            return
        chat = await self._chat_of(received.get("session_id"))
        language = hint_of(custom_data(received)) or DEFAULT
        try:
            if not chat:
                raise RefusedError("unknown_session")
            await self._listen(sid, chat)
            await self._accept(sid, chat, received)
        except UnknownChatError:
            await self._refuse(sid, RefusedError("unknown_session"), language)
        except RefusedError as refusal:
            await self._refuse(sid, refusal, language)

    async def _accept(self, sid: str, chat: str, received: Mapping[str, object]) -> None:
        front, metadata = self._front(), custom_data(received)
        await front.limits.count("address", self._address(sid))
        await front.limits.count("session", chat)
        text, id_ = text_in(received["message"]), str(uuid.uuid4())
        hint, choice = hint_of(metadata), choice_of(metadata)
        text = await without_personal_data(text, choice, hint, chat=chat)
        await run_sync(front.store.accept, chat, id_, text, hint, choice, time.time())
        metrics.accepted(SOCKETIO)
        front.worker.wake(chat)

    async def _disconnected(self, sid: str, *_: object) -> None:
        if task := self._listeners.pop(sid, None):
            task.cancel()

    async def _chat_of(self, token: object) -> str | None:
        """The chat of a token, if it still exists."""
        front = self._front()
        chat = front.keys.chat_of(token) if isinstance(token, str) else None
        row = await run_sync(front.store.chat, chat) if chat else None
        return chat if row else None

    async def _listen(self, sid: str, chat: str) -> None:
        """Sends the chat's answers to this connection from now on, starting with those it missed."""
        task = self._listeners.get(sid)
        if task and not task.done() and task.get_name() == chat:
            return
        if task:
            task.cancel()
        self._front().listeners.check_room(chat)
        self._listeners[sid] = asyncio.create_task(self._push(sid, chat), name=chat)

    async def _push(self, sid: str, chat: str) -> None:
        front = self._front()
        row = await run_sync(front.store.chat, chat)
        after = int(row["delivered"]) if row else 0
        with front.listeners.listen(chat) as news:
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
        text = self._front().knowledge.phrase(f"front_{refusal.code}", language)
        await self._server.emit("bot_uttered", {"text": text}, to=sid)

    def _address(self, sid: str) -> str:
        return address_of(HTTPConnection(self._server.get_environ(sid)["asgi.scope"]))


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
