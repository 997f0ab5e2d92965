"""What the template of the page at /chat shows: an answer in blocks, with labels in its own language."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

from babel import Locale
from babel.dates import format_time, get_day_names

from assistant.core.envelope import Contact, Direction
from assistant.core.languages import LANGUAGES, SERVED, Language, served
from assistant.front.core.events import AssistantContent, EventPart
from assistant.front.core.opening_hours import Opening
from assistant.front.web.rich_text import Block, Run, blocks_of, helplines_in, is_safe, phone_link, runs_of
from assistant.knowledge import render
from assistant.knowledge.live import live
from assistant.knowledge.load import widget_texts
from assistant.knowledge.model import Entry, Text, localised
from assistant.knowledge.render import LOCALES, direction

PATH, TEAM_PATH = "/chat", "/chat/team"
# Keeps a range in its order within a text that runs the other way.
ISOLATE, END = "\u2068", "\u2069"
# The entries by their questions, with those that they were made of, by language.
_by_question: dict[Language, tuple[Mapping[str, Entry], Mapping[str, str]]] = {}


@lru_cache(maxsize=1)
def texts() -> dict[str, Text]:
    """The texts of the website element, most of which the page needs too; read once."""
    return dict(widget_texts())


@dataclass(frozen=True)
class Words:
    """The page's own texts in one language."""

    language: Language

    @property
    def direction(self) -> Direction:
        return direction(self.language)

    def __call__(self, key: str, **values: object) -> str:
        """A text of the website element with its {names} filled in."""
        text = localised(texts()[key], self.language)
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text


@dataclass(frozen=True)
class Link:
    """Something to follow: its label, its address, and the language of the label if it is not that of the page."""

    label: str
    href: str
    language: Language | None = None
    is_current: bool = False


@dataclass(frozen=True)
class ContactView:
    """Who can help: the ways to reach them, each with its label."""

    name: str
    purpose: str
    ways: list[tuple[str, list[Run]]]


@dataclass(frozen=True)
class OriginalView:
    """What a translation that nobody has approved was made of."""

    blocks: list[Block]
    language: Language
    direction: Direction


@dataclass(frozen=True)
class PartView:
    """One answer of a reply."""

    kind: str
    language: Language
    direction: Direction
    question: str | None
    heading: list[Block]
    blocks: list[Block]
    calls: list[Link]
    contacts: list[ContactView]
    evidence: list[str]
    sources: list[Run]
    original: OriginalView | None


@dataclass(frozen=True)
class AnswerView:
    """A reply: its parts, the suggestions below their heading, and a lasting address if it has one."""

    words: Words
    parts: list[PartView]
    heading: str | None
    suggestions: list[Link]
    link: str | None


def address(language: Language, path: str = PATH, **query: str) -> str:
    """The address of a page in a language."""
    named = {**query, "language": language}
    return f"{path}?{urlencode(named, safe='/,')}"


def answer_view(content: AssistantContent) -> AnswerView:
    """The view of a reply."""
    language, words = content["language"], Words(content["language"])
    # What saves a life comes first, whatever else was asked.
    parts = sorted(content["parts"], key=lambda part: part["kind"] != "crisis")
    several = len(parts) > 1
    entries = entries_of(content)
    return AnswerView(
        words=words,
        parts=[_part(part, words, several) for part in parts],
        heading=content["heading"],
        suggestions=_suggestions(content["suggestions"], language),
        link=address(language, entry=",".join(entries)) if entries else None,
    )


def entries_of(content: AssistantContent) -> list[str]:
    """The entries that make up the whole of a reply; none if it says more than they do."""
    parts = content["parts"]
    entries = [part["entry"] for part in parts if part["entry"] and part["kind"] != "fallback"]
    return list(dict.fromkeys(entries)) if len(entries) == len(parts) else []


def language_links(current: Language, path: str = PATH, **query: str) -> list[Link]:
    """The same page in each language."""
    return [
        Link(SERVED[language].name, address(language, path, **query), language, language == current)
        for language in LANGUAGES
    ]


def hours_written(openings: Iterable[Opening], language: Language) -> str:
    """Opening hours as a language writes them, such as "Mo.–Fr. 09:00–16:00; Sa. 10:00–12:00"."""
    names = get_day_names("abbreviated", locale=LOCALES[language])
    return "; ".join(
        f"{_range(dict.fromkeys(names[day - 1] for day in opening['days']))} "
        f"{_range(_clock(opening[end], language) for end in ('opens', 'closes'))}"
        for opening in openings
    )


