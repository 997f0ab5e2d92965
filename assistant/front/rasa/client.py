"""Asks Rasa over its REST channel, choosing among several processes, and has it erase conversations."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import math
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypedDict, cast
from urllib.parse import quote

import anyio

from assistant.core.envelope import Custom, Envelope, RasaMessage, last_envelope
from assistant.core.why import KEY, Why, why_in
from assistant.front.core.fair import RESUMED, FairSlots
from assistant.front.operate import metrics
from assistant.front.rasa.transport import Connections, NotListeningError, Transport, TransportError

logger = logging.getLogger(__name__)
# Pauses between tries; the last one repeats.
RETRY_SECONDS = (0.2, 0.4, 0.8)
# An answer of kind `error` is Rasa's own apology. It is worth a few more tries, since the action server may only be
# starting; for a while, other processes are preferred.
MAX_TRIES_FOR_APOLOGY = 3
DEGRADED_SECONDS = 10.0
MIN_TRY_SECONDS = 0.05
# How far the usual time of a reply follows the newest one, and how much of a visitor's patience it may take up.
NEWEST_SHARE, MAX_NEEDED_SHARE = 0.2, 0.25
ERASURE_TIMEOUT_SECONDS = 5.0
# If there is another process to ask, one that takes longer counts as hung.
TRY_TIMEOUT_SECONDS = 4.0
# Further requests would only queue in the process, where a busy one cannot be told from a hung one.
MAX_CONCURRENT = 4
PROBE_TIMEOUT_SECONDS, PROBE_INTERVAL_SECONDS = 1.0, 0.5


class BadReplyError(Exception):
    """Rasa's reply is empty or does not end with an answer envelope."""


class Question(TypedDict):
    """A visitor's message as Rasa's REST channel takes it."""

    sender: str
    message: str
    metadata: Mapping[str, str]


@dataclass(frozen=True)
class RasaReply:
    """Rasa's messages, without the reasons for them, which only staff may see."""

    messages: list[RasaMessage]
    why: Why | None = None

    @property
    def envelope(self) -> Envelope:
        """The envelope at the end of the messages; raises BadReplyError if there is none."""
        return envelope_of(self.messages)


def reply_in(messages: list[RasaMessage]) -> RasaReply:
    """A reply as Rasa sent it, taken apart: nothing that leaves the front is made of anything but its messages."""
    why = next((found for message in messages if (found := why_in(message.get("custom")))), None)
    return RasaReply([_without_why(message) for message in messages], why)


def _without_why(message: RasaMessage) -> RasaMessage:
    custom = message.get("custom")
    if not isinstance(custom, Mapping) or KEY not in custom:
        return message
    return {**message, "custom": cast(Custom, {name: value for name, value in custom.items() if name != KEY})}


def envelope_of(messages: object) -> Envelope:
    """The envelope at the end of a reply; raises BadReplyError if there is none."""
    envelope = last_envelope(messages)
    if envelope is None:
        raise BadReplyError("no answer envelope")
    return envelope


class Process:
    """One Rasa process; `reachable` until a request shows otherwise."""

    def __init__(self, address: str, transport: Transport) -> None:
        self.address, self.reachable = address, True
        self._transport, self._degraded_until = transport, 0.0
        self.slots = FairSlots(MAX_CONCURRENT)
        # How long a reply has usually taken of late.
        self.usual_seconds = 0.0

    def score(self, sender: str) -> bytes:
        """Its score for a conversation, which prefers the process with the highest (rendezvous hashing)."""
        return hashlib.sha256(f"{self.address} {sender}".encode()).digest()

    @property
    def degraded(self) -> bool:
        """Whether it recently answered with an apology, because its action server was unavailable."""
        return time.monotonic() < self._degraded_until

    def mark_degraded(self) -> None:
        """Leaves its conversations to other processes for a while."""
        self._degraded_until = time.monotonic() + DEGRADED_SECONDS

    def needed_seconds(self, patience: float) -> float:
        """The time that must be left for a try to be of use; never so much of a patience that none is made."""
        return max(min(self.usual_seconds, patience * MAX_NEEDED_SHARE), MIN_TRY_SECONDS)

    def took(self, seconds: float) -> None:
        """Counts the time of a try towards the usual one."""
        self.usual_seconds += (seconds - self.usual_seconds) * NEWEST_SHARE

    async def responds(self) -> bool:
        """Whether the process answers a probe in time."""
        try:
            with anyio.fail_after(PROBE_TIMEOUT_SECONDS):
                return (await self._transport.send("GET", f"{self.address}/")).status == HTTPStatus.OK
        except (TransportError, TimeoutError):
            return False

    async def reply(self, body: Question) -> RasaReply:
        """Its reply to a message; raises TransportError, or BadReplyError for a reply without an answer."""
        content = json.dumps(body).encode()
        status, reply = await self._transport.send("POST", f"{self.address}/webhooks/rest/webhook", content)
        try:
            messages: list[RasaMessage] = json.loads(reply) if status == HTTPStatus.OK else []
        except ValueError as error:
            raise BadReplyError("no JSON") from error
        envelope_of(messages)
        return reply_in(messages)

    async def erase(self, sender: str) -> bool:
        """Erases a conversation; returns whether it confirmed that. Raises TransportError."""
        address = f"{self.address}/webhooks/erase/{quote(sender, safe='')}"
        return (await self._transport.send("DELETE", address)).status == HTTPStatus.NO_CONTENT


