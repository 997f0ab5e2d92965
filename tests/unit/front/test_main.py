"""What the front says where it cannot start."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from assistant.core.paths import ROOT

PASSWORD = "f00dfeed" * 4


@pytest.mark.parametrize(
    ("database", "said"),
    [
        (f"postgresql+psycopg2://assistant:{PASSWORD}@127.0.0.1:1/assistant", "Connection refused"),
        ("sqlite:////nowhere/at/all.sqlite", "unable to open database file"),
        ("sqlite:////etc/hostname", "file is not a database"),
    ],
)
def test_a_database_that_is_away_is_told_in_one_line(tmp_path, database, said):
    given = {"ASSISTANT_DATA": str(tmp_path), "ASSISTANT_DATABASE": database}
    ended = subprocess.run(
        [sys.executable, "-m", "assistant.front", "--port", "0"],
        cwd=ROOT,
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert ended.returncode == 1
    last = ended.stderr.splitlines()[-1]
    assert last.startswith("The front cannot start: it cannot open its database (")
    assert said in last
    assert "Traceback" not in ended.stderr
    assert PASSWORD not in ended.stderr
