"""The knowledge as it is at this moment: reread when its files change, without the answers that are withdrawn.

What is wrong with a change is logged, and the knowledge before it stays; see docs/decisions/0031-editors.md.
"""

from __future__ import annotations

import datetime
import hashlib
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import TypeVar

from assistant.core.languages import LANGUAGES
from assistant.core.paths import KNOWLEDGE
from assistant.knowledge.approval import approved_by_language, approved_only
from assistant.knowledge.check import entry_findings
from assistant.knowledge.check_texts import text_findings
from assistant.knowledge.errors import Finding, KnowledgeError
from assistant.knowledge.load import load
from assistant.knowledge.model import KnowledgeBase
from assistant.knowledge.render import cards, filled, render
from assistant.knowledge.review import falls_silent, overdue, says_so
from assistant.knowledge.withdrawn import MAY_BE_WITHDRAWN, Withdrawal, read, withdrawn_path
from assistant.knowledge.yaml_lines import Stamp, keep_files, stamp_of

logger = logging.getLogger(__name__)
CHECK_SECONDS = 0.5
# An editor's program may write a file in several steps, and git several files, so that a change has to settle first.
SETTLE_SECONDS = 0.2
MOST_LOGGED = 20
VERSION_CHARACTERS = 12
Stamps = Mapping[str, Stamp]
Item = TypeVar("Item")


class Live:
    """Knowledge that follows its files, looked at by a thread of its own while anybody uses it."""

    def __init__(
        self,
        folder: Path = KNOWLEDGE,
        withdrawn: Path | None = None,
        today: Callable[[], datetime.date] = datetime.date.today,
        only_approved: bool | None = None,
    ) -> None:
        keep_files()
        self._only_approved = approved_only() if only_approved is None else only_approved
        self._folder, self._withdrawn_path, self._today = folder, withdrawn or withdrawn_path(), today
        self._stamps = self._stamps_now()
        self._written = load(folder)
        self._version = version_of(folder)
        self._withdrawals: Mapping[str, Withdrawal] = {}
        self._texts_refused = self._withdrawals_refused = False
        self._withdrawn_stamp = stamp_of(self._withdrawn_path)
        self._read_withdrawals()
        self._as_of, self._base = self._served()
        self._refreshing, self._watched_by = threading.Lock(), 0

    def current(self) -> KnowledgeBase:
        """The knowledge that may be said now; one message is answered from one and the same."""
        if self._watched_by != os.getpid():
            self._watch()
        if self._as_of != self._today():
            self._as_of, self._base = self._served()
        return self._base

    @property
    def refused(self) -> bool:
        """Whether the files hold a change that is not in order and therefore not in force."""
        return self._texts_refused or self._withdrawals_refused

    @property
    def version(self) -> str:
        """A short name for the texts that are in force, which changes with them."""
        return self._version

    def refresh(self) -> None:
        """Takes over what has changed, if it is in order."""
        with self._refreshing:
            changed = self._withdrawals_changed()
            changed = self._texts_changed() or changed
            if changed:
                self._as_of, self._base = self._served()

    def _watch(self) -> None:
        """Starts the thread; a process that was forked off needs one of its own."""
        self._watched_by = os.getpid()
        self._refreshing = threading.Lock()
        self.refresh()
        threading.Thread(target=self._watch_for_good, daemon=True, name="knowledge").start()

    def _watch_for_good(self) -> None:
        while True:
            time.sleep(CHECK_SECONDS)
            try:
                self.refresh()
            except Exception:
                logger.exception("Could not look for changes of the knowledge; what was read before stays.")

    def _withdrawals_changed(self) -> bool:
        stamp = stamp_of(self._withdrawn_path)
        if stamp == self._withdrawn_stamp:
            return False
        self._withdrawn_stamp = stamp
        self._read_withdrawals()
        return True

    def _read_withdrawals(self) -> None:
        self._withdrawals_refused = False
        try:
            self._withdrawals = read(self._withdrawn_path)
        except (OSError, ValueError) as error:
            self._withdrawals_refused = True
            logger.error("%s is invalid, so what was withdrawn before stays so: %s", self._withdrawn_path.name, error)
            return
        for entry in self._withdrawals:
            found = self._written.find(entry)
            if found and found.kind not in MAY_BE_WITHDRAWN:
                logger.error("%s is a %s, which cannot be withdrawn, so it is still said.", entry, found.kind)
            elif not found:
                logger.error("%s is withdrawn, but there is no such entry.", entry)

    def _texts_changed(self) -> bool:
        try:
            stamps = self._stamps_now()
        except FileNotFoundError:
            # A file that was there a moment ago is being replaced.
            return False
        if stamps == self._stamps:
            return False
        time.sleep(SETTLE_SECONDS)
        if self._stamps_now() != stamps:
            return False
        self._stamps = stamps
        try:
            fresh = load(self._folder)
            findings = unusable(fresh, self._written, self._folder, self._today())
        except KnowledgeError as error:
            findings = error.findings
        self._texts_refused = bool(findings)
        if findings:
            listed = "\n".join(map(str, findings[:MOST_LOGGED]))
            logger.error("The changed knowledge is not in order, so the one before stays in force:\n%s", listed)
            return False
        self._written, self._version = fresh, version_of(self._folder)
        logger.warning("The changed knowledge is in force: %d entries.", len(fresh.entries))
        return True

    def _stamps_now(self) -> Stamps:
        return dict(_stamps(str(self._folder)))

    def _served(self) -> tuple[datetime.date, KnowledgeBase]:
        today = self._today()
        said = served(self._written, self._withdrawals, today)
        return today, replace(said, by_language=approved_by_language(said)) if self._only_approved else said


