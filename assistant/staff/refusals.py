"""What may become neither a training question nor a correction: personal data, questions kept for scoring, and more."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.knowledge.errors import Finding
from assistant.knowledge.held_out import plain
from assistant.privacy.masking import found
from assistant.privacy.text import Span
from assistant.staff.corrections import NAME, Correction, entry_findings
from assistant.staff.known_questions import HeldOut, Known, held_out_in, known_in
from assistant.staff.texts import WRITTEN, said

MOST_CHARACTERS = 200
# What Rasa reads as an annotation or a command, and what ends a line of the file.
FORBIDDEN = re.compile(r"[\[\]{}<>|\\]|^[-/]|[\x00-\x1f\u2028\u2029]")


@dataclass(frozen=True)
class Refusal:
    """Why a text may not become a training question: the key of the text that says so, and what fills it."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)


def of_training(questions: Sequence[str], entry: str, asked: Collection[str], known: Known) -> Iterator[Refusal]:
    """What keeps questions from becoming training questions of an entry; `asked` is what visitors wrote."""
    visitors, seen = {plain(text) for text in asked}, set[str]()
    for question in questions:
        if plain(question) in seen:
            yield Refusal("question_twice", {"question": question})
        seen.add(plain(question))
        yield from _of_question(question, entry, visitors, known)


def prepare(folder: Path) -> None:
    """Reads and loads what a check of questions needs, so that the first one does not take several seconds."""
    list(of_training(["Was ist hier zu prüfen?"], "", (), known_in(folder)))


def of_corrections(
    corrections: Sequence[Correction], entries: Collection[str], folder: Path, language: str = WRITTEN
) -> list[Finding]:
    """Everything that keeps corrections from being kept in a checkout, in the language given."""
    if not corrections:
        return []
    held_out = held_out_in(folder)
    return [
        *entry_findings(corrections, entries, language),
        *(finding for each in corrections for finding in _of_correction(each, held_out, language)),
    ]


def _of_question(question: str, entry: str, visitors: Collection[str], known: Known) -> Iterator[Refusal]:
    """What is wrong with one training question."""
    if len(question) > MOST_CHARACTERS:
        yield Refusal("question_long", {"question": question[:MOST_CHARACTERS], "most": MOST_CHARACTERS})
        return
    if FORBIDDEN.search(question) or not plain(question):
        yield Refusal("question_marks", {"question": question})
        return
    if plain(question) in visitors:
        yield Refusal("as_written", {"question": question})
    for span in _personal(question, None, known.held_out):
        yield Refusal("personal", {"question": question, "found": question[span.start : span.end]})
    if near := known.training.nearest(question):
        key = "already_there" if near.intent == entry else "belongs_elsewhere"
        place = {"file": near.file, "line": near.line, "other": near.text, "entry": near.intent}
        yield Refusal(key, {"question": question, **place})
    if known.held_out.is_for_scoring(question):
        yield Refusal("kept_for_scoring", {"question": question})


def _of_correction(correction: Correction, held_out: HeldOut, language: str) -> Iterator[Finding]:
    """What is wrong with the messages of a correction."""
    messages = (*correction.before, correction.text)
    for before, text in zip((None, *messages), messages):
        for span in _personal(text, before, held_out):
            kind, words = said(f"personal_{span.kind}", language), text[span.start : span.end]
            yield Finding(NAME, correction.line, "", said("personal", language, kind=kind, found=words))
    # Nobody writes training questions for what was said before.
    if held_out.is_for_scoring(correction.text):
        yield Finding(NAME, correction.line, "", said("kept_for_scoring", language, text=correction.text))


def _personal(text: str, before: str | None, held_out: HeldOut) -> Sequence[Span]:
    """What looks like personal data in a text, unless somebody has made it up."""
    return () if text in held_out.invented else found(text, before)
