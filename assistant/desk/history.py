"""Who changed an entry, when, and what: by the history of its lines."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.desk.entries import EntryText
from assistant.desk.repository import GitError, Repository

MOST_SHOWN = 20
SEPARATOR = "\x1f"


@dataclass(frozen=True)
class Saved:
    """One commit that changed an entry."""

    commit: str
    by: str
    on: str
    subject: str


def history_of(repository: Repository, entry: EntryText) -> list[Saved]:
    """The latest commits that changed the original of an entry, the newest first; none if git cannot tell."""
    block = entry.original
    last = block.raw.line + block.text.count("\n")
    form = SEPARATOR.join(("%h", "%an", "%as", "%s"))
    lines = f"-L{block.raw.line},{last}:{block.path}"
    try:
        found = repository.log("--no-patch", f"--format={form}", f"--max-count={MOST_SHOWN}", lines)
    except GitError:
        return []
    return [Saved(*line.split(SEPARATOR, 3)) for line in found.split("\n") if line.count(SEPARATOR) == 3]
