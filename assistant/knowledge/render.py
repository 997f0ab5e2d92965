"""Renders an entry in one language, with its numbers and dates in that language's format."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal

from assistant.core.envelope import Contact as Card
from assistant.core.envelope import Direction
from assistant.core.languages import DEFAULT, LANGUAGES, ORIGINALS, SERVED, Language
from assistant.knowledge.model import Approval, Citation, Contact, Entry, KnowledgeBase, Source, Value, localised

LOCALES: Mapping[Language, str] = {language: SERVED[language].locale for language in LANGUAGES}
# What every text may use: the languages served, by their own names.
COMMON_VALUES: Mapping[str, Value] = {"languages": ", ".join(SERVED[language].name for language in LANGUAGES)}
# The original that counts where a translation and it differ.
AUTHORITATIVE: Language = ORIGINALS[0]
PLACEHOLDER = re.compile(r"\{(\w+)\}")
YEARS = range(1900, 2101)
MONTH = re.compile(r"\d{4}-\d{2}")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# In CLDR, the codes of continents are numbers of three digits.
COUNTRY_CODE_LETTERS = 2
# Left-to-right isolate and pop directional isolate (Unicode Standard Annex 9).
ISOLATE, END_OF_ISOLATE = "\u2066", "\u2069"
LATIN_OR_DIGIT = r"0-9A-Za-z\u00c0-\u024f"
BETWEEN_LATIN = r"_@:/.,?&=%#+'’–-"
BRACKETED = rf"\([{LATIN_OR_DIGIT} \u00a0{BETWEEN_LATIN}]*\)"
# Telephone numbers, links, Latin names and what stands between them; of brackets, only both or none.
LEFT_TO_RIGHT = re.compile(
    rf"(?:\+?[{LATIN_OR_DIGIT}]|\(\d+\)[ \u00a0](?=\d))"
    rf"(?:[{LATIN_OR_DIGIT}{BETWEEN_LATIN}]|{BRACKETED}|[ \u00a0](?=[{LATIN_OR_DIGIT}+/-]|{BRACKETED}))*"
    rf"(?<=[{LATIN_OR_DIGIT}/%)])"
)


@dataclass(frozen=True)
class Rendered:
    """An entry as a visitor reads it; `text` and `sources` include those of the note.

    `language` is that of the text, which may not be the one asked for; `approved` is somebody's word for the text in
    that language. A translation has its original.
    """

    entry: Entry
    language: Language
    question: str
    text: str
    as_of: str | None
    sources: tuple[Source, ...]
    contacts: tuple[Card, ...] = ()
    original: str | None = None
    approved: Approval | None = None


def placeholders(text: str) -> set[str]:
    """The names of the placeholders in a text."""
    return set(PLACEHOLDER.findall(text))


def written(value: Value | datetime.date, language: Language) -> str:
    """A value in the language's format: 683950 as 683.950 or 683,950, 2016 as a year, ISO dates as dates."""
    if isinstance(value, Mapping):
        return written(localised(value, language), language)
    if isinstance(value, int):
        return str(value) if value in YEARS else str(format_decimal(value, locale=LOCALES[language]))
    if isinstance(value, float):
        return str(format_decimal(value, locale=LOCALES[language]))
    if isinstance(value, datetime.date):
        return str(format_date(value, format="long", locale=LOCALES[language]))
    return date_written(value, language) if isinstance(value, str) else str(value)


def date_written(value: str, language: Language) -> str:
    """`2024-10` as "Oktober 2024" or "October 2024", `2024-10-16` as a day; any other text unchanged."""
    if DAY.fullmatch(value):
        return written(datetime.date.fromisoformat(value), language)
    if MONTH.fullmatch(value):
        first = datetime.date.fromisoformat(f"{value}-01")
        return str(format_skeleton("yMMMM", first, locale=LOCALES[language]))
    return value


