"""Approvals: somebody's word that a text in one language is right, which holds until anything that is said changes.

An approval has the hash of all that it was given for; see docs/decisions/0034-approval.md.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from assistant.core.languages import DEFAULT, LANGUAGES, ORIGINALS, Language
from assistant.knowledge.model import (
    Approval,
    Citation,
    Contact,
    Entry,
    KnowledgeBase,
    Text,
    Value,
    localised,
)
from assistant.knowledge.render import AUTHORITATIVE

HASH_LETTERS = 12
APPROVED_ONLY = "ASSISTANT_APPROVED_ONLY"
# Without these nobody in danger is helped and no chat can be held, so they are said whether approved or not.
NEEDS_APPROVAL = {"fact", "referral"}
Said = dict[str, object]
Item = TypeVar("Item", Entry, Contact)


def approval_hash(base: KnowledgeBase, item: Entry | Contact, language: Language) -> str:
    """The hash of all that is said of an item in a language: texts, values, dates, contacts and sources."""
    said = _said(base, item, language)
    if language not in ORIGINALS:
        # A translation was compared with the original, so that a change of either counts.
        said["original"] = _said(base, item, AUTHORITATIVE)
    written = json.dumps(said, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()[:HASH_LETTERS]


def with_valid_approvals(base: KnowledgeBase) -> KnowledgeBase:
    """The knowledge with those approvals alone that still hold."""
    entries = {id_: _valid(base, entry) for id_, entry in base.entries.items() if entry.approved}
    contacts = {id_: _valid(base, contact) for id_, contact in base.contacts.items() if contact.approved}
    return replace(base, entries={**base.entries, **entries}, contacts={**base.contacts, **contacts})


def approved_only(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the operator has facts and referrals said only where somebody has approved them."""
    return environment.get(APPROVED_ONLY) == "1"


def approved_by_language(base: KnowledgeBase) -> dict[Language, KnowledgeBase]:
    """What may be said in each language if all that is not approved counts as withdrawn."""
    found: dict[Language, KnowledgeBase] = {}
    for language in LANGUAGES:
        kept = {id_: said for id_, entry in base.entries.items() if (said := _as_approved(entry, language))}
        silent = {id_: entry for id_, entry in base.entries.items() if id_ not in kept}
        found[language] = replace(base, entries=kept, withdrawn={**base.withdrawn, **silent}, by_language=found)
    return found


def is_approved(entry: Entry, language: Language) -> bool:
    """Whether a text is approved in a language; a translation also needs an approved original, which counts."""
    return language in entry.approved and (language in ORIGINALS or AUTHORITATIVE in entry.approved)


def _as_approved(entry: Entry, language: Language) -> Entry | None:
    """The entry as it may be said to those who speak a language; None if it may not."""
    shown = language if language in entry.answer else DEFAULT
    if entry.kind not in NEEDS_APPROVAL or is_approved(entry, shown):
        return entry
    if shown not in ORIGINALS and is_approved(entry, DEFAULT):
        # As if it were not translated.
        return replace(entry, answer={code: text for code, text in entry.answer.items() if code != shown})
    return None


def _valid(base: KnowledgeBase, item: Item) -> Item:
    valid: dict[Language, Approval] = {
        language: each for language, each in item.approved.items() if each.hash == approval_hash(base, item, language)
    }
    return replace(item, approved=valid)


def _said(base: KnowledgeBase, item: Entry | Contact, language: Language) -> Said:
    return _of_contact(base, item, language) if isinstance(item, Contact) else _of_entry(base, item, language)


def _of_entry(base: KnowledgeBase, entry: Entry, language: Language) -> Said:
    note = entry.note
    return {
        "question": _in(entry.question, language),
        "answer": _in(entry.answer, language),
        "values": {name: _in(value, language) for name, value in entry.values.items()},
        "as_of": entry.as_of,
        "sources": _sources(base, entry.citations),
        "note": [_in(note.text, language), note.as_of, _sources(base, note.citations)] if note else None,
        "contacts": [_of_contact(base, base.contacts[id_], language) for id_ in entry.contacts if id_ in base.contacts],
    }


def _of_contact(base: KnowledgeBase, contact: Contact, language: Language) -> Said:
    spoken = (contact.phone, contact.url, contact.address, contact.hours, contact.cost)
    return {
        "name": _in(contact.name, language),
        "for": _in(contact.purpose, language),
        "ways": [contact.email, *(_in(value, language) for value in spoken)],
        "languages": contact.languages,
        "as_of": contact.as_of,
        "sources": _sources(base, contact.citations),
    }


def _sources(base: KnowledgeBase, citations: Iterable[Citation]) -> list[object]:
    """Each citation with what is shown of its source."""
    found: list[object] = []
    for citation in citations:
        source = base.sources.get(citation.source)
        shown = [source.title, source.publisher, source.url, source.date] if source else None
        found.append([citation.source, citation.paragraph, citation.words, shown])
    return found


def _in(value: Text | Value | None, language: Language) -> object:
    return localised(value, language) if isinstance(value, Mapping) else value
