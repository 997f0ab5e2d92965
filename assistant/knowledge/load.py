"""Reads `knowledge/` into a KnowledgeBase."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant.core.languages import ORIGINALS, Language
from assistant.core.paths import KNOWLEDGE
from assistant.knowledge.approval import with_valid_approvals
from assistant.knowledge.errors import Finding, KnowledgeError
from assistant.knowledge.model import (
    Approval,
    Citation,
    Contact,
    Door,
    Entry,
    KnowledgeBase,
    Note,
    Source,
    Subject,
    Topic,
    Value,
)
from assistant.knowledge.translations import current_of, merged, read_all
from assistant.knowledge.yaml_lines import Located, read_yaml

SOURCES, SUBJECTS, PHRASES, COVERAGE = "sources.yml", "subjects.yml", "phrases.yml", "coverage.yml"
CONTACTS, DOORS, TOPICS = "contacts.yml", "doors.yml", "topics.yml"
WIDGET, LANGUAGE_LIST, GLOSSARY, OTHER = "widget.yml", "languages.yml", "glossary.yml", "other_languages.yml"
# The files without entries.
NOT_TOPICS = {SOURCES, SUBJECTS, PHRASES, COVERAGE, CONTACTS, DOORS, TOPICS, WIDGET, LANGUAGE_LIST, GLOSSARY, OTHER}
OPTIONAL = {CONTACTS, DOORS, TOPICS}
# The translations of one item, by language.
Translated = Sequence[tuple[Language, Located]]
# A value that stands elsewhere, {from: contacts/fap.phone}: of a contact, or of another entry.
FROM, OF_CONTACT = "from", "contacts/"


def topic_files(folder: Path) -> list[Path]:
    """The files that contain entries, in a fixed order."""
    return [path for path in sorted(folder.glob("*.yml")) if path.name not in NOT_TOPICS]


def raw_entries(folder: Path) -> Iterator[tuple[Path, str, Located]]:
    """Every entry as written: its file, full id and mapping."""
    for path in topic_files(folder):
        content = read_yaml(path)
        for raw in content["entries"]:
            yield path, f"{content['topic']}/{raw['id']}", raw


def referred_contacts(folder: Path) -> set[str]:
    """The contacts whose fields some text takes over."""
    raws = [raw for _, _, raw in raw_entries(folder)] + unique(folder / DOORS, "doors")
    values = [value for raw in raws for value in raw.get("values", {}).values() if isinstance(value, Mapping)]
    references = [value[FROM].rpartition(".")[0] for value in values if FROM in value]
    return {owner.removeprefix(OF_CONTACT) for owner in references if owner.startswith(OF_CONTACT)}


def load(folder: Path = KNOWLEDGE) -> KnowledgeBase:
    """The knowledge in a folder; raises KnowledgeError if it is malformed."""
    from assistant.knowledge.schema import shape_findings

    findings = shape_findings(folder)
    if findings:
        raise KnowledgeError(findings)
    written = _written_entries(folder)
    contacts = {raw["id"]: raw for raw in unique(folder / CONTACTS, "contacts")}
    doors = unique(folder / DOORS, "doors")
    values = Values({entry: raw for entry, (_, raw) in written.items()}, contacts)
    translations = read_all(folder)

    def of(kind: str, id_: str, raw: Mapping[str, Any]) -> Translated:
        return list(current_of(translations, kind, id_, raw))

    phrases = read_yaml(folder / PHRASES)["phrases"]
    base = KnowledgeBase(
        entries={
            id_: _entry(id_, raw, values.of(path.name, id_, raw), of("entries", id_, raw))
            for id_, (path, raw) in written.items()
        },
        sources={raw["id"]: _source(raw) for raw in unique(folder / SOURCES, "sources")},
        subjects={
            raw["id"]: _subject(raw, of("subjects", raw["id"], raw)) for raw in unique(folder / SUBJECTS, "subjects")
        },
        phrases={key: _text_of(raw, of("phrases", key, raw), "text") for key, raw in phrases.items()},
        contacts={id_: _contact(raw, of("contacts", id_, raw)) for id_, raw in contacts.items()},
        doors={raw["id"]: _door(raw, values.of(DOORS, raw["id"], raw), of("doors", raw["id"], raw)) for raw in doors},
        topics={raw["id"]: _topic(raw, of("topics", raw["id"], raw)) for raw in unique(folder / TOPICS, "topics")},
        other_languages=_other_languages(folder),
        words={language: each.words for language, each in translations.items()},
    )
    return with_valid_approvals(base)


def widget_texts(folder: Path = KNOWLEDGE) -> dict[str, dict[Language, str]]:
    """The texts of the website element, in the originals and every language they are current in."""
    translations = read_all(folder)
    found = read_yaml(folder / WIDGET)["widget"]
    return {
        key: _text_of(raw, list(current_of(translations, "widget", key, raw)), "text") for key, raw in found.items()
    }


def _other_languages(folder: Path) -> dict[str, str]:
    """What is said in languages that are not served, by code."""
    path = folder / OTHER
    return dict(read_yaml(path)["sentences"]) if path.exists() else {}


def _written_entries(folder: Path) -> dict[str, tuple[Path, Located]]:
    """Every entry as written, by id; raises KnowledgeError if two share one."""
    found: dict[str, tuple[Path, Located]] = {}
    for path, entry_id, raw in raw_entries(folder):
        if entry_id in found:
            message = f'the id "{raw["id"]}" is used twice in this topic; choose another id'
            raise KnowledgeError([Finding(path.name, raw.line, entry_id, message)])
        found[entry_id] = path, raw
    return found


class Values:
    """The values of entries, with those that stand elsewhere looked up there."""

    def __init__(self, entries: Mapping[str, Located], contacts: Mapping[str, Located]) -> None:
        self._entries, self._contacts = entries, contacts

    def of(self, file: str, name: str, raw: Located) -> dict[str, Value]:
        """The values of one entry; raises KnowledgeError if one refers to nothing."""
        found: dict[str, Value] = {}
        for key, value in raw.get("values", {}).items():
            reference = value.get(FROM) if isinstance(value, Mapping) else None
            target = value if reference is None else self._referred(reference)
            if target is None:
                message = f'the value "{key}" refers to {reference}, which does not exist; correct it'
                raise KnowledgeError([Finding(file, raw.line, name, message)])
            found[key] = target
        return found

    def _referred(self, reference: str) -> Value | None:
        """What a reference stands for; None if that is missing or is itself a reference."""
        owner, _, field = reference.rpartition(".")
        if owner.startswith(OF_CONTACT):
            found = self._contacts.get(owner.removeprefix(OF_CONTACT), Located()).get(field)
        else:
            found = self._entries.get(owner, Located()).get("values", {}).get(field)
        return None if isinstance(found, Mapping) and FROM in found else found


def unique(path: Path, key: str) -> list[Located]:
    """The items of a list in a file; raises KnowledgeError if two share an id."""
    items: dict[str, Located] = {}
    if not path.exists() and path.name in OPTIONAL:
        return []
    for raw in read_yaml(path)[key]:
        if items.setdefault(raw["id"], raw) is not raw:
            message = f'the id "{raw["id"]}" is used twice; keep one of them'
            raise KnowledgeError([Finding(path.name, raw.line, raw["id"], message)])
    return list(items.values())


@lru_cache(maxsize=1)
def knowledge() -> KnowledgeBase:
    """The project's knowledge, read once per process."""
    return load()


