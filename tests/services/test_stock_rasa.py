"""Rasa's own commands work on the project without the launcher and its patches."""

from __future__ import annotations

import subprocess

import pytest

from assistant.core.paths import ROOT
from assistant.launch import servers
from assistant.training.model import model_path
from tests.support.replies import envelope

pytestmark = [pytest.mark.slow, pytest.mark.long]


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
