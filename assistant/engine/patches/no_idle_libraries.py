"""Keeps out what Rasa imports for components, stores and channels that are not used here.

Except for training, that includes the libraries that only training needs. It saves some 1,100 modules, 85 MiB and half
the start-up time.
"""

from __future__ import annotations

import sys

from assistant.engine.patches.stubs import install

# Plots of tests, MongoDB and DynamoDB, RabbitMQ, Rasa's own connectors to messengers.
UNUSED = (
    *("matplotlib", "pymongo", "boto3", "botocore", "aio_pika"),
    *("aiogram", "twilio", "fbmessenger", "slack_sdk", "webexteamssdk"),
)
FOR_TRAINING = ("sklearn", "scipy", "joblib")


def apply() -> None:
    """Puts stubs in place of unused libraries, and of those for training unless the command is `train`."""
    training = sys.argv[1:2] == ["train"]
    install(UNUSED if training else (*UNUSED, *FOR_TRAINING))
