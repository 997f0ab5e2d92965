"""Reads webhook requests after their acknowledgement: in order, each message once, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable
from dataclasses import replace

from anyio.to_thread import run_sync
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DataError, IntegrityError

from assistant.core.language_detector import evidence_of
from assistant.core.languages import served
from assistant.front.answering.worker import Worker
from assistant.front.core.budgets import Budgets
from assistant.front.core.clock import Lateness, steady
from assistant.front.core.errors import RefusedError
from assistant.front.core.limits import Limits, count_stored
from assistant.front.core.masking import until_stored, without_personal_data
from assistant.front.core.parsing import MAX_TEXT_CHARACTERS, storable
from assistant.front.core.refusal_log import refusals
from assistant.front.core.tokens import Keys
from assistant.front.messengers.base.connector import Connector, WebhookRequest
from assistant.front.messengers.base.gestures import kind_of_gesture
from assistant.front.messengers.base.inbound import UNREADABLE, InboundKind, InboundMessage, Reading
from assistant.front.messengers.base.service import Messengers
from assistant.front.messengers.base.webhook_queue import QueuedRequest, WebhookQueue
from assistant.front.messengers.base.wording import LANGUAGE_COMMAND, wants_deletion, wants_no_more
from assistant.front.operate import metrics
from assistant.front.store import faults
from assistant.front.store.retention import MAX_QUEUED_SECONDS
from assistant.front.tasks.chat_tasks import ChatTasks
from assistant.front.tasks.leases import Leases
from assistant.knowledge import KnowledgeBase

logger = logging.getLogger(__name__)
# Anything older is not a messenger's retry but a replay of an old request.
MAX_AGE_SECONDS = 7 * 86400.0
# What is wrong with a message rather than with the database: trying again would not help.
HOPELESS = (*UNREADABLE, DataError, IntegrityError)
FIRST_RETRY_SECONDS, MAX_RETRY_SECONDS = 1.0, 60.0
# How soon a request that another front accepted but did not process is picked up.
POLL_SECONDS = 2.0
# How long a front has to have tried before it gives up a request that has been waiting for long.
MIN_TRIED_SECONDS = 3600.0
# What a message meets that cannot be stored for want of room.
NO_ROOM = ("quota", "disk_full")


class Intake:
    """Runs as long as the front; resumes at the next start what it left unfinished."""

    def __init__(
        self,
        engine: Engine,
        keys: Keys,
        limits: Limits,
        budgets: Budgets,
        knowledge: KnowledgeBase,
        messengers: Messengers,
        worker: Worker,
    ) -> None:
        self._keys, self._limits, self._budgets, self._knowledge = keys, limits, budgets, knowledge
        self._messengers, self._worker = messengers, worker
        self._queue = WebhookQueue(engine, *keys.derived("webhooks"))
        # One at a time for each messenger, so that its messages stay in order.
        self._tasks = ChatTasks("Reading webhooks", self._process_waiting, Leases(engine, "webhook"))
        self._polling: asyncio.Task[None] | None = None
        self._lateness, self._began = Lateness(), steady()
        # What has been decided of the messages of each messenger's present request, in case it is tried again.
        self._decided: dict[str, dict[str, InboundMessage | None]] = {}

    async def start(self) -> None:
        """Starts processing, beginning with what an earlier run left."""
        self._polling = asyncio.create_task(self._poll())

    async def stop(self) -> None:
        """Stops at once; requests that are not processed stay in the queue."""
        if self._polling:
            self._polling.cancel()
        await self._tasks.stop()

    async def take(self, connector: Connector, request: WebhookRequest) -> None:
        """Stores a verified request, to be processed as soon as possible."""
        needed = {name: value for name, value in request.headers.items() if name in connector.headers_read}
        await run_sync(self._queue.add, connector.name, replace(request, headers=needed), time.time())
        self._tasks.wake(connector.name)

    async def _poll(self) -> None:
        """Wakes messengers with requests in the queue, whichever front accepted them; drops those that are too old."""
        while True:
            try:
                await self._drop_late()
                for messenger in await run_sync(self._queue.messengers):
                    if self._messengers.serves(messenger):
                        self._tasks.wake(messenger)
            except Exception as error:
                logger.warning("Could not look for webhook requests: %s", type(error).__name__)
            await asyncio.sleep(POLL_SECONDS)

    async def _drop_late(self) -> None:
        """Drops requests that could not be processed for a day: by a clock that did not jump, and by trying."""
        if self._lateness.has_jumped:
            logger.error("The clock has jumped. Webhook requests in the queue count as having come now.")
            await run_sync(self._queue.restamp, time.time())
            self._lateness.settle()
        if steady() - self._began < MIN_TRIED_SECONDS:
            return
        if dropped := await run_sync(self._queue.drop, time.time() - MAX_QUEUED_SECONDS):
            metrics.failed("dropped")
            logger.error("Dropped %d webhook requests that could not be processed for a day.", dropped)

    async def _process_waiting(self, messenger: str) -> None:
        """Processes a messenger's requests until there are none."""
        connector, tries = self._messengers.connectors[messenger], 0
        while queued := await run_sync(self._queue.first, messenger):
            try:
                await self._process(connector, queued)
                await run_sync(self._queue.remove, queued)
                self._decided.pop(messenger, None)
                tries = 0
            except Exception as error:
                # What was stored of it is recognised at the next try.
                tries += 1
                pause = min(FIRST_RETRY_SECONDS * 2.0 ** (tries - 1), MAX_RETRY_SECONDS)
                metrics.failed("background_task")
                logger.warning(
                    "%s: could not process a webhook request (%s); trying again in %.0f s.",
                    messenger,
                    type(error).__name__,
                    pause,
                )
                await asyncio.sleep(pause)
        await run_sync(self._queue.overwrite)

    async def _process(self, connector: Connector, queued: QueuedRequest) -> None:
        if queued.request is None:
            logger.error("%s: dropped a webhook request that was encrypted with another secret.", connector.name)
            return
        reading = await run_sync(self._read, connector, queued.request)
        for inbound in sorted(reading.messages, key=lambda inbound: inbound.sent_at or 0.0):
            dated = replace(inbound, sent_at=inbound.sent_at or queued.at)
            await self._or_drop(connector, self._accept(connector, dated))
        if reading.astray:
            await self._note_astray(connector)
        for receipt in reading.receipts:
            await self._or_drop(connector, self._messengers.confirm(connector.name, receipt.key))

    async def _note_astray(self, connector: Connector) -> None:
        """Says that a webhook is set up for another number, page or bot; nobody there is answered."""
        refusals.note(
            f"{connector.name}: a request is for another {connector.addressee} than the one that is set up here, and "
            "is ignored: check whose webhook has this address"
        )
        await run_sync(self._messengers.message_store.note_astray, connector.name, time.time())

    @staticmethod
    def _read(connector: Connector, request: WebhookRequest) -> Reading:
        try:
            return connector.read(request)
        except UNREADABLE:
            logger.warning("%s sent something unreadable, which is ignored.", connector.name)
            return Reading()

    @staticmethod
    async def _or_drop(connector: Connector, work: Awaitable[None]) -> None:
        """Does the work for one item of a request; an item that cannot be stored never fails the others."""
        try:
            await work
        except HOPELESS as error:
            logger.warning("%s: dropped an item that cannot be stored (%s).", connector.name, type(error).__name__)

    async def _accept(self, connector: Connector, inbound: InboundMessage) -> None:
        """Stores one message, unless it is a duplicate, a replay of an old one, or one too many."""
        channel = connector.name
        if inbound.sent_at is not None and self._lateness.age_seconds(inbound.sent_at) > MAX_AGE_SECONDS:
            logger.warning("%s: ignored a message more than a week old.", channel)
            return
        inbound = classified(inbound, self._knowledge)
        # An edit is compared with what is kept, which is masked.
        compared = await masked(inbound) if inbound.kind == "edit" else inbound
        # Before anything is counted, so that no album and no repetition of the vendor's uses up the rate.
        if settled := await run_sync(self._messengers.message_store.settle, channel, compared, time.time()):
            logger.info("%s: ignored %s.", channel, settled)
            return
        # The limits may be counted in Redis, so not by the number or account itself.
        who = self._keys.pseudonym(channel, inbound.recipient)
        decided = self._decided.setdefault(channel, {})
        if inbound.id not in decided:
            decided[inbound.id] = await self._admitted(channel, _answerable(inbound), who)
        admitted = decided[inbound.id]
        if admitted and (chat := await self._stored(channel, admitted, who)):
            metrics.accepted(channel)
            self._messengers.mark_read(connector, inbound)
            self._worker.wake(chat)

    async def _stored(self, channel: str, inbound: InboundMessage, who: str) -> str | None:
        """Stores a message, or, if there is no room, that it was refused; returns its chat, None if that is dropped.

        A message must never hold up those behind it, since one may ask for erasure.
        """
        try:
            return await self._receive(channel, inbound, who)
        except Exception as error:
            if inbound.kind == "delete" or faults.fault_of(error) not in NO_ROOM:
                raise
        if await self._limits.allows("warnings", who):
            try:
                return await self._receive(channel, await run_sync(without_text, inbound, "full"), who)
            except Exception as error:
                if faults.fault_of(error) not in NO_ROOM:
                    raise
        metrics.failed("dropped")
        logger.error("%s: dropped a message, since there is no room to store it.", channel)
        return None

    async def _receive(self, channel: str, inbound: InboundMessage, who: str) -> str | None:
        receive = self._messengers.message_store.receive
        with until_stored(who):
            inbound = await masked(inbound, who)
            return await run_sync(receive, channel, inbound, self._keys.new_chat(), time.time())

    async def _admitted(self, channel: str, inbound: InboundMessage, who: str) -> InboundMessage | None:
        """The message, or if the user writes too much, one to be answered with a request to wait; None if one was."""
        if inbound.kind == "delete":
            return inbound
        if await self._limits.allows("session", who):
            try:
                count_stored(self._budgets, who, inbound.text)
                return inbound
            except RefusedError:
                inbound = await run_sync(without_text, inbound, "too_many")
        if await self._limits.allows("warnings", who):
            return replace(inbound, kind="too_many")
        logger.warning("%s: ignored a message from a user over the rate limit.", channel)
        return None


