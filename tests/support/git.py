"""A real git repository in a temporary folder."""

from __future__ import annotations

import subprocess
from pathlib import Path

ANNA, BERT = ("Anna Autorin", "anna@example.org"), ("Bert Zweitblick", "bert@example.org")


def git(folder: Path, *arguments: str, by: tuple[str, str] = ANNA) -> str:
    """Runs git in somebody's name, whatever the machine's own configuration says."""
    name, email = by
    environment = {
        "PATH": "/usr/bin:/bin:/usr/local/bin",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_SYSTEM": "/dev/null",
        **{f"GIT_{role}_NAME": name for role in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{role}_EMAIL": email for role in ("AUTHOR", "COMMITTER")},
    }
    found = subprocess.run(["git", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return found.stdout.strip()


def commit_all(folder: Path, subject: str, by: tuple[str, str] = ANNA) -> str:
    """Commits whatever has changed; makes the repository first if there is none."""
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", subject, by=by)
    return git(folder, "rev-parse", "HEAD")
