"""Real servers for the tests that talk to them, on ports of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from assistant.commands import servers
from assistant.paths import ROOT

Messages = list[dict[str, Any]]
LONGEST_START = 120


@pytest.fixture(scope="session")
def assistant_port(tmp_path_factory) -> Iterator[int]:
    """The port of a running assistant, started as `make run` starts it."""
    port, actions_port = servers.free_port(), servers.free_port()
    log = tmp_path_factory.mktemp("assistant") / "log.txt"
    command = [sys.executable, "-m", "assistant.commands.run", "--port", str(port), "--actions-port", str(actions_port)]
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
        try:
            assert servers.wait_until_answering(port, LONGEST_START), log.read_text()[-3000:]
            yield port
        finally:
            process.terminate()
            process.wait(timeout=30)


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
