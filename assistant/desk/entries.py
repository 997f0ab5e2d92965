"""An entry as the form of its page has it, in all languages, and what a form changes in which file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.core.languages import LANGUAGES, ORIGINALS, Language
from assistant.desk.errors import RefusedError
from assistant.desk.forms import Form
from assistant.desk.repository import Edit, fingerprint, unchanged
from assistant.knowledge import KnowledgeError
from assistant.knowledge.approve import ApprovalError, place_of
from assistant.knowledge.edit import Step, YamlText
from assistant.knowledge.errors import EditError
from assistant.knowledge.translations import ENTRIES, is_current
from assistant.knowledge.translations import fingerprint as hash_of_original
from assistant.knowledge.yaml_lines import Located, parsed, read_yaml
from assistant.knowledge.yaml_style import Value, written

# The texts of an entry, in each language.
TEXTS = ("question", "answer", "note")
# Fields that hold for all languages, in the order in which a file has them.
SHARED = ("subject", "aspects", "values", "contacts", "sources", "as_of", "review_by", "related")
IDS = ("subject", "aspects", "contacts", "related")
# Of a note, besides its text in each language.
OF_NOTE = ("note_sources", "note_as_of")
YEAR = re.compile(r"\d{4}")
# A source, the paragraph of its text, and words quoted from it.
PARTS_OF_SOURCE = ("id", "paragraph", "words")
BESIDE = " | "


class FormError(ValueError):
    """A field that cannot be read: its name, and the key of the text that says how it is written."""

    def __init__(self, name: str, key: str) -> None:
        super().__init__(name)
        self.name, self.key = name, key


@dataclass(frozen=True)
class Block:
    """The lines of a file that an entry has: the way to it, its text, and its fields; empty if it is not there."""

    path: str
    steps: tuple[Step, ...]
    text: str = ""
    raw: Located = field(default_factory=Located)


@dataclass(frozen=True)
class EntryText:
    """An entry as it is written: its original, and its translations by language."""

    id: str
    original: Block
    translations: Mapping[Language, Block]

    @property
    def blocks(self) -> list[Block]:
        """All that is written of it."""
        return [self.original, *self.translations.values()]

    def is_current(self, language: Language) -> bool:
        """Whether a translation was made of the original as it is now."""
        return is_current(self.translations[language].raw, self.original.raw)


def read_entry(folder: Path, id_: str) -> EntryText:
    """An entry of a checkout; raises RefusedError if there is none."""
    try:
        place = place_of(folder / "knowledge", id_, ORIGINALS[0])
    except ApprovalError:
        raise RefusedError(404, "no_entry") from None
    original = _block(folder, f"knowledge/{place.file.name}", place.steps)
    # A contact has a place too, and a page of another kind.
    if not original.raw or place.steps[0] != ENTRIES:
        raise RefusedError(404, "no_entry")
    others = [language for language in LANGUAGES if language not in ORIGINALS]
    translated = {each: _block(folder, f"knowledge/{each}/{place.file.name}", place.steps) for each in others}
    return EntryText(id_, original, translated)


def block_in(text: str, path: str, steps: tuple[Step, ...]) -> Block:
    """The lines of an entry in the text of a file."""
    return _found(text, parsed(text, path) if text.strip() else {}, path, steps)


def _block(folder: Path, path: str, steps: tuple[Step, ...]) -> Block:
    place = folder / path
    # Files that have not changed are not parsed again.
    return _found(place.read_text("utf-8"), read_yaml(place), path, steps) if place.exists() else Block(path, steps)


def _found(text: str, content: Mapping[str, Any], path: str, steps: tuple[Step, ...]) -> Block:
    kind, name = steps
    items = content.get(str(kind), {})
    raw = items.get(name) if isinstance(items, Mapping) else next((each for each in items if each["id"] == name), None)
    if raw is None:
        return Block(path, steps)
    # In a mapping, the name stands in the line before.
    first = raw.line - (1 if isinstance(items, Mapping) else 0)
    return Block(path, steps, _indented(text.split("\n")[first - 1 :]), raw)


def _indented(lines: list[str]) -> str:
    """The first line and all that belongs to it by indentation, without comments and empty lines at the end."""
    depth = len(lines[0]) - len(lines[0].lstrip())
    end = next(
        (n for n, line in enumerate(lines[1:], 1) if line.strip() and not line.startswith(" " * (depth + 1))), None
    )
    kept = lines[:end]
    while not kept[-1].strip() or kept[-1].lstrip().startswith("#"):
        kept.pop()
    return "\n".join(kept)


def fields_of(entry: EntryText) -> dict[str, str]:
    """Every field of the form, by name: answer.de, values, …"""
    note = entry.original.raw.get("note", {})
    fields = {name: shown(name, entry.original.raw.get(name)) for name in SHARED}
    fields.update({name: shown(_in_note(name), note.get(_in_note(name))) for name in OF_NOTE})
    for name in TEXTS:
        original = note.get("text", {}) if name == "note" else entry.original.raw.get(name, {})
        fields.update({f"{name}.{language}": original.get(language, "") for language in ORIGINALS})
        fields.update({f"{name}.{code}": block.raw.get(name, "") for code, block in entry.translations.items()})
    fields.update(
        {f"values.{code}": shown("values", block.raw.get("values")) for code, block in entry.translations.items()}
    )
    return fields


def shown(name: str, value: Any) -> str:
    """The value of a field as the form has it: lists with commas, values and sources a line each."""
    if value is None or value == {}:
        return ""
    if name == "values":
        return "\n".join(f"{key}: {written(each, isinstance(each, str))}" for key, each in value.items())
    if name == "sources":
        return "\n".join(
            BESIDE.join(str(each.get(part, "")) for part in PARTS_OF_SOURCE).rstrip(" |") for each in value
        )
    return ", ".join(value) if isinstance(value, list) else str(value)


def meant(name: str, text: str) -> Value | None:
    """What somebody has written into a field; None if it is empty. Raises FormError if it cannot be read."""
    text = text.strip()
    if not text:
        return None
    if name.partition(".")[0] == "values":
        return _values(name, text)
    if name in ("sources", "note_sources"):
        return [_source(line) for line in text.split("\n") if line.strip()]
    if name in IDS:
        return [each for each in re.split(r"[\s,]+", text) if each]
    return int(text) if YEAR.fullmatch(text) else text


def _values(name: str, text: str) -> Value:
    try:
        found = parsed(text, "")
    except KnowledgeError:
        raise FormError(name, "values_unreadable") from None
    if not isinstance(found, Mapping) or None in found.values():
        raise FormError(name, "values_unreadable")
    return {key: dict(each) if isinstance(each, Mapping) else each for key, each in found.items()}


def _source(line: str) -> Value:
    id_, paragraph, words = ([part.strip() for part in line.split("|", 2)] + ["", ""])[:3]
    number: dict[str, Value] = {"paragraph": int(paragraph)} if paragraph.isdecimal() else {}
    return {"id": id_, **number, **({"words": words} if words else {})}


@dataclass(frozen=True)
class Change:
    """One field that becomes another in a file, or goes if there is no value."""

    path: str
    steps: tuple[Step, ...]
    value: Value | None


def changes_in(entry: EntryText, form: Form) -> list[Change]:
    """What a form changes; raises FormError if a field cannot be read."""
    before = fields_of(entry)
    changed = {
        name: form.one(name) for name in before if name in form.fields and form.one(name) != before[name].strip()
    }
    changes = list(_of_original(entry, changed))
    fresh = YamlText(f"- {written(_plain(entry.original.raw))}\n")
    for change in changes:
        _apply(fresh, Change("", (0, *change.steps[len(entry.original.steps) :]), change.value))
    for language, block in entry.translations.items():
        changes += _of_translation(block, language, changed, fresh.get(0), bool(form.one(f"fits.{language}")))
    return changes


def edits_of(entry: EntryText, form: Form, changes: list[Change]) -> dict[str, Edit]:
    """How each file changes, unless somebody has changed the entry since the form was opened.

    A file in which only the entry's other languages are is looked at too: a translation is made of the original.
    """
    mine = "\n".join(f"{'.'.join(map(str, each.steps[2:]))}: {each.value}" for each in changes)
    paths = dict.fromkeys([entry.original.path, *(change.path for change in changes)])
    return {path: _edit(entry, path, form.one(f"opened.{path}"), changes, mine) for path in paths}


def opened(entry: EntryText) -> dict[str, str]:
    """By what a form knows later whether what it showed is still the same, by file."""
    return {block.path: fingerprint(block.text) for block in entry.blocks}


def changed_text(text: str, changes: list[Change]) -> str:
    """A file's text after changes."""
    document = YamlText(text)
    for change in changes:
        _apply(document, change)
    return document.text


