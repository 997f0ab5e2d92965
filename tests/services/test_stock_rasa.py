"""Rasa's own commands work on the project without the launcher and its patches."""

from __future__ import annotations

import subprocess
import sys

import pytest

from assistant.core.paths import ROOT
from assistant.engine.environment import quiet_environment
from assistant.launch import servers
from assistant.training.model import model_path
from tests.conftest import envelope

pytestmark = pytest.mark.slow


def test_stock_rasa_run_answers(tmp_path):
    port, actions_port = servers.free_port(), servers.free_port()
    endpoints = servers.endpoints_for(actions_port, tmp_path)
    command = servers.rasa_command("run", model_path(), port, endpoints)
    command = ["rasa" if word == "assistant.engine" else word for word in command]
    processes = [
        subprocess.Popen(
            line, cwd=ROOT, env=servers.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for line in (command, servers.actions_command(actions_port))
    ]
    try:
        assert servers.wait_until_answering(port, 120)
        answer = envelope(servers.ask("When was IOM founded?", port, "stock"))
        assert answer["entries"] == ["ask_history/founding"]
    finally:
        for process in processes:
            process.terminate()
            process.wait(timeout=30)


def test_the_engine_refuses_what_needs_tensorflow():
    command = [sys.executable, "-m", "assistant.engine", "test"]
    result = subprocess.run(command, cwd=ROOT, env=quiet_environment(), capture_output=True, text=True)
    assert result.returncode != 0
    assert "all else needs TensorFlow" in result.stderr


def test_an_unknown_patch_is_named():
    environment = {**quiet_environment(), "ASSISTANT_PATCHES": "-no_such_patch"}
    command = [sys.executable, "-m", "assistant.engine", "run"]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert result.returncode != 0
    assert "no_such_patch" in result.stderr
