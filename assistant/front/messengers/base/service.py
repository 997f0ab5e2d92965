"""The messengers of a running front: which are on, and how answering differs for them."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import replace

from anyio.to_thread import run_sync
from sqlalchemy.engine import Engine

from assistant.core.languages import Language, served
from assistant.front.core.events import AssistantContent
from assistant.front.messengers.base import wording
from assistant.front.messengers.base.api import Api
from assistant.front.messengers.base.connector import Connector
from assistant.front.messengers.base.delivery import CALL_TIMEOUT_SECONDS, Delivery
from assistant.front.messengers.base.inbound import InboundMessage
from assistant.front.messengers.base.message_store import MessageStore, Progress
from assistant.front.rasa.apology import language_of_apology
from assistant.front.store.chats import TEXT, Store, WaitingMessage
from assistant.front.store.retention import SEEN_SECONDS
from assistant.front.tasks.leases import Leases
from assistant.knowledge import KnowledgeBase

# How long a message waits for one that was sent earlier but arrives later.
REORDERING_SECONDS = 0.25
# The key of a part of an answer: its chat, what was delivered before it, and its position.
KEY = re.compile(r"([^.]{1,64})\.([0-9]{1,9})\.([0-9]{1,9})")


class Messengers:
    """What messengers need beyond the worker, which answers messages from every channel."""

    def __init__(
        self,
        connectors: Mapping[str, Connector],
        engine: Engine,
        store: Store,
        knowledge: KnowledgeBase,
        privacy: str,
        timeout_seconds: float = CALL_TIMEOUT_SECONDS,
        api: Api | None = None,
    ) -> None:
        self.connectors, self._knowledge, self._privacy = connectors, knowledge, privacy
        self.message_store = MessageStore(engine, frozenset(connectors))
        self.delivery = Delivery(
            connectors, self.message_store, store, Leases(engine, "deliver"), knowledge, timeout_seconds, api
        )
        self._store = store
        self._marks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Starts delivering, beginning with what an earlier run left."""
        await run_sync(self.message_store.forget_seen, time.time() - SEEN_SECONDS)
        await self.delivery.start()

    async def stop(self) -> None:
        """Stops at once."""
        for mark in self._marks:
            mark.cancel()
        await self.delivery.stop()

    def serves(self, channel: str) -> bool:
        """Whether a channel is one of the messengers that are on."""
        return channel in self.connectors

    def reordering_delay(self, message: WaitingMessage) -> float:
        """The seconds to wait before answering a message, since an earlier one may still arrive."""
        delay = message.accepted_at + REORDERING_SECONDS - time.time()
        # It is longer only if the clock has been set back.
        return delay if self.serves(message.channel) and delay <= REORDERING_SECONDS else 0.0

    def mark_read(self, connector: Connector, inbound: InboundMessage) -> None:
        """Shows in the messenger, in the background, that a message was read."""
        if calls := connector.on_read(inbound):
            task = asyncio.create_task(self.delivery.mark_read(connector.name, calls))
            self._marks.add(task)
            task.add_done_callback(self._marks.discard)

    async def confirm(self, channel: str, key: str) -> None:
        """Handles a receipt for a message of ours; ignores keys that are not ours."""
        if found := KEY.fullmatch(key):
            await run_sync(self.message_store.confirm, channel, found[1], int(found[2]), int(found[3]))

    async def greet(self, message: WaitingMessage) -> WaitingMessage:
        """Sends the notice at the start of a chat; returns the message with the user's language, if it is known.

        Who begins by opting out gets the answer to that alone; the notice comes if they write again.
        """
        progress = await run_sync(self.message_store.progress, message.chat)
        if progress is None or progress.noticed:
            return message
        message = replace(message, language=message.language or await self._ask_language(message, progress))
        if message.kind == "stop":
            return message
        language = await run_sync(language_of, message, progress)
        data = wording.notice(message.channel, language, self._knowledge, self._privacy, message.id)
        if await run_sync(self.message_store.notice, message.chat, data, time.time()):
            self.delivery.wake(message.chat)
        return message

    async def canned_answer(self, message: WaitingMessage) -> AssistantContent | None:
        """The answer to a message that does not go to Rasa; None if it does."""
        if message.kind == TEXT:
            return None
        return wording.canned_answer(message.kind, await self._language(message), self._knowledge, message.id)

    async def erasure_confirmation(self, message: WaitingMessage) -> AssistantContent:
        """The confirmation that everything is erased."""
        return wording.phrase_event(wording.ERASED, await self._language(message), self._knowledge, message.id)

    async def _language(self, message: WaitingMessage) -> Language:
        progress = await run_sync(self.message_store.progress, message.chat)
        language = await run_sync(language_of, message, progress)
        if message.kind == "stop":
            return wording.language_of_opt_out(message.text, language, self._knowledge)
        return language

    async def _ask_language(self, message: WaitingMessage, progress: Progress) -> Language | None:
        """Asks the messenger for the user's language."""
        language = served(await self.delivery.language_of(message.channel, progress.recipient))
        if language:
            await run_sync(self.message_store.set_language, message.chat, language)
        return language


def language_of(message: WaitingMessage, progress: Progress | None) -> Language:
    """The language for one of the front's own messages."""
    return language_of_apology(message.text, None, progress.spoken if progress else None, message.language)
