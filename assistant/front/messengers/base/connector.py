"""The interface of a messenger's connector: reads webhook requests, builds API calls, interprets their responses.

A connector is pure: requests in, data out, and the other way round. It opens no connections and stores nothing;
`webhook_queue.py`, `message_store.py` and `delivery.py` see to it that nothing is lost or duplicated.
"""

from __future__ import annotations

import hmac
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from starlette.responses import Response

from assistant.front.core.channels import Messenger
from assistant.front.messengers.base.inbound import InboundMessage, Reading
from assistant.front.messengers.base.layout import Bubble, fitted, numbered, utf16_length
from assistant.front.messengers.base.outcomes import ApiResponse, CallResult
from assistant.knowledge import KnowledgeBase


class ForgedError(Exception):
    """A request that does not prove that it comes from the messenger."""


@dataclass(frozen=True)
class WebhookRequest:
    """A request to a webhook; header names are in lower case, `url` is the public one."""

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Call:
    """A request to a messenger's API, with a JSON body, a form or neither."""

    method: str
    url: str
    json: Mapping[str, object] | None = None
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    auth: tuple[str, str] | None = field(default=None, repr=False)


class Connector(ABC):
    """One messenger; its `name` is part of the webhook's path and of the settings' names."""

    name: ClassVar[Messenger]
    # The settings without which it is off, in the order of the documentation.
    secrets: ClassVar[tuple[str, ...]]
    # Optional settings with their defaults.
    options: ClassVar[Mapping[str, str]]
    # How long a text may be, as `measure` counts it.
    max_length: ClassVar[int]
    # The same for a text with options.
    max_length_with_options: ClassVar[int]
    # How long after a user's last message the messenger accepts answers; None means for ever.
    window_seconds: ClassVar[float | None] = None
    # The headers, in lower case, that `read` needs.
    headers_read: ClassVar[tuple[str, ...]] = ()
    # Whether its webhook confirms which of our messages it accepted.
    gives_receipts: ClassVar[bool] = False
    # What its webhook is set up for, in the words of the log.
    addressee: ClassVar[str] = "account"

    def __init__(
        self, settings: Mapping[str, str], knowledge: KnowledgeBase, public_url: str, derived: tuple[str, ...] = ()
    ) -> None:
        self._settings, self._knowledge, self._public_url = settings, knowledge, public_url
        # Secrets of our own making, for a messenger that lets us choose one: the one to give it, then former ones.
        self._derived = derived

    @abstractmethod
    def verify(self, request: WebhookRequest) -> None:
        """Raises ForgedError if the request does not prove who sent it; compares in constant time."""

    @abstractmethod
    def read(self, request: WebhookRequest) -> Reading:
        """The content of a verified request; raises ValueError if it is nothing that this messenger sends."""

    def response_to(self, request: WebhookRequest) -> Response | None:
        """What the messenger requires in response to a verified request; None if an empty 200 will do."""
        return self.read(request).response

    @abstractmethod
    def call(self, recipient: str, bubble: Bubble, key: str) -> Call:
        """The call that sends one message; `key` names it in receipts."""

    @abstractmethod
    def interpret(self, response: ApiResponse) -> CallResult:
        """What became of a message, according to the response to its call."""

    @abstractmethod
    def sample(self) -> WebhookRequest:
        """A validly signed request without a message, for checking the webhook."""

    def laid_out(self, bubble: Bubble) -> list[Bubble]:
        """The last message of an answer in a form that this messenger supports: with options or with numbered lines."""
        if not bubble.options:
            return [bubble]
        pieces = fitted(bubble, self.max_length_with_options, self.measure)
        if self.supports(pieces[-1]):
            return pieces
        return self.plain(bubble)

    def plain(self, bubble: Bubble) -> list[Bubble]:
        """The message with its options as numbered lines of text."""
        return fitted(numbered(bubble, self._knowledge), self.max_length, self.measure)

    def supports(self, bubble: Bubble) -> bool:  # noqa: ARG002
        """Whether this messenger can show the options of a message."""
        return False

    def measure(self, text: str) -> int:
        """A text's length as this messenger counts it."""
        return utf16_length(text)

    def on_read(self, inbound: InboundMessage) -> Sequence[Call]:  # noqa: ARG002
        """Calls that show that a message was read and an answer is coming; best effort."""
        return ()

    def language_call(self, recipient: str) -> Call | None:  # noqa: ARG002
        """The call that asks for a user's language, if messages do not carry it."""
        return None

    def language_in(self, response: ApiResponse) -> str | None:  # noqa: ARG002
        """The language code in the response to that call."""
        return None

    def set_up(self) -> Sequence[Call]:
        """Calls that register the webhook and the commands; they may be repeated."""
        return ()

    def _signed(self, given: str | None, *expected: str) -> None:
        """Raises ForgedError if a signature is none of those expected; compares in constant time."""
        signature = (given or "").encode("utf-8", "replace")
        equal = [hmac.compare_digest(signature, one.encode()) for one in expected]
        if not given or not any(equal):
            raise ForgedError
