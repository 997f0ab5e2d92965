"""Attacks on a front as it is started, measured by its memory and by what a stranger gets meanwhile."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from assistant.core.paths import ROOT
from assistant.front.server.http import HEADER_SECONDS
from assistant.launch.servers import HOST, free_port
from tests.fakes.raw_client import ELSEWHERE, TEXT, Raw, RawWebSocket, bomb
from tests.support.wait import answers, until

pytestmark = pytest.mark.slow
LONGEST_START = 120
HALF = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Name: "
PAGE = os.sysconf("SC_PAGE_SIZE")


class RealFront:
    """A front that runs as a program; Rasa is away."""

    def __init__(self, process, address, log):
        self.process, self.address, self.log = process, address, log

    @property
    def megabytes(self):
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text("ascii").split()[1])
        return pages * PAGE / 2**20

    @property
    def files(self):
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def stranger(self):
        """The status that somebody at another address gets."""
        with Raw(self.address, ELSEWHERE) as client:
            return client.asks()


@contextmanager
def running(folder, max_files=None):
    port, log = free_port(), folder / "front.log"

    def fewer_files():
        if max_files:
            resource.setrlimit(resource.RLIMIT_NOFILE, (max_files, max_files))

    command = [sys.executable, "-m", "assistant.front", "--port", str(port), "--rasa-port", "1"]
    environment = {**os.environ, "ASSISTANT_DATA": str(folder), "LOG_LEVEL": "WARNING"}
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=output, preexec_fn=fewer_files)
    try:
        address = f"http://{HOST}:{port}"
        until(lambda: answers(f"{address}/health"), LONGEST_START)
        yield RealFront(process, address, log)
    finally:
        process.terminate()
        process.wait(30)


def test_what_inflates_fills_no_memory(tmp_path):
    inflating = bomb(15_500_000)
    with running(tmp_path) as front, ExitStack() as stack:
        before = front.megabytes
        for _ in range(40):
            client = stack.enter_context(RawWebSocket(front.address))
            client.frame(TEXT, inflating, fin=False, compressed=True)
        assert front.stranger() == 200
        # Forty such messages would be 600 MB.
        assert front.megabytes - before < 60


def test_half_headers_of_one_address_leave_files_for_others_and_are_ended(tmp_path):
    with running(tmp_path, max_files=1024) as front, ExitStack() as stack:
        clients = []
        for _ in range(1100):
            client = stack.enter_context(Raw(front.address))
            clients.append(client)
            try:
                client.send(HALF)
            except ConnectionError:
                continue
        # The front may still be closing those that it has refused; the others are held for longer than this.
        until(lambda: front.files < 600, HEADER_SECONDS / 2)
        assert front.stranger() == 200
        assert clients[0].is_closed(60)
        until(lambda: front.files < 100, 60)
        log = front.log.read_text("utf-8")
    assert "one address has 153, the most that it may have" in log
    assert "its headers were not complete in time" in log
    assert log.count("\n") < 10


def test_a_hundred_megabytes_of_headers_are_not_kept(tmp_path):
    with running(tmp_path) as front, Raw(front.address) as client:
        before = front.megabytes
        assert client.send(HALF).floods(b"x" * 2**20, 100)
        assert front.megabytes - before < 30
        assert front.stranger() == 200
        assert "its headers have more than" in front.log.read_text("utf-8")
