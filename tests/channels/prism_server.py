"""Prism, which answers requests as an OpenAPI description says, and refuses those that break it."""

from __future__ import annotations

import subprocess
import time
from contextlib import contextmanager

import httpx2
import pytest

from assistant.commands.servers import HOST, free_port
from assistant.paths import ROOT
from tests.conftest import LONGEST_START
from tests.npm import install

FOLDER = ROOT / "tests" / "channels" / "prism"
# Descriptions are the vendors' and large: they lie beside the project, not in it.
DESCRIPTIONS = ROOT.parent / "shared" / "specs"


@contextmanager
def prism(description, folder, *options):
    """The address of a Prism that knows one description; what it says goes to a file in `folder`."""
    path = DESCRIPTIONS / description
    if not path.is_file():
        pytest.skip(f"there is no {description} beside the project to judge by")
    install(FOLDER, "--ignore-scripts")
    port, log = free_port(), folder / "prism.txt"
    command = [
        "node",
        "node_modules/@stoplight/prism-cli/dist/index.js",
        "mock",
        "-h",
        HOST,
        "-p",
        str(port),
        *options,
        path,
    ]
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=FOLDER, stdout=output, stderr=subprocess.STDOUT)
        try:
            until_ready(f"http://{HOST}:{port}", process, log)
            yield f"http://{HOST}:{port}"
        finally:
            process.terminate()
            process.wait(timeout=30)


def until_ready(url, process, log):
    end = time.monotonic() + LONGEST_START
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        try:
            httpx2.get(url, timeout=5)
        except httpx2.HTTPError:
            time.sleep(0.2)
        else:
            return
