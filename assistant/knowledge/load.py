"""Reads `knowledge/` into a KnowledgeBase."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from assistant.core.languages import LANGUAGES
from assistant.core.paths import KNOWLEDGE
from assistant.knowledge.errors import Finding, KnowledgeError
from assistant.knowledge.model import (
    Citation,
    Entry,
    KnowledgeBase,
    Note,
    Scope,
    Source,
    Subject,
)
from assistant.knowledge.yaml_lines import Located, read_yaml

SOURCES, SUBJECTS, PHRASES, COVERAGE = "sources.yml", "subjects.yml", "phrases.yml", "coverage.yml"
NOT_TOPICS = {SOURCES, SUBJECTS, PHRASES, COVERAGE}


def topic_files(folder: Path) -> list[Path]:
    """The files that contain entries, in a fixed order."""
    return [path for path in sorted(folder.glob("*.yml")) if path.name not in NOT_TOPICS]


def raw_entries(folder: Path) -> Iterator[tuple[Path, str, Located]]:
    """Every entry as written: its file, full id and mapping."""
    for path in topic_files(folder):
        content = read_yaml(path)
        for raw in content["entries"]:
            yield path, f"{content['topic']}/{raw['id']}", raw


def load(folder: Path = KNOWLEDGE) -> KnowledgeBase:
    """The knowledge in a folder; raises KnowledgeError if it is malformed."""
    from assistant.knowledge.schema import shape_findings

    findings = shape_findings(folder)
    if findings:
        raise KnowledgeError(findings)
    entries: dict[str, Entry] = {}
    for path, entry_id, raw in raw_entries(folder):
        if entry_id in entries:
            message = f'the id "{raw["id"]}" is used twice in this topic; choose another id'
            raise KnowledgeError([Finding(path.name, raw.line, entry_id, message)])
        entries[entry_id] = _entry(entry_id, raw)
    return KnowledgeBase(
        entries=entries,
        sources={raw["id"]: _source(raw) for raw in _unique(folder / SOURCES, "sources")},
        subjects={raw["id"]: _subject(raw) for raw in _unique(folder / SUBJECTS, "subjects")},
        phrases=read_yaml(folder / PHRASES)["phrases"],
    )


def _unique(path: Path, key: str) -> list[Located]:
    """The items of a list in a file; raises KnowledgeError if two share an id."""
    items: dict[str, Located] = {}
    for raw in read_yaml(path)[key]:
        if items.setdefault(raw["id"], raw) is not raw:
            message = f'the id "{raw["id"]}" is used twice; keep one of them'
            raise KnowledgeError([Finding(path.name, raw.line, raw["id"], message)])
    return list(items.values())


@lru_cache(maxsize=1)
def knowledge() -> KnowledgeBase:
    """The project's knowledge, read once per process."""
    return load()


def _entry(entry_id: str, raw: Located) -> Entry:
    subject = raw.get("subject", [])
    return Entry(
        id=entry_id,
        kind=raw["kind"],
        question=raw["question"],
        answer=raw["answer"],
        values=raw.get("values", {}),
        subjects=(subject,) if isinstance(subject, str) else tuple(subject),
        aspects=tuple(raw.get("aspects", ())),
        note=_note(raw["note"]) if "note" in raw else None,
        scope=_scope(raw.get("scope", Located())),
        citations=tuple(_citation(citation) for citation in raw.get("sources", ())),
        as_of=_text(raw.get("as_of")),
        review_by=_text(raw.get("review_by")),
        related=tuple(raw.get("related", ())),
    )


def _note(raw: Located) -> Note:
    citations = tuple(_citation(citation) for citation in raw["sources"])
    return Note(text=raw["text"], citations=citations, as_of=str(raw["as_of"]))


def _scope(raw: Located) -> Scope:
    return Scope(raw.get("from"), raw.get("until"), tuple(raw.get("places", ())))


def _citation(raw: Located) -> Citation:
    return Citation(raw["id"], raw.get("paragraph"), raw.get("words"))


def _source(raw: Located) -> Source:
    return Source(raw["id"], raw["title"], raw["publisher"], raw["url"], raw["language"], _text(raw.get("date")))


def _subject(raw: Located) -> Subject:
    aliases = {language: tuple(raw["aliases"].get(language, ())) for language in LANGUAGES}
    return Subject(raw["id"], raw["name"], aliases)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
