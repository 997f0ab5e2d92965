"""Training questions that editors write at the desk: what may not become one, and where it is saved."""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from assistant.core.languages import ORIGINALS, Language
from assistant.desk.likeness import KnownQuestions, plain
from assistant.knowledge.examples import Example, examples
from assistant.knowledge.held_out import near_in_meaning, scoring_questions
from assistant.knowledge.yaml_lines import Stamp, stamp_of
from assistant.nlu.encoder.vectors import encoded
from assistant.privacy.masking import found

TRAINING, INVENTED = Path("data/nlu"), Path("knowledge/invented.txt")
# Questions kept for scoring, in files of a checkout; a server that only serves need not have them.
SCORING = tuple(Path("evaluation", folder) for folder in ("cases", "needs", "languages"))
# What means the same with a word or two changed is also spelt alike, so that only so many have to be understood.
COMPARED_IN_MEANING = 20
MOST_CHARACTERS, MOST_QUESTIONS = 200, 10
_reading = threading.Lock()
# What Rasa reads as an annotation or a command, and what ends a line of the file.
NO_QUESTION = re.compile(r"[\[\]{}<>|\\]|^[-/]|[\x00-\x1f\u2028\u2029]")


@dataclass(frozen=True)
class Refusal:
    """Why a text may not become a training question: the key of the text that says so, and what fills it."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """The questions of a checkout: those for training, those for scoring, and those whose names are invented."""

    training: KnownQuestions
    scoring: KnownQuestions | None
    invented: frozenset[str]
    # The file of each intent's questions, by language.
    files: Mapping[tuple[Language, str], str]

    def file_of(self, entry: str, language: Language) -> str:
        """The file that has, or is to have, the training questions of an entry."""
        return self.files.get((language, entry)) or f"{TRAINING}/{language}/{entry.partition('/')[0]}.yml"


def known_in(folder: Path) -> Known:
    """The questions of a checkout, read again when a file of theirs has changed (some three seconds)."""
    files = [path for language in ORIGINALS for path in sorted((folder / TRAINING / language).glob("*.yml"))]
    files += [*scoring_files(folder), folder / INVENTED]
    # Who asks meanwhile waits for the first one instead of reading the same beside it.
    with _reading:
        return _known(folder, tuple((path, stamp_of(path)) for path in files))


def prepare(folder: Path) -> None:
    """Reads and loads what a check of questions needs, so that the first one does not take several seconds."""
    list(refusals(["Was ist hier zu prüfen?"], "", (), known_in(folder)))


def scoring_files(folder: Path) -> list[Path]:
    """The files of questions kept for scoring."""
    return sorted(path for each in SCORING for path in (folder / each).glob("*.jsonl"))


@lru_cache(maxsize=1)
def _known(folder: Path, _: Sequence[tuple[Path, Stamp | None]]) -> Known:
    training = list(examples(folder / TRAINING))
    scoring = list(dict.fromkeys(scoring_questions(scoring_files(folder))))
    invented = folder / INVENTED
    return Known(
        KnownQuestions(training),
        KnownQuestions([Example("", "", 0, "", text) for text in scoring]) if scoring else None,
        frozenset(invented.read_text("utf-8").splitlines() if invented.exists() else ()),
        {(each.language, each.intent): each.file for each in training},
    )


def refusals(questions: Sequence[str], entry: str, asked: Collection[str], known: Known) -> Iterator[Refusal]:
    """What keeps questions from becoming training questions of an entry; `asked` is what visitors wrote."""
    if not questions:
        yield Refusal("question_missing")
    if len(questions) > MOST_QUESTIONS:
        yield Refusal("too_many_questions", {"most": MOST_QUESTIONS})
        return
    visitors, seen = {plain(text) for text in asked}, set[str]()
    for question in questions:
        if plain(question) in seen:
            yield Refusal("question_twice", {"question": question})
        seen.add(plain(question))
        yield from _of(question, entry, visitors, known)


def _of(question: str, entry: str, visitors: Collection[str], known: Known) -> Iterator[Refusal]:
    """What is wrong with one question."""
    if len(question) > MOST_CHARACTERS:
        yield Refusal("question_long", {"question": question[:MOST_CHARACTERS], "most": MOST_CHARACTERS})
        return
    if NO_QUESTION.search(question) or not plain(question):
        yield Refusal("question_marks", {"question": question})
        return
    if plain(question) in visitors:
        yield Refusal("as_written", {"question": question})
    if question not in known.invented:
        for span in found(question):
            yield Refusal("personal", {"question": question, "found": question[span.start : span.end]})
    if near := known.training.nearest(question):
        key = "already_there" if near.intent == entry else "belongs_elsewhere"
        place = {"file": near.file, "line": near.line, "other": near.text, "entry": near.intent}
        yield Refusal(key, {"question": question, **place})
    if known.scoring and (known.scoring.nearest(question) or _means_the_same(question, known.scoring)):
        yield Refusal("kept_for_scoring", {"question": question})


def _means_the_same(question: str, scoring: KnownQuestions) -> bool:
    """Whether a question means nearly the same as one kept for scoring."""
    alike = [each.text for each in scoring.most_alike(question, COMPARED_IN_MEANING)]
    return bool(near_in_meaning([Example("", "", 0, "", question)], alike, lambda texts: np.stack(encoded(texts))))
