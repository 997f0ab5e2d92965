"""The texts in other languages than the originals: `knowledge/<language>/`, one file for each file of originals.

Each text names the original it was made of by a hash. If that no longer fits, the text is stale and not shown. A number
or date that a text takes from the original's `values` may change: every language shows the new one by itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant.core.languages import LANGUAGES, ORIGINALS, Language
from assistant.core.words import FILE as WORDS
from assistant.core.words import Words, read_words
from assistant.knowledge.examples import FILE as EXAMPLES
from assistant.knowledge.yaml_lines import Located, Stamp, read_yaml, stamp_of

# The lists of the files that are not topics, by file.
LISTS = {
    "contacts.yml": "contacts",
    "doors.yml": "doors",
    "phrases.yml": "phrases",
    "subjects.yml": "subjects",
    "topics.yml": "topics",
    "widget.yml": "widget",
}
ENTRIES = "entries"
# The fields whose originals a translation is made of; a change of any other leaves it as it is.
TRANSLATED = (
    "question",
    "answer",
    "note",
    "values",
    "name",
    "title",
    "for",
    "hours",
    "cost",
    "address",
    "phone",
    "url",
    "words",
)
HASH_LETTERS = 8


@dataclass(frozen=True)
class Translations:
    """The translated texts of one language, as written: by list (`entries`, `contacts`, …) and id."""

    language: Language
    lists: Mapping[str, Mapping[str, Located]] = field(default_factory=dict)
    words: Words = field(default_factory=lambda: Words())

    def of(self, kind: str, id_: str) -> Located | None:
        """The translation of one item, whether current or stale."""
        return self.lists.get(kind, {}).get(id_)

    def current(self, kind: str, id_: str, original: Mapping[str, Any]) -> Located | None:
        """The translation of one item, if it was made of the original as it is now."""
        found = self.of(kind, id_)
        return found if found is not None and is_current(found, original) else None


def is_current(translation: Mapping[str, Any], original: Mapping[str, Any]) -> bool:
    """Whether a translation was made of the original as it is now."""
    return bool(translation.get("of") == fingerprint(original, translation))


def fingerprint(original: Mapping[str, Any], translation: Mapping[str, Any]) -> str:
    """The hash of all that a translation renders of an original; eight hexadecimal digits.

    Of the original's values these are the ones that have words of their own in each language, and those in whose place
    the translation has its own.
    """
    parts = {key: original[key] for key in TRANSLATED if key in original} or dict(original)
    if "values" in parts:
        own = translation.get("values") or {}
        parts["values"] = {
            name: value for name, value in parts["values"].items() if isinstance(value, Mapping) or name in own
        }
    if "note" in parts:
        parts["note"] = parts["note"]["text"]
    written = json.dumps(parts, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()[:HASH_LETTERS]


def read_all(folder: Path) -> dict[Language, Translations]:
    """The translations of every language but the originals; empty ones where a language has no folder."""
    return {language: read(folder, language) for language in LANGUAGES if language not in ORIGINALS}


def read(folder: Path, language: Language) -> Translations:
    """The translations of one language."""
    lists: dict[str, dict[str, Located]] = {}
    for path in files(folder, language):
        if path.name in (WORDS, EXAMPLES):
            continue
        content = read_yaml(path)
        kind = LISTS.get(path.name, ENTRIES)
        prefix = f"{content['topic']}/" if kind == ENTRIES else ""
        lists.setdefault(kind, {}).update({f"{prefix}{id_}": raw for id_, raw in content[kind].items()})
    return Translations(language, lists, _words(folder, language, stamp_of(folder / language / WORDS)))


@lru_cache(maxsize=2 * len(LANGUAGES))
def _words(folder: Path, language: Language, stamp: Stamp | None) -> Words:
    """The words of a language, read again only if their file has changed."""
    return read_words(folder, language) if stamp else {}


def files(folder: Path, language: Language) -> list[Path]:
    """The files of one language, in a fixed order."""
    return sorted((folder / language).glob("*.yml"))


def merged(original: Mapping[Language, Any], translated: Iterable[tuple[Language, Any]]) -> dict[Language, Any]:
    """A text of the originals together with its translations."""
    return {**original, **{language: text for language, text in translated if text is not None}}


def current_of(
    translations: Mapping[Language, Translations], kind: str, id_: str, original: Mapping[str, Any]
) -> Iterator[tuple[Language, Located]]:
    """The current translations of one item, by language."""
    for language, each in translations.items():
        found = each.current(kind, id_, original)
        if found is not None:
            yield language, found
