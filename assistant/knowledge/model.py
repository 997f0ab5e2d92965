"""The knowledge as plain, immutable objects, independent of files and of Rasa."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from assistant.core.languages import DEFAULT, Language
from assistant.core.words import Words

EntryKind = Literal["fact", "referral", "crisis", "smalltalk"]
Text = Mapping[Language, str]
# What a placeholder stands for: the same in every language, or not.
Scalar = str | int | float
Localised = TypeVar("Localised", bound=Scalar)
Value = Scalar | Mapping[Language, Scalar]


def localised(text: Mapping[Language, Localised], language: Language) -> Localised:
    """A text in a language, or in the one that stands for those it lacks."""
    return text[language if language in text else DEFAULT]


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
    """A sentence on what has changed since the entry's source; it has its own source and, if known, its own date."""

    text: Text
    citations: tuple[Citation, ...]
    as_of: str | None


@dataclass(frozen=True)
class Approval:
    """Who has compared a text in one language with its sources, the day (ISO date), and the hash of what they read."""

    by: str
    on: str
    hash: str


@dataclass(frozen=True)
class Contact:
    """A body that helps people, and the ways to reach it; texts may differ by language."""

    id: str
    name: Text
    purpose: Text
    phone: Value | None = None
    email: str | None = None
    url: Value | None = None
    address: Value | None = None
    hours: Value | None = None
    cost: Value | None = None
    languages: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    as_of: str | None = None
    review_by: str | None = None
    # By language, only those that still hold.
    approved: Mapping[Language, Approval] = field(default_factory=dict)


@dataclass(frozen=True)
class Door:
    """Where questions of one area lead if no entry answers them: a sentence, and who can help.

    `near` lists the topics and entries of the area. `least` is how likely they must be, together.
    """

    id: str
    words: Text
    contacts: tuple[str, ...]
    values: Mapping[str, Value] = field(default_factory=dict)
    near: tuple[str, ...] = ()
    least: float = 0.15


@dataclass(frozen=True)
class Topic:
    """An everyday topic, to be chosen instead of typing, and the entries whose questions it offers."""

    id: str
    title: Text
    entries: tuple[str, ...]


@dataclass(frozen=True)
class Subject:
    """Something people ask about (a programme, a body, an event) and the names they use for it."""

    id: str
    name: Text
    aliases: Mapping[Language, tuple[str, ...]]


@dataclass(frozen=True)
class Entry:
    """One fact, referral, crisis text or line of small talk, in the originals and every language it is current in.

    `approved` has, by language, the approvals that still hold: nothing of what is said has changed since.
    """

    id: str
    kind: EntryKind
    question: Text
    answer: Text
    values: Mapping[str, Value] = field(default_factory=dict)
    subjects: tuple[str, ...] = ()
    aspects: tuple[str, ...] = ()
    note: Note | None = None
    contacts: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    as_of: str | None = None
    review_by: str | None = None
    related: tuple[str, ...] = ()
    # Words with which people say that they are in this danger, whatever else the message is about.
    signals: tuple[str, ...] = ()
    approved: Mapping[Language, Approval] = field(default_factory=dict)

    @property
    def topic(self) -> str:
        return self.id.partition("/")[0]


@dataclass(frozen=True)
class KnowledgeBase:
    """All entries, sources, subjects, contacts, doors, topics and the assistant's own phrases, by id."""

    entries: Mapping[str, Entry]
    sources: Mapping[str, Source]
    subjects: Mapping[str, Subject]
    phrases: Mapping[str, Text]
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    doors: Mapping[str, Door] = field(default_factory=dict)
    topics: Mapping[str, Topic] = field(default_factory=dict)
    # In some of the languages not served, by code: a sentence that says which ones are.
    other_languages: Mapping[str, str] = field(default_factory=dict)
    # The words of each language that are needed to understand it, from its words.yml.
    words: Mapping[Language, Words] = field(default_factory=dict)
    # Entries that must not be said for now; they are not among `entries`.
    withdrawn: Mapping[str, Entry] = field(default_factory=dict)
    # By which date entries were to be reviewed that are still said although it has passed.
    overdue: Mapping[str, str] = field(default_factory=dict)
    # What may be said in each language, where that differs by language.
    by_language: Mapping[Language, KnowledgeBase] = field(default_factory=dict, compare=False, repr=False)

    def said_in(self, language: Language) -> KnowledgeBase:
        """What may be said in a language."""
        return self.by_language.get(language, self)

    def find(self, entry_id: str | None) -> Entry | None:
        """The entry with that id, or None."""
        return self.entries.get(entry_id) if entry_id else None

    def about(self, subject: str) -> Iterator[Entry]:
        """Entries about a subject, those with it as their main subject first."""
        entries = [entry for entry in self.entries.values() if subject in entry.subjects]
        yield from sorted(entries, key=lambda entry: entry.subjects.index(subject))

    def area_of(self, entry_id: str) -> str | None:
        """The area of `doors.yml` that an entry belongs to, by its id or its topic."""
        names = {entry_id, entry_id.partition("/")[0]}
        return next((door.id for door in self.doors.values() if entry_id in door.near), None) or next(
            (door.id for door in self.doors.values() if names & set(door.near)), None
        )

    def phrase(self, key: str, language: Language) -> str:
        """One of the assistant's own sentences, from `knowledge/phrases.yml`; in English if it lacks a language."""
        return localised(self.phrases[key], language)