def _edit(entry: EntryText, path: str, seen: str, changes: list[Change], mine: str) -> Callable[[str], str]:
    def edit(text: str) -> str:
        unchanged(seen, block_in(text, path, entry.original.steps).text, entry.id, mine)
        return changed_text(text, [change for change in changes if change.path == path])

    return edit


def _of_original(entry: EntryText, changed: Mapping[str, str]) -> Iterator[Change]:
    block, raw = entry.original, entry.original.raw
    begun = {name: text for name, text in changed.items() if _is_of_note(name)} if "note" not in raw else {}
    if begun:
        yield Change(block.path, (*block.steps, "note"), _new_note(begun))
    for name, text in changed.items():
        base, _, language = name.partition(".")
        if name in begun:
            continue
        if language in ORIGINALS:
            place = ("note", "text", language) if base == "note" else (base, language)
            if not text:
                raise FormError(name, "text_missing")
            yield Change(block.path, (*block.steps, *place), text)
        elif name in OF_NOTE:
            if not text and name == "note_sources":
                raise FormError(name, "text_missing")
            yield Change(block.path, (*block.steps, "note", _in_note(name)), meant(name, text))
        elif not language:
            yield Change(block.path, (*block.steps, name), _kept_form(raw.get(name), meant(name, text)))


