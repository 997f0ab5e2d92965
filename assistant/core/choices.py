"""How people name one of several offered choices: by its number, in whatever way they write it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from assistant.core.words import Words, all_words, any_of

# A keycap such as 1️⃣ is a digit followed by these.
KEYCAP = "\ufe0f\u20e3"
WORDS = {
    1: "eins|erste[nrs]?|one|first",
    2: "zwei|zweite[nrs]?|two|second",
    3: "drei|dritte[nrs]?|three|third",
    4: "vier|vierte[nrs]?|four|fourth",
    5: "fünf|fuenf|fünfte[nrs]?|five|fifth",
    6: "sechs|sechste[nrs]?|six|sixth",
}
# Nobody needs more characters to name a choice; a longer text is not searched.
LONGEST = 60
# What may stand around a number: "Nr. 1", "Option 2", "die erste bitte", "number two please", "the first one".
BEFORE = (
    r"ich nehme|ich will|i (?:take|want)|bitte|please|die|der|das|den|the|no\.|no(?=\s*\d)|nr\.?|nummer|number|"
    r"option|antwort|answer|frage|question|punkt|choice"
)
AFTER = r"bitte|please|one|option|frage|question|antwort|answer"


def _pattern(words: Mapping[int, str], before: str, after: str) -> re.Pattern[str]:
    """A number, in digits or as a word of one language, among that language's words."""
    number = rf"[#(\[]?\s*(?:(\d{{1,2}})|{'|'.join(f'({each})' for each in words.values())})\s*[.)\]:]*"
    return re.compile(rf"(?:(?:{before})[\s,]*)*{number}(?:[\s,]*(?:{after}))*[^\w%€$]*")


def _pattern_of(words: Words) -> re.Pattern[str]:
    """The pattern of a language that lists its words."""
    around = any_of(words.get("choice_words", ()))
    return _pattern({number: any_of(each) for number, each in enumerate(words["ordinals"], start=1)}, around, around)


PATTERNS = (_pattern(WORDS, BEFORE, AFTER), *(_pattern_of(words) for words in all_words().values() if words))


def number_chosen(text: str) -> int | None:
    """The number, from 1, that a message consists of, as in "1", "1️⃣", "(1)", "Nr. 1" or "the first one"; else None."""
    if len(text) > LONGEST:
        return None
    plain = unicodedata.normalize("NFKC", text.translate(dict.fromkeys(map(ord, KEYCAP)))).strip().lower()
    match = next((found for pattern in PATTERNS if (found := pattern.fullmatch(plain))), None)
    if not match:
        return None
    return int(match[1]) if match[1] else next(number for number in WORDS if match[number + 1])
