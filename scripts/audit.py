"""Compares the known vulnerabilities of the locked packages with the reasoned list in docs/vulnerabilities.yml.

`make audit` asks pip-audit's service; `--offline` checks only whether every entry of the list still applies to what is
locked; `--report FILE` takes what pip-audit wrote before.
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
    """Versions by package, as locked."""
    return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", path.read_text("utf-8"), re.M))


def entries(path: Path = LIST) -> list[Entry]:
    """The reasoned list."""
    return list(yaml.safe_load(path.read_text("utf-8")))


def release(version: str) -> tuple[int, ...]:
    """A version's numbers, for comparing."""
    return tuple(int(number) for number in re.findall(r"\d+", version))


def outdated(listed: Sequence[Entry], versions: Mapping[str, str]) -> Iterator[str]:
    """Entries that the lock itself shows to apply no longer."""
    for entry in listed:
        name, ids = entry["package"], ", ".join(entry["ids"])
        if name not in versions:
            yield f"{name} is not locked any more; take out {ids}."
        elif "fixed_in" in entry and release(versions[name]) >= release(str(entry["fixed_in"])):
            yield f"{name} {versions[name]} has the fix; take out {ids}."


def report_of_service() -> dict[str, Any]:
    """What pip-audit says of the locked packages; exits where it could not be asked."""
    command = [str(ROOT / ".venv-tools" / "bin" / "pip-audit"), "--format", "json", "--progress-spinner", "off"]
    command += ["--require-hashes", "--disable-pip", "--requirement", str(LOCKED)]
    result = subprocess.run(command, capture_output=True, text=True)
    try:
        report: dict[str, Any] = json.loads(result.stdout)
    except ValueError:
        sys.exit(f"The audit could not be made:\n{result.stderr.strip()[-2000:]}")
    return report


def unaudited(report: Mapping[str, Any]) -> list[str]:
    """Packages that the service did not know; pip-audit itself passes over them and reports success."""
    return [found["name"] for found in report["dependencies"] if "skip_reason" in found]


def compared(report: Mapping[str, Any], listed: Sequence[Entry]) -> Iterator[str]:
    """Findings that are not listed, and entries without a finding."""
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
            yield f"{entry['package']}: {', '.join(sorted(gone))} is listed, but no longer reported."


def main() -> int:
    """0 when list and findings agree, 1 when they do not, 2 when the audit could not be made."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--offline", action="store_true", help="compare the list with the lock only")
    parser.add_argument("--report", type=Path, help="what pip-audit wrote as JSON")
    arguments = parser.parse_args()
    listed = entries()
    complaints = list(outdated(listed, locked()))
    if not arguments.offline:
        report = json.loads(arguments.report.read_text("utf-8")) if arguments.report else report_of_service()
        if unknown := unaudited(report):
            print(f"Not audited: the service did not answer for {len(unknown)} packages ({', '.join(unknown[:5])} …).")
            return 2
        complaints += compared(report, listed)
    print(
        "\n".join(complaints) or f"The {sum(len(e['ids']) for e in listed)} listed vulnerabilities agree with the lock."
    )
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
