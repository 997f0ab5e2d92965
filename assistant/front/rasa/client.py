"""Asks Rasa over its REST channel, one of several processes where there are several, and has it forget."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import secrets
import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import anyio

from assistant.front.operate import metrics
from assistant.front.rasa.transport import BrokenError, Connections, NobodyError, Transport

logger = logging.getLogger(__name__)
Message = dict[str, Any]
# Breaks between tries; the last is used again and again. An answer of kind `error` is Rasa's own apology:
# a few more tries, since the action server may only be starting, and with other processes first for a while.
BREAKS = (0.2, 0.4, 0.8)
TRIES_AFTER_ERROR = 3
LAME_SECONDS = 10.0
SHORTEST_TRY = 0.05
LONGEST_ERASURE = 5.0
# A process that takes longer hangs, where there is another to ask; a busy one takes its time.
LONGEST_TRY = 4.0
# More at once would only wait in the process, where a busy one cannot be told from one that hangs.
AT_ONCE = 8
LONGEST_PROBE, BREAK_BETWEEN_PROBES = 1.0, 0.5


class BadReplyError(Exception):
    """Rasa said nothing, or nothing that ends with an answer envelope."""


def envelope_of(messages: object) -> Mapping[str, Any]:
    """The envelope that ends a reply; raises BadReplyError where there is none."""
    last = messages[-1] if isinstance(messages, list) and messages else None
    custom = last.get("custom") if isinstance(last, dict) else None
    answer = custom.get("answer") if isinstance(custom, dict) else None
    if not isinstance(answer, dict) or not isinstance(answer.get("kind"), str):
        raise BadReplyError("no answer envelope")
    return answer


class Process:
    """One Rasa process; `well` until it was found not to be."""

    def __init__(self, address: str, transport: Transport) -> None:
        self.address, self.well = address, True
        self._transport, self._lame_until = transport, 0.0
        self.slots = asyncio.Semaphore(AT_ONCE)

    def weight(self, sender: str) -> bytes:
        """Its weight for a conversation; the heaviest serves it (rendezvous hashing)."""
        return hashlib.sha256(f"{self.address} {sender}".encode()).digest()

    @property
    def lame(self) -> bool:
        """Whether it lately had nothing to say but an apology, its action server being away."""
        return time.monotonic() < self._lame_until

    def limp(self) -> None:
        """Leaves its messages to others for a while."""
        self._lame_until = time.monotonic() + LAME_SECONDS

    async def answers(self) -> bool:
        """Whether the process answers anything at all, in time."""
        try:
            with anyio.fail_after(LONGEST_PROBE):
                return (await self._transport.send("GET", f"{self.address}/")).status == HTTPStatus.OK
        except (BrokenError, TimeoutError):
            return False

    async def reply(self, body: Mapping[str, Any]) -> list[Message]:
        """What it says to a message; raises BrokenError where the way breaks off, BadReplyError for anything else."""
        written = json.dumps(body).encode()
        status, said = await self._transport.send("POST", f"{self.address}/webhooks/rest/webhook", written)
        try:
            messages: list[Message] = json.loads(said) if status == HTTPStatus.OK else []
        except ValueError as error:
            raise BadReplyError("no JSON") from error
        envelope_of(messages)
        return messages

    async def forget(self, sender: str) -> bool:
        """Whether it has forgotten a conversation; raises BrokenError."""
        address = f"{self.address}/webhooks/erase/{quote(sender, safe='')}"
        return (await self._transport.send("DELETE", address)).status == HTTPStatus.NO_CONTENT


class Rasa:
    """All Rasa processes; what is asked of one conversation must come one by one.

    A conversation stays with one process as long as that is well, since each holds its locks in memory. Where one
    process goes, only its conversations move, each to the next in an order of its own; where it is back, they return.
    """

    def __init__(self, addresses: Sequence[str], transport: Transport | None = None) -> None:
        self._transport = transport or Connections()
        self.processes = [Process(address, self._transport) for address in addresses]
        self._watching: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Ends all connections."""
        if self._watching:
            self._watching.cancel()
        await self._transport.close()

    def process_for(self, sender: str) -> Process:
        """The process that serves a conversation now: the heaviest of those that are sound, or well, or of all."""
        well = [process for process in self.processes if process.well] or self.processes
        sound = [process for process in well if not process.lame] or well
        return max(sound, key=lambda process: process.weight(sender))

    async def ask(
        self, sender: str, text: str, metadata: Mapping[str, str], until: float, id_: str | None = None
    ) -> list[Message] | None:
        """Rasa's messages, asked for again and again until that time (seconds since 1970); None for none.

        By `id_` a process knows a message that another one answered already; without one it gets its own.
        """
        body = {"sender": sender, "message": text, "metadata": {**metadata, "id": id_ or secrets.token_hex(8)}}
        apology: list[Message] | None = None
        tries = 0
        while (left := until - time.time()) > SHORTEST_TRY:
            process = self.process_for(sender)
            reply = await self._in_turn(process, body, left)
            if reply and envelope_of(reply)["kind"] != "error":
                return reply
            if reply:
                process.limp()
            apology, tries = reply or apology, tries + 1
            if apology and tries >= TRIES_AFTER_ERROR:
                return apology
            if self.process_for(sender) is process:
                await anyio.sleep(min(BREAKS[min(tries, len(BREAKS)) - 1], max(until - time.time(), 0)))
        return apology

    async def _in_turn(self, process: Process, body: Mapping[str, Any], left: float) -> list[Message] | None:
        """One try as soon as the process has room; None also where it fell ill meanwhile."""
        begun = time.monotonic()
        with anyio.move_on_after(left):
            async with process.slots:
                if process.well or len(self.processes) == 1:
                    return await self._try(process, body, left - (time.monotonic() - begun))
        return None

    async def _try(self, process: Process, body: Mapping[str, Any], left: float) -> list[Message] | None:
        """One try; None where Rasa is away, slow, silent or talks nonsense."""
        alone = len(self.processes) == 1
        try:
            with anyio.fail_after(left if alone else min(left, LONGEST_TRY)):
                reply = await process.reply(body)
        except (BrokenError, TimeoutError, BadReplyError) as error:
            logger.info("Rasa gave no answer: %s", type(error).__name__)
            metrics.failed("rasa")
            metrics.rasa_up(self.processes.index(process), up=False)
            if not alone and isinstance(error, (BrokenError, TimeoutError)):
                self._suspect(process)
            return None
        metrics.rasa_up(self.processes.index(process), up=True)
        return reply

    def _suspect(self, process: Process) -> None:
        """Asks a process nothing more until it answers a probe."""
        if process.well:
            logger.warning("A Rasa process does not answer; others take over its conversations.")
        process.well = False
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        """Probes processes that were not well until all are."""
        while unwell := [process for process in self.processes if not process.well]:
            for process, well in zip(unwell, await asyncio.gather(*(one.answers() for one in unwell))):
                process.well = well
                metrics.rasa_up(self.processes.index(process), well)
            await anyio.sleep(BREAK_BETWEEN_PROBES)

    async def erase(self, sender: str) -> bool:
        """Whether all processes have forgotten a conversation for good; one that is gone has nothing to forget."""
        results = await asyncio.gather(*(self._erase(process, sender) for process in self.processes))
        return all(result is not False for result in results) and any(results)

    async def _erase(self, process: Process, sender: str) -> bool | None:
        """Whether one process has; None where it is not there at all."""
        try:
            with anyio.fail_after(LONGEST_ERASURE):
                return await process.forget(sender)
        except NobodyError:
            return None
        except (BrokenError, TimeoutError) as error:
            logger.warning("Rasa could not be told to forget a conversation: %s", type(error).__name__)
            return False
