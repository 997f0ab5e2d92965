"""Checks each text by itself: its language, its characters, its numbers, and the dates that go with it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.core.language_detector import model
from assistant.core.languages import LANGUAGES, ORIGINALS, Language
from assistant.knowledge.errors import Finding
from assistant.knowledge.evidence import citations
from assistant.knowledge.load import CONTACTS, SOURCES, raw_entries, unique
from assistant.knowledge.model import KnowledgeBase, Value
from assistant.knowledge.parity import Original, originals
from assistant.knowledge.render import YEARS
from assistant.knowledge.review import last_day
from assistant.knowledge.translations import ENTRIES, read_all

# A text counts as one of another language that is served if the model is this sure of that and rules out its own.
SURE, RULED_OUT = 0.7, 0.08
MOST_GUESSES = 20
# In which a body's name may stand in its own language, and short remarks that are hardly a sentence.
NOT_SENTENCES = {"name", "address", "hours", "cost"}
FEWEST_WORDS = 3
NO_WORDS = re.compile(r"\{\w+\}|https?://\S+|\S+@\S+|\n")
EMOJI = re.compile("[\u2600-\u27bf\u2b50\u2b55\ufe0f\u200d\u20e3\U0001f000-\U0001faff]")
MARKUP = re.compile(r"<[A-Za-z!/][^<>]*>?|&#?\w+;|\*\*|\]\(|`")
STRAIGHT_QUOTE = '"'
# From 13 on, numbers are values. "Millions of people" names none.
SMALL = {
    "de": ("zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"),
    "en": ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
}
_DE = "ein|eine|und|zwan|zwei|drei|vier|fünf|sechs|sech|sieben|sieb|acht|neun|zehn|elf|zwölf|zig|ßig|hundert|tausend"
_EN_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_EN_TEENS = "thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
LARGE = {
    "de": re.compile(
        rf"\b(?:(?:{_DE})*(?:zehn(?<=\w\wzehn)|zig|ßig|hundert|tausend)(?:{_DE})*|"
        rf"(?:{'|'.join(SMALL['de'])}|eine) (?:Million|Milliarde)(?:en)?)\b",
        re.I,
    ),
    "en": re.compile(
        rf"\b(?:{_EN_TEENS}|(?:{_EN_TENS})(?:-\w+)?|"
        rf"(?:{'|'.join(SMALL['en'])}|a|one) (?:hundred|thousand|million|billion))\b",
        re.I,
    ),
}
_SMALL_WORD = {language: re.compile(rf"\b(?:{'|'.join(words)})\b", re.I) for language, words in SMALL.items()}
NUMBER = re.compile(r"\d{1,3}(?:[.,]\d{3})+(?!\d)|\d+(?:[.,]\d+)?")
# Hours, spans and ordinals in evidence are seldom what a value repeats.
NO_FIGURES = re.compile(
    r"\d+\s*[–-]\s*\d+|zwischen \d+ und \d+|between \d+ and \d+|§+\s*\d+(?:,\s*\d+)*|\d+\.(?=\s?[^\W\d])"
)
FEWEST_DIGITS = 2
# Numbers from here on stand in one place only, and all else refers to that.
ONCE_FROM = 1000
# Round numbers are often the same by chance.
ROUND = 100
MOST_YEARS_AHEAD = 3
SUFFIX = ".yml"
OTHER_FILES = {"README.md", "LIESMICH.md", "schema.json", "invented.txt"}


@dataclass(frozen=True)
class _Written:
    """One text as it is written: where, of what, in which field and language."""

    file: str
    line: int
    id: str
    kind: str
    field: str
    language: Language
    text: str

    def finding(self, message: str) -> Finding:
        return Finding(self.file, self.line, self.id, message)


def text_findings(
    base: KnowledgeBase, folder: Path, today: datetime.date, only: Collection[str] | None = None
) -> list[Finding]:
    """What is wrong with the texts of a folder, or only with those of the items with certain ids."""
    listed = [original for original in originals(folder) if only is None or original.id in only]
    findings = [f for written in _all_written(folder, listed) for f in _about(written)]
    findings += [f for original in listed for f in _number_word_findings(original)]
    findings += _figure_findings(base, folder, only)
    findings += _date_findings(folder, today, only)
    return findings


def file_findings(folder: Path) -> Iterator[Finding]:
    """Files that nobody reads because of their names."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden and path.suffix != SUFFIX and path.name not in OTHER_FILES:
            cure = f"rename it to {path.stem.removesuffix(SUFFIX)}{SUFFIX}" if "y" in path.suffix else "remove it"
            yield Finding(str(path.relative_to(folder.parent)), 0, "", f"is not read because of its name; {cure}")


def repeated_findings(folder: Path) -> Iterator[Finding]:
    """Warnings of large numbers that are typed in several entries, which sooner or later differ."""
    seen: dict[int, str] = {}
    for path, id_, raw in raw_entries(folder):
        for name, value in raw.get("values", {}).items():
            if isinstance(value, int) and value >= ONCE_FROM and value % ROUND and value not in YEARS:
                first = seen.setdefault(value, f"{id_}.{name}")
                if not first.startswith(f"{id_}."):
                    message = f"the value {name}: {value} stands in {first} too; write {{from: {first}}} here"
                    yield Finding(path.name, raw.line, id_, message, warning=True)


def _all_written(folder: Path, listed: Collection[Original]) -> Iterator[_Written]:
    wanted = {(original.kind, original.id): original for original in listed}
    for original in listed:
        line = getattr(original.raw, "line", 0)
        for field, texts in original.texts().items():
            for language in ORIGINALS:
                yield _Written(original.file, line, original.id, original.kind, field, language, str(texts[language]))
    for language, translations in read_all(folder).items():
        for (kind, id_), original in wanted.items():
            raw = translations.of(kind, id_)
            for field, text in (raw or {}).items():
                if isinstance(text, str) and field not in ("of", "values"):
                    line = raw.line if raw else 0
                    yield _Written(f"{language}/{original.file}", line, id_, kind, field, language, text)