class Rasa:
    """All Rasa processes; the messages of one conversation must be asked one at a time.

    A conversation stays with one process while that is reachable, since each process holds its locks in memory. When
    a process goes away, only its conversations move, each to the next process in an order of its own; when it is back,
    they return.
    """

    def __init__(self, addresses: Sequence[str], transport: Transport | None = None) -> None:
        self._transport = transport or Connections()
        self.processes = [Process(address, self._transport) for address in addresses]
        self._probing: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Ends all connections."""
        if self._probing:
            self._probing.cancel()
        await self._transport.close()

    def process_for(self, sender: str) -> Process:
        """The preferred process for a conversation among the healthy, else the reachable, else all."""
        reachable = [process for process in self.processes if process.reachable] or self.processes
        healthy = [process for process in reachable if not process.degraded] or reachable
        return max(healthy, key=lambda process: process.score(sender))

    async def ask(
        self,
        sender: str,
        text: str,
        metadata: Mapping[str, str],
        until: float,
        id_: str | None = None,
        lane: str = RESUMED,
    ) -> RasaReply | None:
        """Rasa's reply, retrying until that time (seconds since 1970); None if there is none.

        `id_` lets a process recognise a message that another has already answered; without it the message gets its own.
        Where messages have to wait, those of all lanes are asked in turn.
        """
        named = {**metadata, "id": id_ or secrets.token_hex(8)}
        body: Question = {"sender": sender, "message": text, "metadata": named}
        apology: RasaReply | None = None
        # The wall clock may jump meanwhile.
        tries, patience = 0, until - time.time()
        until = time.monotonic() + patience
        while until - time.monotonic() > (needed := self.process_for(sender).needed_seconds(patience)):
            process = self.process_for(sender)
            reply = await self._queue(process, body, until, needed, lane)
            if reply and reply.envelope["kind"] != "error":
                return reply
            if reply:
                process.mark_degraded()
            apology, tries = reply or apology, tries + 1
            if apology and tries >= MAX_TRIES_FOR_APOLOGY:
                return apology
            if self.process_for(sender) is process:
                pause = RETRY_SECONDS[min(tries, len(RETRY_SECONDS)) - 1]
                await anyio.sleep(min(pause, max(until - time.monotonic(), 0)))
        return apology

    async def _queue(
        self, process: Process, body: Question, until: float, needed: float, lane: str
    ) -> RasaReply | None:
        """One try when it is this lane's turn; None also if that is too late, or the process has become unreachable.

        A message that would not be answered in time any more leaves the queue, since it would only delay those that
        still can be.
        """
        with anyio.move_on_after(until - needed - time.monotonic()) as waiting:
            async with process.slots.held(lane):
                waiting.deadline = math.inf
                if process.reachable or len(self.processes) == 1:
                    return await self._try(process, body, until - time.monotonic())
        return None

    async def _try(self, process: Process, body: Question, left: float) -> RasaReply | None:
        """One try; None if Rasa is unreachable, slow, silent or returns nonsense."""
        alone, started = len(self.processes) == 1, time.monotonic()
        try:
            with anyio.fail_after(left if alone else min(left, TRY_TIMEOUT_SECONDS)):
                reply = await process.reply(body)
        except (TransportError, TimeoutError, BadReplyError) as error:
            logger.info("Rasa did not answer: %s", type(error).__name__)
            metrics.failed("rasa")
            metrics.rasa_up(self.processes.index(process), up=False)
            if isinstance(error, TimeoutError):
                process.took(time.monotonic() - started)
            if not alone and isinstance(error, (TransportError, TimeoutError)):
                self._mark_unreachable(process)
            return None
        process.took(time.monotonic() - started)
        metrics.rasa_up(self.processes.index(process), up=True)
        return reply

    def _mark_unreachable(self, process: Process) -> None:
        """Stops asking a process until it answers a probe."""
        if process.reachable:
            logger.warning("A Rasa process does not answer; others take over its conversations.")
        process.reachable = False
        if self._probing is None or self._probing.done():
            self._probing = asyncio.create_task(self._probe())

    async def _probe(self) -> None:
        """Probes unreachable processes until all are reachable."""
        while unreachable := [process for process in self.processes if not process.reachable]:
            for process, up in zip(unreachable, await asyncio.gather(*(one.responds() for one in unreachable))):
                process.reachable = up
                metrics.rasa_up(self.processes.index(process), up)
            await anyio.sleep(PROBE_INTERVAL_SECONDS)

    async def erase(self, sender: str) -> bool:
        """Erases a conversation everywhere; returns whether all running processes, and at least one, confirmed it."""
        results = await asyncio.gather(*(self._erase(process, sender) for process in self.processes))
        return all(result is not False for result in results) and any(results)

    async def _erase(self, process: Process, sender: str) -> bool | None:
        """Whether one process has erased it; None if nothing is running there."""
        try:
            with anyio.fail_after(ERASURE_TIMEOUT_SECONDS):
                return await process.erase(sender)
        except NotListeningError:
            return None
        except (TransportError, TimeoutError) as error:
            logger.warning("Could not have Rasa erase a conversation: %s", type(error).__name__)
            return False
