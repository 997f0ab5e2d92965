"""Runs the front: `python -m assistant.front --port 8080`."""

from __future__ import annotations

import argparse
import os
import resource
import sys

import uvicorn
from sqlalchemy.exc import SQLAlchemyError

from assistant.front.app import application
from assistant.front.core.settings import FRONT_PORT, LOOPBACK, RASA_PORT, settings_from
from assistant.front.messengers.registry import configured, states
from assistant.front.operate import logs
from assistant.front.store.schema import database

SECONDS_TO_END = 5


def told_at_start() -> list[str]:
    """Which messengers are on, and of those that are begun what is missing; names of variables, never values."""
    found = states()
    on = [state.name for state in found if state.on]
    begun = [state for state in found if state.given and not state.on]
    off = [state.name for state in found if not state.on]
    lines = [f"Messengers on: {', '.join(on) or 'none'}; off, for want of secrets: {', '.join(off) or 'none'}."]
    return [*lines, *(f"{state.name} stays off: {', '.join(state.missing)} missing." for state in begun)]


def main() -> None:
    """Serves until stopped; says in one line why it cannot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=FRONT_PORT)
    parser.add_argument("--rasa-port", type=int, default=RASA_PORT)
    arguments = parser.parse_args()
    try:
        logs.set_up()
        settings = settings_from(rasa_port=arguments.rasa_port, messengers=configured())
        database(settings.database).dispose()
    except ValueError as error:
        sys.exit(f"The front does not start: {error}")
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
        sys.exit(f"The front does not start: its database is not to be had ({said}).")
    for line in told_at_start():
        logs.start.info("%s", line)
    if settings.only_in_memory:
        # A crash must not write out what is in memory.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        logs.start.info("Nothing that visitors write is stored; chats are lost when this process ends.")
    uvicorn.run(
        application(settings),
        host=os.environ.get("ASSISTANT_HOST", LOOPBACK),
        port=arguments.port,
        proxy_headers=False,
        server_header=False,
        # `auto` wants a newer websockets than Rasa allows.
        ws="wsproto",
        access_log=False,
        log_level="warning",
        log_config=None,
        timeout_graceful_shutdown=SECONDS_TO_END,
    )


if __name__ == "__main__":
    main()
