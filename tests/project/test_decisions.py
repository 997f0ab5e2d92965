"""Decisions are numbered without gaps and indexed, and give their status."""

from __future__ import annotations

import re
import subprocess

import pytest

from assistant.core.paths import ROOT
from assistant.nlu.components.gate import Thresholds

FOLDER = ROOT / "docs" / "decisions"
FILES = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")
PARTS = ("Status", "Context", "Decision", "Consequences")
CHANGED = re.compile(r"\b(?:revoked|superseded|amended)\b")
CHANGED_BY = re.compile(
    r"\b(?:revoked|superseded|amended) by (?:\[decision\s+(\d+)\]\((\d{4}-[\w-]+\.md)\)|(the measurements below))"
)
LINK = re.compile(r"\[([^]]+)\]\([^)]+\)")
ROW = re.compile(r"^\| \[(\d+\. .+?)\]\((.+?)\) \| (.+?) \| (.+?) \|$", re.M)
INDEXED = ROW.findall((FOLDER / "README.md").read_text("utf-8"))


def status(text: str) -> str:
    return " ".join(re.search(r"^\*\*Status\.\*\* (.+?)\n\n", text, re.M | re.S)[1].split())


def in_short(text: str) -> str:
    """The status as in the index: the text before the first comma or full stop, without links."""
    return re.split(r"[,.]", LINK.sub(r"\1", status(text)))[0]


def test_numbers_have_no_gap():
    assert [int(path.name[:4]) for path in FILES] == list(range(1, len(FILES) + 1))


def test_the_index_lists_every_decision_with_its_title_and_status():
    decisions = [(path.name, path.read_text("utf-8")) for path in FILES]
    expected = [(text.partition("\n")[0].removeprefix("# "), name, in_short(text)) for name, text in decisions]
    assert [row[:3] for row in INDEXED] == expected


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_decision_has_its_number_and_its_parts_in_order(path):
    text = path.read_text("utf-8")
    assert text.startswith(f"# {int(path.name[:4])}. ")
    found = re.findall(r"^\*\*(\w+)\.\*\*", text, re.M)
    assert [name for name in found if name != "Measurements"] == list(PARTS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_was_revoked_or_amended_says_by_what(path):
    text = path.read_text("utf-8")
    by = CHANGED_BY.findall(status(text))
    assert len(by) == len(CHANGED.findall(status(text)))
    for number, file, measured in by:
        assert "**Measurements.**" in text if measured else file.startswith(f"{int(number):04}-")
        assert measured or ((FOLDER / file).exists() and file != path.name)


def test_references_from_everywhere_lead_to_the_decision_of_that_number():
    listed = subprocess.run(["git", "ls-files", "*.py", "*.md", "*.yml"], cwd=ROOT, capture_output=True, text=True)
    files = [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).exists()]
    texts = "\n".join(path.read_text("utf-8") for path in files)
    names = {path.name for path in FILES}
    linked = re.findall(r"\[decision\s+(\d+)\]\((?:\S*/)?(\d{4}-[\w-]+\.md)\)", texts)
    assert len(linked) > 10
    assert [pair for pair in linked if not pair[1].startswith(f"{int(pair[0]):04}-")] == []
    assert set(re.findall(r"decisions/(\d{4}-[\w-]+\.md)", texts)) <= names
    assert {int(number) for number in re.findall(r"\bdecision\s+(\d+)\b", texts)} <= set(range(1, len(FILES) + 1))


def test_the_thresholds_of_the_gate_are_those_of_the_code():
    table = re.findall(r"^\| `(\w+)` \| ([\d.]+) \| \w", (FOLDER / "0009-gate.md").read_text("utf-8"), re.M)
    assert {name: float(value) for name, value in table} == vars(Thresholds())
