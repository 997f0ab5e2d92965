"""The same texts with invented names, to see how much depends on the list of given names."""

from __future__ import annotations

import random
import re

from evaluation.masking.texts import Mark, Marked

BEGINNINGS = (
    "b",
    "br",
    "d",
    "f",
    "g",
    "gr",
    "h",
    "j",
    "k",
    "kh",
    "l",
    "m",
    "n",
    "p",
    "q",
    "r",
    "s",
    "sh",
    "t",
    "v",
    "w",
    "z",
)
VOWELS = ("a", "e", "i", "o", "u", "aa", "ou", "ei")
ENDINGS = ("", "l", "m", "n", "r", "sh", "z", "b", "k")
WORD = re.compile(r"[^\W\d_]{2,}")


def with_unknown_names(case: Marked) -> Marked:
    """The text with every word of its names replaced by an invented one in the same case; deterministic."""
    chance = random.Random(case.id)  # noqa: S311
    pieces, spans, end, length = [], [], 0, 0
    for span in sorted(case.spans):
        before, inside = case.text[end : span.start], case.text[span.start : span.end]
        if span.kind == "name":
            inside = WORD.sub(lambda match: invented(match[0], chance), inside)
        start = length + len(before)
        length = start + len(inside)
        pieces += [before, inside]
        spans.append(Mark(start, length, span.kind))
        end = span.end
    return Marked(case.id, "".join([*pieces, case.text[end:]]), tuple(spans), case.before)


def invented(word: str, chance: random.Random) -> str:
    """A word of two or three syllables in the case of another; titles and particles are kept."""
    if word.lower() in ("dr", "al", "von"):
        return word
    syllables = (chance.choice(BEGINNINGS) + chance.choice(VOWELS) for _ in range(chance.choice((2, 2, 3))))
    made = "".join(syllables) + chance.choice(ENDINGS)
    return made.upper() if word.isupper() else made.capitalize() if word[0].isupper() else made
