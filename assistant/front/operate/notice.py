"""What an operator tells all visitors without a deployment: an announcement, or that the chat is closed.

It stands in a small file that is read anew when it changes; see docs/operations.md.
"""

from __future__ import annotations

import logging
import os
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from assistant.core.languages import LANGUAGES, Language
from assistant.front.operate import metrics
from assistant.knowledge import KnowledgeBase

logger = logging.getLogger(__name__)
LOOK_EVERY = 1.0
LARGEST, LONGEST = 64 * 1024, 1000
Stamp = tuple[int, int, int]


@dataclass(frozen=True)
class State:
    """What holds now; with nothing set, the chat is open and nothing is announced."""

    closed: bool = False
    announcement: Mapping[Language, str] = field(default_factory=dict)


class Notice:
    """The state that the file holds; after a mistake in the file, the last one that it held without."""

    def __init__(
        self, path: Path | None, knowledge: KnowledgeBase, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._path, self._knowledge, self._clock = path, knowledge, clock
        self._state, self._stamp = State(), None if path is None else self._look(path)
        self._looked, self._lock = clock(), threading.Lock()
        if path is not None:
            self._read(path)

    @property
    def state(self) -> State:
        """What holds now; looks at the file once a second at most."""
        with self._lock:
            if self._path is not None and self._clock() - self._looked >= LOOK_EVERY:
                self._looked = self._clock()
                stamp = self._look(self._path)
                if stamp != self._stamp:
                    self._stamp = stamp
                    self._read(self._path)
            return self._state

    @property
    def closed(self) -> bool:
        """Whether no question is answered now."""
        return self.state.closed

    def announcement(self, language: Language) -> str | None:
        """What to tell visitors; None for nothing.

        A closed chat that is announced in another language only is told of by the usual words.
        """
        state = self.state
        if text := state.announcement.get(language):
            return text
        if state.closed:
            return self._knowledge.phrase("front_closed", language)
        return next(iter(state.announcement.values()), None)

    def text_while_closed(self, language: Language) -> str:
        """What a visitor is told in place of an answer while the chat is closed."""
        return self.announcement(language) or self._knowledge.phrase("front_closed", language)

    def _look(self, path: Path) -> Stamp | None:
        try:
            found = path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _read(self, path: Path) -> None:
        before = self._state
        try:
            self._state = read(path)
        except (OSError, ValueError) as error:
            metrics.failed("notice")
            logger.error("The notice file is not in order, so what was told before still holds: %s", error)
            return
        if self._state != before:
            announced = ", ".join(self._state.announcement) or "none"
            logger.warning(
                "Notice: the chat is %s; announcement: %s.", "closed" if self._state.closed else "open", announced
            )


def read(path: Path) -> State:
    """The state a file holds; an empty or missing one holds none. Raises ValueError for what it may not hold."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        return State()
    if len(content) > LARGEST:
        raise ValueError(f"it is larger than {LARGEST} bytes")
    try:
        return state_of(yaml.safe_load(content.decode("utf-8")))
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"it is no YAML ({type(error).__name__})") from None


def state_of(content: object) -> State:
    """The state that a file's content tells; raises ValueError where it is none."""
    if content is None:
        return State()
    if not isinstance(content, dict) or not set(content) <= {"closed", "announcement"}:
        raise ValueError("it may hold `closed` and `announcement` only")
    closed, announced = content.get("closed", False), content.get("announcement") or {}
    if not isinstance(closed, bool):
        raise ValueError("`closed` is true or false")
    if not isinstance(announced, dict) or not set(announced) <= set(LANGUAGES):
        raise ValueError(f"`announcement` has a text for each language: {', '.join(LANGUAGES)}")
    return State(closed, {language: _text(announced[language]) for language in LANGUAGES if language in announced})


def write(path: Path, state: State) -> None:
    """Writes the file so that whoever reads it meanwhile finds the old or the new one, never a half."""
    content = {"closed": state.closed, "announcement": dict(state.announcement)}
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".notice-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            yaml.safe_dump(content, file, allow_unicode=True, sort_keys=False, width=1000)
            file.flush()
            os.fsync(file.fileno())
        # Nothing in it is secret, and the front may run as another user.
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _text(value: object) -> str:
    """A text to announce; raises ValueError where it is none."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("an announcement is a text")
    if len(value) > LONGEST:
        raise ValueError(f"an announcement has {LONGEST} characters at most")
    kept = "".join(char for char in value.strip() if char == "\n" or char.isprintable())
    return kept.encode("utf-8", "replace").decode()
