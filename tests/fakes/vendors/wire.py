"""How a test speaks to one messenger: as the vendor to the front, and as the person who reads."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

# Where the front believes that the public reaches it.
PUBLIC = "https://chat.example.org"


@dataclass(frozen=True)
class Told:
    """One message as a person sees it: text, and the choices under it (what is written on them, what they send)."""

    person: str
    text: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Post:
    """One request of a vendor to the front's webhook."""

    content: bytes
    headers: dict = field(default_factory=dict)
    method: str = "POST"
    query: str = ""


class Wire(ABC):
    """One vendor's side of things; what it sends is signed by other people's code."""

    name: str
    # What sets it apart from another wire to the same connector.
    kind: str = ""
    # A language code that goes along with each message, where the messenger does that.
    tells_language: bool = False
    # Each message bears the time it was sent.
    tells_time: bool = True
    # Several messages may come in one request.
    bundles: bool = False
    has_choices: bool = True
    # A message can be changed after it was sent.
    can_edit: bool = True
    # Whether it tells afterwards which of our messages it took.
    gives_receipts: bool = False

    @abstractmethod
    def environment(self, vendor_url: str) -> dict[str, str]:
        """What an operator sets to switch it on."""

    @abstractmethod
    def person(self, number: int) -> str:
        """Somebody's name on this messenger, as `Told.person` will give it."""

    @abstractmethod
    def text(self, person: str, text: str, *, id: str, at: float, language: str = "de") -> Post:  # noqa: A002
        """A message somebody wrote; the same `id` is the same message sent again."""

    @abstractmethod
    def choice(self, person: str, sent: str, *, id: str, at: float, language: str = "de") -> Post:  # noqa: A002
        """Somebody presses a button that sends this."""

    @abstractmethod
    def media(self, person: str, *, id: str, at: float, language: str = "de") -> list[tuple[str, Post]]:  # noqa: A002
        """Everything that is no text: name of its kind, request."""

    @abstractmethod
    def forged(self, post: Post) -> list[tuple[str, Post]]:
        """The same request with its proof missing or wrong: what is wrong, request."""

    @abstractmethod
    def owns(self, call) -> bool:
        """Whether a call to the stand-in is for this vendor."""

    @abstractmethod
    def told(self, call) -> Told | None:
        """The message that a call sends; None for marks, typing, set-up and the like."""

    @abstractmethod
    def answer(self, call) -> tuple[int, dict]:
        """What the vendor answers to a call that it takes: status, JSON."""

    def edited(self, person: str, text: str, *, id: str, at: float) -> Post:  # noqa: A002
        """Somebody changes a message, where `can_edit`."""
        raise NotImplementedError

    def bundle(self, posts: list[tuple[str, str, float]], person: str) -> Post:
        """Several messages (id, text, time) in one request, where `bundles`."""
        raise NotImplementedError

    def receipt(self, call) -> Post | None:
        """The vendor's word that it took a call, where `gives_receipts`."""
        return None

    def too_many(self) -> tuple[int, dict, dict]:
        """How it says 429 with one second to wait: status, JSON, headers."""
        return 429, {}, {"Retry-After": "1"}

    def refusal(self) -> tuple[int, dict]:
        """How it says that it does not take a message in this form: status, JSON."""
        return 400, {}

    def blocked(self) -> tuple[int, dict]:
        """How it says that this person cannot be written to: status, JSON."""
        raise NotImplementedError

    def longest(self) -> int:
        """How long one text may be."""
        raise NotImplementedError
