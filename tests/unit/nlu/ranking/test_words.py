"""What share of a message's words a class knows, and what share no class knows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.nlu.ranking.words import ENOUGH, STEM, KnownWords, stems

VISA, ASYLUM, HELLO = 0, 1, 2
# Many other texts, beside which the words of these are rare.
OTHERS = [f"füllwort{'abcdefghij'[number % 10]}" for number in range(60)]
TEXTS = ["visum antrag", "visum familie", "asyl antrag", "asyl familie hilfe", "hallo hallo", "hallo zusammen", *OTHERS]
NUMBERS = [VISA, VISA, ASYLUM, ASYLUM, HELLO, HELLO, *[HELLO] * len(OTHERS)]


def known_words(texts=TEXTS, numbers=NUMBERS, answers=(), classes=3):
    """The words of these texts by class."""
    return KnownWords.fit(texts, numbers, answers, classes)


def support(text, own=None, **given):
    """What share of a text each class knows, and what share none knows."""
    known, unknown = known_words(**given).support([text], None if own is None else [own])
    return known[0].tolist(), float(unknown[0])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Familie und Familien!", {"famili", "und"}),
        ("Wo ist es in A?", {"ist"}),
        ("Nachzug2024 für 15_000", {"nachzu", "für"}),
        ("", set()),
        ("42 😀", set()),
    ],
)
def test_words_are_their_beginnings_in_small_letters(text, found):
    assert stems(text) == found


def test_a_class_knows_fully_what_enough_of_its_examples_say():
    assert ENOUGH == 2
    assert support("visum")[0] == pytest.approx([1, 0, 0])
    assert support("antrag")[0] == pytest.approx([0.5, 0.5, 0])
    assert support("hallo")[0] == pytest.approx([0, 0, 1])


def test_a_word_said_twice_in_one_example_counts_once():
    known, _ = support("hallo", texts=["hallo hallo", *OTHERS], numbers=[VISA, *[HELLO] * len(OTHERS)])
    assert known[VISA] == pytest.approx(0.5)


def test_inflected_forms_are_the_same_word():
    assert support("familiennachzug")[0] == support("familie")[0] == pytest.approx([0.5, 0.5, 0])
    assert len("famili") == STEM


def test_what_no_class_knows_is_unknown():
    assert support("xylophon") == ([0, 0, 0], pytest.approx(1))
    known, unknown = support("visum xylophon")
    assert 0 < unknown < 1
    assert known == [pytest.approx(1 - unknown), 0, 0]


def test_rare_words_weigh_more():
    texts = ["das visum"] * 2 + ["das asyl"] * 2 + ["das wetter"] * 20
    numbers = [VISA] * 2 + [ASYLUM] * 2 + [HELLO] * 20
    known, _ = support("das visum", texts=texts, numbers=numbers)
    assert known[VISA] == pytest.approx(1)
    assert known[ASYLUM] == known[HELLO] < 0.2


def test_a_text_of_nothing_but_frequent_words_is_hardly_known():
    texts = ["das visum"] * 40
    assert support("das", texts=texts, numbers=[VISA] * 40)[0][VISA] < 0.1


@pytest.mark.parametrize("text", ["", "42", "an in"])
def test_a_text_without_words_is_neither_known_nor_unknown(text):
    assert support(text) == ([0, 0, 0], 0)


def test_words_of_an_answer_are_known_fully():
    assert support("konsulat", answers=[(VISA, "Das Konsulat hilft.")])[0] == pytest.approx([1, 0, 0])
    assert support("konsulat")[1] == pytest.approx(1)


def test_answers_make_no_word_frequent():
    texts = dict.fromkeys(("antrag", "visum antrag"))
    plain, with_answers = known_words(), known_words(answers=[(HELLO, "antrag")] * 5)
    for text in texts:
        assert with_answers.support([text])[0][0][VISA] == pytest.approx(plain.support([text])[0][0][VISA])


def test_an_example_is_judged_as_if_it_had_been_left_out():
    left = TEXTS.index("asyl familie hilfe")
    rest, numbers = TEXTS[:left] + TEXTS[left + 1 :], NUMBERS[:left] + NUMBERS[left + 1 :]
    left_out = support("asyl familie hilfe", own=ASYLUM)
    without = support("asyl familie hilfe", texts=rest, numbers=numbers)
    assert left_out[0][VISA] == pytest.approx(without[0][VISA], abs=0.05)
    assert left_out[0][ASYLUM] == pytest.approx(without[0][ASYLUM], abs=0.05)
    assert left_out[0][ASYLUM] < support("asyl familie hilfe")[0][ASYLUM]


def test_a_word_of_an_example_left_out_is_rarer_by_one():
    count = len(TEXTS) + 1
    hilfe, familie = np.log(count / 1), np.log(count / 2)
    assert support("hilfe familie", own=ASYLUM)[1] == pytest.approx(hilfe / (hilfe + familie))


def test_a_word_that_only_the_example_itself_has_is_unknown():
    assert support("hilfe", own=ASYLUM) == ([0, 0, 0], pytest.approx(1))
    assert support("hilfe")[1] == 0


def test_leaving_an_example_out_takes_nothing_from_other_classes():
    assert support("antrag", own=ASYLUM)[0] == pytest.approx([0.5, 0, 0], abs=0.01)


words = st.lists(st.sampled_from(["visum", "asyl", "antrag", "familie", "hilfe", "kind", "an", "7"]), max_size=6)


@settings(database=None, deadline=None)
@given(st.lists(st.tuples(words, st.integers(0, 2)), max_size=8), st.lists(words, min_size=1, max_size=4))
def test_shares_are_shares_and_saved_words_say_the_same(examples, asked):
    texts, numbers = [" ".join(text) for text, _ in examples], [number for _, number in examples]
    made = known_words(texts, numbers)
    questions = [" ".join(text) for text in asked]
    known, unknown = made.support(questions)
    assert (known >= 0).all()
    assert (known.max(axis=1) + unknown <= 1.001).all()
    read = KnownWords(made.arrays(), 3, made.texts).support(questions)
    assert np.array_equal(read[0], known)
    assert np.array_equal(read[1], unknown)
