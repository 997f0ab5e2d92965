"""A reply before it is formatted for a channel: texts, buttons, envelope and what to remember."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.core.conversation import Conversation
from assistant.core.envelope import (
    AnswerKind,
    AnswerPart,
    Contact,
    Envelope,
    Original,
    Translation,
    under_heading,
)
from assistant.core.languages import Language
from assistant.knowledge import Approval, Source
from assistant.knowledge.render import AUTHORITATIVE, direction


@dataclass(frozen=True)
class Answer:
    """One text of a reply, with the entry it comes from, if any.

    `language` is that of the text, if it is not that of the reply; `original` is what a translation was made of.
    """

    kind: AnswerKind
    text: str
    entry: str | None = None
    as_of: str | None = None
    sources: tuple[Source, ...] = ()
    question: str | None = None
    note_as_of: str | None = None
    heading: str | None = None
    contacts: tuple[Contact, ...] = ()
    approved: Approval | None = None
    language: Language | None = None
    original: str | None = None

    @property
    def full_text(self) -> str:
        """The text below its heading."""
        return under_heading(self.text, self.heading)

    def part(self, language: Language) -> AnswerPart:
        """The answer as the envelope carries it."""
        # A visitor who asks for the source gets it in the text; it does not repeat the answer.
        of_entry = Answer(self.kind, self.text) if self.kind == "control" else self
        own = self.language or language
        return {
            "text": self.text,
            "heading": self.heading,
            "entry": of_entry.entry,
            "question": of_entry.question,
            "kind": self.kind,
            "language": own,
            "direction": direction(own),
            "sources": [{"title": s.title, "url": s.url, "publisher": s.publisher} for s in of_entry.sources],
            "as_of": of_entry.as_of,
            "note_as_of": of_entry.note_as_of,
            "approved_on": _day(of_entry.approved),
            "translation": of_entry.translation(),
            "contacts": list(of_entry.contacts),
        }

    def translation(self) -> Translation | None:
        """What a translation was made of; None for an original."""
        if self.original is None:
            return None
        language = AUTHORITATIVE
        original: Original = {"text": self.original, "language": language, "direction": direction(language)}
        return {"original": original}


@dataclass(frozen=True)
class Reply:
    """The answers to one message, in order, and the conversation after it."""

    language: Language
    answers: tuple[Answer, ...]
    conversation: Conversation
    heading: str | None = None
    buttons: tuple[str, ...] = ()

    @property
    def kind(self) -> AnswerKind:
        """The kind of the whole reply: that of its most important answer."""
        kinds = {answer.kind for answer in self.answers}
        return next(kind for kind in BY_IMPORTANCE if kind in kinds)

    def envelope(self) -> Envelope:
        """The answer envelope that ends every reply on the `rest` channel."""
        sources = dict.fromkeys(source for answer in self.answers for source in answer.sources)
        dates = [answer.as_of for answer in self.answers if answer.as_of]
        return {
            "kind": self.kind,
            "entries": [answer.entry for answer in self.answers if answer.entry],
            "language": self.language,
            "as_of": min(dates) if dates else None,
            "sources": [{"title": source.title, "url": source.url} for source in sources],
            "parts": [answer.part(self.language) for answer in self.answers],
            "heading": self.heading if self.buttons else None,
            "contacts": [contact for answer in self.answers for contact in answer.contacts],
            "approved_on": _day(self.answers[0].approved),
        }


def _day(approval: Approval | None) -> str | None:
    """When a text was approved; by whom is for colleagues."""
    return approval.on if approval else None


BY_IMPORTANCE: tuple[AnswerKind, ...] = (
    "crisis", "error", "fact", "clarify", "referral", "fallback", "control", "smalltalk",
)  # fmt: skip
