"""How the front logs: one line for each thing that happened, as text or as JSON, without anything of visitors.

A logged value may come from anywhere, so it can neither end a line nor begin one; and what an exception says is
told only where it speaks of the machine, since others quote what visitors wrote or who they are.
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
# The lines of the first two would hold addresses of requests; the others would print lines of their own beside ours.
QUIET = ("httpx2", "httpcore2", "engineio.server", "socketio.server")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
start = logging.getLogger(f"{OURS}.start")


class Line(logging.Formatter):
    """One line of text; the lines of a trace begin with blanks."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as text."""
        first = f"{record.levelname} {one_line(record.name)}: {one_line(message_of(record))}"
        return "\n".join([first, *(f"  {one_line(line)}" for line in trace_of(record))])


class Json(logging.Formatter):
    """One JSON object, in ASCII, so that nothing in it can end a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        moment = datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds")
        told = {"time": moment, "level": record.levelname, "logger": record.name, "message": message_of(record)}
        trace = list(trace_of(record))
        return json.dumps({**told, **({"trace": "\n".join(trace)} if trace else {})})


def set_up(environment: Mapping[str, str] = os.environ, stream: TextIO | None = None) -> None:
    """Has everything of this process logged so; raises ValueError for a setting that makes no sense.

    LOG_LEVEL is for our own lines; libraries tell warnings only, since what else they tell quotes visitors.
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
    """What a record says. Asyncio's later lines show objects with all that they hold."""
    message = record.getMessage()
    return message.partition("\n")[0] if record.name == "asyncio" else message.rstrip("\n")


def one_line(text: str) -> str:
    """The text with every character that is not printed written out."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def trace_of(record: logging.LogRecord) -> Iterator[str]:
    """Where an exception came from, the first cause last; nothing for a record without."""
    error = record.exc_info[1] if record.exc_info else None
    told: set[int] = set()
    while error is not None and id(error) not in told:
        told.add(id(error))
        yield f"{type(error).__module__}.{type(error).__qualname__}{_said(error)}"
        for frame in traceback.extract_tb(error.__traceback__):
            yield f"  {frame.filename}:{frame.lineno} {frame.name}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _said(error: BaseException) -> str:
    """What an exception says, where it speaks of disk, network or database and not of what is in them."""
    of_machine = isinstance(error, OSError) or type(error).__name__ == "OperationalError"
    return f": {error}" if of_machine else ""