def place_name(code: str, language: Language) -> str:
    """The name of a country or territory (ISO code) in a language; the code if CLDR has no name."""
    return str(Locale.parse(LOCALES[language]).territories.get(code, code))


def names_places(text: str, language: Language) -> bool:
    """Whether a text names some country or territory, written as in that language."""
    return bool(_names_of_places(language).search(text))


@lru_cache
def _names_of_places(language: Language) -> re.Pattern[str]:
    territories = Locale.parse(LOCALES[language]).territories
    names = sorted(re.escape(name) for code, name in territories.items() if len(code) == COUNTRY_CODE_LETTERS)
    return re.compile(rf"\b(?:{'|'.join(names)})\b")


def direction(language: str) -> Direction:
    """The direction in which a language is written."""
    written_so: Direction = Locale.parse(language).text_direction
    return written_so


def filled(text: str, values: Mapping[str, Value], language: Language) -> str:
    """The text with its placeholders filled in; raises KeyError if one has no value."""
    known = {**COMMON_VALUES, **values}
    return running(PLACEHOLDER.sub(lambda match: written(known[match[1]], language), text), language)


def running(text: str, language: Language) -> str:
    """A text as it runs in a language: from right to left, numbers, links and Latin names keep their own order."""
    if direction(language) == "ltr" or ISOLATE in text:
        return text
    return LEFT_TO_RIGHT.sub(rf"{ISOLATE}\g<0>{END_OF_ISOLATE}", text)


def sentence(knowledge: KnowledgeBase, key: str, language: Language, **values: Value) -> str:
    """One of the assistant's own sentences with its placeholders filled in."""
    return filled(knowledge.phrase(key, language), values, language)


def render(knowledge: KnowledgeBase, entry: Entry, language: Language) -> Rendered:
    """The text of an entry in one language, its date and its sources; in English if it lacks that language."""
    shown = language if language in entry.answer else DEFAULT
    translated = shown not in ORIGINALS
    citations = [*entry.citations, *(entry.note.citations if entry.note else ())]
    return Rendered(
        entry=entry,
        language=shown,
        question=filled(entry.question[shown], entry.values, shown),
        text=_text(knowledge, entry, shown),
        as_of=entry.as_of,
        sources=tuple(cited(knowledge, citations)),
        contacts=cards(knowledge, entry.contacts, language),
        original=_text(knowledge, entry, AUTHORITATIVE) if translated else None,
        approved=entry.approved.get(shown),
    )


def _text(knowledge: KnowledgeBase, entry: Entry, language: Language) -> str:
    """The answer, the note, and that a review is overdue."""
    paragraphs = [entry.answer[language], *([entry.note.text[language]] if entry.note else [])]
    written = [filled(paragraph, entry.values, language) for paragraph in paragraphs]
    due = knowledge.overdue.get(entry.id)
    if due:
        written.append(sentence(knowledge, "overdue", language, date=date_written(due, language)))
    return "\n\n".join(written)


def cards(knowledge: KnowledgeBase, ids: Iterable[str], language: Language) -> tuple[Card, ...]:
    """Contacts as a visitor reads them, in one language."""
    return tuple(_card(knowledge.contacts[id_], language) for id_ in ids)


def _card(contact: Contact, language: Language) -> Card:
    card: Card = {"name": localised(contact.name, language), "purpose": localised(contact.purpose, language)}
    fields = {
        "phone": contact.phone,
        "email": contact.email,
        "url": contact.url,
        "address": contact.address,
        "hours": contact.hours,
        "cost": contact.cost,
    }
    for key, value in fields.items():
        if value is not None:
            card[key] = written(value, language)  # type: ignore[literal-required]
    if contact.languages:
        card["languages"] = list(contact.languages)
    return card


def cited(knowledge: KnowledgeBase, citations: Iterable[Citation]) -> Iterable[Source]:
    """The sources of citations, in order and without repeats."""
    return (knowledge.sources[source] for source in dict.fromkeys(c.source for c in citations))
