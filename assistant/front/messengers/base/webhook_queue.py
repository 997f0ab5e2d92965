"""Webhook requests between their acknowledgement and their processing, durable and unreadable without the secret.

A request holds texts that are not masked yet, so it is encrypted, removed as soon as it is processed, and in no backup.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Engine

from assistant.front.messengers.base.connector import WebhookRequest
from assistant.front.store.schema import webhooks, writing
from assistant.front.store.wal_checkpoint import overwrite


@dataclass(frozen=True)
class QueuedRequest:
    """A request in the queue; None if it was encrypted with another secret."""

    id: int
    at: float
    request: WebhookRequest | None


class WebhookQueue:
    """The verified requests of every messenger, in the order of their arrival."""

    def __init__(self, engine: Engine, *keys: str) -> None:
        """The first of the keys encrypts; the others, of former secrets, still decrypt."""
        self._engine = engine
        self._cipher = MultiFernet([Fernet(base64.urlsafe_b64encode(_digest(key))) for key in keys])

    def add(self, messenger: str, request: WebhookRequest, now: float) -> None:
        """Stores a request; once this returns, no crash loses it."""
        sealed = self._cipher.encrypt(_packed(request)).decode()
        with writing(self._engine) as connection:
            connection.execute(insert(webhooks).values(messenger=messenger, at=now, sealed=sealed))

    def messengers(self) -> list[str]:
        """The messengers with requests in the queue."""
        with self._engine.connect() as connection:
            return list(connection.execute(select(webhooks.c.messenger).distinct()).scalars())

    def first(self, messenger: str) -> QueuedRequest | None:
        """A messenger's oldest request; None if there is none."""
        asked = select(webhooks).where(webhooks.c.messenger == messenger).order_by(webhooks.c.id).limit(1)
        with self._engine.connect() as connection:
            row = connection.execute(asked).mappings().first()
        return QueuedRequest(row["id"], row["at"], self._opened(row["sealed"])) if row else None

    def remove(self, queued: QueuedRequest) -> None:
        """Removes a request."""
        # If it is gone, SQLite may have given its id to the next one.
        mine = (webhooks.c.id == queued.id) & (webhooks.c.at == queued.at)
        with writing(self._engine) as connection:
            connection.execute(delete(webhooks).where(mine))

    def restamp(self, now: float) -> None:
        """Takes every request to have come now: by which clock it came is not known."""
        with writing(self._engine) as connection:
            connection.execute(update(webhooks).values(at=now))

    def drop(self, before: float) -> int:
        """Removes requests that came before that time; returns how many."""
        with writing(self._engine) as connection:
            dropped = connection.execute(delete(webhooks).where(webhooks.c.at < before)).rowcount
        return int(dropped)

    def overwrite(self) -> None:
        """Clears removed requests from the database's log too."""
        overwrite(self._engine)

    def _opened(self, sealed: str) -> WebhookRequest | None:
        try:
            return _unpacked(self._cipher.decrypt(sealed.encode()))
        except InvalidToken:
            return None


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


def _packed(request: WebhookRequest) -> bytes:
    head = {"url": request.url, "headers": dict(request.headers), "query": dict(request.query)}
    return json.dumps(head).encode() + b"\n" + request.body


def _unpacked(packed: bytes) -> WebhookRequest:
    head, _, body = packed.partition(b"\n")
    return WebhookRequest("POST", body=body, **json.loads(head))
