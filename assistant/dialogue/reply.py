"""A reply before any channel has dressed it: texts, buttons, envelope, and what to remember."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from assistant.core.conversation import Conversation
from assistant.core.languages import Language
from assistant.knowledge import Source

Kind = Literal["fact", "clarify", "referral", "crisis", "fallback", "smalltalk", "control", "error"]


@dataclass(frozen=True)
class Answer:
    """One text of a reply, with the entry it comes from where it comes from one."""

    kind: Kind
    text: str
    entry: str | None = None
    as_of: str | None = None
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class Reply:
    """All that is said to one message, in order, and the conversation after it."""

    language: Language
    answers: tuple[Answer, ...]
    conversation: Conversation
    heading: str | None = None
    buttons: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """The kind of the whole reply: the weightiest of its answers."""
        kinds = {answer.kind for answer in self.answers}
        return next(kind for kind in WEIGHT if kind in kinds)

    def envelope(self) -> dict[str, Any]:
        """The answer envelope that ends every reply on the `rest` channel."""
        sources = dict.fromkeys(source for answer in self.answers for source in answer.sources)
        dates = [answer.as_of for answer in self.answers if answer.as_of]
        return {
            "kind": self.kind,
            "entries": [answer.entry for answer in self.answers if answer.entry],
            "language": self.language,
            "as_of": min(dates) if dates else None,
            "sources": [{"title": source.title, "url": source.url} for source in sources],
        }


WEIGHT: tuple[Kind, ...] = (
    "crisis", "error", "fact", "clarify", "referral", "fallback", "control", "smalltalk",
)  # fmt: skip
