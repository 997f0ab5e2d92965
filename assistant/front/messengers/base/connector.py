"""What every messenger's connector does: read what comes in, write what goes out, judge how that went.

A connector is pure: requests in, data out, and the other way round. It opens no connection and keeps nothing,
so whatever must not be lost or doubled is the business of `message_store.py`, `messenger_webhook.py` and `delivery.py`.
"""

from __future__ import annotations

import hmac
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from assistant.front.core.channels import Messenger
from assistant.front.messengers.base.inbound import Arrival, Reading
from assistant.front.messengers.base.layout import Bubble, fitted, numbered, utf16_length
from assistant.front.messengers.base.outcomes import Said, Verdict
from assistant.knowledge import KnowledgeBase


class ForgedError(Exception):
    """A request that does not prove that the messenger sent it."""


@dataclass(frozen=True)
class Incoming:
    """One request to a webhook, as it came; names of headers in lower case; `url` the public one."""

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Call:
    """One request to a messenger's API: with a JSON body, or with a form, or with neither."""

    method: str
    url: str
    json: Mapping[str, Any] | None = None
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    auth: tuple[str, str] | None = field(default=None, repr=False)


class Connector(ABC):
    """One messenger. `name` is its part of the webhook's address and of the settings."""

    name: ClassVar[Messenger]
    # The environment variables without which it is off, in the order the documents name them.
    secrets: ClassVar[tuple[str, ...]]
    # What else may be set, with its default.
    options: ClassVar[Mapping[str, str]]
    longest: ClassVar[int]
    # The longest text that may stand over options, where that is less.
    longest_with_options: ClassVar[int]
    # After this many seconds of silence the messenger takes no answer any more; None for never.
    window_seconds: ClassVar[float | None] = None
    # Whether its webhook tells which of our messages it took.
    gives_receipts: ClassVar[bool] = False

    def __init__(self, settings: Mapping[str, str], knowledge: KnowledgeBase, public_url: str) -> None:
        self._settings, self._knowledge, self._public_url = settings, knowledge, public_url

    @abstractmethod
    def verify(self, request: Incoming) -> None:
        """Raises ForgedError where the request does not prove who sent it; compares in constant time."""

    @abstractmethod
    def read(self, request: Incoming) -> Reading:
        """What a verified request holds; raises ValueError where it is nothing this messenger sends."""

    @abstractmethod
    def call(self, recipient: str, bubble: Bubble, key: str) -> Call:
        """The call that sends one message; `key` names it in receipts."""

    @abstractmethod
    def judge(self, said: Said) -> Verdict:
        """What became of a message, from the answer to its call."""

    @abstractmethod
    def sample(self) -> Incoming:
        """A rightly signed request that holds no message, for trying the webhook's own way out."""

    def laid_out(self, bubble: Bubble) -> list[Bubble]:
        """The last message of an answer as this messenger can show it: with options, or with numbers in its text."""
        if not bubble.options:
            return [bubble]
        pieces = fitted(bubble, self.longest_with_options, self.measure)
        if self.takes(pieces[-1]):
            return pieces
        return self.plain(bubble)

    def plain(self, bubble: Bubble) -> list[Bubble]:
        """The message with its options as numbered lines."""
        return fitted(numbered(bubble, self._knowledge), self.longest, self.measure)

    def takes(self, bubble: Bubble) -> bool:  # noqa: ARG002
        """Whether the options of a message have a form here."""
        return False

    def measure(self, text: str) -> int:
        """The length of a text as this messenger counts it."""
        return utf16_length(text)

    def on_reading(self, arrival: Arrival) -> Sequence[Call]:  # noqa: ARG002
        """Calls that show that a message was read and an answer is coming; nothing hangs on them."""
        return ()

    def language_call(self, recipient: str) -> Call | None:  # noqa: ARG002
        """The call that asks which language a person uses, where messages do not say it."""
        return None

    def language_in(self, said: Said) -> str | None:  # noqa: ARG002
        """The language code in the answer to that call."""
        return None

    def set_up(self) -> Sequence[Call]:
        """Calls that tell the messenger where its webhook is and what commands there are; may be made again."""
        return ()

    def _signed(self, given: str | None, expected: str) -> None:
        """Raises ForgedError where a signature is not the expected one; takes as long for every wrong one."""
        if not given or not hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode()):
            raise ForgedError