def _text_of(original: Mapping[Language, str], translated: Translated, field: str) -> dict[Language, str]:
    """A text in every language in which it is current."""
    return merged(original, [(language, raw.get(field)) for language, raw in translated])


def _value_of(original: Value | None, translated: Translated, field: str) -> Value | None:
    """A value in every language, if it differs by language."""
    return _text_of(original, translated, field) if isinstance(original, Mapping) else original  # type: ignore[arg-type]


def _entry(entry_id: str, raw: Located, values: Mapping[str, Value], translated: Translated) -> Entry:
    subject = raw.get("subject", [])
    own = [(language, each.get("values", {})) for language, each in translated]
    return Entry(
        id=entry_id,
        kind=raw["kind"],
        question=_text_of(raw["question"], translated, "question"),
        answer=_text_of(raw["answer"], translated, "answer"),
        values={
            name: merged(value, [(language, each.get(name)) for language, each in own])
            if isinstance(value, Mapping)
            else value
            for name, value in values.items()
        },
        subjects=(subject,) if isinstance(subject, str) else tuple(subject),
        aspects=tuple(raw.get("aspects", ())),
        note=_note(raw["note"], translated) if "note" in raw else None,
        contacts=tuple(raw.get("contacts", ())),
        citations=_citations(raw),
        as_of=_text(raw.get("as_of")),
        review_by=_text(raw.get("review_by")),
        approved=_approvals(raw, translated),
        related=tuple(raw.get("related", ())),
        signals=tuple(raw.get("signals", ())),
    )