def _range(ends: Iterable[str]) -> str:
    return ISOLATE + "–".join(ends) + END


def _clock(time: str, language: Language) -> str:
    """A time of day as a language writes it; midnight ends a day as it begins one."""
    hour, minute = map(int, time.split(":"))
    return str(format_time(datetime.time(hour % 24, minute), "short", locale=LOCALES[language]))


def _part(part: EventPart, words: Words, several: bool) -> PartView:
    language = served(part["language"]) or words.language
    phones, crisis = _phones(part["contacts"]), part["kind"] == "crisis"
    calls = helplines_in(part["text"], phones) if crisis else {}
    return PartView(
        kind=part["kind"],
        language=language,
        direction=direction(language),
        question=part["question"] if several else None,
        heading=blocks_of(part["heading"] or "", phones),
        blocks=blocks_of(part["text"], phones, helplines=crisis),
        calls=[Link(words("call", number=number), href) for number, href in calls.items()],
        contacts=[_contact(contact, words) for contact in part["contacts"]],
        evidence=_evidence(part, words),
        sources=[_source(source["title"], source["publisher"], source["url"]) for source in part["sources"]],
        original=_original(part),
    )


def _phones(contacts: Iterable[Contact]) -> list[str]:
    return [contact["phone"] for contact in contacts if contact.get("phone")]


def _evidence(part: EventPart, words: Words) -> list[str]:
    """Whether the text is approved, and the dates of the text and of its note."""
    lines: list[str] = []
    if part["kind"] == "control":
        return lines
    if part["approved_on_text"]:
        lines.append(words("checked", date=part["approved_on_text"]))
    if part["as_of_text"]:
        lines.append(words("asOf", date=part["as_of_text"]))
    if part["note_as_of_text"]:
        lines.append(words("noteAsOf", date=part["note_as_of_text"]))
    return lines


def _source(title: str, publisher: str, url: str) -> Run:
    label = f"{title} ({publisher})" if publisher and publisher != title else title or url
    return Run(label, url if is_safe(url) else None)


def _original(part: EventPart) -> OriginalView | None:
    translation = part["translation"]
    if not translation or part["approved_on"]:
        return None
    original = translation["original"]
    return OriginalView(blocks_of(original["text"]), original["language"], original["direction"])


def _contact(contact: Contact, words: Words) -> ContactView:
    ways: list[tuple[str, list[Run]]] = []
    if phone := contact.get("phone"):
        ways.append((words("phone"), [Run(phone, phone_link(phone))]))
    if hours := contact.get("hours"):
        ways.append((words("hours"), [Run(hours)]))
    if email := contact.get("email"):
        ways.append((words("email"), [Run(email, f"mailto:{email}")]))
    if url := contact.get("url"):
        ways.append((words("website"), list(runs_of(url))))
    if place := contact.get("address"):
        ways.append((words("address"), [Run(place)]))
    if spoken := contact.get("languages"):
        ways.append((words("languages"), [Run(", ".join(_named(code, words.language) for code in spoken))]))
    if cost := contact.get("cost"):
        ways.append((words("cost"), [Run(cost)]))
    return ContactView(contact.get("name", ""), contact.get("purpose", ""), ways)


def _named(code: str, language: Language) -> str:
    """The name of a language in another; its code if CLDR has none."""
    return str(Locale.parse(LOCALES[language]).languages.get(code, code))


def _suggestions(questions: Sequence[str], language: Language) -> list[Link]:
    """Links to the answers of suggested questions; an address with an entry tells nobody what was asked before.

    Other suggestions make sense only within a chat.
    """
    known = _entries_by_question(language)
    return [Link(question, address(language, entry=known[question])) for question in questions if question in known]


def _entries_by_question(language: Language) -> Mapping[str, str]:
    """The entry of each question in a language; made anew only when the knowledge has changed."""
    base = live().current()
    made_of, found = _by_question.get(language, (None, {}))
    if made_of is not base.entries:
        found = {render(base, entry, language).question: id_ for id_, entry in base.entries.items()}
        _by_question[language] = base.entries, found
    return found