def classified(inbound: InboundMessage, knowledge: KnowledgeBase) -> InboundMessage:
    """The message with a text that can be stored, and its kind if that follows from the text."""
    text = storable(inbound.text[:MAX_TEXT_CHARACTERS])
    if inbound.kind != "text" or inbound.option:
        return replace(inbound, text=text)
    if wants_deletion(text, knowledge):
        return replace(inbound, text=text, kind="delete")
    if wants_no_more(text, knowledge):
        return replace(inbound, text=text, kind="stop")
    if text.strip().lower() == LANGUAGE_COMMAND:
        return replace(inbound, text=text, kind="language")
    if gesture := kind_of_gesture(text):
        return replace(inbound, text=text, kind=gesture)
    return replace(inbound, text=text, kind="text" if text.strip() else "empty")


def without_text(inbound: InboundMessage, kind: InboundKind) -> InboundMessage:
    """The message as one of another kind, of whose text only the language is kept, for the answer."""
    language = inbound.language or evidence_of(inbound.text).language
    return replace(inbound, kind=kind, text="", option=None, language=language)


def _answerable(inbound: InboundMessage) -> InboundMessage:
    """The message as it is answered: a sticker begins a chat, and the new text of an edit is not kept."""
    if inbound.kind == "sticker":
        return replace(inbound, kind="start")
    return replace(inbound, text="") if inbound.kind == "edit" else inbound


async def masked(inbound: InboundMessage, who: str | None = None) -> InboundMessage:
    """The message with personal data masked; a choice that we offered contains none."""
    if inbound.option:
        return inbound
    text = await without_personal_data(inbound.text, None, served(inbound.language), chat=who)
    return replace(inbound, text=text)
