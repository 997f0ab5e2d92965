"""Finds approvals that hold no longer, since something has changed that they were given for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from assistant.core.languages import Language
from assistant.knowledge.errors import Finding
from assistant.knowledge.load import CONTACTS, raw_entries, unique
from assistant.knowledge.model import KnowledgeBase
from assistant.knowledge.translations import ENTRIES, read_all
from assistant.knowledge.yaml_lines import Located

Written = tuple[str, int, str, Language]


def stale_approvals(base: KnowledgeBase, folder: Path) -> Iterator[Finding]:
    """A warning for each approval that holds no longer: the text is right or wrong, but nobody has said which."""
    for kind, items, raws in (
        (ENTRIES, base.entries, [(path.name, id_, raw) for path, id_, raw in raw_entries(folder)]),
        ("contacts", base.contacts, [(CONTACTS, raw["id"], raw) for raw in unique(folder / CONTACTS, "contacts")]),
    ):
        files = {id_: file for file, id_, _ in raws}
        written = [(file, raw.line, id_, code) for file, id_, raw in raws for code in raw.get("approved", {})]
        for file, line, id_, language in [*written, *_of_translations(folder, kind, files)]:
            if id_ in items and language not in items[id_].approved:
                message = f"what was approved in {language} has changed since"
                cure = "somebody other than the author has to approve it anew"
                yield Finding(file, line, id_, f"{message}; {cure}", warning=True)


def _of_translations(folder: Path, kind: str, files: Mapping[str, str]) -> Iterator[Written]:
    """Where translations are approved."""
    for language, translations in read_all(folder).items():
        listed: Mapping[str, Located] = translations.lists.get(kind, {})
        for id_, raw in listed.items():
            if "approved" in raw and id_ in files:
                yield f"{language}/{files[id_]}", raw.line, id_, language
