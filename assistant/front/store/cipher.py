"""Seals what is kept of a chat with the chat's own key (AES-256-GCM); without the key nobody can read it any more."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select
from sqlalchemy.engine import Connection, Engine

from assistant.front.store.chat_keys import LOOKUP, keys_of, name_of, new_key
from assistant.front.store.schema import events, team_questions

# What earlier versions wrote has no prefix and is read as it is.
PREFIX = "sealed:"
NONCE_BYTES = 12
MISSING = (
    "The database holds chats, but none of the keys that open them. Put front.keys beside front.db again, or restore a "
    "backup with its keys (docs/operations.md)."
)


@dataclass(frozen=True)
class Cipher:
    """Seals and opens what is kept of one chat."""

    chat: str
    key: bytes | None = None
    # Where nothing reaches a disk, nothing is sealed.
    only_in_memory: bool = False

    def seal(self, text: str, place: str) -> str:
        """The text as it is stored; it can be opened only at the same place of the same chat."""
        if self.key is None:
            return text
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(self.key).encrypt(nonce, text.encode("utf-8", "surrogatepass"), self._at(place))
        return PREFIX + base64.b64encode(nonce + sealed).decode("ascii")

    def open(self, stored: str, place: str) -> str | None:
        """The text; None if its key has been destroyed."""
        if self.only_in_memory or not stored.startswith(PREFIX):
            return stored
        if self.key is None:
            return None
        content = base64.b64decode(stored.removeprefix(PREFIX))
        try:
            text = AESGCM(self.key).decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], self._at(place))
        except InvalidTag:
            return None
        return text.decode("utf-8", "surrogatepass")

    def fingerprint(self, text: str) -> str:
        """Tells whether two texts are the same; without the key, nobody can try which text it was."""
        return text if self.key is None else _hmac(self.key, text)

    def _at(self, place: str) -> bytes:
        return f"{self.chat}.{place}".encode()


class KeysMissingError(Exception):
    """Chats are sealed, and not a single key is there: they are not erased, but cannot be read either."""


def check_keys(engine: Engine) -> None:
    """Raises KeysMissingError if the database is sealed and its keys are somewhere else."""
    keys = keys_of(engine)
    if keys is None:
        return
    with engine.connect() as connection:
        if keys.all(connection).keys() - {LOOKUP}:
            return
        for column in (events.c.data, team_questions.c.text):
            if connection.execute(select(column.table.c.chat).where(column.like(f"{PREFIX}%")).limit(1)).first():
                raise KeysMissingError(MISSING)


def cipher_for_reading(connection: Connection, chat: str) -> Cipher:
    """What opens a chat; if its key is destroyed, nothing that it sealed."""
    keys = keys_of(connection.engine)
    return Cipher(chat, keys.find(connection, name_of(chat)) if keys else None, only_in_memory=keys is None)


def cipher_for_writing(connection: Connection, chat: str) -> Cipher:
    """What seals in a chat, which this transaction has locked; makes its key if it has none."""
    cipher, keys = cipher_for_reading(connection, chat), keys_of(connection.engine)
    if cipher.key or keys is None:
        return cipher
    return Cipher(chat, keys.add(connection, name_of(chat), new_key()))


def lookup(connection: Connection, channel: str, recipient: str) -> str:
    """The fingerprint by which a messenger's user is found; in memory, the address itself."""
    keys = keys_of(connection.engine)
    if keys is None:
        return recipient
    key = keys.find(connection, LOOKUP) or keys.add(connection, LOOKUP, new_key())
    return _hmac(key, f"{channel}:{recipient}")


def _hmac(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
