"""The reasoned list of vulnerabilities, and the audit that checks it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from assistant.core.paths import ROOT
from scripts import audit

FIELDS = {"package", "ids", "fixed_in", "unconfirmed", "reachable", "why", "measure"}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "scripts/audit.py", *arguments], cwd=ROOT, capture_output=True, text=True)


def report(**changes):
    """pip-audit's report if the service knew exactly what is listed; `changes` replace single packages."""
    listed = audit.entries()
    found = {
        name: [{"id": id_, "aliases": []} for entry in listed if entry["package"] == name for id_ in entry["ids"]]
        for name in audit.locked()
    }
    dependencies = {name: {"name": name, "version": "1", "vulns": vulns} for name, vulns in found.items()}
    return {"dependencies": list({**dependencies, **changes}.values())}


@pytest.fixture
def said(tmp_path):
    def saying(content):
        file = tmp_path / "report.json"
        file.write_text(json.dumps(content), "utf-8")
        return run("--report", str(file))

    return saying


@pytest.mark.parametrize("entry", audit.entries(), ids=lambda entry: entry["ids"][0])
def test_every_entry_says_why_it_does_no_harm_and_what_is_done(entry):
    assert entry.keys() <= FIELDS
    assert all(entry[field] for field in ("package", "ids", "why", "measure"))
    # YAML reads `no` as False; anything else would have to be fixed, not listed.
    assert entry["reachable"] is False
    if entry["measure"] == "not_shipped":
        assert entry["package"] in (ROOT / "deploy" / "not-at-run-time.txt").read_text("utf-8").splitlines()


def test_no_entry_is_older_than_what_is_locked():
    result = run("--offline")
    assert result.returncode == 0, result.stdout


def test_the_list_agrees_with_a_service_that_knows_the_same(said):
    assert said(report()).returncode == 0


def test_a_finding_that_is_not_listed_fails(said):
    new = {"id": "CVE-2099-1", "aliases": ["GHSA-x"], "fix_versions": ["9"]}
    result = said(report(sanic={"name": "sanic", "version": "21.12.2", "vulns": [new]}))
    assert result.returncode == 1
    assert "CVE-2099-1" in result.stdout


def test_a_finding_is_known_by_any_of_its_names(said):
    one = {"id": "GHSA-x", "aliases": ["CVE-2024-3660"]}
    assert said(report(keras={"name": "keras", "version": "2.12.0", "vulns": [one]})).returncode == 0


def test_an_entry_that_is_not_found_any_more_fails(said):
    result = said(report(keras={"name": "keras", "version": "2.12.0", "vulns": []}))
    assert result.returncode == 1
    assert "CVE-2024-3660 is listed but no longer reported" in result.stdout


def test_a_service_that_does_not_answer_is_no_success(said):
    result = said(report(keras={"name": "keras", "skip_reason": "not found"}))
    assert result.returncode == 2
    assert "Audit incomplete" in result.stdout


@pytest.mark.parametrize(("version", "complaints"), [("2.12.0", 0), ("2.13.0", 1), ("3.0", 1)])
def test_a_newer_version_outdates_an_entry(version, complaints):
    listed = [{"package": "keras", "ids": ["CVE-2024-3660"], "fixed_in": "2.13.0"}]
    assert len(list(audit.outdated(listed, {"keras": version}))) == complaints


def test_a_package_that_is_gone_outdates_its_entries():
    assert list(audit.outdated([{"package": "keras", "ids": ["CVE-2024-3660"]}], {}))


def test_the_bill_of_materials_names_every_locked_package():
    subprocess.run([ROOT / "scripts" / "tools"], check=True, capture_output=True)
    tool = ROOT / ".venv-tools" / "bin" / "cyclonedx-py"
    command = [tool, "requirements", "--output-reproducible", "--no-validate", "-o", "-", ROOT / "requirements.txt"]
    bill = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert bill["bomFormat"] == "CycloneDX"
    assert {part["name"]: part["version"] for part in bill["components"]} == audit.locked()
