"""Starts the assistant and prints its address: `make run`."""

from __future__ import annotations

import argparse
import shlex
import sys
import tempfile
import threading
from pathlib import Path

from honcho.manager import Manager

from assistant.commands import servers
from assistant.commands.train import ensure_model

LONGEST_START = 120.0
# What honcho returns after Ctrl-C: 128 and the number of the signal.
INTERRUPTED = 130
BANNER = """
The assistant answers at http://{host}:{port}/webhooks/rest/webhook
Ask it something, from another terminal:

  curl -s http://{host}:{port}/webhooks/rest/webhook -H 'Content-Type: application/json' \\
    -d '{{"sender": "me", "message": "Wie vielen Menschen hat das Familienhilfeprogramm geholfen?"}}'

Ctrl-C stops it.
"""


def refuse_if_in_use(*ports: int) -> None:
    """Exits with advice when a port is taken."""
    for port in ports:
        if servers.in_use(port):
            sys.exit(
                f"Port {port} is in use by another program, perhaps another `make run`. "
                f"Stop that one (`lsof -i :{port}` names it), then try again."
            )


def announce(port: int) -> None:
    """Prints the address once a question is really answered."""
    if servers.wait_until_answering(port, LONGEST_START):
        print(BANNER.format(host=servers.HOST, port=port), flush=True)
    else:
        print(f"The assistant does not answer after {LONGEST_START:.0f} s; the lines above say why.", flush=True)


def main() -> int:
    """Runs both servers until Ctrl-C or until one of them dies; its exit code is theirs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=servers.PORT)
    parser.add_argument("--actions-port", type=int, default=servers.ACTIONS_PORT)
    arguments = parser.parse_args()
    refuse_if_in_use(arguments.port, arguments.actions_port)
    model = ensure_model()
    with tempfile.TemporaryDirectory() as folder:
        endpoints = servers.endpoints_for(arguments.actions_port, Path(folder))
        manager = Manager()
        rasa = servers.rasa_command("run", model, arguments.port, endpoints)
        actions = servers.actions_command(arguments.actions_port)
        for name, command in (("actions", actions), ("rasa", rasa)):
            manager.add_process(name, shlex.join(command), env=servers.environment())
        threading.Thread(target=announce, args=(arguments.port,), daemon=True).start()
        manager.loop()
    return 0 if manager.returncode == INTERRUPTED else int(manager.returncode or 0)


if __name__ == "__main__":
    sys.exit(main())
