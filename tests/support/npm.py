"""npm packages that tests run, installed from lock files."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from filelock import FileLock

from assistant.core.paths import ROOT


def install(folder: Path, *options: str) -> None:
    """Installs what a folder's lock file names unless it is up to date; safe to call from several workers."""
    installed, lock = folder / "node_modules" / ".package-lock.json", folder / "package-lock.json"
    cache = ROOT / ".cache"
    cache.mkdir(exist_ok=True)
    with FileLock(cache / f"npm-{folder.name}.lock"):
        if installed.is_file() and installed.stat().st_mtime >= lock.stat().st_mtime:
            return
        if not shutil.which("npm"):
            pytest.skip(f"there is no npm here to install what {folder.name} needs with")
        subprocess.run(["npm", "ci", "--silent", *options], cwd=folder, check=True)
