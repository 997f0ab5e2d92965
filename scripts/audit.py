"""Compares the known vulnerabilities of the locked packages with the reasoned list in docs/vulnerabilities.yml.

`make audit` runs pip-audit, which queries its service, and records in docs/audited.txt what was looked up, and when.
`--by-hand` records that advisories were read instead. `--offline` asks nobody: it checks that every entry of the list
still applies, and that the record is recent and names every package that is shipped. `--report FILE` reads an earlier
report of pip-audit.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
LOCKED = ROOT / "requirements.txt"
# What is shipped: the engine's packages and the front's.
LOCKS = (LOCKED, ROOT / "requirements-front.txt")
LIST = ROOT / "docs" / "vulnerabilities.yml"
RECORD = ROOT / "docs" / "audited.txt"
MAX_AGE_DAYS = 31
BY_SERVICE, BY_HAND = "by pip-audit's service", "by hand, from the advisories that were read, so not completely"
HEAD = """\
# The packages whose known vulnerabilities were last looked up: written by `make audit`, or by `make audit BY_HAND=1`
# where its service cannot be reached. `make check` fails if this is older than a month or lacks what is locked.
# Looked up on {on} {by}.
"""
Entry = Mapping[str, Any]


def locked(path: Path = LOCKED) -> dict[str, str]:
    """The locked version of each package."""
    return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", path.read_text("utf-8"), re.M))


def shipped(locks: Sequence[Path] = LOCKS) -> dict[str, str]:
    """The version of each package that is shipped; the older one, where images differ."""
    versions: dict[str, str] = {}
    for lock in locks:
        for name, version in locked(lock).items():
            versions[name] = min(version, versions.get(name, version), key=release)
    return versions


def pins(locks: Sequence[Path] = LOCKS) -> list[str]:
    """Every package and version that is shipped."""
    return sorted({f"{name}=={version}" for lock in locks for name, version in locked(lock).items()})


def record(by: str, on: date, path: Path = RECORD) -> None:
    """Writes down what was looked up, by whom and when."""
    path.write_text("\n".join([HEAD.format(on=on.isoformat(), by=by).rstrip(), *pins(), ""]), "utf-8")


def stale(today: date, path: Path = RECORD, locks: Sequence[Path] = LOCKS) -> Iterator[str]:
    """Why the record no longer counts: its age, or what is locked and not in it."""
    text = path.read_text("utf-8") if path.exists() else ""
    found = re.search(r"^# Looked up on (\d{4}-\d\d-\d\d) ", text, re.M)
    advice = "run `make audit`, or read the advisories and run `make audit BY_HAND=1`"
    if not found:
        yield f"docs/audited.txt does not say when vulnerabilities were last looked up; {advice}."
    elif not 0 <= (today - date.fromisoformat(found[1])).days <= MAX_AGE_DAYS:
        yield f"Vulnerabilities were last looked up on {found[1]}, not within {MAX_AGE_DAYS} days; {advice}."
    if missing := sorted(set(pins(locks)) - set(text.splitlines())):
        yield f"Locked, but not looked up: {', '.join(missing)}; {advice}."


def entries(path: Path = LIST) -> list[Entry]:
    """The reasoned list."""
    return list(yaml.safe_load(path.read_text("utf-8")))


def release(version: str) -> tuple[int, ...]:
    """A version as a tuple of numbers that can be compared."""
    return tuple(int(number) for number in re.findall(r"\d+", version))


def outdated(listed: Sequence[Entry], versions: Mapping[str, str]) -> Iterator[str]:
    """Entries that no longer apply, judging by the lock alone."""
    for entry in listed:
        name, ids = entry["package"], ", ".join(entry["ids"])
        if name not in versions:
            yield f"{name} is no longer locked; remove {ids}."
        elif "fixed_in" in entry and release(versions[name]) >= release(str(entry["fixed_in"])):
            yield f"{name} {versions[name]} has the fix; remove {ids}."


def report_of_service() -> dict[str, Any]:
    """pip-audit's report on all that is shipped; exits if it fails."""
    return {"dependencies": [found for lock in LOCKS for found in _report_on(lock)["dependencies"]]}


def _report_on(lock: Path) -> dict[str, Any]:
    command = [str(ROOT / ".venv-tools" / "bin" / "pip-audit"), "--format", "json", "--progress-spinner", "off"]
    command += ["--require-hashes", "--disable-pip", "--requirement", str(lock)]
    result = subprocess.run(command, capture_output=True, text=True)
    try:
        report: dict[str, Any] = json.loads(result.stdout)
    except ValueError:
        sys.exit(f"The audit failed:\n{result.stderr.strip()[-2000:]}")
    return report


def unaudited(report: Mapping[str, Any]) -> list[str]:
    """Packages unknown to the service; pip-audit itself skips them and reports success."""
    return [found["name"] for found in report["dependencies"] if "skip_reason" in found]


def compared(report: Mapping[str, Any], listed: Sequence[Entry]) -> Iterator[str]:
    """Vulnerabilities that are not listed, and entries that are no longer reported."""
    reported: dict[str, set[str]] = {}
    for found in report["dependencies"]:
        for one in found.get("vulns", []):
            names = {one["id"], *one.get("aliases", [])}
            reported.setdefault(found["name"], set()).update(names)
            if not any(entry["package"] == found["name"] and names & set(entry["ids"]) for entry in listed):
                fix = ", ".join(one.get("fix_versions", [])) or "none yet"
                yield f"{found['name']} {found['version']}: {', '.join(sorted(names))} is not listed (fixed in: {fix})."
    for entry in listed:
        if gone := set(entry["ids"]) - reported.get(entry["package"], set()):
            yield f"{entry['package']}: {', '.join(sorted(gone))} is listed but no longer reported."


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--offline", action="store_true", help="ask nobody: compare list and record with the locks")
    way.add_argument("--by-hand", action="store_true", help="record that published advisories were read today")
    way.add_argument("--report", type=Path, help="a JSON report written by pip-audit")
    return parser.parse_args()


def main() -> int:
    """0 if list, record and findings agree, 1 if they differ, 2 if the audit could not be completed."""
    arguments, listed, today = _asked(), entries(), datetime.now(timezone.utc).date()
    complaints = list(outdated(listed, shipped()))
    if arguments.offline:
        complaints += stale(today)
    elif arguments.by_hand:
        record(BY_HAND, today)
    else:
        report = json.loads(arguments.report.read_text("utf-8")) if arguments.report else report_of_service()
        if unknown := unaudited(report):
            print(f"Audit incomplete: the service did not know {len(unknown)} packages ({', '.join(unknown[:5])} …).")
            return 2
        complaints += compared(report, listed)
        if not complaints and not arguments.report:
            record(BY_SERVICE, today)
    print("\n".join(complaints) or f"The {sum(len(e['ids']) for e in listed)} listed vulnerabilities match the locks.")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
