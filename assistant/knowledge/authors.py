"""Who has written a text, by git: the author of the last change of its lines."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

# What `git blame` calls the commit of lines that are not committed.
UNCOMMITTED = "0" * 40
COMMIT = re.compile(r"([0-9a-f]{40,64}) \d+ (\d+)")
GIT_SECONDS = 60


class NotCommittedError(Exception):
    """Lines whose author nobody can know, since they are not committed or git does not know the file."""


@dataclass(frozen=True)
class Person:
    """Somebody by the name and the address with which git records their changes."""

    name: str
    email: str

    def is_same(self, other: Person) -> bool:
        """Whether two people share a name or an address."""
        return self.name.casefold() == other.name.casefold() or self.email.casefold() == other.email.casefold()


@dataclass(frozen=True)
class Lines:
    """Some lines (from 1) of a file."""

    file: Path
    numbers: frozenset[int]


def last_author(places: Iterable[Lines]) -> Person:
    """The author of the latest change of any of these lines; raises NotCommittedError if that is not committed."""
    authors: dict[str, Person] = {}
    folder = None
    for place in places:
        authors.update(_changes(place))
        folder = place.file.parent
    if folder is None:
        raise NotCommittedError
    # By their order, since two commits may be of the same second, and clocks differ.
    newest_first = _git(folder, "rev-list", "--topo-order", "HEAD").split()
    return authors[next(commit for commit in newest_first if commit in authors)]


def _changes(place: Lines) -> Iterator[tuple[str, Person]]:
    """The commit that last changed each line, and its author."""
    told: dict[str, str] = {}
    number = 0
    for line in _git(place.file.parent, "blame", "--line-porcelain", "--", place.file.name).split("\n"):
        if match := COMMIT.match(line):
            told, number = {"commit": match[1]}, int(match[2])
        elif not line.startswith("\t"):
            key, _, value = line.partition(" ")
            told[key] = value
        elif number in place.numbers:
            if told["commit"] == UNCOMMITTED:
                raise NotCommittedError
            yield told["commit"], Person(told["author"], told["author-mail"].strip("<>"))


def _git(folder: Path, *arguments: str) -> str:
    """What git prints; raises NotCommittedError if it knows nothing of the folder."""
    git = shutil.which("git")
    if not git:
        raise NotCommittedError
    # Set where git itself has started us, these would lead to another repository.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = [git, *arguments]
    found = subprocess.run(
        command, cwd=folder, env=kept, capture_output=True, encoding="utf-8", errors="replace", timeout=GIT_SECONDS
    )
    if found.returncode:
        raise NotCommittedError
    return found.stdout
