"""How people name one of several offered choices: by its number, in whatever way they write it."""

from __future__ import annotations

import re
import unicodedata

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
    r"(?:(?:ich nehme|ich will|i (?:take|want)|bitte|please|die|der|das|den|the|no\.|no(?=\s*\d)|nr\.?|nummer|number|"
    r"option|antwort|answer|frage|question|punkt|choice)[\s,]*)*"
)
NUMBER = rf"[#(\[]?\s*(?:(\d{{1,2}})|{'|'.join(f'({words})' for words in WORDS.values())})\s*[.)\]:]*"
AFTER = r"(?:[\s,]*(?:bitte|please|one|option|frage|question|antwort|answer))*"
NAMED = re.compile(rf"{BEFORE}{NUMBER}{AFTER}[^\w%€$]*")


def number_chosen(text: str) -> int | None:
    """The number, from 1, that a message consists of, as in "1", "1️⃣", "(1)", "Nr. 1" or "the first one"; else None."""
    if len(text) > LONGEST:
        return None
    plain = unicodedata.normalize("NFKC", text.translate(dict.fromkeys(map(ord, KEYCAP)))).strip().lower()
    match = NAMED.fullmatch(plain)
    if not match:
        return None
    return int(match[1]) if match[1] else next(i for i, words in enumerate(WORDS, start=2) if match[i]) - 1
