"""Tries out changed files without saving them: what the checker says of an entry, and how it would be said."""

from __future__ import annotations

import datetime
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from assistant.knowledge import Finding, KnowledgeBase, KnowledgeError
from assistant.knowledge.check import entry_findings
from assistant.knowledge.check_texts import repeated_findings, text_findings
from assistant.knowledge.evidence import length_findings
from assistant.knowledge.load import load
from assistant.knowledge.parity import translation_findings
from assistant.knowledge.yaml_lines import keep_files

FOLDER = "knowledge"


@dataclass(frozen=True)
class Tried:
    """What came of it: the knowledge, None if it cannot be read, and what is wrong with the entry."""

    base: KnowledgeBase | None
    findings: list[Finding]

    @property
    def mistakes(self) -> list[Finding]:
        """What has to be corrected before it can be saved."""
        return [finding for finding in self.findings if not finding.warning]


@dataclass
class Bench:
    """A folder that looks like `knowledge/` of a checkout, in which single files can be others for a moment.

    It consists of links, so that files which are as they were need not be read again.
    """

    checkout: Path
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        keep_files()
        self._place = tempfile.TemporaryDirectory(prefix="desk-")
        self._root = Path(self._place.name)

    def try_out(self, files: Mapping[str, str], entry: str, source: str = "") -> Tried:
        """What comes of files with other texts, named like knowledge/family.yml, for one entry and its new source."""
        with self._turn, self._holding(files) as folder:
            try:
                base = load(folder)
                found = [
                    *entry_findings(base, folder, {entry}),
                    *length_findings(folder),
                    *text_findings(base, folder, datetime.date.today(), {entry, source}),
                    *translation_findings(folder, {entry}),
                    *repeated_findings(folder),
                ]
            except KnowledgeError as error:
                return Tried(None, [finding for finding in error.findings if _is_about(finding, entry, files, source)])
        return Tried(base, sorted({finding for finding in found if _is_about(finding, entry, files, source)}))

    @contextmanager
    def _holding(self, files: Mapping[str, str]) -> Iterator[Path]:
        """The folder with these files; the checkout's own if there are none."""
        if not files:
            yield self.checkout / FOLDER
            return
        wanted = {str(path.relative_to(self.checkout)) for path in (self.checkout / FOLDER).rglob("*.yml")}
        there = {str(path.relative_to(self._root)) for path in (self._root / FOLDER).rglob("*.yml")}
        for path in there - wanted:
            (self._root / path).unlink()
        for path in wanted - there:
            self._link(path)
        try:
            for path, text in files.items():
                place = self._root / path
                place.unlink(missing_ok=True)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(text, "utf-8")
            yield self._root / FOLDER
        finally:
            for path in files:
                (self._root / path).unlink(missing_ok=True)
                if path in wanted:
                    self._link(path)

    def _link(self, path: str) -> None:
        place = self._root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to((self.checkout / path).resolve())


def _is_about(finding: Finding, entry: str, files: Mapping[str, str], source: str) -> bool:
    """Whether a finding is about an entry, its new source, or about a file of it that cannot be read."""
    name = entry.rpartition("/")[2]
    in_files = any(path == f"{FOLDER}/{finding.file}" or path.endswith(f"/{finding.file}") for path in files)
    return finding.entry == entry or (in_files and finding.entry in (name, "", source))


@lru_cache(maxsize=4)
def bench_of(checkout: Path) -> Bench:
    """The bench of a checkout."""
    return Bench(checkout)