def version_of(folder: Path) -> str:
    """A short fingerprint of the YAML files below a folder."""
    content = hashlib.sha256()
    for path in sorted(folder.rglob("*.yml")):
        content.update(f"{path.relative_to(folder).as_posix()}\n".encode() + path.read_bytes())
    return content.hexdigest()[:VERSION_CHARACTERS]


def _stamps(folder: str) -> Iterator[tuple[str, Stamp]]:
    """The stamp of each YAML file below a folder; made often, so without the comfort of paths."""
    with os.scandir(folder) as found:
        for each in found:
            if each.is_dir():
                yield from _stamps(each.path)
            elif each.name.endswith(".yml"):
                state = each.stat()
                yield each.path, (state.st_mtime_ns, state.st_size, state.st_ino)


def served(base: KnowledgeBase, withdrawals: Mapping[str, Withdrawal], today: datetime.date) -> KnowledgeBase:
    """The knowledge that may be said on a day: without what is withdrawn, and without facts long overdue."""
    late = overdue(base, today)
    silent = {review.id for review in late if falls_silent(review, today)}
    silent |= {id_ for id_ in withdrawals if id_ in base.entries and base.entries[id_].kind in MAY_BE_WITHDRAWN}
    return replace(
        base,
        entries={id_: entry for id_, entry in base.entries.items() if id_ not in silent},
        withdrawn={id_: entry for id_, entry in base.entries.items() if id_ in silent},
        overdue={review.id: review.written for review in late if says_so(review)},
    )


def unusable(fresh: KnowledgeBase, before: KnowledgeBase, folder: Path, today: datetime.date) -> list[Finding]:
    """Why changed knowledge cannot be served: mistakes that the checker names, and what cannot be written out."""
    parts = ("entries", "contacts", "doors", "phrases", "sources")
    changed = {id_ for part in parts for id_ in _changed(getattr(fresh, part), getattr(before, part))}
    findings = [*entry_findings(fresh, folder), *text_findings(fresh, folder, today, changed)]
    return [finding for finding in findings if not finding.warning] or list(_unwritable(fresh, before))


def _unwritable(fresh: KnowledgeBase, before: KnowledgeBase) -> Iterator[Finding]:
    """What is new and cannot be written out in some language."""
    for language in LANGUAGES:
        try:
            for entry in _changed(fresh.entries, before.entries).values():
                render(fresh, entry, language)
            for door in _changed(fresh.doors, before.doors).values():
                filled(door.words.get(language, ""), door.values, language)
            cards(fresh, _changed(fresh.contacts, before.contacts), language)
        except (KeyError, ValueError) as error:
            yield Finding("knowledge", 0, "", f"{error} has no value in {language}; correct the name in braces")


def _changed(fresh: Mapping[str, Item], before: Mapping[str, Item]) -> dict[str, Item]:
    return {id_: item for id_, item in fresh.items() if before.get(id_) != item}


class _Now(Mapping[str, Item]):
    """One part of the knowledge, as it is whenever somebody looks."""

    def __init__(self, look: Callable[[], Mapping[str, Item]]) -> None:
        self._look = look

    def __getitem__(self, key: str) -> Item:
        return self._look()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._look())

    def __len__(self) -> int:
        return len(self._look())


@cache
def live() -> Live:
    """The project's knowledge, followed by this process."""
    return Live()


def following(source: Callable[[], KnowledgeBase]) -> KnowledgeBase:
    """Knowledge for those who keep it for long: each look at it is at the knowledge of that moment."""

    def part(name: str) -> _Now[object]:
        return _Now(lambda: getattr(source(), name))

    return KnowledgeBase(**{each.name: part(each.name) for each in fields(KnowledgeBase)})  # type: ignore[arg-type]
