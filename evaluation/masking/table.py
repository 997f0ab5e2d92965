"""The tables of docs/privacy/masking.md, from the texts that no rule was tuned on and from what others reached."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TypedDict

from assistant.core.languages import Language
from evaluation.masking.figures import ALL, Figures, Score
from evaluation.masking.texts import FOLDER, MARK_KINDS, Part, languages_of

DOCUMENT = FOLDER.parents[1] / "docs" / "privacy" / "masking.md"
HERE = "the present rules"
FRESH: Part = "fresh"
# Measured once, like those of the alternatives: the median of a text, and what the words and lists take.
MEASURED_MILLISECONDS, MEASURED_MEGABYTES = 0.5, 18


class Alternative(TypedDict):
    """What something else reached on the same texts, measured once; see docs/privacy/masking.md."""

    name: str
    milliseconds: float
    megabytes: int
    recall_and_precision: dict[Language, tuple[float, float]]


def alternatives() -> list[Alternative]:
    """The alternatives, best first."""
    listed: list[Alternative] = json.loads((FOLDER / "alternatives.json").read_text("utf-8"))
    return listed


def by_language(measured: Mapping[tuple[Part, str], Score]) -> Iterator[str]:
    """A row for each way of masking: recall / precision in each language, milliseconds and megabytes."""
    languages = languages_of(FRESH)
    yield f"| recall / precision, % | {' | '.join(languages)} | ms | MB |"
    yield f"|---|{'---|' * (len(languages) + 2)}"
    here = {la: _pair(measured[FRESH, la].kinds[ALL]) for la in languages}
    yield _row(HERE, here, MEASURED_MILLISECONDS, MEASURED_MEGABYTES)
    for other in alternatives():
        pairs = {la: _written(*pair) for la, pair in other["recall_and_precision"].items()}
        yield _row(other["name"], pairs, other["milliseconds"], other["megabytes"])


def by_kind(measured: Mapping[tuple[Part, str], Score]) -> Iterator[str]:
    """A row for each kind of personal data: how many of those marked are found in each language."""
    languages = languages_of(FRESH)
    yield f"| found / marked | {' | '.join(languages)} |"
    yield f"|---|{'---|' * len(languages)}"
    for kind in (*MARK_KINDS, ALL):
        figures = [measured[FRESH, language].kinds[kind] for language in languages]
        if any(one.marked for one in figures):
            yield f"| {kind} | {' | '.join(f'{one.hit} / {one.marked}' if one.marked else '' for one in figures)} |"
    clean = (measured[FRESH, language] for language in languages)
    yield f"| changed / with nothing to mask | {' | '.join(f'{one.changed} / {one.clean}' for one in clean)} |"


def undocumented(measured: Mapping[tuple[Part, str], Score]) -> Iterator[str]:
    """Rows that the document does not have as measured, as readable lines."""
    written = DOCUMENT.read_text("utf-8").splitlines()
    for row in (*by_language(measured), *by_kind(measured)):
        if row not in written:
            yield f"docs/privacy/masking.md does not say what was measured: {row}"


def _row(name: str, pairs: Mapping[Language, str], milliseconds: float, megabytes: int) -> str:
    cells = " | ".join(pairs.get(language, "") for language in languages_of(FRESH))
    return f"| {name} | {cells} | {milliseconds:g} | {megabytes} |"


def _pair(figures: Figures) -> str:
    return _written(100 * figures.recall, 100 * figures.precision)


def _written(recall: float, precision: float) -> str:
    return f"{recall:.0f} / {precision:.0f}"
