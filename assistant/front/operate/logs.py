"""How the front logs: one line per event, as text or JSON, with no visitor data.

A logged value may come from anywhere, so it can neither end a line nor begin one. An exception's message is logged
only if it is about the machine, since others may quote what visitors wrote or who they are.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import TextIO

OURS = "assistant"
# They would print lines of their own between ours.
QUIET = ("engineio.server", "socketio.server")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
start = logging.getLogger(f"{OURS}.start")


class Line(logging.Formatter):
    """One line of text; the lines of a traceback are indented."""

    def format(self, record: logging.LogRecord) -> str:
        """Formats a record as text."""
        first = f"{record.levelname} {one_line(record.name)}: {one_line(message_of(record))}"
        return "\n".join([first, *(f"  {one_line(line)}" for line in trace_of(record))])


class Json(logging.Formatter):
    """One JSON object in ASCII, so that nothing in it can end the line."""

    def format(self, record: logging.LogRecord) -> str:
        """Formats a record as JSON."""
        moment = datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds")
        entry = {"time": moment, "level": record.levelname, "logger": record.name, "message": message_of(record)}
        trace = list(trace_of(record))
        return json.dumps({**entry, **({"trace": "\n".join(trace)} if trace else {})})


def set_up(environment: Mapping[str, str] = os.environ, stream: TextIO | None = None) -> None:
    """Sets up logging for the whole process; raises ValueError for an invalid setting.

    LOG_LEVEL applies to our own loggers; libraries log only warnings, since below that they quote visitors.
    """
    level, form = environment.get("LOG_LEVEL") or "WARNING", environment.get("ASSISTANT_LOG") or "text"
    if level.upper() not in LEVELS:
        raise ValueError(f"LOG_LEVEL must be one of {', '.join(LEVELS)}, not {level!r}")
    if form not in ("text", "json"):
        raise ValueError(f"ASSISTANT_LOG must be text or json, not {form!r}")
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Json() if form == "json" else Line())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger(OURS).setLevel(level.upper())
    start.setLevel(logging.INFO)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)


def message_of(record: logging.LogRecord) -> str:
    """A record's message; only the first line of asyncio's, whose further lines dump whole objects."""
    message = record.getMessage()
    return message.partition("\n")[0] if record.name == "asyncio" else message.rstrip("\n")


def one_line(text: str) -> str:
    """The text with unprintable characters escaped."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def trace_of(record: logging.LogRecord) -> Iterator[str]:
    """The traceback of a record's exception, if any, down to the root cause."""
    error = record.exc_info[1] if record.exc_info else None
    shown: set[int] = set()
    while error is not None and id(error) not in shown:
        shown.add(id(error))
        yield f"{type(error).__module__}.{type(error).__qualname__}{_safe_message(error)}"
        for frame in traceback.extract_tb(error.__traceback__):
            yield f"  {frame.filename}:{frame.lineno} {frame.name}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _safe_message(error: BaseException) -> str:
    """An exception's message if it is about disk, network or database, and not about their contents."""
    safe = isinstance(error, OSError) or type(error).__name__ == "OperationalError"
    return f": {error}" if safe else ""
