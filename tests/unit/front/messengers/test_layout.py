"""Answers are split into messages that a messenger accepts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.front.messengers.base.layout import (
    Bubble,
    Option,
    all_fit,
    bubbles,
    cut,
    fitted,
    numbered,
    option_of,
    split,
    token,
    utf16_length,
)
from assistant.knowledge import knowledge
from tests.fakes.long_answers import LONG, QUESTIONS, TEXTS, a_long_answer, connectors

RECIPIENTS = {"twilio": "+1>+2", "slack": "C1/U1/"}


@pytest.mark.parametrize("connector", connectors(), ids=lambda connector: connector.name)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_no_message_is_longer_than_the_messenger_takes(connector, text):
    told = bubbles(a_long_answer(text=text), knowledge(), connector.max_length, connector.measure)
    pieces = [*told[:-1], *connector.laid_out(told[-1])]
    assert len(pieces) > 1
    assert all(connector.measure(piece.text) <= connector.max_length for piece in pieces)
    whole = "".join("".join(piece.text.split()) for piece in pieces)
    assert whole.startswith("".join(text.split()))


@pytest.mark.parametrize("connector", connectors(), ids=lambda connector: connector.name)
def test_every_question_offered_can_be_read_or_pressed(connector):
    (told,) = bubbles(a_long_answer(text="Kurz."), knowledge(), connector.max_length, connector.measure)
    for piece in connector.laid_out(told):
        call = connector.call(RECIPIENTS.get(connector.name, "7"), piece, "k")
        written = str(call.json or call.form)
        assert all(question in written for question in QUESTIONS)


def test_sentences_stay_whole_where_that_is_possible():
    pieces = list(split(LONG, 1000))
    assert all(piece.endswith(".") for piece in pieces)
    assert " ".join(pieces) == LONG


def test_paragraphs_are_the_best_places_to_break():
    assert list(split("a" * 60 + "\n\n" + "b. " * 10, 80)) == ["a" * 60, ("b. " * 10).strip()]


@pytest.mark.parametrize(("begins", "broken"), [(25, False), (26, True)])
def test_a_break_in_the_first_quarter_is_passed_over(begins, broken):
    """Otherwise a messenger would show a bubble of a word or two, and then the rest."""
    first = next(split("a" * begins + "\n" + "b " * 60, 100))
    assert (first == "a" * begins) is broken


def test_an_address_is_not_broken_where_it_fits():
    text = "Wort " * 30 + "https://germany.iom.int/de/a/sehr/lange/adresse.html"
    assert "https://germany.iom.int/de/a/sehr/lange/adresse.html" in list(split(text, 100))[-1]


@given(st.text(max_size=500), st.integers(2, 60))
def test_nothing_is_lost_or_added_by_splitting(text, longest):
    pieces = list(split(text, longest))
    assert all(utf16_length(piece) <= longest for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@given(st.text(max_size=80), st.integers(3, 30))
def test_what_is_cut_fits(text, longest):
    assert utf16_length(cut(text, longest)) <= longest
    assert cut(text, 1000) == text


def test_tokens_are_short_and_name_what_they_were_made_for():
    assert option_of(token(123456789, 12)) == (123456789, 12)
    assert len(token(2**31 - 1, 99)) <= 64
    assert [option_of(bad) for bad in (None, 3, "", "o1", "o1.2x", "/restart", "o1.222")] == [None] * 7


def test_numbers_stand_before_the_questions():
    told = numbered(Bubble("Was?", "en", (Option("One?", "o1.0"), Option("Two?", "o1.1"))), knowledge())
    assert told.text.splitlines() == ["Was?", "1. One?", "2. Two?", knowledge().phrase("choose_number", "en")]
    assert told.options == ()


def test_what_just_fits_is_not_cut():
    assert cut("zwölf Zeiche", 12) == "zwölf Zeiche"
    assert cut("zwölf Zeichen", 12) == "zwölf Zeich…"
    assert cut("  eins zwei drei", 8) == "  eins…"


def test_a_break_just_at_the_limit_is_taken():
    assert list(split("eins. zwei. drei.", 11)) == ["eins. zwei.", "drei."]


@pytest.mark.parametrize(("titles", "fit"), [(["ab", "cde"], True), (["ab", "cdef"], False), (["a", "b", "c"], False)])
def test_options_fit_in_number_and_length(titles, fit):
    options = [Option(title, token(1, place)) for place, title in enumerate(titles)]
    assert all_fit(options, most=2, longest=3) is fit


def test_a_message_keeps_its_language_and_its_options_when_it_is_laid_out():
    options = (Option("Wer?", token(1, 0)),)
    long = Bubble(LONG[:300], "en", options)
    pieces = fitted(long, 100, len)
    assert len(pieces) > 2
    assert all(len(piece.text) <= 100 for piece in pieces)
    assert {piece.language for piece in [*pieces, numbered(long, knowledge())]} == {"en"}
    assert [piece.options for piece in pieces] == [*[()] * (len(pieces) - 1), options]
