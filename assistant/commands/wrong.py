"""Notes that an answer was wrong, as a case that every release is tried with: `/wrong` in `make shell`."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.commands.withdraw import editor
from assistant.core.atomic_files import replace_file
from assistant.core.languages import Language
from assistant.core.paths import ROOT
from assistant.knowledge import KnowledgeError
from assistant.staff.corrections import FILE, NAME, NOTHING, Correction, added, is_kept, read
from assistant.staff.refusals import of_corrections
from assistant.staff.texts import said, texts

MODE = 0o644
# How like an entry's name has to be to be suggested, from 0 to 1.
LIKE = 0.7


@dataclass(frozen=True)
class Turn:
    """A message, those before it, and what it was answered with."""

    language: Language
    text: str
    before: tuple[str, ...]
    answered: tuple[str, ...]


def noted(turn: Turn, wanted: str, entries: Collection[str], language: str, file: Path = FILE) -> str:
    """Adds a case to the file, unless it may not be kept; says what was done, in the reader's language.

    `wanted` is the entry that would have been right, `nothing` in any language, or empty if nobody knows.
    """
    want = NOTHING if wanted in texts()["word_nothing"].values() else wanted
    today = datetime.date.today().isoformat()
    correction = Correction(turn.language, turn.text, turn.answered, editor(), today, want or None, turn.before)
    try:
        kept = read(file, language)
    except KnowledgeError as error:
        return "\n".join([said("wrong_refused", language), *map(str, error.findings)])
    if is_kept(correction, kept):
        return said("wrong_again", language, file=NAME)
    if found := [finding.message for finding in of_corrections([correction], entries, ROOT, language)]:
        return "\n".join([said("wrong_refused", language), *found, *_similar(want, entries, language)])
    before = file.read_text("utf-8") if file.exists() else ""
    replace_file(file, added(before, correction).encode(), MODE)
    return "\n".join([said("wrong_noted", language, file=NAME), added("", correction).strip()])


def _similar(want: str, entries: Collection[str], language: str) -> Sequence[str]:
    """A line with entries whose ids look like one that does not exist."""
    if not want or want == NOTHING or want in entries:
        return []
    names = {id_: id_.rpartition("/")[2] for id_ in entries}
    near = difflib.get_close_matches(want.rpartition("/")[2], names.values(), cutoff=LIKE)
    found = sorted(id_ for id_, name in names.items() if name in near)
    return [said("wrong_similar", language, entries=", ".join(found))] if found else []
