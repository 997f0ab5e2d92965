"""What the front says if it cannot start."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from assistant.core.paths import ROOT
from assistant.front import __main__ as front
from assistant.front.messengers.registry import configured
from assistant.front.store.chats import Store
from assistant.front.store.schema import database
from tests.fakes.vendors.slack import SlackWire

PASSWORD = "f00dfeed" * 4
SAID = "The front cannot start: it cannot open its database ("


@pytest.mark.parametrize(
    ("away", "said"),
    [
        ("sqlite:////nowhere/at/all.sqlite", "unable to open database file"),
        ("sqlite:////etc/hostname", "file is not a database"),
    ],
)
def test_a_database_that_is_away_is_told_in_one_line(command, monkeypatch, tmp_path, away, said):
    monkeypatch.setattr(front.logs, "set_up", lambda: None)
    ended = command(front, "--port", 0, ASSISTANT_DATA=str(tmp_path), ASSISTANT_DATABASE=away)
    assert ended.returncode == 1
    assert ended.stderr.startswith(SAID)
    assert said in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_keys_that_are_somewhere_else_are_told_in_one_line(command, monkeypatch, tmp_path):
    monkeypatch.setattr(front.logs, "set_up", lambda: None)
    engine = database(f"sqlite:///{tmp_path / 'front.db'}")
    store = Store(engine)
    store.open_chat("chat", "de", 1.0)
    store.accept("chat", "id", "Hallo", "de", None, 1.0)
    engine.dispose()
    (tmp_path / "front.keys").unlink()
    monkeypatch.setattr(front, "serve", lambda _: None)
    ended = command(front, "--port", 0, ASSISTANT_DATA=str(tmp_path), ASSISTANT_DATABASE=str(engine.url))
    assert ended.returncode == 1
    assert ended.stderr.startswith("The front cannot start: The database holds chats, but none of the keys")
    assert ended.stderr.count("\n") == 1


def test_a_messenger_that_lacks_a_secret_stays_off_and_that_is_said(monkeypatch):
    for name, value in SlackWire().environment("http://127.0.0.1:9").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ASSISTANT_SLACK_SIGNING_SECRET", "")
    assert front.startup_lines()[1:] == ["slack stays off: ASSISTANT_SLACK_SIGNING_SECRET missing."]
    assert configured() == {}


@pytest.mark.slow
def test_no_password_is_told_where_a_database_is_away(tmp_path):
    database = f"postgresql+psycopg2://assistant:{PASSWORD}@127.0.0.1:1/assistant"
    ended = subprocess.run(
        [sys.executable, "-m", "assistant.front", "--port", "0"],
        cwd=ROOT,
        env={**os.environ, "ASSISTANT_DATA": str(tmp_path), "ASSISTANT_DATABASE": database},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    last = ended.stderr.splitlines()[-1]
    assert last.startswith(SAID)
    assert "Connection refused" in last
    assert "Traceback" not in ended.stderr
    assert PASSWORD not in ended.stderr
