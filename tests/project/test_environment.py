"""The set-up script on machines that lack something."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from assistant.core.paths import ROOT

TOOLS = ("cat", "cksum", "dirname", "rm", "sh", "tr")


@pytest.fixture
def bare_machine(tmp_path):
    """A checkout without an environment, and a PATH with only a few basic tools."""
    checkout, tools = tmp_path / "checkout", tmp_path / "bin"
    shutil.copytree(ROOT / "scripts", checkout / "scripts")
    for name in (".python-version", "requirements.txt", "requirements-uv.txt"):
        shutil.copy(ROOT / name, checkout / name)
    tools.mkdir()
    for name in TOOLS:
        (tools / name).symlink_to(shutil.which(name))
    return checkout, tools


def set_up(checkout: Path, tools: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [str(checkout / "scripts" / "environment")]
    bare = {"PATH": str(tools), "HOME": str(checkout), **environment}
    return subprocess.run(command, env=bare, capture_output=True, text=True, timeout=60)


def test_a_missing_python_is_named_with_ways_to_get_it(bare_machine):
    result = set_up(*bare_machine)
    assert result.returncode == 1
    assert all(
        words in result.stderr
        for words in ("needs Python 3.10, which was not found", "pyenv install 3.10", "uv python install 3.10")
    )


def test_another_python_is_not_taken_for_the_right_one(bare_machine):
    checkout, tools = bare_machine
    other = tools / "python3"
    other.write_text("#!/bin/sh\nexit 1\n")
    other.chmod(0o755)
    assert set_up(checkout, tools).returncode == 1


def test_an_environment_up_to_date_is_left_alone():
    command = [str(ROOT / "scripts" / "environment"), "requirements-dev.txt"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stdout) == (0, "")
