"""The Rasa shell with an action server of its own: `make shell`, `make shell DEBUG=1`."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from assistant.core.paths import ROOT
from assistant.launch import servers
from assistant.training.model import ensure_model

STARTUP_TIMEOUT_SECONDS = 60.0


def main() -> int:
    """Runs the shell and stops the action server with it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--debug", action="store_true", help="show language, intent, entry and the gate's reason")
    arguments = parser.parse_args()
    model = ensure_model()
    port, actions_port = servers.free_port(), servers.free_port()
    environment = servers.environment({"ASSISTANT_DEBUG": "1"} if arguments.debug else None)
    with tempfile.TemporaryDirectory() as folder:
        endpoints = servers.endpoints_for(actions_port, Path(folder))
        command = servers.actions_command(actions_port)
        actions = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        try:
            _wait_for(actions_port, actions)
            shell = servers.rasa_command("shell", model, port, endpoints)
            return subprocess.run(shell, cwd=ROOT, env=environment).returncode
        except KeyboardInterrupt:
            return 0
        finally:
            actions.terminate()
            actions.wait()


def _wait_for(port: int, actions: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + STARTUP_TIMEOUT_SECONDS
    while not servers.in_use(port):
        if actions.poll() is not None or time.monotonic() > end:
            sys.exit("The action server did not start; see the output above.")
        time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main())
