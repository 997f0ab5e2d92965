"""Compares the known vulnerabilities of the locked packages with the reasoned list in docs/vulnerabilities.yml.

`make audit` runs pip-audit, which queries its service; `--offline` only checks whether every entry of the list still
applies to the locked versions; `--report FILE` reads an earlier report of pip-audit.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
LOCKED = ROOT / "requirements.txt"
LIST = ROOT / "docs" / "vulnerabilities.yml"
Entry = Mapping[str, Any]


def locked(path: Path = LOCKED) -> dict[str, str]:
    """The locked version of each package."""
    return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", path.read_text("utf-8"), re.M))


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
    """pip-audit's report on the locked packages; exits if it fails."""
    command = [str(ROOT / ".venv-tools" / "bin" / "pip-audit"), "--format", "json", "--progress-spinner", "off"]
    command += ["--require-hashes", "--disable-pip", "--requirement", str(LOCKED)]
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


def main() -> int:
    """0 if list and findings agree, 1 if they differ, 2 if the audit could not be completed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--offline", action="store_true", help="compare the list only with the lock")
    parser.add_argument("--report", type=Path, help="a JSON report written by pip-audit")
    arguments = parser.parse_args()
    listed = entries()
    complaints = list(outdated(listed, locked()))
    if not arguments.offline:
        report = json.loads(arguments.report.read_text("utf-8")) if arguments.report else report_of_service()
        if unknown := unaudited(report):
            print(f"Audit incomplete: the service did not know {len(unknown)} packages ({', '.join(unknown[:5])} …).")
            return 2
        complaints += compared(report, listed)
    print("\n".join(complaints) or f"The {sum(len(e['ids']) for e in listed)} listed vulnerabilities match the lock.")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
