"""Starts the assistant and prints its address: `make run`."""

from __future__ import annotations

import argparse
import shlex
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path

from honcho.manager import Manager

from assistant.front.core.settings import FRONT_PORT
from assistant.launch import servers
from assistant.training.model import ensure_model

STARTUP_TIMEOUT_SECONDS = 120.0
# What honcho returns after Ctrl-C: 128 plus the signal's number.
INTERRUPTED = 130
BANNER = """
The assistant is ready. Open it in a browser: http://{host}:{front_port}/
Rasa itself can be asked on this machine, from another terminal:

  curl -s http://{host}:{port}/webhooks/rest/webhook -H 'Content-Type: application/json' \\
    -d '{{"sender": "me", "message": "Wie vielen Menschen hat das Familienhilfeprogramm geholfen?"}}'

Ctrl-C stops it.
"""


def refuse_if_in_use(*ports: int) -> None:
    """Exits with advice if a port is taken."""
    for port in ports:
        if servers.in_use(port):
            sys.exit(
                f"Port {port} is in use by another program, perhaps another `make run`. "
                f"Stop it (`lsof -i :{port}` finds it), then try again."
            )


def announce(front_port: int, port: int) -> None:
    """Prints the address once a question really gets an answer there."""
    if servers.wait_until_ready(front_port, STARTUP_TIMEOUT_SECONDS):
        print(BANNER.format(host=servers.HOST, front_port=front_port, port=port), flush=True)
    else:
        print(f"The assistant gave no answer in {STARTUP_TIMEOUT_SECONDS:.0f} s; see the log above.", flush=True)


def commands(ports: argparse.Namespace, model: Path, folder: Path) -> Mapping[str, list[str]]:
    """The command lines of the three servers, by the names that prefix their log lines."""
    endpoints = servers.endpoints_for(ports.actions_port, folder)
    return {
        "actions": servers.actions_command(ports.actions_port),
        "rasa": servers.rasa_command("run", model, ports.port, endpoints),
        "front": servers.front_command(ports.front_port, ports.port),
    }


def ports_named() -> argparse.Namespace:
    """The ports given on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--front-port", type=int, default=FRONT_PORT)
    parser.add_argument("--port", type=int, default=servers.PORT, help="of Rasa")
    parser.add_argument("--actions-port", type=int, default=servers.ACTIONS_PORT)
    return parser.parse_args()


def main() -> int:
    """Runs the three servers until Ctrl-C or until one of them dies; passes on their exit code."""
    ports = ports_named()
    refuse_if_in_use(ports.front_port, ports.port, ports.actions_port)
    model = ensure_model()
    with tempfile.TemporaryDirectory() as folder:
        manager = Manager()
        for name, command in commands(ports, model, Path(folder)).items():
            manager.add_process(name, shlex.join(command), env=servers.environment())
        threading.Thread(target=announce, args=(ports.front_port, ports.port), daemon=True).start()
        manager.loop()
    return 0 if manager.returncode == INTERRUPTED else int(manager.returncode or 0)


if __name__ == "__main__":
    sys.exit(main())
