"""One pattern recognises the number of a choice, however people write it."""

from __future__ import annotations

import time

import pytest

from assistant.core.choices import number_chosen

CHOICES = [
    *((text, 1) for text in ("1", " 1 ", "1.", "1)", "(1)", "[1]", "#1", "1:", "1!", "1?", "1 .", "1.)", "\n1\n")),
    # A keycap with and without its selector, an emoji beside it, digits of other scripts, a circled digit.
    *((text, 2) for text in ("2\ufe0f\u20e3", "2\u20e3", "2\ufe0f\u20e3 👍", "٢", "۲", "２", "②", "²", "२")),
    *(
        (text, 1)
        for text in ("Nr. 1", "nr 1", "Nr.1", "No. 1", "no 1", "No.1", "Nummer 1", "NUMMER EINS", "number one")
    ),
    *((text, 1) for text in ("Option 1", "option one", "Antwort 1", "Frage 1", "question 1", "Punkt 1", "choice 1")),
    *((text, 1) for text in ("die erste", "der erste", "das erste", "die 1", "den ersten", "erster", "erstes", "eins")),
    *((text, 1) for text in ("first", "the first", "the first one", "first please", "please 1", "bitte 1", "1 bitte")),
    *(
        (text, 2)
        for text in ("die zweite bitte", "ich nehme die zweite", "ich will die 2", "I take 2", "i want the second")
    ),
    *(
        (text, 2)
        for text in (
            "zweite Frage",
            "the second question",
            "Die zweite Antwort, bitte",
            "Number two, please",
            "Bitte, die 2.",
            "ZWEI",
            "zweiter",
        )
    ),
    *((text, 3) for text in ("drei", "dritte", "third", "the third option")),
    *((text, 4) for text in ("vier", "vierte", "four", "fourth")),
    *((text, 5) for text in ("fünf", "fuenf", "fünfte", "fu\u0308nf", "five", "fifth")),
    *((text, 6) for text in ("sechs", "sechste", "six", "sixth")),
    *((text, number) for text, number in (("0", 0), ("07", 7), ("10", 10), ("12", 12), ("99", 99))),
]
OTHERS = [
    "", " ", "?", "🙂", "\ufe0f\u20e3",
    # Emergency numbers, years, figures, times, several numbers.
    "110", "112", "116117", "1951", "1,5", "1.5", "1 2", "1, 2", "1 und 2", "1 or 2", "1-2", "-1", "+1", "1/2", "10:30",
    "1%", "1 €", "1 $",
    # Words around the number that mean something else.
    "no one", "No one helps me", "nobody", "no", "nein", "bitte", "the", "die", "Frage", "option", "I want to die",
    "1 Kind", "2 Jahre", "5 Kinder", "2 years", "one child", "two children", "eins noch", "first aid", "erste Hilfe",
    "zwei Fragen", "Second World War", "der erste Antrag", "I am 1", "ich bin 2", "Artikel 1", "number", "Nr.",
    "1a", "a1", "x1", "einsam", "vierzig", "sixteen", "first of all", "seven", "sieben",
]  # fmt: skip


@pytest.mark.parametrize(("text", "number"), CHOICES)
def test_a_choice_is_recognised_in_every_spelling(text, number):
    assert number_chosen(text) == number


@pytest.mark.parametrize("text", OTHERS)
def test_anything_else_is_no_choice(text):
    assert number_chosen(text) is None


def test_a_long_text_is_no_choice_and_takes_no_time():
    started = time.perf_counter()
    for text in ("1" + " " * 50_000 + "x", "bitte " * 10_000 + "1", "1" + "." * 50_000, "1\ufe0f\u20e3" * 20_000):
        assert number_chosen(text) is None
    assert time.perf_counter() - started < 1
