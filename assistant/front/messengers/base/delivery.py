"""Hands answers to messengers: in order, again after a refusal for the moment, each part once."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Mapping, Sequence

import anyio
from anyio.to_thread import run_sync

from assistant.front.core.events import AssistantEvent
from assistant.front.messengers.base.api import Api, CallError, HttpApi, NotSentError, UnknownFateError
from assistant.front.messengers.base.connector import Call, Connector
from assistant.front.messengers.base.layout import Bubble, bubbles
from assistant.front.messengers.base.message_store import MessageStore, Progress
from assistant.front.messengers.base.outcomes import Outcome, Verdict
from assistant.front.operate import metrics
from assistant.front.store.chats import Store
from assistant.front.tasks.chat_tasks import ChatTasks
from assistant.front.tasks.leases import Leases
from assistant.knowledge import KnowledgeBase

logger = logging.getLogger(__name__)
# A messenger that took the message but was slow to say so would get it twice if we were impatient.
CALL_TIMEOUT_SECONDS, MARK_TIMEOUT_SECONDS = 30.0, 5.0
FIRST_RETRY_SECONDS, MAX_RETRY_SECONDS = 1.0, 300.0
MISCONFIGURED_RETRY_SECONDS = 60.0
RECEIPT_POLL_SECONDS = 0.5
# After a crash no call is under way any more, and what the messenger said meanwhile met a closed door: whatever word
# it sends again comes soon, or too late for a person who waits.
MAX_DOUBT_SECONDS = 10.0
# An answer this old helps nobody any more.
MAX_DELIVERY_SECONDS = 86400.0
MAX_CONCURRENT_CALLS = 16
# How soon what another front left undelivered is taken up.
DELIVERY_POLL_SECONDS = 2.0


class Delivery:
    """One for all messengers; what it could not finish, it takes up again at the next start."""

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
        self._closed_until = dict.fromkeys(connectors, 0.0)
        self._beside: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Takes up what an earlier run left, and sets the messengers up beside it."""
        beside = [self._set_up(one) for one in self._connectors.values()]
        self._beside = [asyncio.create_task(one) for one in (self._take_up(), *beside)]

    async def stop(self) -> None:
        """Stops at once; what is undelivered stays so."""
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)
        await self._chat_tasks.stop()
        await self._api.close()

    def wake(self, chat: str) -> None:
        """There may be an answer to deliver in this chat."""
        self._chat_tasks.wake(chat)

    async def mark_read(self, channel: str, calls: Sequence[Call]) -> None:
        """Shows that a message was read; where that fails, nothing is lost."""
        for call in calls:
            try:
                with anyio.fail_after(MARK_TIMEOUT_SECONDS):
                    await self._api.send(call)
            except (CallError, TimeoutError) as error:
                logger.info("%s did not take a read mark: %s", channel, _reason(error))

    async def language_of(self, channel: str, recipient: str) -> str | None:
        """The language code a messenger knows of a person; None where it tells none in time."""
        connector = self._connectors[channel]
        call = connector.language_call(recipient)
        if call is None:
            return None
        try:
            with anyio.fail_after(MARK_TIMEOUT_SECONDS):
                return connector.language_in(await self._api.send(call))
        except (CallError, TimeoutError) as error:
            logger.info("%s did not tell a language: %s", channel, _reason(error))
            return None

    async def _take_up(self) -> None:
        """Wakes chats with something undelivered, whichever front left it so."""
        while True:
            try:
                for chat in await run_sync(self._message_store.undelivered_chats):
                    self.wake(chat)
            except Exception:
                logger.exception("What is undelivered could not be read; trying again.")
            await asyncio.sleep(DELIVERY_POLL_SECONDS)

    async def _deliver(self, chat: str) -> None:
        """Delivers all answers of a chat that are not delivered yet."""
        while progress := await run_sync(self._message_store.progress, chat):
            event = await run_sync(self._message_store.next_answer, chat, progress.delivered)
            if event is None:
                return
            await self._deliver_one(progress, event)
            await run_sync(self._store.set_delivered, chat, event["sequence"])
            if progress.ending:
                await run_sync(self._message_store.end, chat)

    async def _deliver_one(self, progress: Progress, event: AssistantEvent) -> None:
        """Delivers an answer part by part, from where an earlier try got to."""
        connector = self._connectors[progress.channel]
        if progress.in_doubt:
            patience_seconds = min(self._timeout_seconds, MAX_DOUBT_SECONDS)
            progress = await self._wait_for_receipt(progress, progress.parts, patience_seconds)
        told = bubbles(event, self._knowledge, connector.longest, connector.measure)
        pieces = [*told[:-1], *connector.laid_out(told[-1])]
        for part in range(progress.parts, len(pieces)):
            if not await self._send(progress, part, pieces[part]):
                return
            if part + 1 < len(pieces):
                await run_sync(self._message_store.end_part, progress.chat, progress.delivered, part + 1)

    async def _send(self, progress: Progress, part: int, bubble: Bubble) -> bool:
        """Sends one part until it is taken; False where the rest of the answer cannot be sent either."""
        connector = self._connectors[progress.channel]
        tries = 0
        while await self._may_send(progress, connector):
            verdict = await self._attempt(progress, part, bubble)
            if verdict.outcome is Outcome.TAKEN:
                return True
            if verdict.outcome is Outcome.REFUSED and bubble.options:
                return await self._send_plainly(progress, part, bubble)
            if verdict.outcome in (Outcome.REFUSED, Outcome.UNREACHABLE):
                logger.warning("%s took an answer for good not: %s", connector.name, verdict.reason)
                return verdict.outcome is Outcome.REFUSED
            tries += 1
            await self._rest(connector, verdict, tries)
            if await self._confirmed_late(progress, part):
                return True
        return False

    async def _attempt(self, progress: Progress, part: int, bubble: Bubble) -> Verdict:
        """Hands a part over once; whatever happens meanwhile, the message store knows whether its fate is in doubt."""
        connector = self._connectors[progress.channel]
        if connector.gives_receipts:
            await run_sync(self._message_store.begin_part, progress.chat)
        key = f"{progress.chat}.{progress.delivered}.{part}"
        try:
            verdict = await self._hand_over(connector, connector.call(progress.recipient, bubble, key))
        except UnknownFateError:
            metrics.delivered(connector.name, "unknown")
            # As patient as with the call itself.
            confirmed = (await self._wait_for_receipt(progress, part, self._timeout_seconds)).parts > part
            return Verdict(Outcome.TAKEN if confirmed else Outcome.LATER)
        metrics.delivered(connector.name, verdict.outcome.value)
        if connector.gives_receipts and verdict.outcome is not Outcome.TAKEN:
            # Not taken, and that is known: no doubt is left, not even after a crash.
            await run_sync(self._message_store.end_part, progress.chat, progress.delivered, part)
        return verdict

    async def _confirmed_late(self, progress: Progress, part: int) -> bool:
        """Whether a receipt for a part came when it was no longer waited for."""
        now = await run_sync(self._message_store.progress, progress.chat)
        return now is not None and now.delivered == progress.delivered and now.parts > part

    async def _send_plainly(self, progress: Progress, part: int, bubble: Bubble) -> bool:
        """The same without buttons, where the messenger does not like them."""
        logger.warning("%s did not take buttons; sending numbers.", progress.channel)
        plain = self._connectors[progress.channel].plain(bubble)
        return all([await self._send(progress, part, piece) for piece in plain])

    async def _may_send(self, progress: Progress, connector: Connector) -> bool:
        """Whether the chat is still there and not too long silent for an answer."""
        now = await run_sync(self._message_store.progress, progress.chat)
        if now is None:
            return False
        patience = connector.window_seconds or MAX_DELIVERY_SECONDS
        if time.time() - now.heard_at < patience:
            return True
        metrics.delivered(connector.name, "late")
        logger.warning("%s: an answer could not be delivered in time and is dropped.", connector.name)
        return False

    async def _hand_over(self, connector: Connector, call: Call) -> Verdict:
        """The messenger's verdict on one call; raises UnknownFateError where there may be one that did not come."""
        async with self._slots[connector.name]:
            await asyncio.sleep(max(0.0, self._closed_until[connector.name] - time.time()))
            try:
                said = await self._api.send(call)
            except NotSentError as error:
                return Verdict(Outcome.LATER, reason=str(error))
            except UnknownFateError as error:
                logger.warning("%s gave no word on a message: %s", connector.name, error)
                raise
        verdict = connector.judge(said)
        if verdict.outcome is not Outcome.TAKEN:
            logger.warning("%s: %s (%s, %s)", connector.name, verdict.outcome.value, said.status, verdict.reason)
        return verdict

    async def _rest(self, connector: Connector, verdict: Verdict, tries: int) -> None:
        """Waits as long as the messenger says, else longer with every try."""
        seconds = verdict.seconds
        if seconds is None:
            seconds = min(FIRST_RETRY_SECONDS * 2.0 ** (tries - 1), MAX_RETRY_SECONDS) * random.uniform(0.8, 1.2)  # noqa: S311
        if verdict.outcome is Outcome.MISCONFIGURED:
            logger.error("%s refuses our access (%s): check its settings.", connector.name, verdict.reason)
            seconds = max(seconds, MISCONFIGURED_RETRY_SECONDS)
        if verdict.whole:
            self._closed_until[connector.name] = time.time() + seconds
        await asyncio.sleep(seconds)

    async def _wait_for_receipt(self, progress: Progress, part: int, seconds: float) -> Progress:
        """The progress after a receipt for the part in doubt, or after none came in time."""
        end = time.monotonic() + seconds
        while self._connectors[progress.channel].gives_receipts and time.monotonic() < end:
            now = await run_sync(self._message_store.progress, progress.chat)
            if now is None or now.parts > part or now.delivered != progress.delivered:
                return now or progress
            await asyncio.sleep(RECEIPT_POLL_SECONDS)
        return progress

    async def _set_up(self, connector: Connector) -> None:
        """Makes a messenger's set-up calls until it takes them; the front serves all the while."""
        for call in connector.set_up():
            tries = 0
            while (verdict := await self._tried(connector, call)).outcome is not Outcome.TAKEN:
                tries += 1
                if verdict.outcome in (Outcome.REFUSED, Outcome.UNREACHABLE):
                    logger.error("%s refused to be set up: %s", connector.name, verdict.reason)
                    break
                await self._rest(connector, verdict, tries)

    async def _tried(self, connector: Connector, call: Call) -> Verdict:
        try:
            return await self._hand_over(connector, call)
        except UnknownFateError:
            return Verdict(Outcome.LATER)


def _reason(error: Exception) -> str:
    """What the network said, or that the time was up."""
    return str(error) or type(error).__name__
