"""The action server's log tells of faults, and not of connections that somebody closed without a request."""

from __future__ import annotations

import logging
import socket
import subprocess
import time

import pytest

from assistant.core.paths import ROOT
from assistant.engine.hung_up import LOGGER, NoRequest, keep_out
from assistant.launch import servers
from tests.support.wait import until


class ServiceUnavailable(Exception):  # noqa: N818 - as Sanic names it
    """Stands for Sanic's."""


NOBODY = "Exception occurred during execution of request <Request: NONE *>"


@pytest.mark.parametrize(
    ("message", "error", "logged"),
    [
        (NOBODY, ServiceUnavailable("Cancelled"), False),
        # Somebody waited for this one in vain.
        (NOBODY.replace("NONE *", "POST /webhook"), ServiceUnavailable("Cancelled"), True),
        (NOBODY, ServiceUnavailable("Response Timeout"), True),
        (NOBODY, ValueError("Cancelled"), True),
        (NOBODY, None, True),
    ],
)
def test_only_a_connection_without_a_request_is_kept_out(message, error, logged, caplog):
    keep_out()
    keep_out()
    logger = logging.getLogger(LOGGER)
    assert len([one for one in logger.filters if isinstance(one, NoRequest)]) == 1
    with caplog.at_level(logging.ERROR, LOGGER):
        logger.error(message, exc_info=error)
    assert bool(caplog.records) == logged


@pytest.mark.slow
def test_a_running_action_server_logs_nothing_of_them(tmp_path):
    port, log = servers.free_port(), tmp_path / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            servers.actions_command(port), cwd=ROOT, env=servers.environment(), stdout=file, stderr=subprocess.STDOUT
        )
    try:
        until(lambda: servers.in_use(port), 60)
        for sent in (b"", b"POST /webhook HTTP/1.1\r\nHost"):
            with socket.create_connection((servers.HOST, port)) as connection:
                connection.sendall(sent)
                time.sleep(0.3)
        # One more fault of the same logger, which it has to tell.
        with socket.create_connection((servers.HOST, port)) as connection:
            connection.sendall(b"POST /webhook HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n{")
            connection.recv(1)
        until(lambda: "<Request: POST /webhook>" in log.read_text("utf-8"), 20, lambda: log.read_text("utf-8"))
    finally:
        process.terminate()
        process.wait(timeout=30)
    assert "Cancelled" not in log.read_text("utf-8")
    # Nor the warnings of old libraries, which Sanic shows whatever PYTHONWARNINGS says.
    assert "Warning" not in log.read_text("utf-8")
