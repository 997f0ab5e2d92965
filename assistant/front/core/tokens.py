"""The front's one secret, and what is derived from it: session tokens and the names of conversations in Rasa."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from itsdangerous import BadSignature, URLSafeSerializer

CHAT_ID_BITS = 128
MIN_SECRET_CHARACTERS = 32
FILE = "secret"


def kept_secret(given: str | None, folder: Path) -> bytes:
    """The secret given, or the one in the folder, which is created at the first start with mode 0600.

    Raises ValueError if it is short enough to guess.
    """
    if given:
        if len(given) < MIN_SECRET_CHARACTERS:
            raise ValueError(f"ASSISTANT_SECRET must have at least {MIN_SECRET_CHARACTERS} characters")
        return given.encode()
    path = folder / FILE
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_bytes()


class Keys:
    """Signs and verifies session tokens, and gives conversations names that nobody can guess."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._tokens = URLSafeSerializer(secret, salt="chat", signer_kwargs={"digest_method": hashlib.sha256})

    @staticmethod
    def new_chat() -> str:
        """A new, unguessable id for a chat."""
        return secrets.token_hex(CHAT_ID_BITS // 8)

    def token(self, chat: str) -> str:
        """The token that opens this chat and no other."""
        return str(self._tokens.dumps(chat))

    def chat_of(self, token: str) -> str | None:
        """The chat that a token opens; None if we did not sign it."""
        with suppress(BadSignature):
            chat = self._tokens.loads(token)
            return chat if isinstance(chat, str) else None
        return None

    def sender(self, namespace: str, name: str) -> str:
        """A conversation's name in Rasa; different namespaces never collide."""
        return f"{namespace}-{self._digest(f'{namespace}:{name}')}"

    def derived(self, purpose: str) -> str:
        """A secret for one purpose, the same after every restart."""
        return self._digest(f"secret:{purpose}")

    def _digest(self, text: str) -> str:
        return hmac.new(self._secret, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
