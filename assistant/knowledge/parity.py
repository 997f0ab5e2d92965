"""Compares the translations with their originals: what is missing, stale, or says something else."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.core.languages import ORIGINALS, Language
from assistant.core.words import FILE as WORDS
from assistant.knowledge.errors import Finding
from assistant.knowledge.load import GLOSSARY, LANGUAGE_LIST, raw_entries, unique
from assistant.knowledge.render import placeholders
from assistant.knowledge.translations import ENTRIES, LISTS, Translations, read
from assistant.knowledge.yaml_lines import Located, read_yaml

LINK = re.compile(r"https?://[^\s,;)،؛]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\bwww\.[^\s,;)،؛]+")
NUMBER = re.compile(r"\d+")
OTHER_DIGITS = re.compile(r"[٠-٩۰-۹]")
# Where these words stand in the German original, a translation needs one with the same meaning.
CONDITIONS = {
    "not": re.compile(r"\b(?:nicht|kein\w*|nie(?! zuvor)|niemals|niemand\w*|ohne)\b", re.I),
    "only": re.compile(r"\bnur\b(?! wenige)", re.I),
    "until": re.compile(r"\bbis zum\b", re.I),
}
# A translation of a text longer than this many characters has so many for each of the original's.
FEWEST_CHARACTERS = 60
LENGTHS = {"ko": (0.25, 1.3)}
USUAL_LENGTH = (0.5, 1.9)
# The kinds of text without which a language cannot be served.
NEEDED = ("phrases", "widget", "contacts", "doors", "topics")


@dataclass(frozen=True, eq=False)
class Original:
    """One item of the originals: the list it is in, its id, what is written, and its file."""

    kind: str
    id: str
    raw: Mapping[str, Any]
    file: str

    @property
    def is_needed(self) -> bool:
        """Whether a language cannot be served without its translation."""
        return self.kind in NEEDED or self.id.startswith("crisis/")

    def texts(self) -> dict[str, Mapping[Language, str]]:
        """The texts that a translation has, by field."""
        if self.kind in ("phrases", "widget"):
            return {"text": self.raw}
        fields = {name: self.raw[name] for name in ("question", "answer", "name", "title", "words") if name in self.raw}
        spoken = {name: self.raw[name] for name in ("for", "hours", "cost", "address") if name in self.raw}
        note = {"note": self.raw["note"]["text"]} if "note" in self.raw else {}
        return {**fields, **note, **{name: text for name, text in spoken.items() if isinstance(text, Mapping)}}


def originals(folder: Path) -> list[Original]:
    """Everything that is to be translated."""
    found = [Original(ENTRIES, id_, raw, path.name) for path, id_, raw in raw_entries(folder)]
    for file, kind in LISTS.items():
        path = folder / file
        if not path.exists():
            continue
        listed = read_yaml(path)[kind]
        items = listed.items() if isinstance(listed, dict) else ((raw["id"], raw) for raw in unique(path, kind))
        found += [Original(kind, id_, raw, file) for id_, raw in items]
    return found


def translation_findings(folder: Path, only: Collection[str] | None = None) -> list[Finding]:
    """What is wrong with the translations of every language that a folder lists, or of items with certain ids."""
    wanted = [original for original in originals(folder) if only is None or original.id in only]
    glossary = read_yaml(folder / GLOSSARY)["terms"] if (folder / GLOSSARY).exists() else []
    findings: list[Finding] = []
    lacking: dict[tuple[Original, str], list[Language]] = {}
    for language in listed(folder):
        comparison = _Comparison(read(folder, language), glossary)
        findings += comparison.findings(wanted) if only is None else comparison.of_each(wanted)
        for original, lack in comparison.lacking(wanted):
            lacking.setdefault((original, lack), []).append(language)
    return [*findings, *(_shown_in_english(original, lack, la) for (original, lack), la in lacking.items())]


def _shown_in_english(original: Original, lack: str, languages: list[Language]) -> Finding:
    """One warning for a text, however many languages lack it."""
    message = f"{lack} {', '.join(languages)}; until then it is shown there in English"
    return Finding(original.file, 0, original.id, message, warning=True)


def listed(folder: Path) -> list[Language]:
    """The languages beside the originals that a folder lists."""
    path = folder / LANGUAGE_LIST
    codes = [item["code"] for item in read_yaml(path)["languages"]] if path.exists() else []
    return [code for code in codes if code not in ORIGINALS]


@dataclass(frozen=True)
class _Comparison:
    """One language against the originals."""

    translations: Translations
    glossary: list[Located]

    def findings(self, wanted: list[Original]) -> Iterator[Finding]:
        if not self.translations.words:
            yield Finding(f"{self.language}/{WORDS}", 0, "", "is missing; write it, or take the language off the list")
        known = {(original.kind, original.id) for original in wanted}
        for kind, items in self.translations.lists.items():
            for id_ in items:
                if (kind, id_) not in known:
                    message = "there is no such original; correct the id or remove this"
                    yield Finding(f"{self.language}/", items[id_].line, f"{kind}/{id_}", message)
        yield from self.of_each(wanted)

    def of_each(self, wanted: list[Original]) -> Iterator[Finding]:
        """What is wrong with the translation of each of these."""
        for original in wanted:
            yield from self._of(original)

    @property
    def language(self) -> Language:
        return self.translations.language

    def _of(self, original: Original) -> Iterator[Finding]:
        if lack := self._lack(original):
            if original.is_needed:
                yield self._finding(original, f"{lack} {self.language}; a language cannot be served without this text")
            return
        found: Mapping[str, Any] = self.translations.of(original.kind, original.id) or {}
        for field, text in original.texts().items():
            for message in self._differences(field, text, found.get(field)):
                yield self._finding(original, message)

    def lacking(self, wanted: list[Original]) -> Iterator[tuple[Original, str]]:
        """The texts that the language can be served without and that it lacks, and what about each."""
        for original in wanted:
            lack = self._lack(original)
            if lack and not original.is_needed:
                yield original, lack

    def _lack(self, original: Original) -> str | None:
        """What is missing of a text, to be followed by languages; None if there is nothing to translate."""
        if self.translations.of(original.kind, original.id) is None:
            return "is not translated into" if original.texts() else None
        current = self.translations.current(original.kind, original.id, original.raw)
        return None if current is not None else "has changed: see `make translated`, and renew it in"

    def _differences(self, field: str, original: Mapping[Language, str], text: object) -> Iterator[str]:
        if not isinstance(text, str) or not text.strip():
            yield f"{field} is missing; write it"
            return
        for what, of in (("placeholders", placeholders), ("links", _links), ("numbers", _numbers)):
            if of(text) not in [of(original[each]) for each in ORIGINALS]:
                asked = ", ".join(sorted(map(str, of(original[ORIGINALS[0]])))) or "none"
                yield f"{field}: its {what} are not those of the original ({asked}); correct them"
        if OTHER_DIGITS.search(text):
            yield f"{field}: write digits as 0 to 9, so that numbers can be copied"
        german = original[ORIGINALS[0]]
        if text.count("•") != german.count("•") or text.count("\n") != german.count("\n"):
            yield f"{field}: has other lines than the original; make them the same"
        low, high = LENGTHS.get(self.language, USUAL_LENGTH)
        if len(german) > FEWEST_CHARACTERS and not low <= len(text) / len(german) <= high:
            yield f"{field}: {len(text)} characters for {len(german)} of the original; is something missing or added?"
        yield from self._conditions(field, german, text)
        if field != "question":
            yield from self._terms(field, german, text)

    def _conditions(self, field: str, german: str, text: str) -> Iterator[str]:
        """Conditions of the original that a translation has no word for."""
        conditions = self.translations.words.get("conditions", {})
        for name, pattern in CONDITIONS.items():
            words = conditions.get(name, ())
            if words and pattern.search(german) and not _has_any(text, words):
                yield f'{field}: the original says "{pattern.search(german)[0]}"; say so too'  # type: ignore[index]

    def _terms(self, field: str, german: str, text: str) -> Iterator[str]:
        for term in self.glossary:
            forms = term["forms"].get(self.language)
            meant = forms and any(re.search(rf"\b{re.escape(name)}", german) for name in term["de"])
            if meant and not _has_any(text, forms):
                yield f'{field}: "{term["de"][0]}" is called {" or ".join(forms)} (glossary.yml); use that'

    def _finding(self, original: Original, message: str) -> Finding:
        raw = self.translations.of(original.kind, original.id)
        file = f"{self.language}/{original.file}"
        return Finding(file, raw.line if raw else 0, original.id, message)


def _links(text: str) -> set[str]:
    return {link.rstrip(".:»") for link in LINK.findall(text)}


def _numbers(text: str) -> set[str]:
    return set(NUMBER.findall(LINK.sub(" ", re.sub(r"\{\w+\}", "", text))))


def _has_any(text: str, forms: list[str]) -> bool:
    lowered = text.lower()
    return any(form.lower() in lowered for form in forms)
