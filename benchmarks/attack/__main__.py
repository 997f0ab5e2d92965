"""`make attack`: carries out the attacks on throw-away fronts, and prints what each measured beside its bound."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.attack.findings import Finding, Recorded, Row, as_markdown, recorded
from benchmarks.attack.rows import ROWS
from benchmarks.attack.run import attacked

WHOLE_RUN_SECONDS = 360.0


def chosen(listed: str, rows: Sequence[Row] = ROWS) -> list[Row]:
    """The rows named in a list such as `1,3`, or all; raises ValueError for a number that no row has."""
    numbers = [part.strip() for part in listed.split(",") if part.strip()]
    there = {str(row.number): row for row in rows}
    if unknown := [number for number in numbers if number not in there]:
        raise ValueError(f"there is no row {', '.join(unknown)}; there are {', '.join(there)}")
    return [there[number] for number in numbers] or list(rows)


def carried_out(rows: Sequence[Row], seconds: float) -> list[Recorded]:
    """What each row found; a row for which no time is left counts as broken."""
    until, found = time.monotonic() + seconds, list[Recorded]()
    for row in rows:
        print(f"row {row.number}: {row.title} …", end=" ", flush=True, file=sys.stderr)
        started = time.monotonic()
        found += [recorded(row, one, time.monotonic() - started) for one in _found(row, until - started)]
        broken = sum(one["verdict"] == "broken" for one in found if one["row"] == row.number)
        verdict = f"{broken} broken" if broken else "held"
        print(f"{time.monotonic() - started:.0f} s, {verdict}", flush=True, file=sys.stderr)
    return found


def _found(row: Row, left: float) -> list[Finding]:
    if left <= 0:
        return [Finding("was not carried out", "no time left", "carried out", held=False)]
    with tempfile.TemporaryDirectory(prefix=f"attack-{row.number}-") as folder:
        return attacked(row, Path(folder), min(row.deadline_seconds, left))


def main() -> int:
    """Prints the table; returns 1 if any bound was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="", help="only these, such as 1,3")
    parser.add_argument("--json", type=Path, help="also write what was found to this file")
    parser.add_argument("--seconds", type=float, default=WHOLE_RUN_SECONDS, help="for the whole run")
    arguments = parser.parse_args()
    try:
        rows = chosen(arguments.rows)
    except ValueError as error:
        parser.error(str(error))
    found = carried_out(rows, arguments.seconds)
    print(as_markdown(found))
    if arguments.json:
        arguments.json.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return int(any(one["verdict"] == "broken" for one in found))


if __name__ == "__main__":
    sys.exit(main())
