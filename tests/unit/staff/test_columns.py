"""Rows in aligned columns."""

from __future__ import annotations

import pytest

from assistant.staff.columns import ISOLATE, columns_of, laid_out, wrapped
from assistant.staff.reasons import Row

ROWS = [
    Row("Question", ("Who pays for the programme of which everybody speaks, and since when does anybody do so?",)),
    Row("Likely meant", ("Who pays?", "ask_programmes/fap_funding"), "97%"),
    Row("Likely meant", ("What is it?", "ask_programmes/fap_overview"), "1%"),
    Row("Nearest training questions", ("wer bezahlt das", "data/nlu/de/ask_programmes.yml:245"), "0.97"),
]


def test_the_columns_are_aligned():
    assert laid_out(ROWS, 60).split("\n") == [
        "Question                Who pays for the programme of which",
        "                        everybody speaks, and since when",
        "                        does anybody do so?",
        "Likely meant       97%  Who pays?",
        "                        ask_programmes/fap_funding",
        "                    1%  What is it?",
        "                        ask_programmes/fap_overview",
        "Nearest training  0.97  wer bezahlt das",
        "questions               data/nlu/de/ask_programmes.yml:245",
    ]


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
@pytest.mark.parametrize(
    "text", ["x" * 300, "كيف يمكنني العودة طوعا إلى بلدي؟ " * 4, "독일에서 가족을 초청하려면 " * 6, "e\u0301" * 90]
)
def test_no_line_is_longer_than_the_terminal_is_wide(width, text):
    lines = laid_out([*ROWS, Row("Question", (text,), "0,97")], width).split("\n")
    assert max(map(columns_of, lines)) <= width


def test_words_are_kept_whole_where_there_is_room():
    assert wrapped("a programme for families", 12) == ["a programme", "for families"]
    assert wrapped("one\ntwo", 12) == ["one", "two"]
    assert wrapped("abcdefgh", 3) == ["abc", "def", "gh"]
    assert wrapped("", 12) == [""]


def test_indentation_is_kept():
    assert wrapped("- a:\n  - one two three\n  b: c", 9) == ["- a:", "  - one", "  two", "  three", "  b: c"]


def test_a_label_stands_above_in_a_narrow_terminal():
    assert laid_out(ROWS[1:2], 30).split("\n") == [
        "Likely meant",
        "  97%  Who pays?",
        "       ask_programmes/fap_fund",
        "       ing",
    ]


def test_a_text_from_right_to_left_does_not_turn_its_line_round():
    (line,) = laid_out([Row("Question", ("كيف؟",), "97%")], 60).split("\n")
    assert line.index(ISOLATE) > line.index("97%")


def test_nothing_is_no_line():
    assert laid_out([], 80) == ""
