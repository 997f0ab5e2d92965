"""Runs commands as an operator would, but in this process, since starting an interpreter takes seconds."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from types import ModuleType

import pytest


@dataclass(frozen=True)
class Ended:
    """The result of a command, with the attribute names of `subprocess.CompletedProcess`."""

    returncode: int
    stdout: str
    stderr: str


class Command:
    """Runs a module's `main` with the given arguments and settings."""

    def __init__(self, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]) -> None:
        self._patch, self._capture = patch, capture

    def __call__(self, module: ModuleType, *arguments: object, **environment: str) -> Ended:
        """Its output and exit code; as in a shell, `sys.exit` with a message gives 1 and that message."""
        for name, value in environment.items():
            self._patch.setenv(name, value)
        self._patch.setattr(sys, "argv", [module.__name__, *map(str, arguments)])
        self._capture.readouterr()
        code, complaint = self._code_of(module)
        said = self._capture.readouterr()
        return Ended(code, said.out, said.err + complaint)

    @staticmethod
    def _code_of(module: ModuleType) -> tuple[int, str]:
        try:
            return int(module.main() or 0), ""
        except SystemExit as end:
            return (1, f"{end.code}\n") if isinstance(end.code, str) else (int(end.code or 0), "")
