"""What a message announces for the next one: "Mein Name ist", and then the name as a message of its own."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.privacy.text import Word, words_of
from assistant.privacy.words import words

# What may stand between announcing words and after the last of them.
LINKING = {
    "ist", "sind", "lautet", "war", "am", "is", "are", "was", "on", "the", "der", "die", "das", "est", "le", "la",
    "sont", "es", "son", "هو", "هي", "است", "это", "це", "m", "i", "im", "name", "names", "s",
}  # fmt: skip
ANNOUNCING = (
    "introductions", "capital_introductions", "weak_introductions", "fields", "relations", "own_relations", "lists",
    "naming", "roles", "births", "papers", "phones", "homes",
)  # fmt: skip
MOST_CHARACTERS, MOST_WORDS = 80, 8


def announcement(before: str | None) -> str:
    """The words at the end of a message that announce personal data; only listed words, never any data itself.

    Nothing, if the message ends otherwise or with a full stop.
    """
    last = (before or "")[-MOST_CHARACTERS:].rstrip()
    parts = words_of(last)[-MOST_WORDS:]
    if not parts or last[parts[-1].end :].strip() not in ("", ":", "：", "-", "–", "=", "..", "...", "…"):
        return ""
    start = _start(last, parts)
    if start is None:
        return ""
    colon = ":" if last[-1] in ":：=" else ""
    return f"{last[parts[start].start : parts[-1].end]}{colon}"


def _start(text: str, parts: Sequence[Word]) -> int | None:
    """Where the announcing words begin that reach to the end; None if there are none."""
    end, announced = len(parts), False
    while end:
        found = _phrase_before(text, parts, end)
        if found is not None:
            end, announced = found, True
        elif _links(parts[end - 1].lower):
            end -= 1
        else:
            break
    return end if announced else None


def _phrase_before(text: str, parts: Sequence[Word], end: int) -> int | None:
    """Where the longest announcing phrase begins that ends before a word."""
    phrases = words().phrases
    for start in range(end):
        if any(phrases[name].at(text, parts[:end], start) == end for name in ANNOUNCING):
            return start
    return None


def _links(lower: str) -> bool:
    return lower in LINKING or lower in words().possessives or lower in words().german_possessives
