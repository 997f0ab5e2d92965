"""The desk's own process: it starts, lets in nobody but the login proxy, and says in one line why it cannot start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from assistant.core.paths import ROOT
from assistant.launch.servers import HOST, free_port, in_use

pytestmark = pytest.mark.slow
PATIENCE_SECONDS = 120


def desk(port: int, data: Path, **settings: str) -> subprocess.Popen[str]:
    """The process, with data of its own."""
    command = [sys.executable, "-W", "ignore", "-m", "assistant.desk", "--port", str(port)]
    environment = {**os.environ, "ASSISTANT_DATA": str(data), **settings}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)


def test_it_serves_whom_the_proxy_names_and_ends_when_told(tmp_path: Path):
    port = free_port()
    process = desk(port, tmp_path)
    try:
        end = time.monotonic() + PATIENCE_SECONDS
        while not in_use(port):
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.2)
        proxy = {"X-Forwarded-User": "anna", "X-Desk-Secret": (tmp_path / "desk-secret").read_text()}
        with httpx2.Client(base_url=f"http://{HOST}:{port}", timeout=30, trust_env=False) as client:
            assert client.get("/static/desk.css", headers=proxy).status_code == 200
            assert client.get("/static/desk.css").status_code == 403
            assert "server" not in client.get("/static/desk.css", headers=proxy).headers
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode in (0, -signal.SIGTERM)
    assert str(port) in said
    assert proxy["X-Desk-Secret"] not in said


def test_what_keeps_it_from_starting_is_said_in_one_line(tmp_path: Path):
    process = desk(free_port(), tmp_path, ASSISTANT_DESK_PROXIES="everybody")
    _, said = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 1
    assert said.strip().splitlines() == [said.strip()]
    assert said.startswith("The desk cannot start: ASSISTANT_DESK_PROXIES")
