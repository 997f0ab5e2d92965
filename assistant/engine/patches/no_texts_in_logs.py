"""Keeps visitors' texts out of the log, where Rasa's REST channel writes them when a request is cancelled."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from typing import Any


def apply() -> None:
    """Removes the text from everything that the REST channel logs."""
    import structlog
    from rasa.core.channels import rest

    def without_text(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event.pop("text", None)
        return event

    rest.structlogger = structlog.wrap_logger(
        logging.getLogger(rest.__name__), processors=[without_text, structlog.stdlib.render_to_log_kwargs]
    )
