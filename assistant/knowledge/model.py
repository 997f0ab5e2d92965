"""The knowledge as plain, immutable objects, independent of files and of Rasa."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from assistant.core.languages import Language

EntryKind = Literal["fact", "referral", "crisis", "smalltalk"]
Text = Mapping[Language, str]
# What a placeholder stands for: the same in every language, or not.
Scalar = str | int | float
Value = Scalar | Mapping[Language, Scalar]


@dataclass(frozen=True)
class Source:
    """A published text that answers are based on."""

    id: str
    title: str
    publisher: str
    url: str
    language: str
    date: str | None = None


@dataclass(frozen=True)
class Citation:
    """Where a source has the evidence: the paragraph (from 1) and at most eight of its words."""

    source: str
    paragraph: int | None = None
    words: str | None = None


@dataclass(frozen=True)
class Note:
    """A sentence on what has changed since the entry's source, with its own source and date."""

    text: Text
    citations: tuple[Citation, ...]
    as_of: str


@dataclass(frozen=True)
class Scope:
    """The years and places an entry's claim covers; what lies outside must not be claimed."""

    start: int | None = None
    end: int | None = None
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subject:
    """Something people ask about (a programme, a body, an event) and the names they use for it."""

    id: str
    name: Text
    aliases: Mapping[Language, tuple[str, ...]]


@dataclass(frozen=True)
class Entry:
    """One fact, referral, crisis text or line of small talk, in every language."""

    id: str
    kind: EntryKind
    question: Text
    answer: Text
    values: Mapping[str, Value] = field(default_factory=dict)
    subjects: tuple[str, ...] = ()
    aspects: tuple[str, ...] = ()
    note: Note | None = None
    scope: Scope = Scope()
    citations: tuple[Citation, ...] = ()
    as_of: str | None = None
    review_by: str | None = None
    related: tuple[str, ...] = ()

    @property
    def topic(self) -> str:
        return self.id.partition("/")[0]


@dataclass(frozen=True)
class KnowledgeBase:
    """All entries, sources, subjects and the assistant's own phrases, by id."""

    entries: Mapping[str, Entry]
    sources: Mapping[str, Source]
    subjects: Mapping[str, Subject]
    phrases: Mapping[str, Text]

    def find(self, entry_id: str | None) -> Entry | None:
        """The entry with that id, or None."""
        return self.entries.get(entry_id) if entry_id else None

    def about(self, subject: str) -> Iterator[Entry]:
        """Entries about a subject, those with it as their main subject first."""
        entries = [entry for entry in self.entries.values() if subject in entry.subjects]
        yield from sorted(entries, key=lambda entry: entry.subjects.index(subject))

    def phrase(self, key: str, language: Language) -> str:
        """One of the assistant's own sentences, from `knowledge/phrases.yml`."""
        return self.phrases[key][language]
