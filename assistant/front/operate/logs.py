"""How the front logs: one line per event, as text or JSON, with no visitor data.

A logged value may come from anywhere, so it can neither end a line nor begin one. An exception's message is logged
only if it is about the machine, since others may quote what visitors wrote or who they are.
"""

from __future__ import annotations

import json
import logging
import math
import os
import sys
import time
import traceback
from collections import OrderedDict
from collections.abc import Hashable, Iterator, Mapping
from datetime import datetime, timezone
from threading import Lock
from typing import TextIO

OURS = "assistant"
# They would print lines of their own between ours.
QUIET = ("engineio.server", "socketio.server")
# How long equal lines are held back, and how many different ones are told apart.
REPEAT_SECONDS, MAX_REMEMBERED = 60.0, 500
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


class Repeats(logging.Filter):
    """Holds back equal warnings and errors for a while, so that a fault that goes on does not fill the disk.

    The next one after that says how many were held back; the metrics count them all.
    """

    def __init__(self, seconds: float = REPEAT_SECONDS) -> None:
        super().__init__()
        self._seconds, self._lock = seconds, Lock()
        # When each line was last written, and how many like it have been held back since; the latest ones last.
        self._lines: OrderedDict[Hashable, tuple[float, int]] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to write a record; notes in it how many like it were held back."""
        if record.levelno < logging.WARNING:
            return True
        key, now = (record.name, record.levelno, message_of(record), *_place_of(record)), time.monotonic()
        with self._lock:
            written_at, held = self._lines.get(key, (-math.inf, 0))
            if now - written_at < self._seconds:
                self._lines[key] = written_at, held + 1
                return False
            self._lines[key] = now, 0
            self._lines.move_to_end(key)
            if len(self._lines) > MAX_REMEMBERED:
                self._lines.popitem(last=False)
        record.held_back = held
        return True


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
    handler.addFilter(Repeats())
    handler.setFormatter(Json() if form == "json" else Line())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger(OURS).setLevel(level.upper())
    start.setLevel(logging.INFO)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)


def message_of(record: logging.LogRecord) -> str:
    """A record's message; only the first line of asyncio's, whose further lines dump whole objects."""
    message = record.getMessage()
    message = message.partition("\n")[0] if record.name == "asyncio" else message.rstrip("\n")
    held_back = getattr(record, "held_back", 0)
    return f"{message} (and {held_back} times more since this was last logged)" if held_back else message


def one_line(text: str) -> str:
    """The text with unprintable characters escaped."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _place_of(record: logging.LogRecord) -> tuple[object, ...]:
    """What was raised, and where; nothing without an exception."""
    error = record.exc_info[1] if record.exc_info else None
    frames = traceback.extract_tb(error.__traceback__) if error else []
    return (type(error), frames[-1].filename, frames[-1].lineno) if frames else (type(error),)


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
