"""A small disk that can be filled."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BLOCK_BYTES = 65536


@contextmanager
def small_disk(size: str) -> Iterator[Path | None]:
    """A folder on a disk of its own, of a size such as `96m`; None if mounting one is not permitted."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0711", "tmpfs", folder]
        if not shutil.which("mount") or subprocess.run(command, capture_output=True, check=False).returncode:
            yield None
            return
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "-l", folder], check=False)  # noqa: S607 - as above


def fill(ballast: Path) -> None:
    """Fills the disk that a file is on, to the last byte."""
    with ballast.open("ab", buffering=0) as file:
        for block in (BLOCK_BYTES, 512, 1):
            try:
                while file.write(b"\0" * block):
                    pass
            except OSError:
                continue
