"""The reasoned list of vulnerabilities, and the audit that checks it."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, timedelta

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
        for name in audit.shipped()
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
    """The age of the record is the concern of `make check`: a test must not fail by the mere passing of time."""
    assert list(audit.outdated(audit.entries(), audit.shipped())) == []


def test_the_list_agrees_with_a_service_that_knows_the_same(said):
    assert said(report()).returncode == 0


def test_a_finding_that_is_not_listed_fails(said):
    new = {"id": "CVE-2099-1", "aliases": ["GHSA-x"], "fix_versions": ["9"]}
    result = said(report(sanic={"name": "sanic", "version": "21.12.2", "vulns": [new]}))
    assert result.returncode == 1
    assert "CVE-2099-1" in result.stdout


def test_a_finding_is_known_by_any_of_its_names(said):
    one = {"id": "GHSA-x", "aliases": ["CVE-2024-5206"]}
    same = report(**{"scikit-learn": {"name": "scikit-learn", "version": "1.1.3", "vulns": [one]}})
    assert said(same).returncode == 0


def test_an_entry_that_is_not_found_any_more_fails(said):
    result = said(report(keras={"name": "keras", "version": "2.12.0", "vulns": []}))
    assert result.returncode == 1
    assert "CVE-2024-3660 is listed but no longer reported" in result.stdout


def test_a_service_that_does_not_answer_is_no_success(said):
    result = said(report(keras={"name": "keras", "skip_reason": "not found"}))
    assert result.returncode == 2
    assert "Audit incomplete" in result.stdout


def test_the_list_names_what_is_known_of_packages_that_stay_old():
    """A list that was read anew must not lose these."""
    listed = {id_ for entry in audit.entries() for id_ in entry["ids"]}
    assert {"CVE-2025-51480", "CVE-2026-28500", "CVE-2026-34445", "CVE-2025-12060", "GHSA-hqp4-2352-xf5r"} <= listed


@pytest.fixture
def lock(tmp_path):
    file = tmp_path / "requirements.txt"
    file.write_text("one==1.0 \\\n    --hash=sha256:0\n", "utf-8")
    return file


def written(tmp_path, on, *pins):
    file = tmp_path / "audited.txt"
    file.write_text(audit.HEAD.format(on=on, by=audit.BY_HAND) + "\n".join(pins) + "\n", "utf-8")
    return file


@pytest.mark.parametrize(("days", "complaints"), [(0, 0), (31, 0), (32, 1), (-1, 1)])
def test_a_record_counts_for_a_month(tmp_path, lock, days, complaints):
    file, on = written(tmp_path, "2026-11-29", "one==1.0"), date(2026, 11, 29)
    assert len(list(audit.stale(on + timedelta(days), file, [lock]))) == complaints


@pytest.mark.parametrize("pins", [(), ("one==0.9",), ("two==1.0",)])
def test_a_locked_package_that_was_not_looked_up_is_named(tmp_path, lock, pins):
    (complaint,) = audit.stale(date(2026, 11, 29), written(tmp_path, "2026-11-29", *pins), [lock])
    assert "one==1.0" in complaint


def test_without_a_record_nothing_counts_as_looked_up(tmp_path, lock):
    assert len(list(audit.stale(date(2026, 11, 29), tmp_path / "none", [lock]))) == 2


def test_what_is_recorded_is_found_again(tmp_path):
    audit.record(audit.BY_SERVICE, date(2026, 11, 29), tmp_path / "audited.txt")
    assert list(audit.stale(date(2026, 11, 30), tmp_path / "audited.txt")) == []


def test_the_record_names_both_images():
    recorded = audit.RECORD.read_text("utf-8").splitlines()
    assert set(audit.pins()) <= set(recorded)
    assert {"rasa==3.6.21", f"aiohttp=={audit.locked(audit.LOCKS[1])['aiohttp']}"} <= set(recorded)


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
