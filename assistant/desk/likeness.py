"""Which questions are alike in spelling: groups what visitors asked, and finds what is there already."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer, TfidfVectorizer

from assistant.knowledge.examples import Example
from assistant.knowledge.held_out import FEWEST_WORDS, TOO_NEAR

# At this cosine of what they are spelt with, two training questions are one with a word or two changed.
ALIKE = 0.55
# Four letters tell questions apart as well as three to five do, in a third of the time.
LETTERS = 4
# So many texts are compared with all others at once, which keeps the memory small.
BLOCK = 512
# As the training questions are compared with those for scoring (held_out.py).
LETTERS_OF_KNOWN = (3, 5)
HASHED = 2**20


def plain(text: str) -> str:
    """A text in small letters, without marks."""
    return re.sub(r"\W+", " ", text.lower()).strip()


def grouped(texts: Sequence[str]) -> list[list[int]]:
    """Groups of like texts, by their indexes: the largest group first, in each the most typical text first."""
    same: defaultdict[str, list[int]] = defaultdict(list)
    for number, text in enumerate(texts):
        same[plain(text)].append(number)
    spelt = list(same)
    groups = [[index for text in group for index in same[spelt[text]]] for group in _alike(spelt, same)]
    return sorted(groups, key=lambda group: (-len(group), group[0]))


def _alike(spelt: Sequence[str], same: dict[str, list[int]]) -> Iterator[list[int]]:
    """Groups of different texts: again and again, the text with the most like ones that are left takes these."""
    neighbours = _neighbours(spelt)
    counts = [len(same[text]) for text in spelt]
    weights = [sum(counts[other] for other in near) for near in neighbours]
    left = set(range(len(spelt)))
    for centre in sorted(left, key=lambda text: (-weights[text], -counts[text], text)):
        if centre in left:
            group = [centre, *sorted(left.intersection(neighbours[centre]) - {centre}, key=lambda t: (-counts[t], t))]
            left.difference_update(group)
            yield group


def _neighbours(spelt: Sequence[str]) -> list[list[int]]:
    """The texts like each text, itself among them."""
    if not any(spelt):
        return [[number] for number in range(len(spelt))]
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(LETTERS, LETTERS), dtype=np.float32).fit_transform(spelt)
    found: list[list[int]] = [[number] for number in range(len(spelt))]
    for begin in range(0, len(spelt), BLOCK):
        # With those before, they have been compared already.
        near = (vectors[begin : begin + BLOCK] @ vectors[begin:].T).tocoo()
        like = (near.data >= ALIKE) & (near.row < near.col)
        for one, other in zip((near.row[like] + begin).tolist(), (near.col[like] + begin).tolist()):
            found[one].append(other)
            found[other].append(one)
    return found


class KnownQuestions:
    """Questions that are there already, ready to be compared with a new one."""

    def __init__(self, known: Sequence[Example]) -> None:
        self._known = known
        self._letters = HashingVectorizer(
            analyzer="char_wb", ngram_range=LETTERS_OF_KNOWN, n_features=HASHED, norm=None, alternate_sign=False
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

    def most_alike(self, text: str, count: int) -> list[Example]:
        """The questions that a text is most alike to in spelling, the most alike first."""
        return [self._known[number] for number in np.argsort(-self._likeness(plain(text)), kind="stable")[:count]]

    def _likeness(self, written: str) -> npt.NDArray[np.float64]:
        """How alike each question is to a text, 1 being the same."""
        vector = self._weights.transform(self._letters.transform([written]))
        likeness: npt.NDArray[np.float64] = (self._vectors @ vector.T).toarray().ravel()
        return likeness
