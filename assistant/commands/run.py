"""Starts the assistant and prints its address: `make run`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
from pathlib import Path

from assistant.front.core.settings import FRONT_PORT
from assistant.launch import servers
from assistant.launch.supervisor import Program, Supervisor
from assistant.launch.tied import end_with_parent
from assistant.training.model import ensure_model

STARTUP_TIMEOUT_SECONDS = 120.0
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
                f"Port {port} is in use by another program, perhaps another `make run`. Stop it (`lsof -i :{port}` "
                f"finds it) or choose other ports (`make run PORT=8081 RASA_PORT=5006 ACTIONS_PORT=5056`)."
            )


def announce(supervisor: Supervisor, front_port: int, port: int) -> None:
    """Prints the address once a question really gets an answer there."""
    if servers.wait_until_ready(front_port, STARTUP_TIMEOUT_SECONDS):
        supervisor.ready.set()
        supervisor.show(BANNER.format(host=servers.HOST, front_port=front_port, port=port))
    else:
        supervisor.show(f"The assistant gave no answer in {STARTUP_TIMEOUT_SECONDS:.0f} s; see the log above.")


def programs(ports: argparse.Namespace, model: Path, folder: Path) -> list[Program]:
    """The three servers, under the names that prefix their log lines."""
    endpoints = servers.endpoints_for(ports.actions_port, folder)
    commands = {
        "actions": servers.actions_command(ports.actions_port),
        "rasa": servers.rasa_command("run", model, ports.port, endpoints),
        "front": servers.front_command(ports.front_port, ports.port),
    }
    return [Program(name, command, servers.environment()) for name, command in commands.items()]


def ports_named() -> argparse.Namespace:
    """The ports given on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--front-port", type=int, default=FRONT_PORT)
    parser.add_argument("--port", type=int, default=servers.PORT, help="of Rasa")
    parser.add_argument("--actions-port", type=int, default=servers.ACTIONS_PORT)
    parser.add_argument("--end-with-parent", action="store_true", help="stop when the calling program ends")
    return parser.parse_args()


def main() -> int:
    """Runs the three servers, restarting those that die, until it is told to stop or one cannot be kept running."""
    ports = ports_named()
    if ports.end_with_parent:
        end_with_parent(os.getppid())
    refuse_if_in_use(ports.front_port, ports.port, ports.actions_port)
    model = ensure_model()
    with tempfile.TemporaryDirectory() as folder:
        supervisor = Supervisor(programs(ports, model, Path(folder)))
        arguments = (supervisor, ports.front_port, ports.port)
        threading.Thread(target=announce, args=arguments, daemon=True).start()
        return supervisor.run()


if __name__ == "__main__":
    sys.exit(main())
