"""What the template of the quality page shows, and the same as a file for the public."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal, format_percent
from markupsafe import Markup

from assistant.core.languages import Language
from assistant.desk.quality import ENDINGS, Counts, Group, grouped, most_questions, published, releases, total, weeks
from assistant.desk.texts import Words
from assistant.desk.topics import topic_name
from assistant.desk.view import STATIC, TEMPLATES, day
from assistant.front.store.tallies import TallyRow
from assistant.knowledge.render import LOCALES, direction

SECTION = "quality"
MOST_RELEASES, SHOWN_OF_A_VERSION = 10, 6
# Whose colours and bars a public file needs.
STYLES = ("desk.css", "quality.css")


@dataclass(frozen=True)
class Table:
    """Groups below a heading (the key of a text), with the name of each."""

    heading: str
    rows: tuple[tuple[str, Group], ...]
    # Whose bar is the longest.
    most: int


@dataclass(frozen=True)
class Report:
    """What is shown of the counts of a time."""

    since: datetime.date
    until: datetime.date
    total: Counts
    weeks: tuple[Group, ...]
    tables: tuple[Table, ...]

    @property
    def most(self) -> int:
        """The most questions of a week."""
        return most_questions(self.weeks)


@dataclass(frozen=True)
class Figures:
    """Writes numbers and days in a language, for the templates."""

    language: Language
    endings = ENDINGS

    def number(self, value: int) -> str:
        """A number."""
        return str(format_decimal(value, locale=LOCALES[self.language]))

    def percent(self, share: int) -> str:
        """A share in per cent."""
        return str(format_percent(share / 100, locale=LOCALES[self.language]))

    def week_of(self, label: str) -> str:
        """A day that is given as an ISO date."""
        return day(datetime.date.fromisoformat(label), self.language)


def report(
    rows: Sequence[TallyRow], since: datetime.date, until: datetime.date, language: Language, public: bool = False
) -> Report:
    """The report on some counts; the public's is rounded and does not name releases."""

    def shown(groups: list[Group]) -> list[Group]:
        return published(groups) if public else groups

    by_language = shown(grouped(rows, lambda row: row.language))
    by_topic = shown(grouped([row for row in rows if row.topic or not public], lambda row: row.topic))
    tables = [
        _table("by_language", by_language, partial(language_name, shown_in=language)),
        _table("by_topic", by_topic, partial(_topic, language=language)),
    ]
    if not public:
        tables.append(_table("by_release", releases(rows)[:MOST_RELEASES], release_name))
    columns = weeks(rows, since, until)
    if public:
        columns = [Group(week.label, week.counts.rounded(), week.first_day, week.last_day) for week in columns]
    counts = total(rows).rounded() if public else total(rows)
    return Report(since, until, counts, tuple(columns), tuple(tables))


def public_file(rows: Sequence[TallyRow], since: datetime.date, until: datetime.date, language: Language) -> str:
    """The report for the public as one file that needs no other."""
    styles = Markup("\n".join((STATIC / name).read_text("utf-8") for name in STYLES))  # noqa: S704 - our own
    return TEMPLATES.get_template("quality_public.html").render(
        t=Words(language, SECTION),
        language=language,
        direction=direction(language),
        day=partial(day, language=language),
        styles=styles,
        report=report(rows, since, until, language, public=True),
        figures=Figures(language),
    )


def language_name(code: str, shown_in: Language) -> str:
    """What a language is called in another."""
    try:
        return str(Locale.parse(code).get_display_name(shown_in))
    except (UnknownLocaleError, ValueError):
        return code


def release_name(release: str) -> str:
    """A release by the beginnings of its versions."""
    return " · ".join(version[:SHOWN_OF_A_VERSION] for version in release.split())


def _topic(topic: str, language: Language) -> str:
    return topic_name(topic, language) if topic else Words(language, SECTION)("no_topic")


def _table(heading: str, groups: Sequence[Group], name: Callable[[str], str]) -> Table:
    return Table(heading, tuple((name(group.label), group) for group in groups), most_questions(groups))
