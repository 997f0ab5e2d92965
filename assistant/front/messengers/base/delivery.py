"""Delivers answers to messengers: in order, with retries, and each part once."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import anyio
from anyio.to_thread import run_sync

from assistant.front.core.clock import Lateness
from assistant.front.core.events import AssistantEvent
from assistant.front.messengers.base.api import Api, CallError, HttpApi, NotSentError, UnknownOutcomeError
from assistant.front.messengers.base.connector import Call, Connector
from assistant.front.messengers.base.inbound import UNREADABLE
from assistant.front.messengers.base.layout import Bubble, bubbles
from assistant.front.messengers.base.message_store import MessageStore, Progress
from assistant.front.messengers.base.outcomes import CallResult, Outcome
from assistant.front.operate import metrics
from assistant.front.store.chats import Store
from assistant.front.tasks.chat_tasks import ChatTasks
from assistant.front.tasks.leases import Leases
from assistant.knowledge import KnowledgeBase

logger = logging.getLogger(__name__)
# With a shorter timeout, a messenger that accepts a message but responds slowly would get it twice.
CALL_TIMEOUT_SECONDS, MARK_TIMEOUT_SECONDS = 30.0, 5.0
FIRST_RETRY_SECONDS, MAX_RETRY_SECONDS = 1.0, 300.0
MISCONFIGURED_RETRY_SECONDS = 60.0
RECEIPT_POLL_SECONDS = 0.5
# After a crash no call is in progress, and any receipt sent meanwhile was missed. The messenger sends it again soon, or
# too late for a waiting user.
MAX_DOUBT_SECONDS = 10.0
# An older answer is of no use to anyone.
MAX_DELIVERY_SECONDS = 86400.0
MAX_CONCURRENT_CALLS = 16
# How soon an answer that another front left undelivered is picked up.
DELIVERY_POLL_SECONDS = 2.0


class Delivery:
    """Delivers for all messengers; resumes at the next start what it left unfinished."""

    def __init__(
        self,
        connectors: Mapping[str, Connector],
        message_store: MessageStore,
        store: Store,
        leases: Leases,
        knowledge: KnowledgeBase,
        timeout_seconds: float = CALL_TIMEOUT_SECONDS,
        api: Api | None = None,
    ) -> None:
        self._connectors, self._message_store, self._store = connectors, message_store, store
        self._knowledge, self._timeout_seconds = knowledge, timeout_seconds
        self._api: Api = api or HttpApi(timeout_seconds)
        self._chat_tasks = ChatTasks("Delivering", self._deliver, leases)
        self._slots = {name: asyncio.Semaphore(MAX_CONCURRENT_CALLS) for name in connectors}
        self._paused_until, self._lateness = dict.fromkeys(connectors, 0.0), Lateness()
        self._background: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Starts delivering what an earlier run left, and sets up the messengers in the background."""
        jobs = [self._wake_undelivered(), *(self._set_up(one) for one in self._connectors.values())]
        self._background = [asyncio.create_task(job) for job in jobs]

    async def stop(self) -> None:
        """Stops at once; undelivered answers stay in the database."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self._chat_tasks.stop()
        await self._api.close()

    def wake(self, chat: str) -> None:
        """Schedules delivery for this chat."""
        self._chat_tasks.wake(chat)

    async def mark_read(self, channel: str, calls: Sequence[Call]) -> None:
        """Shows that a message was read; ignores failures."""
        for call in calls:
            try:
                with anyio.fail_after(MARK_TIMEOUT_SECONDS):
                    await self._api.send(call)
            except (CallError, TimeoutError) as error:
                logger.info("%s rejected a read mark: %s", channel, _reason(error))

    async def language_of(self, channel: str, recipient: str) -> str | None:
        """A user's language code according to the messenger; None if it gives none in time."""
        connector = self._connectors[channel]
        call = connector.language_call(recipient)
        if call is None:
            return None
        try:
            with anyio.fail_after(MARK_TIMEOUT_SECONDS):
                return connector.language_in(await self._api.send(call))
        except (CallError, TimeoutError) as error:
            logger.info("%s did not give a language: %s", channel, _reason(error))
            return None

    async def _wake_undelivered(self) -> None:
        """Wakes chats with undelivered answers, whichever front left them."""
        while True:
            try:
                for chat in await run_sync(self._message_store.undelivered_chats):
                    self.wake(chat)
            except Exception:
                logger.exception("Could not read undelivered answers; trying again.")
            await asyncio.sleep(DELIVERY_POLL_SECONDS)

    async def _deliver(self, chat: str) -> None:
        """Delivers every answer of a chat that is still undelivered."""
        while progress := await run_sync(self._message_store.progress, chat):
            event = await run_sync(self._message_store.next_answer, chat, progress.delivered)
            if event is None:
                return
            await self._deliver_one(progress, event)
            await run_sync(self._store.set_delivered, chat, event["sequence"])
            if progress.ending:
                await run_sync(self._message_store.end, chat)

    async def _deliver_one(self, progress: Progress, event: AssistantEvent) -> None:
        """Delivers an answer part by part, from where an earlier attempt stopped."""
        connector = self._connectors[progress.channel]
        if progress.in_doubt:
            progress = await self._wait_for_receipt(
                progress, progress.parts, min(self._timeout_seconds, MAX_DOUBT_SECONDS)
            )
        *first, last = bubbles(event, self._knowledge, connector.max_length, connector.measure)
        pieces = [*first, *connector.laid_out(last)]
        if await run_sync(self._message_store.is_out_of_turn, event, progress.chat):
            pieces[0] = replace(pieces[0], quotes=True)
        for part in range(progress.parts, len(pieces)):
            if not await self._send(progress, part, pieces[part]):
                return
            if part + 1 < len(pieces):
                await run_sync(self._message_store.end_part, progress.chat, progress.delivered, part + 1)

    async def _send(self, progress: Progress, part: int, bubble: Bubble) -> bool:
        """Sends one part until it is accepted; returns False if the rest of the answer cannot be sent either."""
        connector = self._connectors[progress.channel]
        tries = 0
        while await self._may_send(progress, connector):
            result = await self._attempt(progress, part, bubble)
            if result.outcome is Outcome.ACCEPTED:
                return True
            if result.outcome is Outcome.REFUSED and bubble.options:
                return await self._send_without_options(progress, part, bubble)
            if result.outcome in (Outcome.REFUSED, Outcome.UNREACHABLE):
                logger.warning("%s permanently rejected an answer: %s", connector.name, result.reason)
                return result.outcome is Outcome.REFUSED
            tries += 1
            await self._back_off(connector, result, tries)
            if await self._confirmed_late(progress, part):
                return True
        return False

    async def _attempt(self, progress: Progress, part: int, bubble: Bubble) -> CallResult:
        """Sends a part once; whatever happens meanwhile, the message store knows whether it is in doubt."""
        connector = self._connectors[progress.channel]
        try:
            call = connector.call(progress.recipient, bubble, f"{progress.chat}.{progress.delivered}.{part}")
        except UNREADABLE as error:
            # A recipient that is none of this messenger's will not become one.
            return CallResult(Outcome.UNREACHABLE, reason=f"not a recipient: {type(error).__name__}")
        if connector.gives_receipts:
            await run_sync(self._message_store.begin_part, progress.chat)
        try:
            result = await self._call(connector, call)
        except UnknownOutcomeError:
            metrics.delivered(connector.name, "unknown")
            # Waits for as long as the call itself may take.
            confirmed = (await self._wait_for_receipt(progress, part, self._timeout_seconds)).parts > part
            return CallResult(Outcome.ACCEPTED if confirmed else Outcome.LATER)
        metrics.delivered(connector.name, result.outcome.value)
        if connector.gives_receipts and result.outcome is not Outcome.ACCEPTED:
            # It was certainly not accepted, so nothing is in doubt, even after a crash.
            await run_sync(self._message_store.end_part, progress.chat, progress.delivered, part)
        return result

    async def _confirmed_late(self, progress: Progress, part: int) -> bool:
        """Whether a receipt for a part came after we stopped waiting for it."""
        now = await run_sync(self._message_store.progress, progress.chat)
        return now is not None and now.delivered == progress.delivered and now.parts > part

    async def _send_without_options(self, progress: Progress, part: int, bubble: Bubble) -> bool:
        """Sends a part with numbered lines instead of buttons that the messenger rejected."""
        logger.warning("%s rejected buttons; sending numbers instead.", progress.channel)
        plain = self._connectors[progress.channel].plain(bubble)
        return all([await self._send(progress, part, piece) for piece in plain])

    async def _may_send(self, progress: Progress, connector: Connector) -> bool:
        """Whether the chat still exists and has not been silent for too long."""
        now = await run_sync(self._message_store.progress, progress.chat)
        if now is None:
            return False
        if self._lateness.age_seconds(now.heard_at) < (connector.window_seconds or MAX_DELIVERY_SECONDS):
            return True
        metrics.delivered(connector.name, "late")
        logger.warning("%s: dropped an answer that could not be delivered in time.", connector.name)
        return False

    async def _call(self, connector: Connector, call: Call) -> CallResult:
        """Makes a call and interprets the response; raises UnknownOutcomeError if it may have been lost."""
        async with self._slots[connector.name]:
            await asyncio.sleep(max(0.0, self._paused_until[connector.name] - time.monotonic()))
            try:
                response = await self._api.send(call)
            except NotSentError as error:
                return CallResult(Outcome.LATER, reason=str(error))
            except UnknownOutcomeError as error:
                logger.warning("%s did not say what became of a message: %s", connector.name, error)
                raise
        result = connector.interpret(response)
        if result.outcome is not Outcome.ACCEPTED:
            logger.warning("%s: %s (%s, %s)", connector.name, result.outcome.value, response.status, result.reason)
        return result

    async def _back_off(self, connector: Connector, result: CallResult, tries: int) -> None:
        """Waits as long as the messenger says, or else longer after every attempt."""
        seconds = result.retry_seconds
        if seconds is None:
            seconds = min(FIRST_RETRY_SECONDS * 2.0 ** (tries - 1), MAX_RETRY_SECONDS) * random.uniform(0.8, 1.2)  # noqa: S311
        if result.outcome is Outcome.MISCONFIGURED:
            logger.error("%s denies us access (%s): check its settings.", connector.name, result.reason)
            seconds = max(seconds, MISCONFIGURED_RETRY_SECONDS)
        if result.affects_all_chats:
            self._paused_until[connector.name] = time.monotonic() + seconds
        await asyncio.sleep(seconds)

    async def _wait_for_receipt(self, progress: Progress, part: int, seconds: float) -> Progress:
        """Waits for a receipt for the part in doubt, and returns the progress, whether or not one came in time."""
        end = time.monotonic() + seconds
        while self._connectors[progress.channel].gives_receipts and time.monotonic() < end:
            now = await run_sync(self._message_store.progress, progress.chat)
            if now is None or now.parts > part or now.delivered != progress.delivered:
                return now or progress
            await asyncio.sleep(RECEIPT_POLL_SECONDS)
        return progress

    async def _set_up(self, connector: Connector) -> None:
        """Makes a messenger's set-up calls until it accepts them; meanwhile the front is already serving."""
        for call in connector.set_up():
            tries = 0
            while (result := await self._call_for_set_up(connector, call)).outcome is not Outcome.ACCEPTED:
                tries += 1
                if result.outcome in (Outcome.REFUSED, Outcome.UNREACHABLE):
                    logger.error("%s rejected its set-up: %s", connector.name, result.reason)
                    break
                await self._back_off(connector, result, tries)

    async def _call_for_set_up(self, connector: Connector, call: Call) -> CallResult:
        try:
            return await self._call(connector, call)
        except UnknownOutcomeError:
            return CallResult(Outcome.LATER)


def _reason(error: Exception) -> str:
    """The error's message or, failing that, its type."""
    return str(error) or type(error).__name__
