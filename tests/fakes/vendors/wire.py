"""The test side of a messenger: sends to the front as the vendor does, and reads as the person does."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

# The front's public address, as configured.
PUBLIC = "https://chat.example.org"


@dataclass(frozen=True)
class Told:
    """One message as a person sees it: text, and the choices under it (what is written on them, what they send)."""

    person: str
    text: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Post:
    """A vendor's request to the front's webhook."""

    content: bytes
    headers: dict = field(default_factory=dict)
    method: str = "POST"
    query: str = ""


class Wire(ABC):
    """One vendor's side; what it sends is signed by third-party code where there is any."""

    name: str
    # Distinguishes it from another wire to the same connector.
    kind: str = ""
    # The language code sent with each message, if the messenger does that.
    tells_language: bool = False
    # Whether each message carries the time at which it was sent.
    tells_time: bool = True
    # Whether one request may contain several messages.
    bundles: bool = False
    has_choices: bool = True
    # Whether a message can be edited after it was sent.
    can_edit: bool = True
    # Whether it reports afterwards which of our messages it accepted.
    gives_receipts: bool = False

    @abstractmethod
    def environment(self, vendor_url: str) -> dict[str, str]:
        """The environment variables that switch it on."""

    @abstractmethod
    def person(self, number: int) -> str:
        """A person's id on this messenger, as in `Told.person`."""

    @abstractmethod
    def text(self, person: str, text: str, *, id: str, at: float, language: str = "de") -> Post:  # noqa: A002
        """A message from a person; repeating an `id` resends the same message."""

    @abstractmethod
    def choice(self, person: str, sent: str, *, id: str, at: float, language: str = "de") -> Post:  # noqa: A002
        """A person presses a button that sends this."""

    @abstractmethod
    def media(self, person: str, *, id: str, at: float, language: str = "de") -> list[tuple[str, Post]]:  # noqa: A002
        """Messages other than text, as pairs of kind and request."""

    @abstractmethod
    def forged(self, post: Post) -> list[tuple[str, Post]]:
        """Versions of a request with its proof missing or wrong, as pairs of what is wrong and request."""

    @abstractmethod
    def owns(self, call) -> bool:
        """Whether a call to the fake is for this vendor."""

    @abstractmethod
    def told(self, call) -> Told | None:
        """The message that a call sends; None for read marks, typing indicators, set-up and the like."""

    @abstractmethod
    def answer(self, call) -> tuple[int, dict]:
        """The vendor's response to a call that it accepts: status, JSON."""

    def edited(self, person: str, text: str, *, id: str, at: float) -> Post:  # noqa: A002
        """A person edits a message, if `can_edit`."""
        raise NotImplementedError

    def bundle(self, posts: list[tuple[str, str, float]], person: str) -> Post:
        """Several messages (id, text, time) in one request, if `bundles`."""
        raise NotImplementedError

    def receipt(self, call) -> Post | None:
        """The vendor's receipt for a call that it accepted, if `gives_receipts`."""
        return None

    def too_many(self) -> tuple[int, dict, dict]:
        """Its response to too many requests, with one second to wait: status, JSON, headers."""
        return 429, {}, {"Retry-After": "1"}

    def refusal(self) -> tuple[int, dict]:
        """Its response to a malformed message: status, JSON."""
        return 400, {}

    def blocked(self) -> tuple[int, dict]:
        """Its response if this person cannot be written to: status, JSON."""
        raise NotImplementedError

    def longest(self) -> int:
        """The maximum length of one text."""
        raise NotImplementedError
