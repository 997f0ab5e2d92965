"""The files that the desk shows and saves: a checkout in which every save is a commit in somebody's name."""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from assistant.core.atomic_files import replace_file
from assistant.desk.errors import ChangedError, RefusedError
from assistant.desk.login import User
from assistant.training import responses

# What editors may change here; everything else is a developer's.
EDITABLE = ("knowledge/", "data/nlu/", "tests/corrections.yml", responses.NAME)
GIT_SECONDS = 60
LOCK = "desk.lock"
# What becomes of a file: its present text in, its new one out ("" for one that is not there).
Edit = Callable[[str], str]

logger = logging.getLogger(__name__)


def fingerprint(text: str) -> str:
    """By what a form knows later whether what it showed is still the same."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def unchanged(opened: str, now: str, name: str, mine: str) -> None:
    """Raises ChangedError unless a text still has the fingerprint that it had when the form was opened."""
    if fingerprint(now) != opened:
        raise ChangedError(name, now, mine)


class GitError(Exception):
    """Git has refused something; the message is git's."""


class Repository:
    """A checkout of the branch on which saves are made.

    If that is the branch checked out in `root`, saves take effect there at once, since the running assistant reads
    these files. Any other branch has a work tree of its own in `apart`, and becomes live when somebody merges it.
    """

    def __init__(self, root: Path, branch: str, apart: Path) -> None:
        self.branch, self._root = branch, root
        self._apart = apart / branch.replace("/", "+")
        self._turn = threading.RLock()
        self._folder: Path | None = None

    @property
    def folder(self) -> Path:
        """The folder of the branch's files, such as `knowledge/`; made when first asked for."""
        with self._turn:
            if self._folder is None:
                self._folder = self._root if self.is_live else self._work_tree()
            return self._folder

    @property
    def is_live(self) -> bool:
        """Whether the running assistant reads the files that are saved here."""
        return self._git("rev-parse", "--abbrev-ref", "HEAD", folder=self._root) == self.branch

    def read(self, path: str) -> str:
        """The text of a file as it is now; "" if it is not there."""
        place = self._place(path)
        return place.read_text("utf-8") if place.exists() else ""

    def save(self, edits: Mapping[str, Edit], user: User, subject: str) -> str | None:
        """Changes files and commits them in a user's name; returns the commit, or None if nothing has changed.

        Each edit is given the present text of its file, while nobody else here can change it. Whatever it raises
        leaves everything as it was. Raises RefusedError if a file has changes that are not committed, or git fails.
        """
        folder = self.folder
        places = {path: self._place(path) for path in edits}
        with self._turn, _locked(folder, self._git("rev-parse", "--absolute-git-dir", folder=folder)):
            self._check_clean(edits)
            before = {path: place.read_text("utf-8") if place.exists() else None for path, place in places.items()}
            after = {path: edit(before[path] or "") for path, edit in edits.items()}
            changed = [path for path in edits if after[path] != (before[path] or "")]
            if not changed:
                return None
            try:
                for path in changed:
                    _write(places[path], after[path])
                return self._commit(changed, user, subject)
            except (OSError, GitError) as error:
                self._put_back({path: before[path] for path in changed}, places)
                logger.error("Could not save %s: %s", ", ".join(changed), error)
                raise RefusedError(500, "not_saved") from None

    def log(self, *arguments: str) -> str:
        """What `git log` prints about the branch's files; raises GitError if git refuses."""
        return self._git("log", *arguments, folder=self.folder)

    def _place(self, path: str) -> Path:
        """Where a file is; raises RefusedError if it is none that editors may change."""
        pure = PurePosixPath(path)
        allowed = any(path == each or (each.endswith("/") and path.startswith(each)) for each in EDITABLE)
        place = self.folder / pure
        if not allowed or ".." in pure.parts or not place.resolve().is_relative_to(self.folder.resolve()):
            raise RefusedError(404, "not_found")
        return place

    def _check_clean(self, paths: Mapping[str, Edit]) -> None:
        found = self._git("status", "--porcelain", "-z", "--", *paths, folder=self.folder)
        if found:
            raise RefusedError(409, "uncommitted", file=found.split("\0")[0][3:])

    def _commit(self, paths: list[str], user: User, subject: str) -> str:
        people = {"NAME": user.name, "EMAIL": user.email}
        named = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in people.items()}
        self._git("add", "--", *paths, folder=self.folder)
        arguments = ("--quiet", "--only", "--cleanup=whitespace", "-m", subject, "--", *paths)
        self._git("commit", *arguments, folder=self.folder, environment=named)
        return self._git("rev-parse", "HEAD", folder=self.folder)

    def _put_back(self, before: Mapping[str, str | None], places: Mapping[str, Path]) -> None:
        for path, text in before.items():
            if text is None:
                places[path].unlink(missing_ok=True)
            else:
                _write(places[path], text)
        self._git("reset", "--quiet", "--", *before, folder=self.folder)

    def _work_tree(self) -> Path:
        """A work tree of the branch, which begins where `root` is if it does not exist yet."""
        if not (self._apart / ".git").exists():
            self._apart.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._git("worktree", "prune", folder=self._root)
            exists = self._git("branch", "--list", self.branch, folder=self._root)
            made = (str(self._apart), self.branch) if exists else ("-b", self.branch, str(self._apart))
            self._git("worktree", "add", "--quiet", *made, folder=self._root)
        return self._apart

    def _git(self, *arguments: str, folder: Path, environment: Mapping[str, str] | None = None) -> str:
        """What git prints, without the last line's end; raises GitError with what it complains about."""
        git = shutil.which("git")
        if git is None:
            raise GitError("git is not installed")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        found = subprocess.run(
            [git, *arguments],
            cwd=folder,
            env={**kept, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=GIT_SECONDS,
        )
        if found.returncode:
            raise GitError(f"git {arguments[0]}: {found.stderr.decode('utf-8', 'replace').strip()}")
        return found.stdout.decode("utf-8", "replace").rstrip("\n")


@contextmanager
def _locked(_: Path, git_folder: str) -> Iterator[None]:
    """Keeps other processes of the desk from saving meanwhile."""
    with (Path(git_folder) / LOCK).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _write(place: Path, text: str) -> None:
    mode = place.stat().st_mode & 0o777 if place.exists() else 0o644
    place.parent.mkdir(parents=True, exist_ok=True)
    replace_file(place, text.encode(), mode)
