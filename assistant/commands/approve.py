"""Approves texts as they stand, or shows how many are approved: `make approve`; see knowledge/README.md."""

from __future__ import annotations

import argparse
import datetime
import shutil
import subprocess
import sys
from pathlib import Path

from assistant.commands.translated import approvals
from assistant.core.atomic_files import replace_file
from assistant.core.languages import LANGUAGES, SERVED
from assistant.core.paths import KNOWLEDGE, ROOT
from assistant.knowledge import KnowledgeError, load
from assistant.knowledge.approve import ApprovalError, Approving, place_of, with_approval
from assistant.knowledge.authors import Person
from assistant.knowledge.check_approvals import stale_approvals
from assistant.knowledge.wording import editors_language, said, translated


def me(folder: Path = ROOT) -> Person:
    """Who is at the keyboard, by the name and address with which git signs their commits."""
    return Person(*(_configured(folder, key) for key in ("user.name", "user.email")))


def approve(folder: Path, asked: Approving) -> Path:
    """Writes an approval into its file; raises ApprovalError if it cannot be given."""
    file = place_of(folder, asked.id, asked.language).file
    replace_file(file, with_approval(folder, asked).encode(), mode=file.stat().st_mode & 0o777)
    return file


def show(folder: Path) -> None:
    """Prints how many texts are approved in each language, and which approvals hold no longer."""
    base = load(folder)
    counts = approvals(base)
    for language in LANGUAGES:
        print(f"{SERVED[language].name:14}{counts[language]:>6}")
    for finding in stale_approvals(base, folder):
        print(f"{finding.entry}: {translated(finding.message, editors_language())}")


def _configured(folder: Path, key: str) -> str:
    git = shutil.which("git")
    found = subprocess.run([git or "git", "config", key], cwd=folder, capture_output=True, text=True) if git else None
    if not found or not found.stdout.strip():
        raise ApprovalError(f"git does not know you; set {key} with `git config --global {key}`")
    return found.stdout.strip()


def main() -> int:
    """Approves in each language named, or shows the state; returns 1 if it cannot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("entry", nargs="?", help="such as ask_figures/fap_reached or contacts/fap")
    parser.add_argument("--language", nargs="+", choices=LANGUAGES, default=[], metavar="L", help="such as de en")
    parser.add_argument("--folder", type=Path, default=KNOWLEDGE)
    named = parser.parse_args()
    try:
        if not named.entry:
            show(named.folder)
            return 0
        if not named.language:
            raise ApprovalError('name the language, such as L=de, or several, such as L="de en"')
        for language in named.language:
            asked = Approving(named.entry, language, me(named.folder), datetime.date.today())
            file = approve(named.folder, asked)
            print(said("approved", entry=named.entry, spoken=SERVED[language].name, by=asked.by.name, file=file))
    except (ApprovalError, KnowledgeError) as error:
        print(translated(str(error), editors_language()), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
