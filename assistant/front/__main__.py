"""Runs the front: `python -m assistant.front --port 8080`."""

from __future__ import annotations

import argparse
import os
import resource
import sys

from sqlalchemy.exc import SQLAlchemyError

from assistant.front.app import application
from assistant.front.core.budgets import Budgets
from assistant.front.core.settings import FRONT_PORT, LOOPBACK, RASA_PORT, settings_from
from assistant.front.messengers.registry import configured, states
from assistant.front.operate import logs
from assistant.front.server.run import serve, server_config, within_descriptors
from assistant.front.store.cipher import KeysMissingError, check_keys
from assistant.front.store.database_lock import InUseError, claim
from assistant.front.store.schema import NewerSchemaError, database


def startup_lines() -> list[str]:
    """Which messengers are on, and what half-configured ones lack; names variables, never their values."""
    found = states()
    on = [state.name for state in found if state.on]
    incomplete = [state for state in found if state.given and not state.on]
    off = [state.name for state in found if not state.on]
    lines = [f"Messengers on: {', '.join(on) or 'none'}; off, secrets missing: {', '.join(off) or 'none'}."]
    return [*lines, *(f"{state.name} stays off: {', '.join(state.missing)} missing." for state in incomplete)]


def main() -> None:
    """Serves until stopped; if it cannot start, says why in one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=FRONT_PORT)
    parser.add_argument("--rasa-port", type=int, default=RASA_PORT)
    arguments = parser.parse_args()
    try:
        logs.set_up()
        settings = settings_from(rasa_port=arguments.rasa_port, messengers=configured())
        engine = database(settings.database)
        check_keys(engine)
        engine.dispose()
        claim(settings.database)
    except (InUseError, ValueError, NewerSchemaError, KeysMissingError) as error:
        sys.exit(f"The front cannot start: {error}")
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
        sys.exit(f"The front cannot start: it cannot open its database ({reason}).")
    for line in startup_lines():
        logs.start.info("%s", line)
    if settings.only_in_memory:
        # A core dump would write what is in memory to disk.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        logs.start.info("Nothing that visitors write is stored; chats are lost when this process ends.")
    budgets = Budgets(within_descriptors(settings.caps))
    host = os.environ.get("ASSISTANT_HOST", LOOPBACK)
    app = application(settings, budgets=budgets)
    serve(server_config(app, host, arguments.port, budgets, settings.proxies))


if __name__ == "__main__":
    main()
