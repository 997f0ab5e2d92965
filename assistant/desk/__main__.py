"""Runs the desk: `python -m assistant.desk`, or `make desk`; see docs/desk.md."""

from __future__ import annotations

import argparse
import sys

from sqlalchemy.exc import SQLAlchemyError
from uvicorn import Server
from uvicorn.config import STARTUP_FAILURE

from assistant.desk.app import application
from assistant.desk.server import server_config
from assistant.desk.settings import SECRET_FILE, settings_from
from assistant.front.core.settings import data_folder
from assistant.front.operate import logs
from assistant.front.store.schema import NewerSchemaError


def main() -> None:
    """Serves until stopped; if it cannot start, says why in one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, help="instead of ASSISTANT_DESK_PORT")
    arguments = parser.parse_args()
    try:
        logs.set_up()
        settings = settings_from(port=arguments.port)
        app = application(settings)
    except (ValueError, NewerSchemaError) as error:
        sys.exit(f"The desk cannot start: {error}")
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
        sys.exit(f"The desk cannot start: it cannot open the front's database ({reason}).")
    logs.start.info(
        "The desk waits for its login proxy at http://%s:%s; the secret is in %s.",
        settings.host,
        settings.port,
        data_folder() / SECRET_FILE,
    )
    server = Server(server_config(app, settings))
    server.run()
    if not server.started:
        sys.exit(STARTUP_FAILURE)


if __name__ == "__main__":
    main()