def _in_note(name: str) -> str:
    """What a field of the form is called in a note."""
    return name.removeprefix("note_")


def _is_of_note(name: str) -> bool:
    """Whether a field of the form belongs to the original's note."""
    return name in OF_NOTE or name in {f"note.{language}" for language in ORIGINALS}


def _new_note(written: Mapping[str, str]) -> Value:
    """A note that an entry has not had; raises FormError if it lacks a text or its sources."""
    for name in (*(f"note.{language}" for language in ORIGINALS), "note_sources"):
        if not written.get(name):
            raise FormError(name, "note_incomplete")
    found = {_in_note(name): meant(name, written[name]) for name in OF_NOTE if written.get(name)}
    texts: Value = {language: written[f"note.{language}"] for language in ORIGINALS}
    return {"text": texts, **{name: value for name, value in found.items() if value is not None}}


def _kept_form(before: Any, value: Value | None) -> Value | None:
    """A single id where there was one, and values that are none as {}."""
    if isinstance(before, str) and isinstance(value, list) and len(value) == 1:
        only: Value = value[0]
        return only
    return {} if value is None and isinstance(before, Mapping) else value


def _of_translation(
    block: Block, language: Language, changed: Mapping[str, str], original: Mapping[str, Any], fits: bool
) -> Iterator[Change]:
    own = {name.partition(".")[0]: text for name, text in changed.items() if name.endswith(f".{language}")}
    if not own and not (fits and block.raw):
        return
    if not block.raw:
        if not {"question", "answer"} <= {name for name, text in own.items() if text}:
            raise FormError(f"answer.{language}", "translation_incomplete")
        texts = {name: meant(f"{name}.{language}", own[name]) for name in (*TEXTS, "values") if own.get(name)}
        filled = {name: each for name, each in texts.items() if each}
        yield Change(block.path, block.steps, {"of": hash_of_original(original, filled), **filled})
        return
    values = block.raw.get("values")
    for name, text in own.items():
        if not text and name in ("question", "answer"):
            raise FormError(f"{name}.{language}", "text_missing")
        value = meant(f"{name}.{language}", text) if name == "values" else (text or None)
        values = value if name == "values" else values
        yield Change(block.path, (*block.steps, name), value)
    made_of = hash_of_original(original, {"values": values})
    if block.raw.get("of") != made_of:
        yield Change(block.path, (*block.steps, "of"), made_of)


def _apply(document: YamlText, change: Change) -> None:
    try:
        if change.value is None:
            if document.get(*change.steps) is not None:
                document.remove(*change.steps)
        elif document.get(*change.steps[:-1]) is None:
            raise EditError("the file has no such list")
        else:
            name = change.steps[-1]
            order = ("id", "kind", *SHARED[:2], "question", "answer", "values", "note", "text", *SHARED[3:])
            before = order[: order.index(str(name))] if name in order else ("of",)
            document.set(change.steps, change.value, after=before)
    except EditError:
        raise RefusedError(409, "not_editable", file=change.path) from None


def _plain(raw: Any) -> Any:
    """Plain mappings in place of those with line numbers."""
    if isinstance(raw, Mapping):
        return {key: _plain(each) for key, each in raw.items()}
    return [_plain(each) for each in raw] if isinstance(raw, list) else raw
