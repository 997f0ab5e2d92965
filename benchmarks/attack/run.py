"""Carries out one attack in a process of its own, which its deadline ends with everything that it started."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from assistant.core.paths import ROOT
from benchmarks.attack.findings import Finding, Row

# Where mounts are our own, so that a small disk can be mounted, and goes with the process.
OWN_MOUNTS = ("unshare", "--map-root-user", "--mount")
LAST_WORDS = 300


def attacked(row: Row, folder: Path, seconds: float, command: Sequence[str] | None = None) -> list[Finding]:
    """What the attack found; that it came to no end, or failed, is a finding too."""
    report = folder / "report.json"
    command = command or [*_own_mounts(), sys.executable, "-m", "benchmarks.attack.run", str(row.number), str(report)]
    with (folder / "output").open("w") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "TMPDIR": str(folder)},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            return [Finding("came to no end", f"{seconds:.0f} s", "its deadline", held=False)]
        finally:
            _end(process)
    if code or not report.exists():
        words = " ".join((folder / "output").read_text("utf-8").split())[-LAST_WORDS:]
        return [Finding("failed", words or f"code {code}", "carried out", held=False)]
    return [Finding(**one) for one in json.loads(report.read_text("utf-8"))]


def _own_mounts() -> Sequence[str]:
    try:
        allowed = subprocess.run([*OWN_MOUNTS, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return ()
    return OWN_MOUNTS if allowed else ()


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends the process with its children, all of which are in its group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def main() -> None:
    """Carries out the attack with the number given; writes what it found to the file given."""
    from benchmarks.attack.rows import ROWS

    number, report = int(sys.argv[1]), Path(sys.argv[2])
    (row,) = [row for row in ROWS if row.number == number]
    folder = report.parent / "work"
    folder.mkdir()
    found = row.attack(folder)
    report.write_text(json.dumps([asdict(one) for one in found]), "utf-8")


if __name__ == "__main__":
    main()
