"""Real servers for the tests that talk to them, on ports of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.commands import servers
from assistant.paths import ROOT
from tests.support.postgres import MissingError, Postgres

Messages = list[dict[str, Any]]
LONGEST_START = 120


@pytest.fixture(scope="session")
def running(tmp_path_factory) -> Iterator[tuple[int, int]]:
    """The ports of a running front and its Rasa, started as `make run` starts them."""
    front_port, port, actions_port = servers.free_port(), servers.free_port(), servers.free_port()
    folder = tmp_path_factory.mktemp("assistant")
    command = run_command(front_port, port, actions_port)
    environment = {**os.environ, "ASSISTANT_DATA": str(folder / "data")}
    with (folder / "log.txt").open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            assert servers.wait_until_ready(front_port, LONGEST_START), (folder / "log.txt").read_text()[-3000:]
            yield front_port, port
        finally:
            process.terminate()
            process.wait(timeout=30)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of the tests' own, in a folder that its user may enter."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            server = Postgres(Path(folder))
        except MissingError as missing:
            pytest.skip(str(missing))
        yield server
        server.stop("immediate")


@pytest.fixture(scope="session")
def assistant_port(running) -> int:
    """The port of the running Rasa server, on loopback."""
    return running[1]


@pytest.fixture(scope="session")
def front_url(running) -> str:
    """The address of the running front."""
    return f"http://{servers.HOST}:{running[0]}"


def run_command(front_port: int, port: int, actions_port: int) -> list[str]:
    """The command line of `make run` on other ports."""
    command = [sys.executable, "-m", "assistant.commands.run", "--front-port", str(front_port)]
    return [*command, "--port", str(port), "--actions-port", str(actions_port)]


@pytest.fixture
def say(assistant_port) -> Callable[..., Messages]:
    """Says something to the running assistant; a conversation of its own unless a sender is named."""

    def say_it(text: str, sender: str | None = None) -> Messages:
        return servers.ask(text, assistant_port, sender or uuid.uuid4().hex)

    return say_it


def envelope(messages: Messages) -> dict[str, Any]:
    """The answer envelope, which is exactly one and comes last."""
    found = [message["custom"]["answer"] for message in messages if "custom" in message]
    assert len(found) == 1, messages
    assert "custom" in messages[-1], messages
    return found[0]


def text_of(messages: Messages) -> str:
    """All that is said in a reply."""
    return "\n".join(message["text"] for message in messages if "text" in message)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """On the machine that decides about a change, a test that was skipped has not passed."""
    report = (yield).get_result()
    if report.skipped and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped, which does not count here: {report.longrepr}"
