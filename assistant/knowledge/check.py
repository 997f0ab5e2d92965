"""Checks the knowledge and says what to fix: `python -m assistant.knowledge.check`."""

from __future__ import annotations

import argparse
import datetime
import re
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from assistant.core.languages import ORIGINALS, Language
from assistant.core.paths import KNOWLEDGE, TRAINING
from assistant.core.understanding import ENTRIES
from assistant.knowledge import evidence
from assistant.knowledge.check_approvals import stale_approvals
from assistant.knowledge.check_texts import file_findings, repeated_findings, text_findings
from assistant.knowledge.errors import Finding, KnowledgeError
from assistant.knowledge.examples import elsewhere_findings, parity_findings, scarce_findings
from assistant.knowledge.load import (
    CONTACTS,
    DOORS,
    OF_CONTACT,
    SUBJECTS,
    TOPICS,
    load,
    raw_entries,
    referred_contacts,
    unique,
)
from assistant.knowledge.model import Door, Entry, KnowledgeBase, Text, Value
from assistant.knowledge.parity import translation_findings
from assistant.knowledge.render import COMMON_VALUES, placeholders, render
from assistant.knowledge.review import CONTACT, crowded_months, overdue, reviews
from assistant.knowledge.schema import shape_findings

# A list may stand in place of sentences.
MOST_SENTENCES, MOST_ITEMS = 3, 7
ITEM = re.compile(r"^• .*$", re.M)
SENTENCE = re.compile(r"[.!?](?:\s|$)")
Places = dict[str, tuple[str, int]]


def check(folder: Path = KNOWLEDGE, training: Path = TRAINING, today: datetime.date | None = None) -> list[Finding]:
    """Everything wrong with the knowledge and its training questions, including warnings."""
    unread = [*file_findings(folder), *file_findings(training)]
    findings = shape_findings(folder)
    if findings:
        return [*unread, *findings]
    try:
        return sorted([*unread, *_findings(load(folder), folder, training, today or datetime.date.today())])
    except KnowledgeError as error:
        return [*unread, *error.findings]


def entry_findings(base: KnowledgeBase, folder: Path, only: Collection[str] | None = None) -> list[Finding]:
    """What is wrong with entries, names, contacts and doors, each by itself and as they refer to each other.

    Of the entries, only those with certain ids are looked at, if some are given.
    """
    places = _places(folder)
    entries = [entry for entry in base.entries.values() if only is None or entry.id in only]
    findings = [f for entry in entries for f in _entry_findings(base, entry, places[entry.id])]
    findings += _alias_findings(base)
    findings += _contact_findings(base, folder)
    findings += _door_findings(base, folder)
    findings += _topic_findings(base, folder)
    return findings


def _places(folder: Path) -> Places:
    return {entry: (path.name, raw.line) for path, entry, raw in raw_entries(folder)}


def _findings(base: KnowledgeBase, folder: Path, training: Path, today: datetime.date) -> list[Finding]:
    places = _places(folder)
    findings = entry_findings(base, folder)
    findings += evidence.length_findings(folder)
    findings += evidence.coverage_findings(folder, places)
    findings += _seed_findings(folder)
    findings += parity_findings(training)
    findings += scarce_findings(places, training)
    findings += elsewhere_findings(folder, training)
    findings += _overdue(base, folder, places, today)
    findings += translation_findings(folder)
    findings += text_findings(base, folder, today)
    findings += repeated_findings(folder)
    findings += _crowded(base)
    findings += stale_approvals(base, folder)
    return findings


def _crowded(base: KnowledgeBase) -> Iterator[Finding]:
    """Warnings of months in which too many reviews are due."""
    for month, count in crowded_months(reviews(base)).items():
        message = f"{count} reviews are due in {month}, more than a tenth of all; bring some forward"
        yield Finding("knowledge", 0, "", message, warning=True)


def _seed_findings(folder: Path) -> Iterator[Finding]:
    seed = evidence.seed_path()
    if seed.exists():
        yield from evidence.word_findings(folder, seed)
        yield from evidence.uncovered_findings(folder, seed)


def _entry_findings(base: KnowledgeBase, entry: Entry, place: tuple[str, int]) -> Iterator[Finding]:
    for message in [*_text_messages(entry), *_reference_messages(base, entry), *_missing_messages(entry)]:
        yield Finding(*place, entry.id, message)
    if not any(_text_messages(entry)):
        for message in _length_messages(base, entry):
            yield Finding(*place, entry.id, message)


