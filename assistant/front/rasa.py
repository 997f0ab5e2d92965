"""Asks Rasa over its REST channel on loopback, and has it forget conversations."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import anyio
import httpx2

from assistant.front import metrics

logger = logging.getLogger(__name__)
Message = dict[str, Any]
# Breaks between tries; the last is used again and again. An answer of kind `error` is Rasa's own apology:
# a few more tries, since the action server may only be starting.
BREAKS = (0.2, 0.4, 0.8)
TRIES_AFTER_ERROR = 3
SHORTEST_TRY = 0.05
LONGEST_ERASURE = 5.0


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


class Rasa:
    """One Rasa server; what it is asked of one conversation must come one by one."""

    def __init__(self, address: str, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        limits = httpx2.Limits(max_connections=64, max_keepalive_connections=16)
        self._client = httpx2.AsyncClient(
            base_url=address, transport=transport, limits=limits, timeout=None, trust_env=False
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def ask(self, sender: str, text: str, metadata: Mapping[str, str], until: float) -> list[Message] | None:
        """Rasa's messages, asked for again and again until that time (seconds since 1970); None for none."""
        apology: list[Message] | None = None
        tries = 0
        while (left := until - time.time()) > SHORTEST_TRY:
            reply = await self._try(sender, text, metadata, left)
            if reply and envelope_of(reply)["kind"] != "error":
                return reply
            apology, tries = reply or apology, tries + 1
            if apology and tries >= TRIES_AFTER_ERROR:
                return apology
            await anyio.sleep(min(BREAKS[min(tries, len(BREAKS)) - 1], max(until - time.time(), 0)))
        return apology

    async def _try(self, sender: str, text: str, metadata: Mapping[str, str], seconds: float) -> list[Message] | None:
        """One try; None where Rasa is away, slow, silent or talks nonsense."""
        body = {"sender": sender, "message": text, "metadata": dict(metadata)}
        try:
            with anyio.fail_after(seconds):
                response = await self._client.post("/webhooks/rest/webhook", json=body)
            reply: list[Message] = response.raise_for_status().json()
            envelope_of(reply)
        except (httpx2.HTTPError, TimeoutError, ValueError, BadReplyError) as error:
            logger.info("Rasa gave no answer: %s", type(error).__name__)
            metrics.rasa_told(up=False)
            return None
        metrics.rasa_told(up=True)
        return reply

    async def erase(self, sender: str) -> bool:
        """Whether Rasa has forgotten a conversation for good."""
        try:
            with anyio.fail_after(LONGEST_ERASURE):
                response = await self._client.delete(f"/webhooks/erase/{quote(sender, safe='')}")
            return response.status_code == 204
        except (httpx2.HTTPError, TimeoutError) as error:
            logger.warning("Rasa could not be told to forget a conversation: %s", type(error).__name__)
            return False
