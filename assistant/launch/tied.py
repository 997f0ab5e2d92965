"""Runs a command that ends when the process that started it does: `python -m assistant.launch.tied PID COMMAND …`.

The PID is that of the parent. Only Linux can do this; elsewhere the command just runs.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1


def tied_to(parent: int, command: Sequence[str]) -> list[str]:
    """The command line that runs a command which ends with its parent."""
    return [sys.executable, "-m", "assistant.launch.tied", str(parent), *command]


def end_with_parent(parent: int) -> None:
    """Has this process told to stop when its parent ends, however that ends; exits if it already has."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


def main() -> None:
    """Becomes the command."""
    parent, *command = sys.argv[1:]
    end_with_parent(int(parent))
    os.execvp(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main()
