"""Simulates people who chat through several fronts at once, and accounts for every message they sent."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2

PATIENCE = 60.0
# Pause before trying another server with the same id, as a browser does.
BREAK = 0.3
ACCEPTED = 202


@dataclass
class Chat:
    """One person's chat: the accepted messages, in order, and the resulting events."""

    token: str
    accepted: list[str] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def answers(self) -> list[dict[str, Any]]:
        """The assistant's events."""
        return [event for event in self.events if event["type"] == "assistant"]


@dataclass
class Account:
    """What became of all messages; `seconds` holds the time from acceptance to answer for each."""

    accepted: int = 0
    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    apologies: int = 0
    refused: int = 0
    seconds: list[float] = field(default_factory=list)

    def quantile(self, share: float) -> float:
        """The time within which this share was answered; 0 if nothing was."""
        ordered = sorted(self.seconds)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


class Crowd:
    """A number of people, each with their own chat; every request goes to a random front."""

    def __init__(self, urls: Sequence[str], questions: Sequence[str], seed: int = 1) -> None:
        self._urls, self._questions = list(urls), itertools.cycle(questions)
        self._random = random.Random(seed)  # noqa: S311 - which server, not a secret
        limits = httpx2.Limits(max_connections=400, max_keepalive_connections=100)
        self._client = httpx2.AsyncClient(timeout=15, limits=limits, trust_env=False)
        self.chats: list[Chat] = []
        self.refused = 0

    async def close(self) -> None:
        """Closes all connections."""
        await self._client.aclose()

    async def people(self, count: int) -> list[Chat]:
        """Opens a chat each for this many new people."""
        opened = await asyncio.gather(
            *(self._request("POST", "/api/chat", json={"language": "de"}) for _ in range(count))
        )
        chats = [Chat(one.json()["token"]) for one in opened if one is not None]
        self.chats += chats
        return chats

    async def talk(self, chat: Chat, messages: int, pause: float) -> None:
        """Sends this many messages, one after the other."""
        for _ in range(messages):
            await self.write(chat)
            await asyncio.sleep(pause * self._random.uniform(0.5, 1.5))

    async def write(self, chat: Chat) -> None:
        """Sends one message, retrying with the same id until a front accepts it."""
        id_ = str(uuid.uuid4())
        body = {"id": id_, "text": next(self._questions), "language": "de", "choice": None}
        response = await self._request("POST", "/api/chat/messages", chat, json=body)
        if response is not None and response.status_code == ACCEPTED:
            chat.accepted.append(id_)
        else:
            self.refused += 1

    async def collect(self, patience: float = PATIENCE) -> Account:
        """Waits until everything accepted has been answered, or patience runs out; returns the account."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            await asyncio.gather(*(self._read(chat) for chat in self.chats))
            if all(len(chat.answers) >= len(chat.accepted) for chat in self.chats):
                break
            await asyncio.sleep(1)
        # Catch a late second answer too.
        await asyncio.sleep(2)
        await asyncio.gather(*(self._read(chat) for chat in self.chats))
        return account(self.chats, self.refused)

    async def _read(self, chat: Chat) -> None:
        response = await self._request("GET", "/api/chat/events?after=0", chat, patience=15.0)
        if response is not None and response.status_code == httpx2.codes.OK:
            chat.events = response.json()["events"]

    async def _request(
        self, method: str, path: str, chat: Chat | None = None, patience: float = PATIENCE, **more: Any
    ) -> httpx2.Response | None:
        headers = {"Authorization": f"Bearer {chat.token}"} if chat else {}
        end = time.monotonic() + patience
        while time.monotonic() < end:
            try:
                response = await self._client.request(
                    method, self._random.choice(self._urls) + path, headers=headers, **more
                )
            except httpx2.HTTPError:
                response = None
            if response is not None and response.status_code < httpx2.codes.INTERNAL_SERVER_ERROR:
                return response
            await asyncio.sleep(BREAK)
        return None


def account(chats: Sequence[Chat], refused: int = 0) -> Account:
    """Accounts for the messages of these chats."""
    told = Account(refused=refused)
    for chat in chats:
        replies = [event["reply_to"] for event in chat.answers]
        counted = Counter(replies)
        told.accepted += len(chat.accepted)
        told.lost += sum(id_ not in counted for id_ in chat.accepted)
        told.doubled += sum(count - 1 for count in counted.values())
        asked = [event["id"] for event in chat.events if event["type"] == "visitor"]
        told.out_of_order += replies != [id_ for id_ in asked if id_ in counted]
        told.apologies += sum(event["kind"] == "error" for event in chat.answers)
        told.seconds += _seconds(chat)
    return told


def _seconds(chat: Chat) -> list[float]:
    from datetime import datetime

    moments = {event["id"]: event["at"] for event in chat.events if event["type"] == "visitor"}
    return [
        (datetime.fromisoformat(event["at"]) - datetime.fromisoformat(moments[event["reply_to"]])).total_seconds()
        for event in chat.answers
        if event["reply_to"] in moments
    ]
