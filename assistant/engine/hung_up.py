"""Keeps out of the action server's log that somebody closed a connection on which no request had come."""

from __future__ import annotations

import logging

# Rasa's SDK logs every exception here, and Sanic makes one of such a connection.
LOGGER = "rasa_sdk.endpoint"
# How Sanic names a request of which nothing is known yet.
NO_REQUEST, CANCELLED = "<Request: NONE *>", "Cancelled"


class NoRequest(logging.Filter):
    """Lets everything through but that."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is to be logged: also when somebody hangs up before the response to a request."""
        error = record.exc_info[1] if record.exc_info else None
        nobody = type(error).__name__ == "ServiceUnavailable" and str(error) == CANCELLED
        return not (nobody and NO_REQUEST in record.getMessage())


def keep_out() -> None:
    """Installs the filter, once."""
    logger = logging.getLogger(LOGGER)
    if not any(isinstance(one, NoRequest) for one in logger.filters):
        logger.addFilter(NoRequest())
