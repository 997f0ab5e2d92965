"""What the front's secrets sign, tokens first of all, and the names of conversations in Rasa, which need no secret."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from contextlib import suppress

from itsdangerous import BadSignature, URLSafeSerializer

from assistant.front.core.channels import WEB

CHAT_ID_BITS = 128
# What a token is for that opens a chat.
CHAT = "chat"


class Keys:
    """Signs with the newest secret and verifies with former ones too, so that a new secret ends no chat."""

    def __init__(self, newest: bytes, *old: bytes) -> None:
        self._secrets = (newest, *old)

    @staticmethod
    def new_chat() -> str:
        """A new, unguessable id for a chat."""
        return secrets.token_hex(CHAT_ID_BITS // 8)

    def token(self, chat: str, purpose: str = CHAT) -> str:
        """The token that opens this chat and no other; one for another purpose is good for that alone."""
        return str(self._tokens(purpose).dumps(chat))

    def chat_of(self, token: str, purpose: str = CHAT) -> str | None:
        """The chat that a token opens; None if we did not sign it, or for another purpose."""
        with suppress(BadSignature):
            chat = self._tokens(purpose).loads(token)
            return chat if isinstance(chat, str) else None
        return None

    def _tokens(self, purpose: str) -> URLSafeSerializer:
        newest, *old = self._secrets
        # itsdangerous signs with the last key.
        return URLSafeSerializer([*old[::-1], newest], salt=purpose, signer_kwargs={"digest_method": hashlib.sha256})

    @staticmethod
    def sender(namespace: str, name: str) -> str:
        """A conversation's name in Rasa, whatever the secret; different namespaces never collide."""
        text = f"conversation:{namespace}:{name}"
        return f"{namespace}-{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()}"

    def senders(self, chat: str) -> tuple[str, ...]:
        """Every name that a chat's conversation in Rasa may have: today's first.

        Names used to depend on the secret; conversations from that time are still there to be exported and erased.
        """
        former = (f"{WEB}-{_digest(secret, f'{WEB}:{chat}')}" for secret in self._secrets)
        return (self.sender(WEB, chat), *former)

    def pseudonym(self, namespace: str, name: str) -> str:
        """What stands for a number or account where it must not be stored; cannot be guessed without the secret."""
        return f"{namespace}-{_digest(self._secrets[0], f'{namespace}:{name}')}"

    def derived(self, purpose: str) -> tuple[str, ...]:
        """The secrets for one purpose, the same after every restart; only the first may be given out."""
        return tuple(_digest(secret, f"secret:{purpose}") for secret in self._secrets)


def _digest(secret: bytes, text: str) -> str:
    return hmac.new(secret, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
