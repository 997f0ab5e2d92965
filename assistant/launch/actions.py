"""The action server without the warnings of the old libraries under it: `python -m assistant.launch.actions …`."""

from __future__ import annotations

import logging


def main() -> None:
    """Runs Rasa's action server with the arguments given."""
    # Sanic shows every warning of that kind once, whatever PYTHONWARNINGS says.
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    from rasa_sdk.__main__ import main as action_server

    action_server()


if __name__ == "__main__":
    main()
