"""What an attack found: figures, each beside the bound that it must keep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypedDict

HEADINGS = ("row", "attack", "measured", "bound", "verdict")
MAX_CELL_CHARACTERS = 200
Verdict = Literal["held", "broken"]


@dataclass(frozen=True)
class Finding:
    """One measured figure; it held if it kept its bound."""

    attack: str
    measured: str
    bound: str
    held: bool

    @property
    def verdict(self) -> Verdict:
        """In one word."""
        return "held" if self.held else "broken"


@dataclass(frozen=True)
class Row:
    """An attack: its number in the list of attacks, and what carries it out in an empty folder."""

    number: int
    title: str
    attack: Callable[[Path], list[Finding]]
    deadline_seconds: float = 60.0


class Recorded(TypedDict):
    """A finding as the JSON report holds it."""

    row: int
    title: str
    attack: str
    measured: str
    bound: str
    verdict: Verdict
    seconds: float


def at_most(attack: str, value: float, most: float, unit: str, detail: str = "") -> Finding:
    """A figure that must not exceed a bound; `detail` is shown beside it."""
    return Finding(attack, f"{_number(value)} {unit}{detail}", f"at most {_number(most)} {unit}", value <= most)


def expected(attack: str, measured: object, wanted: object) -> Finding:
    """Something that must be just so."""
    return Finding(attack, str(measured), str(wanted), measured == wanted)


def recorded(row: Row, finding: Finding, seconds: float) -> Recorded:
    """A finding with the row that it belongs to."""
    return {
        "row": row.number,
        "title": row.title,
        "attack": finding.attack,
        "measured": finding.measured,
        "bound": finding.bound,
        "verdict": finding.verdict,
        "seconds": round(seconds, 1),
    }


def as_markdown(found: Sequence[Recorded]) -> str:
    """The table as Markdown."""
    cells = [
        (one["row"], f"{one['title']}: {one['attack']}", one["measured"], one["bound"], one["verdict"]) for one in found
    ]
    lines: list[Sequence[object]] = [HEADINGS, ("---",) * len(HEADINGS), *cells]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "/")[:MAX_CELL_CHARACTERS]
