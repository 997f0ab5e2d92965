"""What may not be kept as a correction: personal data, and questions that are kept for scoring."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from assistant.core.paths import ROOT
from assistant.knowledge.errors import Finding
from assistant.knowledge.examples import Example
from assistant.knowledge.held_out import near_duplicates, scoring_questions
from assistant.privacy.masking import found
from assistant.staff.corrections import NAME, Correction, entry_findings
from assistant.staff.texts import WRITTEN, said

# Where the questions are that the assistant is scored with; a server that only serves need not have them.
SCORING = ROOT / "evaluation"
FOLDERS = ("cases", "needs", "languages")
SHOWN_CHARACTERS = 80


def refusals(
    corrections: Sequence[Correction], entries: Collection[str], language: str = WRITTEN, scoring: Path = SCORING
) -> list[Finding]:
    """Everything that keeps corrections from being kept, in the language given."""
    if not corrections:
        return []
    return [
        *entry_findings(corrections, entries, language),
        *_personal(corrections, language),
        *_kept_for_scoring(corrections, language, scoring),
    ]


def _personal(corrections: Sequence[Correction], language: str) -> Iterator[Finding]:
    for each in corrections:
        messages = (*each.before, each.text)
        for before, text in zip((None, *messages), messages):
            for span in found(text, before):
                kind = said(f"personal_{span.kind}", language)
                words = text[span.start : span.end]
                yield Finding(NAME, each.line, "", said("personal", language, kind=kind, found=words))


def _kept_for_scoring(corrections: Sequence[Correction], language: str, folder: Path) -> Iterator[Finding]:
    questions = dict.fromkeys(scoring_questions(scoring_files(folder)))
    # The likeness of two texts depends on all that are compared, so the corrections are among these.
    compared = [Example(language, "", 0, "", text) for text in (*questions, *(each.text for each in corrections))]
    lines = {each.text: each.line for each in corrections}
    for example, text, _ in near_duplicates(compared, list(lines)):
        if example.text in questions:
            shown = example.text[:SHOWN_CHARACTERS]
            yield Finding(NAME, lines[text], "", said("kept_for_scoring", language, text=text, question=shown))


def scoring_files(folder: Path = SCORING) -> list[Path]:
    """The project's own files of scoring questions."""
    return sorted(path for name in FOLDERS for path in (folder / name).glob("*.jsonl"))
