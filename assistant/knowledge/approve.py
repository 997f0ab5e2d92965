"""Approves the text of an entry or a contact in one language: by somebody other than its author, and as it stands."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.core.languages import ORIGINALS, SERVED, Language
from assistant.knowledge.approval import approval_hash
from assistant.knowledge.authors import Lines, NotCommittedError, Person, last_author
from assistant.knowledge.edit import Step, YamlText
from assistant.knowledge.load import CONTACTS, FROM, OF_CONTACT, load, raw_entries, topic_files
from assistant.knowledge.model import Contact, Entry, KnowledgeBase
from assistant.knowledge.translations import ENTRIES
from assistant.knowledge.yaml_lines import read_yaml

APPROVED, REVIEW_BY = "approved", "review_by"
# Lines that say nothing to visitors, so that whoever writes them is no author.
SAY_NOTHING = (APPROVED, REVIEW_BY)
# Behind which fields an approval is written, the last of them that is there.
BEHIND = ("as_of", REVIEW_BY)


class ApprovalError(ValueError):
    """A text that this person cannot approve now; the message says why, and what to do."""


@dataclass(frozen=True)
class Approving:
    """Who approves what: an entry by its id, or a contact as contacts/id, in one language, on a day.

    `seen` is the hash of what they have read, if they have read it on a page.
    """

    id: str
    language: Language
    by: Person
    on: datetime.date
    seen: str | None = None


@dataclass(frozen=True)
class Place:
    """Where a text stands: its file, and the way to it in there."""

    file: Path
    steps: tuple[Step, ...]


def place_of(folder: Path, id_: str, language: Language) -> Place:
    """Where an entry or a contact is written in a language; raises ApprovalError if there is no such text."""
    file, steps = _original(folder, id_)
    if language in ORIGINALS:
        return Place(folder / file, steps)
    translation = Place(folder / language / file, steps)
    exists = translation.file.exists()
    if not exists or YamlText(translation.file.read_text("utf-8"), file).get(*steps) is None:
        raise ApprovalError(f"{id_} is not translated into {SERVED[language].name}, so it cannot be approved there")
    return translation


def with_approval(folder: Path, asked: Approving) -> str:
    """The text of the file with the approval; raises ApprovalError if it cannot be given."""
    place, base = place_of(folder, asked.id, asked.language), load(folder)
    item = item_of(base, asked.id)
    if asked.language not in (item.answer if isinstance(item, Entry) else item.name):
        raise ApprovalError(
            f"the translation of {asked.id} into {SERVED[asked.language].name} is out of date; renew it first"
        )
    hash_ = approval_hash(base, item, asked.language)
    if asked.seen and asked.seen != hash_:
        raise ApprovalError(f"{asked.id} has changed while you were reading; look at it again")
    _refuse_author(folder, asked)
    text = YamlText(place.file.read_text("utf-8"), place.file.name)
    approval = {"by": asked.by.name, "on": asked.on.isoformat(), "hash": hash_}
    if asked.language not in ORIGINALS:
        text.set((*place.steps, APPROVED), approval, after=("of",))
    elif text.get(*place.steps, APPROVED):
        text.set((*place.steps, APPROVED, asked.language), approval)
    else:
        text.set((*place.steps, APPROVED), {asked.language: approval}, after=BEHIND)
    return text.text


def item_of(base: KnowledgeBase, id_: str) -> Entry | Contact:
    """An entry or a contact by its id; raises ApprovalError if there is none."""
    item: Entry | Contact | None = (
        base.contacts.get(id_.removeprefix(OF_CONTACT)) if id_.startswith(OF_CONTACT) else base.find(id_)
    )
    if item is None:
        raise ApprovalError(f"there is no entry {id_}; write topic and id, such as ask_figures/fap_reached")
    return item


def author_of(folder: Path, id_: str, language: Language) -> Person:
    """Who has last changed what is said there; raises NotCommittedError if that is not committed."""
    return last_author(_written_by_people(folder, id_, language))


def _refuse_author(folder: Path, asked: Approving) -> None:
    try:
        author = author_of(folder, asked.id, asked.language)
    except NotCommittedError:
        raise ApprovalError(f"{asked.id} has changes that are not committed; commit them first") from None
    if author.is_same(asked.by):
        raise ApprovalError(
            f"{asked.by.name} has made the latest change of {asked.id}; somebody else has to approve it"
        )


def _original(folder: Path, id_: str) -> tuple[str, tuple[Step, ...]]:
    """The file of originals that has an entry or a contact, and the way to it."""
    topic, _, name = id_.partition("/")
    if id_.startswith(OF_CONTACT):
        return CONTACTS, ("contacts", name)
    for path in topic_files(folder):
        if read_yaml(path)["topic"] == topic:
            return path.name, (ENTRIES, name)
    raise ApprovalError(f"there is no entry {id_}; write topic and id, such as ask_figures/fap_reached")


def _written_by_people(folder: Path, id_: str, language: Language) -> Iterator[Lines]:
    """The lines of a text, and of the contacts and values that it takes over from elsewhere."""
    yield from _lines_of(place_of(folder, id_, language))
    for used in _taken_over(folder, id_):
        yield from _lines_of(Place(folder / _original(folder, used)[0], _original(folder, used)[1]))
        if language not in ORIGINALS:
            try:
                yield from _lines_of(place_of(folder, used, language))
            except ApprovalError:
                continue


def _lines_of(place: Place) -> Iterator[Lines]:
    text = YamlText(place.file.read_text("utf-8"), place.file.name)
    numbers = set(_range(text.lines(*place.steps)))
    for name in SAY_NOTHING:
        if text.get(*place.steps, name) is not None:
            numbers -= set(_range(text.lines(*place.steps, name)))
    yield Lines(place.file, frozenset(numbers))


def _range(lines: tuple[int, int]) -> Iterable[int]:
    return range(lines[0], lines[1] + 1)


def _taken_over(folder: Path, id_: str) -> Iterator[str]:
    """The contacts and entries from which an entry takes something over."""
    raw = next((raw for _, entry, raw in raw_entries(folder) if entry == id_), None)
    if raw is None:
        return
    yield from (f"{OF_CONTACT}{contact}" for contact in raw.get("contacts", ()))
    for value in raw.get("values", {}).values():
        if isinstance(value, Mapping) and FROM in value:
            yield value[FROM].rpartition(".")[0]
