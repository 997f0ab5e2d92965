"""Fixtures shared by all tests: real servers on free ports, and commands."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.launch import servers
from tests.support.command import Command
from tests.support.postgres import MissingError, Postgres
from tests.support.replies import Messages
from tests.support.shared_assistant import ports_of_running, stop

# Fixtures that start another program or a second interpreter.
STARTS_PROGRAMS = {"postgres", "python", "running", "started"}
# Folders whose tests go to any free worker; elsewhere a file's tests stay together because they share fixtures.
SPREAD = {"browser", "channels"}
# Started by `make test`, a `make` of the tests' own would take itself for a part of it and print directories.
for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
    os.environ.pop(name, None)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Marks tests that start a program as slow, and keeps the tests of a file in one worker."""
    for item in items:
        parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
        if STARTS_PROGRAMS & set(item.fixturenames) or "postgresql" in parameters:
            item.add_marker(pytest.mark.slow)
        if item.path.parent.name not in SPREAD and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(str(item.path.relative_to(config.rootpath))))


@pytest.fixture(scope="session")
def running(tmp_path_factory) -> tuple[int, int]:
    """The ports of a running front and its Rasa, started as by `make run` and shared by all workers."""
    folder = tmp_path_factory.getbasetemp()
    return ports_of_running(folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder)


def pytest_sessionfinish(session):
    """The controller, which outlives the workers, stops what they shared."""
    if not hasattr(session.config, "workerinput"):
        stop(session.config._tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for these tests, in a folder that its user can access."""
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


@pytest.fixture
def command(monkeypatch, capsys) -> Command:
    """Runs a command module in this process, as an operator would run it."""
    return Command(monkeypatch, capsys)


@pytest.fixture
def say(assistant_port) -> Callable[..., Messages]:
    """Sends a message to the running assistant, in a new conversation unless a sender is given."""

    def say_it(text: str, sender: str | None = None) -> Messages:
        return servers.ask(text, assistant_port, sender or uuid.uuid4().hex)

    return say_it


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """With CI=true, a skipped test counts as failed."""
    report = (yield).get_result()
    if report.skipped and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped, which does not count here: {report.longrepr}"
