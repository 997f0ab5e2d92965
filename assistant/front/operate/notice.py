"""What operators can tell all visitors without a deployment: an announcement, or that the chat is closed.

It lives in a small file that is reread whenever it changes; see docs/operations.md.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from assistant.core.atomic_files import replace_file
from assistant.core.languages import LANGUAGES, Language
from assistant.front.operate import metrics
from assistant.knowledge import KnowledgeBase

logger = logging.getLogger(__name__)
CHECK_SECONDS = 1.0
MAX_FILE_BYTES, MAX_TEXT_CHARACTERS = 64 * 1024, 1000
Stamp = tuple[int, int, int]


@dataclass(frozen=True)
class State:
    """What the notice says; by default the chat is open and nothing is announced."""

    closed: bool = False
    announcement: Mapping[Language, str] = field(default_factory=dict)


class Notice:
    """The state in the file; if the file becomes invalid, the last valid state."""

    def __init__(
        self, path: Path | None, knowledge: KnowledgeBase, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._path, self._knowledge, self._clock = path, knowledge, clock
        self._state, self._stamp = State(), None if path is None else self._stat(path)
        self._checked_at, self._lock = clock(), threading.Lock()
        if path is not None:
            self._read(path)

    @property
    def state(self) -> State:
        """The current state; checks the file at most once a second."""
        with self._lock:
            if self._path is not None and self._clock() - self._checked_at >= CHECK_SECONDS:
                self._checked_at = self._clock()
                stamp = self._stat(self._path)
                if stamp != self._stamp:
                    self._stamp = stamp
                    self._read(self._path)
            return self._state

    @property
    def closed(self) -> bool:
        """Whether the chat is closed, so that no question is answered."""
        return self.state.closed

    def announcement(self, language: Language) -> str | None:
        """What to tell visitors, if anything.

        If the chat is closed and the announcement is only in another language, the usual wording is given.
        """
        state = self.state
        if text := state.announcement.get(language):
            return text
        if state.closed:
            return self._knowledge.phrase("front_closed", language)
        return next(iter(state.announcement.values()), None)

    def text_while_closed(self, language: Language) -> str:
        """What a visitor gets instead of an answer while the chat is closed."""
        return self.announcement(language) or self._knowledge.phrase("front_closed", language)

    def _stat(self, path: Path) -> Stamp | None:
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
            logger.error("The notice file is invalid, so the previous notice stays in force: %s", error)
            return
        if self._state != before:
            announced = ", ".join(self._state.announcement) or "none"
            logger.warning(
                "Notice: the chat is %s; announcement: %s.", "closed" if self._state.closed else "open", announced
            )


def read(path: Path) -> State:
    """The state in a file, the default if it is empty or missing; raises ValueError if it is invalid."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        return State()
    if len(content) > MAX_FILE_BYTES:
        raise ValueError(f"it is larger than {MAX_FILE_BYTES} bytes")
    try:
        return state_of(yaml.safe_load(content.decode("utf-8")))
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"it is not valid YAML ({type(error).__name__})") from None


def state_of(content: object) -> State:
    """The state in a file's parsed content; raises ValueError if it is invalid."""
    if content is None:
        return State()
    if not isinstance(content, dict) or not set(content) <= {"closed", "announcement"}:
        raise ValueError("it may contain only `closed` and `announcement`")
    closed, announced = content.get("closed", False), content.get("announcement") or {}
    if not isinstance(closed, bool):
        raise ValueError("`closed` must be true or false")
    if not isinstance(announced, dict) or not set(announced) <= set(LANGUAGES):
        raise ValueError(f"`announcement` must have a text for each language: {', '.join(LANGUAGES)}")
    return State(closed, {language: _text(announced[language]) for language in LANGUAGES if language in announced})


def write(path: Path, state: State) -> None:
    """Writes the file atomically: readers find the old or the new one, never half of it."""
    content = {"closed": state.closed, "announcement": dict(state.announcement)}
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=1000)
    # Nothing in it is secret, and the front may run as another user.
    replace_file(path, written.encode(), mode=0o644)


def _text(value: object) -> str:
    """The text of an announcement; raises ValueError if it is not one."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("an announcement must be a text")
    if len(value) > MAX_TEXT_CHARACTERS:
        raise ValueError(f"an announcement may have at most {MAX_TEXT_CHARACTERS} characters")
    kept = "".join(char for char in value.strip() if char == "\n" or char.isprintable())
    return kept.encode("utf-8", "replace").decode()
