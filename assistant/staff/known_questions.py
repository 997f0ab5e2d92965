"""The questions of a checkout, for training and for scoring, and which of them a new text comes too near to."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer

from assistant.core.languages import ORIGINALS, Language
from assistant.knowledge.examples import Example, examples
from assistant.knowledge.held_out import FEWEST_WORDS, TOO_NEAR, near_in_meaning, plain, scoring_questions
from assistant.knowledge.yaml_lines import Stamp, stamp_of
from assistant.nlu.encoder.vectors import encoded

TRAINING, INVENTED = Path("data/nlu"), Path("knowledge/invented.txt")
# Questions kept for scoring, in files of a checkout; a server that only serves need not have them.
SCORING = tuple(Path("evaluation", folder) for folder in ("cases", "needs", "languages"))
# As the training questions are compared with those for scoring (held_out.py).
LETTERS = (3, 5)
HASHED = 2**20
# What means the same with a word or two changed is also spelt alike, so that only so many have to be understood.
COMPARED_IN_MEANING = 20
_reading = threading.Lock()


class KnownQuestions:
    """Questions that are there already, ready to be compared with a new one."""

    def __init__(self, known: Sequence[Example]) -> None:
        self._known = known
        self._letters = HashingVectorizer(
            analyzer="char_wb", ngram_range=LETTERS, n_features=HASHED, norm=None, alternate_sign=False
        )
        self._weights = TfidfTransformer()
        self._vectors: csr_matrix = self._weights.fit_transform(
            self._letters.transform(plain(each.text) for each in known)
        )

    def nearest(self, text: str) -> Example | None:
        """The question that a text repeats, nearly word for word; None if there is none.

        Texts of few words turn up everywhere, so that they must be the very same.
        """
        written = plain(text)
        if len(written.split()) < FEWEST_WORDS:
            return next((each for each in self._known if plain(each.text) == written), None)
        likeness = self._likeness(written)
        best = int(np.argmax(likeness))
        return self._known[best] if likeness[best] >= TOO_NEAR else None

    def means(self, text: str) -> bool:
        """Whether a text means nearly the same as one of the questions that are spelt most like it."""
        alike = np.argsort(-self._likeness(plain(text)), kind="stable")[:COMPARED_IN_MEANING]
        some, asked = [self._known[number].text for number in alike], Example("", "", 0, "", text)
        return bool(near_in_meaning([asked], some, lambda texts: np.stack(encoded(texts))))

    def _likeness(self, written: str) -> npt.NDArray[np.float64]:
        """How alike each question is to a text, 1 being the same."""
        vector = self._weights.transform(self._letters.transform([written]))
        likeness: npt.NDArray[np.float64] = (self._vectors @ vector.T).toarray().ravel()
        return likeness


@dataclass(frozen=True)
class HeldOut:
    """Questions kept for scoring, and texts whose personal data is made up."""

    scoring: KnownQuestions | None
    invented: frozenset[str]

    def is_for_scoring(self, text: str) -> bool:
        """Whether a text is nearly a question kept for scoring, in spelling or in meaning."""
        return self.scoring is not None and (self.scoring.nearest(text) is not None or self.scoring.means(text))


@dataclass(frozen=True)
class Known:
    """The training questions of a checkout, and what it keeps from becoming some."""

    training: KnownQuestions
    held_out: HeldOut
    # The file of each intent's questions, by language.
    files: Mapping[tuple[Language, str], str]

    def file_of(self, entry: str, language: Language) -> str:
        """The file that has, or is to have, the training questions of an entry."""
        return self.files.get((language, entry)) or f"{TRAINING}/{language}/{entry.partition('/')[0]}.yml"


def scoring_files(folder: Path) -> list[Path]:
    """The files of questions kept for scoring."""
    return sorted(path for each in SCORING for path in (folder / each).glob("*.jsonl"))


def held_out_in(folder: Path) -> HeldOut:
    """What a checkout keeps from being learned, read again when a file of it has changed (half a second)."""
    return _held_out(folder, _stamps([*scoring_files(folder), folder / INVENTED]))


def known_in(folder: Path) -> Known:
    """The questions of a checkout, read again when a file of theirs has changed (some three seconds)."""
    files = [path for language in ORIGINALS for path in sorted((folder / TRAINING / language).glob("*.yml"))]
    # Who asks meanwhile waits for the first one instead of reading the same beside it.
    with _reading:
        return _known(folder, held_out_in(folder), _stamps(files))


def _stamps(files: Sequence[Path]) -> tuple[tuple[Path, Stamp | None], ...]:
    return tuple((path, stamp_of(path)) for path in files)


@lru_cache(maxsize=1)
def _held_out(folder: Path, _: Sequence[tuple[Path, Stamp | None]]) -> HeldOut:
    found = dict.fromkeys(scoring_questions(scoring_files(folder)))
    # Shorter ones turn up in any data without being copied.
    scoring = [Example("", "", 0, "", text) for text in found if len(plain(text).split()) >= FEWEST_WORDS]
    invented = folder / INVENTED
    return HeldOut(
        KnownQuestions(scoring) if scoring else None,
        frozenset(invented.read_text("utf-8").splitlines() if invented.exists() else ()),
    )


@lru_cache(maxsize=1)
def _known(folder: Path, held_out: HeldOut, _: Sequence[tuple[Path, Stamp | None]]) -> Known:
    training = list(examples(folder / TRAINING))
    files = {(each.language, each.intent): each.file for each in training}
    return Known(KnownQuestions(training), held_out, files)
