"""Which answers are withdrawn for now: a small file that editors write and that is reread whenever it changes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from assistant.core.atomic_files import replace_file
from assistant.core.paths import ROOT

FILE = "withdrawn.yml"
MAX_FILE_BYTES, MAX_TEXT_CHARACTERS = 64 * 1024, 300
FIELDS = {"by", "on", "why"}
# An emergency text must always be there, and small talk holds nothing that could be false: both are corrected instead.
MAY_BE_WITHDRAWN = {"fact", "referral"}


@dataclass(frozen=True)
class Withdrawal:
    """Who has withdrawn an answer, on which day (ISO date), and why; visitors see none of it."""

    by: str
    on: str
    why: str


def withdrawn_path(environment: Mapping[str, str] = os.environ) -> Path:
    """The file of withdrawn answers: as named, or beside the operator's notice, or in the data folder."""
    named, notice = environment.get("ASSISTANT_WITHDRAWN_FILE"), environment.get("ASSISTANT_NOTICE_FILE")
    if named:
        return Path(named)
    return Path(notice).with_name(FILE) if notice else Path(environment.get("ASSISTANT_DATA") or ROOT / ".data") / FILE


def read(path: Path) -> dict[str, Withdrawal]:
    """The withdrawals in a file, none if it is empty or missing; raises ValueError if it is invalid."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        return {}
    if len(content) > MAX_FILE_BYTES:
        raise ValueError(f"it is larger than {MAX_FILE_BYTES} bytes")
    try:
        # Unlike in the knowledge, nothing here needs a line number.
        parsed = yaml.load(content.decode("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - makes texts only
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"it is not valid YAML ({type(error).__name__})") from None
    return withdrawals_of(parsed)


def withdrawals_of(content: object) -> dict[str, Withdrawal]:
    """The withdrawals in a file's parsed content; raises ValueError if it is invalid."""
    if not content:
        return {}
    if not isinstance(content, dict):
        raise ValueError("it must list entries, such as `ask_figures/fap_reached: {by: …, on: …, why: …}`")
    return {str(entry): _withdrawal(entry, raw) for entry, raw in content.items()}


def _withdrawal(entry: object, raw: object) -> Withdrawal:
    if not isinstance(raw, dict) or set(raw) != FIELDS or not all(isinstance(text, str) for text in raw.values()):
        raise ValueError(f"{entry} must have `by`, `on` and `why`")
    if any(len(text) > MAX_TEXT_CHARACTERS for text in raw.values()):
        raise ValueError(f"a text of {entry} has more than {MAX_TEXT_CHARACTERS} characters")
    return Withdrawal(**raw)


def write(path: Path, withdrawals: Mapping[str, Withdrawal]) -> None:
    """Writes the file atomically: readers find the old or the new one, never half of it."""
    content = {entry: {"by": each.by, "on": each.on, "why": each.why} for entry, each in sorted(withdrawals.items())}
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=1000) if content else ""
    # Visitors never see it, but the servers that read it may run as other users.
    replace_file(path, written.encode(), mode=0o644)
