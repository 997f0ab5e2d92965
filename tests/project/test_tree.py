"""What may and may not lie in the repository."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from assistant.core.paths import ROOT, SHIPPED_VECTORS

BUILT = re.compile(
    r"(^|/)(models|\.rasa|__pycache__|node_modules|\.venv|\.cache)(/|$)|\.(db|sqlite3?|tar\.gz|pyc|npz)$"
)
HOSTS = re.compile(r"files\.pythonhosted\.org|pypi\.org/simple|registry\.npmjs\.org|deb\.debian\.org")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout, so nothing says which files belong to it")
    return [ROOT / name for name in listed.stdout.splitlines()]


def test_nothing_built_is_tracked():
    """Except for the vectors of the training questions, which a fresh clone would otherwise have to compute."""
    assert [path for path in tracked() if BUILT.search(str(path.relative_to(ROOT)))] == [SHIPPED_VECTORS]


def test_no_registry_address_stands_in_a_file():
    mine = Path(__file__)
    texts = [path for path in tracked() if path.is_file() and path != mine]
    assert [path for path in texts if HOSTS.search(path.read_text("utf-8", "ignore"))] == []


LOCKS = sorted(path.name for path in ROOT.glob("requirements*.txt"))


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_locked_with_hashes(name):
    lines = (ROOT / name).read_text("utf-8").splitlines()
    pinned = [line for line in lines if re.match(r"^[a-zA-Z0-9]", line)]
    assert pinned
    assert all("==" in line and line.endswith("\\") for line in pinned)
    assert sum("--hash=sha256:" in line for line in lines) >= len(pinned)


def test_development_runs_on_the_same_versions():
    def versions(name):
        return set(re.findall(r"^(\S+==\S+)", (ROOT / name).read_text("utf-8"), re.M))

    assert versions("requirements.txt") <= versions("requirements-dev.txt")
    assert versions("requirements-front.txt") <= versions("requirements-front-dev.txt")