def _about(written: _Written) -> Iterator[Finding]:
    where = f"the {written.language} {written.field}"
    if found := EMOJI.search(written.text):
        yield written.finding(f"{where} has the sign {found[0]}; leave it out, since screen readers read it aloud")
    if found := MARKUP.search(written.text):
        yield written.finding(f"{where} has {found[0]}, which visitors see as it is; write plain text")
    if STRAIGHT_QUOTE in written.text:
        yield written.finding(f"{where} has a stray {STRAIGHT_QUOTE}; put one at each end of the text and none inside")
    if other := _other_language(written):
        yield written.finding(f"{where} is in another language ({other}); write it in {written.language}")


def _other_language(written: _Written) -> Language | None:
    """The language served in which a text is written, if that is clearly not its own."""
    text = NO_WORDS.sub(" ", written.text)
    # Labels such as "Legal notice" are too little to go by.
    if written.field in NOT_SENTENCES or len(text.split()) < FEWEST_WORDS:
        return None
    labels, shares = model().predict(text, MOST_GUESSES)
    likely = {label.removeprefix("__label__"): float(share) for label, share in zip(labels, shares)}
    others = {code: share for code, share in likely.items() if code in LANGUAGES and code != written.language}
    best = max(others, key=lambda code: others[code], default=None)
    clearly = best is not None and others[best] >= SURE and likely.get(written.language, 0.0) < RULED_OUT
    return best if clearly else None


def _number_word_findings(original: Original) -> Iterator[Finding]:
    """Numbers from 13 on that are written as words, and smaller ones that differ between the originals."""
    if original.kind != ENTRIES:
        return
    line = getattr(original.raw, "line", 0)
    for field, texts in original.texts().items():
        small: dict[Language, set[int]] = {}
        for language in ORIGINALS:
            text = str(texts[language])
            if found := LARGE[language].search(text):
                message = f'"{found[0]}" is a number in words in the {language} {field}; move it to values'
                yield Finding(original.file, line, original.id, f"{message} and write {{name}} here")
            words = [word.lower() for word in _SMALL_WORD[language].findall(text)]
            small[language] = {SMALL[language].index(word) + 2 for word in words}
        here, there = (small[language] for language in ORIGINALS)
        if here - there and there - here:
            told = " and ".join(", ".join(map(str, sorted(each))) for each in (here - there, there - here))
            message = f"the {field} has different numbers in words in its languages ({told}); make them the same"
            yield Finding(original.file, line, original.id, message)


def _figure_findings(base: KnowledgeBase, folder: Path, only: Collection[str] | None) -> Iterator[Finding]:
    """Values that the evidence quotes with other digits."""
    for path, id_, raw in raw_entries(folder):
        entry = base.entries.get(id_)
        if entry is None or (only is not None and id_ not in only):
            continue
        quoted = [number for cited in citations(raw) for number in _figures(cited.get("words", ""))]
        known = {figure for value in entry.values.values() for figure in _figures_of(value)}
        unknown = [number for number in dict.fromkeys(quoted) if number not in known]
        for name, value in entry.values.items():
            own = set(_figures_of(value)) if isinstance(value, int | float) else set()
            near = [number for number in unknown for each in own if FEWEST_DIGITS <= len(number) == len(each)]
            if near and not own & set(quoted):
                message = f"the value {name}: {value} is not in the evidence, which says {near[0]}"
                yield Finding(path.name, raw.line, id_, f"{message}; correct the one or the other")


def _figures(text: str) -> list[str]:
    """The numbers in a text, as digits alone."""
    return [re.sub(r"\D", "", number) for number in NUMBER.findall(NO_FIGURES.sub(" ", text))]


def _figures_of(value: Value) -> Iterator[str]:
    for each in value.values() if isinstance(value, Mapping) else [value]:
        yield from (re.sub(r"\D", "", number) for number in NUMBER.findall(str(each)))


def _date_findings(folder: Path, today: datetime.date, only: Collection[str] | None) -> Iterator[Finding]:
    """Dates that have not come yet, and reviews that are planned too late."""
    items = [(path.name, id_, raw) for path, id_, raw in raw_entries(folder)]
    items += [(CONTACTS, raw["id"], raw) for raw in unique(folder / CONTACTS, "contacts")]
    items += [(SOURCES, raw["id"], raw) for raw in unique(folder / SOURCES, "sources")]
    for file, id_, raw in items:
        if only is None or id_ in only:
            for message in _date_messages(raw, today):
                yield Finding(file, raw.line, id_, message)


def _date_messages(raw: Mapping[str, Any], today: datetime.date) -> Iterator[str]:
    dates = {"as_of": raw.get("as_of"), "note.as_of": raw.get("note", {}).get("as_of"), "date": raw.get("date")}
    dates.update({f"approved.{code}.on": each["on"] for code, each in raw.get("approved", {}).items()})
    for field, written in dates.items():
        if written is not None and str(written) > today.isoformat():
            yield f"{field}: {written} has not come yet; enter the date that the source gives"
    try:
        ahead = (last_day(str(raw["review_by"])) - today).days if "review_by" in raw else 0
    except ValueError:
        return
    if ahead > MOST_YEARS_AHEAD * 366:
        message = f"review_by: {raw['review_by']} is more than {MOST_YEARS_AHEAD} years away"
        yield f"{message}; choose a day on which somebody will really look at it"
