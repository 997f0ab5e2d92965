"""Answers messages waiting in the inbox, in order and one per chat at a time; erases expired chats."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from itertools import compress
from typing import Any

from anyio.to_thread import run_sync
from sqlalchemy.engine import Engine

from assistant.core.language_detector import model
from assistant.core.languages import Language
from assistant.front.answering.record import Record
from assistant.front.core import masking
from assistant.front.core.clock import Clock, Lateness
from assistant.front.core.events import AssistantContent
from assistant.front.core.fair import RESUMED, Lanes
from assistant.front.core.settings import SECONDS_PER_DAY
from assistant.front.core.tokens import Keys
from assistant.front.messengers.base.service import Messengers
from assistant.front.operate import metrics
from assistant.front.operate.notice import Notice
from assistant.front.pubsub.listeners import Listeners
from assistant.front.rasa.answers import apology_event, assistant_event, control_messages
from assistant.front.rasa.apology import language_of_apology
from assistant.front.rasa.client import Rasa
from assistant.front.store import faults
from assistant.front.store.brake import StoppedError, status
from assistant.front.store.chat_keys import complete_again, destroy_orphaned_keys
from assistant.front.store.chats import ANSWERED, APOLOGISED, Store, WaitingMessage
from assistant.front.store.reserve import keep_reserve
from assistant.front.store.retention import erase_pending, erase_silent, purge_silent, senders_of
from assistant.front.store.wal_checkpoint import unfinished
from assistant.front.tasks.chat_tasks import ChatTasks
from assistant.front.tasks.leases import Leases
from assistant.knowledge import KnowledgeBase

logger = logging.getLogger(__name__)
MAX_PURGE_INTERVAL_SECONDS = 3600.0
ERASURE_INTERVAL_SECONDS = 30.0
# How soon traces of erased chats are overwritten again: those that this front left, and those that others may have.
TRACES_INTERVAL_SECONDS, OTHERS_TRACES_INTERVAL_SECONDS = 2.0, 60.0
# How soon room given up for a deletion is taken again.
RESERVE_INTERVAL_SECONDS = 60.0
# How soon a message that another front accepted but did not answer is picked up.
INBOX_POLL_SECONDS = 2.0
# Nobody watches a messenger as closely as a page: an answer after a minute beats an apology after ten seconds.
MESSENGER_ANSWER_SECONDS = 60.0


class Worker:
    """Runs as long as the front; resumes at the next start what it left unfinished."""

    def __init__(
        self,
        engine: Engine,
        store: Store,
        rasa: Rasa,
        listeners: Listeners,
        keys: Keys,
        knowledge: KnowledgeBase,
        messengers: Messengers,
        notice: Notice,
        record: Record,
        answer_timeout_seconds: float,
        kept_seconds: float,
    ) -> None:
        self._store, self._rasa, self._listeners, self._keys = store, rasa, listeners, keys
        self._knowledge, self._messengers, self._notice, self._record = knowledge, messengers, notice, record
        self._answer_timeout_seconds, self._kept_seconds = answer_timeout_seconds, kept_seconds
        self._lanes = Lanes()
        self._chat_tasks = ChatTasks("Answering", self._answer_waiting, Leases(engine, "answer"))
        self._engine, self._clock, self._lateness = engine, Clock(), Lateness()
        self._background: list[asyncio.Task[Any]] = []

    async def start(self) -> None:
        """Starts the background tasks, which also resume what an earlier run left unfinished."""
        jobs = (self.wake_waiting, self.erase_pending, self.purge, self.overwrite_traces, self.keep_reserve)
        self._background = [asyncio.create_task(self._repeat(job)) for job in jobs]
        # Loaded now, so that an apology need not wait for it.
        self._background.append(asyncio.create_task(run_sync(model)))
        self._background.append(asyncio.create_task(run_sync(masking.load)))

    async def stop(self) -> None:
        """Stops at once; unanswered messages stay in the inbox."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self._chat_tasks.stop()

    def wake(self, chat: str, lane: str | None = None) -> None:
        """Schedules work on this chat, whose messages wait for Rasa in a lane."""
        if lane:
            self._lanes.remember(chat, lane)
        self._chat_tasks.wake(chat)

    async def _answer_waiting(self, chat: str) -> None:
        """Answers every message waiting in a chat."""
        taken_over_at, lane = time.time(), RESUMED
        while True:
            # Taken before reading, so that the lane of a message that comes in meanwhile stays for the next run.
            lane = self._lanes.take(chat, lane)
            message = await run_sync(self._store.next_waiting, chat)
            if message is None:
                return
            if (delay := self._messengers.reordering_delay(message)) > 0:
                await asyncio.sleep(delay)
            elif self._messengers.serves(message.channel):
                await self._answer_by_messenger(message, taken_over_at)
            else:
                await self._answer(message, taken_over_at, self._answer_timeout_seconds, lane)

    async def _answer_by_messenger(self, message: WaitingMessage, taken_over_at: float) -> None:
        if message.kind == "delete":
            await self._delete(message)
            return
        message = await self._messengers.greet(message)
        polite = None if self._notice.closed else await self._messengers.canned_answer(message)
        if polite:
            await run_sync(self._store.answer, message, polite, ANSWERED, time.time())
            metrics.answered(message.channel, polite["kind"], polite["language"], message.accepted_at)
        else:
            # Each of its chats has one message in the queue at a time, so one lane is fair to all of them.
            await self._answer(message, taken_over_at, MESSENGER_ANSWER_SECONDS, message.channel)
        self._messengers.delivery.wake(message.chat)

    async def _answer(self, message: WaitingMessage, taken_over_at: float, seconds: float, lane: str) -> None:
        """Asks Rasa; time runs from acceptance, or from when this front took over the chat."""
        sender = self._keys.sender("web", message.chat)
        until = time.time() + seconds - self._lateness.age_seconds(max(message.accepted_at, taken_over_at))
        closed, metadata = self._notice.closed, metadata_of(message)
        reply = None if closed else await self._rasa.ask(sender, message.text, metadata, until, message.key, lane)
        # If the chat was closed while Rasa was thinking, its reply may be the reason.
        closed = closed or self._notice.closed
        reply = None if closed else reply
        if closed:
            data, state = await run_sync(self._announcement, message), ANSWERED
        elif reply:
            data, state = assistant_event(reply.messages, message.id), ANSWERED
        else:
            logger.warning("Rasa did not answer in %.0f s; the visitor gets an apology.", seconds)
            metrics.failed("apology")
            data, state = await run_sync(self._apology, message), APOLOGISED
        why = reply.why if reply else None
        if sequence := await run_sync(self._store.answer, message, data, state, time.time(), why):
            metrics.answered(message.channel, data["kind"], data["language"], message.accepted_at)
            self._listeners.publish(message.chat)
            if reply:
                await self._record.answered(message, sequence, data, why)
        elif not await run_sync(self._store.chat, message.chat):
            # Deleted while Rasa was thinking, so Rasa now holds a conversation again.
            await self.erase_in_rasa(sender)

    async def _delete(self, message: WaitingMessage) -> None:
        """Erases a messenger's chat at the user's request and confirms it."""
        senders = await run_sync(senders_of, self._store, self._keys, message.chat)
        chat = self._keys.new_chat()
        data = await self._messengers.erasure_confirmation(message)
        await run_sync(self._messengers.message_store.erase, message, chat, senders, data, time.time())
        self._messengers.delivery.wake(chat)
        self.wake(chat)
        await self.erase_in_rasa(*senders)

    def _apology(self, message: WaitingMessage) -> AssistantContent:
        return apology_event(message.id, self._knowledge, self._language(message))

    def _announcement(self, message: WaitingMessage) -> AssistantContent:
        language = self._language(message)
        messages = control_messages(self._notice.text_while_closed(language), language)
        return assistant_event(messages, message.id)

    def _language(self, message: WaitingMessage) -> Language:
        chat = self._store.chat(message.chat)
        spoken = chat["spoken"] if chat else None
        return language_of_apology(message.text, message.choice, spoken, message.language)

    async def erase_in_rasa(self, *senders: str) -> None:
        """Has Rasa erase conversations, now or as soon as it is back."""
        for sender in senders:
            await run_sync(self._store.add_pending_erasure, sender)
        erased = await asyncio.gather(*(self._rasa.erase(sender) for sender in senders))
        for sender in compress(senders, erased):
            await run_sync(self._store.erasure_done, sender)

    async def erase_pending(self) -> float:
        """Has Rasa erase the conversations it still holds; returns the seconds until the next run."""
        await erase_pending(self._store, self._rasa)
        return ERASURE_INTERVAL_SECONDS

    async def wake_waiting(self) -> float:
        """Wakes chats with waiting messages, whichever front accepted them; returns the seconds until the next run."""
        for chat in await run_sync(self._store.waiting_chats):
            self.wake(chat)
        return INBOX_POLL_SECONDS

    async def purge(self) -> float:
        """Erases chats past their retention; returns the seconds until the next run."""
        try:
            await run_sync(self._purge, time.time() - self._kept_seconds)
        except StoppedError as stop:
            metrics.failed("brake")
            logger.error("%s", stop)
        return min(MAX_PURGE_INTERVAL_SECONDS, self._kept_seconds / 30)

    def _purge(self, before: float) -> None:
        # First, since the brake does not hold for keys of chats that are erased already.
        destroy_orphaned_keys(self._engine)
        if self._kept_seconds < SECONDS_PER_DAY:
            # In memory most chats are always about to lapse, and a restart erases them all anyway.
            erase_silent(self._store, self._keys, before)
        else:
            jump = self._clock.jump_seconds(status(self._engine).at)
            purge_silent(self._engine, self._store, self._keys, before, jump)
            self._clock.restart()
        self._store.drop_tombstones(before)

    async def overwrite_traces(self) -> float:
        """Completes erasures that a reader or a fault held up; returns the seconds until the next run."""
        await run_sync(complete_again, self._engine)
        return TRACES_INTERVAL_SECONDS if unfinished(self._engine) else OTHERS_TRACES_INTERVAL_SECONDS

    async def keep_reserve(self) -> float:
        """Keeps some of the disk free for deletions; returns the seconds until the next run."""
        await run_sync(keep_reserve, self._engine)
        return RESERVE_INTERVAL_SECONDS

    async def _repeat(self, job: Callable[[], Awaitable[float]]) -> None:
        while True:
            try:
                pause = await job()
            except Exception as error:
                faults.count(error)
                metrics.failed("purge" if job == self.purge else "background_task")
                logger.exception("A background task failed and will be retried.")
                pause = ERASURE_INTERVAL_SECONDS
            await asyncio.sleep(pause)


def metadata_of(message: WaitingMessage) -> dict[str, str]:
    """The metadata sent with a text: the page's language and the visitor's choice."""
    named = {"language": message.language, "choice": message.choice}
    return {key: value for key, value in named.items() if value}
