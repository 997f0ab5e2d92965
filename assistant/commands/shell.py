"""A chat in the terminal, with servers of its own: `make shell`, `make shell DEBUG=1`."""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from assistant.commands.talk import talk
from assistant.core.paths import ROOT
from assistant.launch import servers
from assistant.staff.nearest import nearest
from assistant.staff.texts import said, staff_language
from assistant.training.model import ensure_model

STARTUP_TIMEOUT_SECONDS = 120.0


def main() -> int:
    """Runs the servers and the chat, and stops the servers with it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--debug", action="store_true", help="say after each answer why it was given")
    debug = parser.parse_args().debug
    model = ensure_model()
    print(said("shell_starts", staff_language()), flush=True)
    with contextlib.suppress(KeyboardInterrupt), running(model) as port:
        if debug:
            # Read while the servers start, so that the first question need not wait for it.
            nearest("")
        if not servers.wait_until_answering(port, STARTUP_TIMEOUT_SECONDS):
            sys.exit(said("shell_no_start", staff_language()))
        talk(port, debug)
    return 0


@contextlib.contextmanager
def running(model: Path) -> Iterator[int]:
    """Rasa and its action server; yields Rasa's port, and stops both."""
    port, actions_port = servers.free_port(), servers.free_port()
    # The action server tells a terminal more than visitors, and nobody else can reach this one.
    environment = servers.environment({"ASSISTANT_DEBUG": "1"})
    with tempfile.TemporaryDirectory() as folder:
        endpoints = servers.endpoints_for(actions_port, Path(folder))
        commands = (servers.actions_command(actions_port), servers.rasa_command("run", model, port, endpoints))
        programs = [
            subprocess.Popen(each, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
            for each in commands
        ]
        try:
            yield port
        finally:
            for program in programs:
                program.terminate()
            for program in programs:
                program.wait()


if __name__ == "__main__":
    sys.exit(main())
