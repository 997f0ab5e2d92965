"""The environment in which Rasa's commands run."""

from __future__ import annotations

import os

from assistant.core.blas import choose_kernel


def quiet_environment() -> dict[str, str]:
    """This process's environment, without telemetry or the warnings of Rasa's old libraries."""
    quiet = {
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "PYTHONWARNINGS": "ignore",
        "LOG_LEVEL": "WARNING",
        "LOG_LEVEL_LIBRARIES": "ERROR",
        "PYTHONUNBUFFERED": "1",
        # The sentence encoder's threads sleep while they wait for each other: where another program
        # keeps a core busy, spinning ones make a sentence take 1,100 ms instead of 30.
        "OMP_WAIT_POLICY": "PASSIVE",
    }
    environment = {**os.environ, **quiet}
    choose_kernel(environment)
    return environment
