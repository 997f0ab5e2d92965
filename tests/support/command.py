"""Commands run as an operator runs them, but in this process: to start an interpreter takes seconds."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from types import ModuleType

import pytest


@dataclass(frozen=True)
class Ended:
    """What is left of a command that has ended, named as `subprocess` names it."""

    returncode: int
    stdout: str
    stderr: str


class Command:
    """Runs a module's `main` with arguments and settings of its own."""

    def __init__(self, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]) -> None:
        self._patch, self._capture = patch, capture

    def __call__(self, module: ModuleType, *arguments: object, **environment: str) -> Ended:
        """What it said and its exit code; `sys.exit` with a sentence is a 1 and that sentence, as in a shell."""
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