def _texts(entry: Entry, language: Language) -> dict[str, str]:
    texts = {"question": entry.question[language], "answer": entry.answer[language]}
    return {**texts, "note": entry.note.text[language]} if entry.note else texts


def _text_messages(entry: Entry) -> Iterator[str]:
    texts = {"question": entry.question, "answer": entry.answer}
    texts = {**texts, "note": entry.note.text} if entry.note else texts
    yield from _placeholder_messages(texts, entry.values)
    yield from _digit_messages(entry)


def _placeholder_messages(texts: Mapping[str, Text], values: Mapping[str, Value]) -> Iterator[str]:
    used: set[str] = set()
    for part, text in texts.items():
        found = {language: placeholders(text[language]) for language in ORIGINALS}
        everywhere = set().union(*found.values())
        used |= everywhere
        for language in ORIGINALS:
            for name in sorted(everywhere - found[language]):
                yield f"{{{name}}} is missing in the {language} {part}; use it in every language"
    for name in sorted(used - set(values) - set(COMMON_VALUES)):
        yield f"{{{name}}} has no value; add it to values"
    for name in sorted(set(values) - used):
        yield f'the value "{name}" is not used in any text; use it as {{{name}}} or remove it'


def _digit_messages(entry: Entry) -> Iterator[str]:
    for language in ORIGINALS:
        for part, text in _texts(entry, language).items():
            bare = re.sub(r"\{\w+\}", "", text)
            if part != "question" and (digits := re.search(r"\d[\d.,]*", bare)):
                yield f"{digits[0]} appears in the {language} {part}; move it to values and write {{name}} here"
            if "{" in bare or "}" in bare:
                yield f"a brace in the {language} {part} is not a placeholder; write {{name}} without spaces"
    for name, value in entry.values.items():
        if isinstance(value, dict) and not set(value) >= set(ORIGINALS):
            yield f'the value "{name}" needs every language: {", ".join(ORIGINALS)}'
        if isinstance(value, str) and not is_date_or_text(value):
            yield f'the value "{name}" is not a real date: {value}'


def is_date_or_text(value: str) -> bool:
    """False for text that looks like a date or month but is not one, such as 2023-02-30."""
    if not re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", value):
        return True
    try:
        datetime.date.fromisoformat(f"{value}-01"[:10])
    except ValueError:
        return False
    return True


def _reference_messages(base: KnowledgeBase, entry: Entry) -> Iterator[str]:
    citations = entry.citations + (entry.note.citations if entry.note else ())
    for citation in citations:
        if citation.source not in base.sources:
            yield f'the source "{citation.source}" is not in sources.yml; add it there or correct the id'
    for related in entry.related:
        if related not in base.entries or related == entry.id:
            yield f'related: there is no other entry "{related}"; correct the id'
    for contact in entry.contacts:
        if contact not in base.contacts:
            yield f'the contact "{contact}" is not in {CONTACTS}; add it there or correct the id'
    for subject in entry.subjects:
        if subject not in base.subjects:
            yield f'the subject "{subject}" is not in {SUBJECTS}; add it there or correct the id'


def _missing_messages(entry: Entry) -> Iterator[str]:
    if entry.kind == "fact" and not entry.subjects:
        yield "a fact needs a subject"
    if entry.signals and entry.kind != "crisis":
        yield f"only an emergency has signals, and this is a {entry.kind}; remove them"
    if entry.kind == "fact" and not entry.aspects:
        yield "a fact needs aspects"
    if entry.kind in ENTRIES and not entry.citations:
        yield f"a {entry.kind} needs sources"
    for date in (entry.as_of, entry.review_by, entry.note.as_of if entry.note else None):
        if date and not is_date_or_text(date):
            yield f"{date} is not a real date; correct it"


def _length_messages(base: KnowledgeBase, entry: Entry) -> Iterator[str]:
    if any(_reference_messages(base, entry)):
        return
    for language in ORIGINALS:
        answer = re.sub(r"\b(z|B|d|h|V|e|Nr|Abs|Art|bzw|ca)\.", r"\1", entry.answer[language])
        count = len(SENTENCE.findall(ITEM.sub("", answer)))
        items = len(ITEM.findall(answer))
        if items > MOST_ITEMS:
            yield f"the {language} answer lists {items} things; at most {MOST_ITEMS} are allowed"
        if entry.kind == "fact" and count > MOST_SENTENCES:
            yield f"the {language} answer has {count} sentences; at most {MOST_SENTENCES} are allowed"
        if not render(base, entry, language).text.strip():
            yield f"the {language} answer is empty"


