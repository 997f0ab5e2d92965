"""What can be wrong with the knowledge, worded so that an editor can fix it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """One mistake: file and line, entry, what is wrong and what to do about it."""

    file: str
    line: int
    entry: str
    message: str
    warning: bool = False

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        of_entry = f" [{self.entry}]" if self.entry else ""
        mark = "warning: " if self.warning else ""
        return f"{where}:{of_entry} {mark}{self.message}"


class KnowledgeError(Exception):
    """The knowledge is unusable; `findings` say where and why."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        super().__init__("\n".join(str(finding) for finding in findings))


class EditError(ValueError):
    """A change that cannot be made, or that would change something else too."""
