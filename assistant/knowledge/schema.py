"""Checks the knowledge files against `knowledge/schema.json`, with findings in plain words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema

from assistant.core.languages import LANGUAGES
from assistant.core.paths import KNOWLEDGE
from assistant.core.words import FILE as WORDS
from assistant.knowledge.errors import Finding, KnowledgeError
from assistant.knowledge.examples import FILE as EXAMPLES
from assistant.knowledge.translations import LISTS, files
from assistant.knowledge.yaml_lines import Located, Stamp, read_yaml, stamp_of

# What was found in each file when it was last looked at.
_known: dict[Path, tuple[Stamp | None, tuple[Finding, ...]]] = {}


@lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """The JSON Schema of the files in `knowledge/`."""
    content: dict[str, Any] = json.loads((KNOWLEDGE / "schema.json").read_text("utf-8"))
    return content


def shape_findings(folder: Path) -> list[Finding]:
    """What is malformed in a folder of knowledge, file by file."""
    originals = [finding for path in sorted(folder.glob("*.yml")) for finding in _file_findings(folder, path)]
    translated = [
        finding
        for language in LANGUAGES
        for path in files(folder, language)
        for finding in _file_findings(folder, path)
    ]
    return sorted({*originals, *translated})


def _file_findings(folder: Path, path: Path) -> tuple[Finding, ...]:
    """What is malformed in one file; an unchanged file is not looked at twice."""
    stamp = stamp_of(path)
    before, findings = _known.get(path, (None, ()))
    if stamp is None or stamp != before:
        findings = tuple(_fresh_findings(folder, path))
        _known[path] = stamp, findings
    return findings


def _fresh_findings(folder: Path, path: Path) -> Iterator[Finding]:
    name = str(path.relative_to(folder))
    try:
        content = read_yaml(path)
    except KnowledgeError as error:
        yield from (replace(finding, file=name) for finding in error.findings)
        return
    errors = sorted(_validator(name).iter_errors(content), key=lambda found: list(map(str, found.path)))
    for found in errors:
        yield from _explained(name, content, found)


@lru_cache
def _validator(file: str) -> jsonschema.Draft7Validator:
    """A validator for one kind of file, so that messages mention only its fields."""
    language, _, name = file.rpartition("/")
    kind = name.removesuffix(".yml")
    definition = f"{kind}_file" if f"{kind}_file" in schema()["definitions"] else "topic_file"
    if language and name not in (WORDS, EXAMPLES):
        definition = "translated_list_file" if name in LISTS else "translated_topic_file"
    return jsonschema.Draft7Validator({**schema()["definitions"][definition], "definitions": schema()["definitions"]})


def _explained(file: str, content: Any, error: jsonschema.ValidationError) -> Iterator[Finding]:
    """The most helpful error beneath one that only says that no alternative matches."""
    if error.context:
        best = jsonschema.exceptions.best_match([error])
        error = best if best is not None else error
    line, entry = _place(content, list(error.absolute_path))
    yield Finding(file, line, entry, _in_words(error))


def _place(content: Any, path: list[Any]) -> tuple[int, str]:
    line, entry = 0, ""
    for step in [None, *path]:
        content = content if step is None else content[step]
        if isinstance(content, Located):
            line = content.line
            entry = entry or str(content.get("id", ""))
    return line, entry


def _in_words(error: jsonschema.ValidationError) -> str:
    where = ".".join(str(step) for step in error.absolute_path if not isinstance(step, int)) or "this file"
    value = error.instance
    if error.validator == "required":
        missing = ", ".join(f'"{key}"' for key in error.validator_value if key not in value)
        return f"{where}: {missing} is missing; add it"
    if error.validator == "additionalProperties":
        known = set(error.schema.get("properties", ()))
        unknown = ", ".join(f'"{key}"' for key in value if key not in known)
        return f"{where}: {unknown} is not a known field; known fields: {', '.join(sorted(known))}"
    if error.validator == "enum":
        return f'{where}: "{value}" is not allowed here; choose one of: {", ".join(error.validator_value)}'
    if error.validator in ("pattern", "type", "minLength", "maxLength", "minItems", "maxItems"):
        return f"{where}: {str(value)[:60]!r} is not valid; {error.schema.get('description', error.message)}"
    return f"{where}: {error.message[:200]}"
