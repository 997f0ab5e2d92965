"""Which questions are alike in spelling: groups what visitors asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from assistant.knowledge.held_out import plain

# At this cosine of what they are spelt with, two training questions are one with a word or two changed.
ALIKE = 0.55
# Four letters tell questions apart as well as three to five do, in a third of the time.
LETTERS = 4
# So many texts are compared with all others at once, which keeps the memory small.
BLOCK = 512


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