def _note(raw: Located, translated: Translated) -> Note:
    return Note(
        text=_text_of(raw["text"], translated, "note"), citations=_citations(raw), as_of=_text(raw.get("as_of"))
    )


def _contact(raw: Located, translated: Translated) -> Contact:
    return Contact(
        id=raw["id"],
        name=_text_of(raw["name"], translated, "name"),
        purpose=_text_of(raw["for"], translated, "for"),
        phone=_value_of(raw.get("phone"), translated, "phone"),
        email=raw.get("email"),
        url=_value_of(raw.get("url"), translated, "url"),
        address=_value_of(raw.get("address"), translated, "address"),
        hours=_value_of(raw.get("hours"), translated, "hours"),
        cost=_value_of(raw.get("cost"), translated, "cost"),
        languages=tuple(raw.get("languages", ())),
        citations=_citations(raw),
        as_of=_text(raw.get("as_of")),
        review_by=_text(raw.get("review_by")),
        approved=_approvals(raw, translated),
    )


def _door(raw: Located, values: Mapping[str, Value], translated: Translated) -> Door:
    near, least = tuple(raw.get("near", ())), raw.get("least", Door.least)
    return Door(raw["id"], _text_of(raw["words"], translated, "words"), tuple(raw["contacts"]), values, near, least)


def _topic(raw: Located, translated: Translated) -> Topic:
    return Topic(raw["id"], _text_of(raw["title"], translated, "title"), tuple(raw["entries"]))


def _approvals(raw: Located, translated: Translated) -> dict[Language, Approval]:
    """The approvals of an item as written, by language, whether or not they still hold."""
    own = [(language, each["approved"]) for language, each in translated if "approved" in each]
    written = [*raw.get("approved", {}).items(), *own]
    return {language: Approval(each["by"], each["on"], each["hash"]) for language, each in written}


def _citations(raw: Located) -> tuple[Citation, ...]:
    return tuple(_citation(citation) for citation in raw.get("sources", ()))


def _citation(raw: Located) -> Citation:
    return Citation(raw["id"], raw.get("paragraph"), raw.get("words"))


def _source(raw: Located) -> Source:
    return Source(raw["id"], raw["title"], raw["publisher"], raw["url"], raw["language"], _text(raw.get("date")))


def _subject(raw: Located, translated: Translated) -> Subject:
    aliases = {language: tuple(raw["aliases"].get(language, ())) for language in ORIGINALS}
    aliases.update({language: tuple(each["aliases"]) for language, each in translated})
    return Subject(raw["id"], _text_of(raw["name"], translated, "name"), aliases)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
