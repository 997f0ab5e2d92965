"""The inbox's questions: grouped by likeness, and dealt with."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from assistant.core.languages import Language
from assistant.desk.errors import RefusedError
from assistant.desk.likeness import grouped
from assistant.desk.state import Desk
from assistant.front.store.unanswered import Key, Reason, State, Unanswered, UnansweredRow

SEPARATOR, BETWEEN = " ", "."
MOST_WORDINGS = 30
Value = TypeVar("Value")


@dataclass(frozen=True)
class Filter:
    """Which questions are shown; what is empty excludes nothing."""

    spoken: Language = ""
    topic: str = ""
    reason: str = ""

    def passes(self, row: UnansweredRow) -> bool:
        """Whether a question is shown."""
        return (
            self.spoken in ("", row.language)
            and self.topic in ("", row.topic or "")
            and self.reason in ("", row.reason)
        )


@dataclass(frozen=True)
class Group:
    """Like questions in one language, the most typical first; without texts, those of one topic."""

    rows: Sequence[UnansweredRow]

    @property
    def language(self) -> Language:
        return self.rows[0].language

    @property
    def text(self) -> str | None:
        """The most typical wording; None where no text may be kept."""
        return self.rows[0].text

    @property
    def days(self) -> tuple[str, str]:
        """The first and the last day on which it was asked."""
        days = sorted(row.day for row in self.rows)
        return days[0], days[-1]

    @property
    def entry(self) -> str | None:
        """The entry that was given, or is nearest, most often."""
        return _most_common(row.entry for row in self.rows)

    @property
    def topic(self) -> str | None:
        """The topic they are taken for most often."""
        return _most_common(row.topic for row in self.rows)

    @property
    def nearest(self) -> list[str]:
        """The entries nearest to any of them, the most frequent first."""
        counted: Counter[str] = Counter()
        for row in self.rows:
            near = {entry for part in (row.why["parts"] if row.why else ()) for entry, _ in part["nearest"]}
            counted.update(near | ({row.entry} if row.entry else set()))
        return [entry for entry, _ in counted.most_common()]

    @cached_property
    def reasons(self) -> list[tuple[Reason, int]]:
        """Why they are here, and how many for each reason."""
        return Counter(row.reason for row in self.rows).most_common()

    @cached_property
    def wordings(self) -> list[tuple[str, int]]:
        """The different wordings, and how often each was written."""
        return Counter(row.text for row in self.rows if row.text).most_common()

    @property
    def remarks(self) -> list[str]:
        """What visitors said of bad answers."""
        return list(dict.fromkeys(row.remark for row in self.rows if row.remark))

    @property
    def keys(self) -> str:
        """The questions as a form names them."""
        return SEPARATOR.join(f"{chat}{BETWEEN}{sequence}" for chat, sequence in (row.key for row in self.rows))


def groups_of(rows: Sequence[UnansweredRow]) -> list[Group]:
    """Groups of like questions, the most frequent first; questions in different languages are never alike."""
    written = _by(lambda row: row.language, (row for row in rows if row.text))
    silent = _by(lambda row: (row.language, row.topic, row.entry), (row for row in rows if not row.text))
    found = [Group(same) for same in silent]
    for spoken in written:
        found += [Group([spoken[index] for index in like]) for like in grouped([row.text or "" for row in spoken])]
    return sorted(found, key=lambda group: (-len(group.rows), -max(row.at for row in group.rows)))


def unanswered_of(desk: Desk) -> Unanswered | None:
    """The queue; None if visitors' words are kept nowhere."""
    return Unanswered(desk.engine) if desk.engine else None


def keys_in(field: str) -> list[Key]:
    """The questions that a form names; raises RefusedError if it names none, or what is none."""
    try:
        split = [each.rpartition(BETWEEN) for each in field.split(SEPARATOR) if each]
        keys = [(chat, int(sequence)) for chat, _, sequence in split]
    except ValueError:
        keys = []
    if not keys or not all(chat and 0 <= sequence < 2**31 for chat, sequence in keys):
        raise RefusedError(400, "no_form")
    return keys


def rows_of(desk: Desk, field: str) -> list[UnansweredRow]:
    """The questions that a form names and nobody has dealt with, in the form's order."""
    queue = unanswered_of(desk)
    rows = {row.key: row for row in queue.open()} if queue else {}
    return [rows[key] for key in keys_in(field) if key in rows]


def settle(desk: Desk, field: str, state: State) -> int:
    """Records what was done about the questions that a form names; returns how many were still there."""
    queue = unanswered_of(desk)
    return queue.settle(keys_in(field), state) if queue else 0


def _by(key: Callable[[UnansweredRow], object], rows: Iterable[UnansweredRow]) -> list[list[UnansweredRow]]:
    found: defaultdict[object, list[UnansweredRow]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return list(found.values())


def _most_common(values: Iterable[Value | None]) -> Value | None:
    counted = Counter(value for value in values if value is not None)
    return counted.most_common(1)[0][0] if counted else None
