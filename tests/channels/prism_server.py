"""Prism, a mock server that answers by an OpenAPI description and refuses requests that violate it."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager

from assistant.core.paths import ROOT
from assistant.launch.servers import HOST, free_port
from tests.support.npm import install
from tests.support.shared_assistant import LONGEST_START
from tests.support.wait import answers, until

FOLDER = ROOT / "tests" / "channels" / "prism"
# The parts of the vendors' own descriptions that are used here.
DESCRIPTIONS = ROOT / "tests" / "channels" / "specs"


@contextmanager
def prism(description, folder, *options):
    """The address of a Prism for one description; its output goes to a file in `folder`."""
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
        DESCRIPTIONS / description,
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
    until(lambda: answers(url) or process.poll() is not None, LONGEST_START, log.read_text)
    assert process.poll() is None, log.read_text()
