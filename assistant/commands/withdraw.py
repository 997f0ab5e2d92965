"""Withdraws an answer, or gives it back, while the assistant runs: `make withdraw`; see knowledge/README.md."""

from __future__ import annotations

import argparse
import datetime
import getpass
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from assistant.core.paths import ROOT
from assistant.knowledge import KnowledgeBase, KnowledgeError, load
from assistant.knowledge.withdrawn import MAY_BE_WITHDRAWN, Withdrawal, read, withdrawn_path, write
from assistant.knowledge.wording import said


@dataclass(frozen=True)
class Asked:
    """What the command line asks for."""

    file: Path
    entry: str | None = None
    why: str | None = None
    back: bool = False


def changed(before: dict[str, Withdrawal], asked: Asked, base: KnowledgeBase | None) -> dict[str, Withdrawal]:
    """The withdrawals afterwards; raises ValueError if what is asked for cannot be."""
    assert asked.entry is not None  # noqa: S101 - nothing is changed without one
    if asked.back:
        if asked.entry not in before:
            raise ValueError(said("not_withdrawn", entry=asked.entry))
        return {entry: each for entry, each in before.items() if entry != asked.entry}
    found = base.find(asked.entry) if base else None
    if base and not found:
        raise ValueError(said("no_such_entry", entry=asked.entry))
    if found and found.kind not in MAY_BE_WITHDRAWN:
        raise ValueError(said(f"never_withdrawn_{found.kind}", entry=asked.entry))
    if not (asked.why or "").strip():
        raise ValueError(said("why_missing", entry=asked.entry))
    today = datetime.date.today().isoformat()
    return {**before, asked.entry: Withdrawal(editor(), today, (asked.why or "").strip())}


def editor() -> str:
    """Who is at the keyboard: the name that git signs commits with, or else the login."""
    git = shutil.which("git")
    command = [git or "git", "config", "user.name"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.strip() if git else ""
    return found or getpass.getuser()


def described(withdrawals: dict[str, Withdrawal]) -> str:
    """All withdrawals in words."""
    if not withdrawals:
        return said("nothing_withdrawn")
    lines = [
        said("one_withdrawn", entry=entry, by=each.by, on=each.on, why=each.why) for entry, each in withdrawals.items()
    ]
    return "\n".join([said("withdrawn_now"), *lines])


def wanted() -> Asked:
    """The arguments of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("entry", nargs="?", help="such as ask_figures/fap_reached; without it, the list is shown")
    parser.add_argument("--why", help="the reason, for colleagues")
    parser.add_argument("--back", action="store_true", help="give the answer again")
    parser.add_argument("--file", type=Path, default=withdrawn_path(), help="instead of ASSISTANT_WITHDRAWN_FILE")
    found = parser.parse_args()
    return Asked(found.file, found.entry or None, found.why, found.back)


def known() -> KnowledgeBase | None:
    """The knowledge; None if it is not in order just now, which must not keep anybody from withdrawing."""
    try:
        return load()
    except KnowledgeError:
        return None


def main() -> int:
    """Writes the file, or shows it if no entry is named; returns 1 if it cannot."""
    asked = wanted()
    try:
        withdrawals = read(asked.file)
        if asked.entry:
            withdrawals = changed(withdrawals, asked, None if asked.back else known())
            write(asked.file, withdrawals)
            print(said("given_back" if asked.back else "taken_back", entry=asked.entry, file=asked.file))
        print(described(withdrawals))
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