def _contact_findings(base: KnowledgeBase, folder: Path) -> Iterator[Finding]:
    """Contacts without a source, or that nothing uses."""
    used = {id_ for entry in base.entries.values() for id_ in entry.contacts}
    used |= {id_ for door in base.doors.values() for id_ in door.contacts} | referred_contacts(folder)
    lines = {raw["id"]: raw.line for raw in unique(folder / CONTACTS, "contacts")}
    for contact in base.contacts.values():
        for citation in contact.citations:
            if citation.source not in base.sources:
                message = f'the source "{citation.source}" is not in sources.yml; add it there or correct the id'
                yield Finding(CONTACTS, lines[contact.id], contact.id, message)
        if contact.id not in used:
            message = "no entry and no door uses this contact; use it or remove it"
            yield Finding(CONTACTS, lines[contact.id], contact.id, message)


def _door_findings(base: KnowledgeBase, folder: Path) -> Iterator[Finding]:
    """Doors that lead to nothing, or whose area or words refer to what does not exist."""
    lines = {raw["id"]: raw.line for raw in unique(folder / DOORS, "doors")}
    for door in base.doors.values():
        for message in [*_placeholder_messages({"words": door.words}, door.values), *_door_messages(base, door)]:
            yield Finding(DOORS, lines[door.id], door.id, message)


def _door_messages(base: KnowledgeBase, door: Door) -> Iterator[str]:
    known = {*base.entries, *(entry.topic for entry in base.entries.values())}
    for id_ in door.contacts:
        if id_ not in base.contacts:
            yield f'the contact "{id_}" is not in {CONTACTS}; add it there or correct the id'
    for name in door.near:
        if name not in known:
            yield f'near: there is no topic and no entry "{name}"; correct the id'


def _topic_findings(base: KnowledgeBase, folder: Path) -> Iterator[Finding]:
    """Everyday topics that offer a question which does not exist."""
    lines = {raw["id"]: raw.line for raw in unique(folder / TOPICS, "topics")}
    for topic in base.topics.values():
        for id_ in topic.entries:
            if id_ not in base.entries:
                yield Finding(TOPICS, lines[topic.id], topic.id, f'there is no entry "{id_}"; correct the id')


def _alias_findings(base: KnowledgeBase) -> Iterator[Finding]:
    owners: dict[str, str] = {}
    for subject in base.subjects.values():
        for name in {alias.lower() for aliases in subject.aliases.values() for alias in aliases}:
            owner = owners.setdefault(name, subject.id)
            if owner != subject.id:
                message = f'the alias "{name}" already belongs to "{owner}"; keep it in one place only'
                yield Finding(SUBJECTS, 0, subject.id, message)


def _overdue(base: KnowledgeBase, folder: Path, places: Places, today: datetime.date) -> Iterator[Finding]:
    """Overdue reviews only warn: what was right yesterday must not stop the service today."""
    contacts = {raw["id"]: (CONTACTS, raw.line) for raw in unique(folder / CONTACTS, "contacts")}
    for review in overdue(base, today):
        name = review.id.removeprefix(OF_CONTACT)
        message = f"was due for review by {review.written}; check it and set a new date"
        place = contacts[name] if review.kind == CONTACT else places[review.id]
        yield Finding(*place, name, message, warning=True)


def main() -> int:
    """Prints the findings; exits with 1 if any is more than a warning."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=KNOWLEDGE)
    parser.add_argument("--training", type=Path, default=TRAINING)
    arguments = parser.parse_args()
    findings = check(arguments.folder, arguments.training)
    for finding in findings:
        print(finding, file=sys.stderr)
    mistakes = [finding for finding in findings if not finding.warning]
    if mistakes:
        print(f"{len(mistakes)} to fix in knowledge/ and data/nlu/.", file=sys.stderr)
        return 1
    if not evidence.seed_path().exists():
        print("Skipped: the source text is not available, so evidence words were not checked against it.")
    covered = evidence.coverage_count(arguments.folder)
    entries = len(load(arguments.folder).entries)
    print(f"The knowledge is in order: {entries} entries, {covered} source sentences covered.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
