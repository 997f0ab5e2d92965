"""Asking back, choosing by number, and not knowing."""

from __future__ import annotations

import pytest

from assistant.core.languages import ORIGINALS
from tests.unit.dialogue.conftest import (
    START,
    after,
    asking,
    message,
    phrase,
    question,
    related,
    reply_to,
    text_of,
    told,
    way_on,
)

TWO = ("ask_data/dtm", "ask_data/gmdac")
NEAR = ("ask_data/dtm", "smalltalk/bot", "referral/asylum", "out_of_scope/other", "ask_data/gmdac")


def clarified(language="de"):
    """The reply that asks which of two questions is meant."""
    return reply_to(message(asking(*TWO, decision="clarify"), language=language))


def unsure(*near, language="de"):
    """The reply if nothing is similar enough."""
    return reply_to(message(asking(*near, decision="unsure", subjects=("dtm", "gmdac", "gdi")), language=language))


@pytest.mark.parametrize("language", ORIGINALS)
def test_close_candidates_are_offered_with_none_of_them_last(language):
    reply = clarified(language)
    expected = (*(question(entry, language) for entry in TWO), phrase("clarify_none", language))
    assert (reply.kind, text_of(reply), told(reply)) == ("clarify", phrase("clarify", language), [])
    assert reply.buttons == expected


def test_only_entries_are_offered():
    reply = reply_to(asking("control/more", *TWO, "out_of_scope/other", decision="clarify"))
    assert reply.conversation.offered == (*TWO, "control/none")


def test_at_most_three_questions_and_none_of_them_are_offered():
    reply = reply_to(asking(*TWO, "ask_data/gdi_launch", "ask_data/gdi_network", decision="clarify"))
    assert reply.conversation.offered == (*TWO, "ask_data/gdi_launch", "control/none")


def test_asking_back_keeps_the_topic():
    reply = reply_to(asking(*TWO, decision="clarify"), after("ask_figures/fap_reached"))
    assert reply.conversation.entry == "ask_figures/fap_reached"


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("language", ORIGINALS)
def test_a_number_picks_the_question_offered(number, language):
    reply = reply_to(message(choice=number), clarified(language).conversation)
    assert (told(reply), reply.language) == ([TWO[number - 1]], language)


def test_a_number_picks_a_suggestion():
    before = after("ask_figures/fap_reached")
    assert told(reply_to(message(choice=2), before)) == [related("ask_figures/fap_reached", 1)]


@pytest.mark.parametrize("number", [0, 4, 99])
@pytest.mark.parametrize("language", ORIGINALS)
def test_a_number_out_of_range_asks_again(number, language):
    before = clarified(language)
    reply = reply_to(message(choice=number), before.conversation)
    assert (reply.kind, reply.buttons, reply.language) == ("clarify", before.buttons, language)


@pytest.mark.parametrize("language", ORIGINALS)
def test_none_of_them_leads_to_a_contact(language):
    reply = reply_to(message(choice=3), clarified(language).conversation)
    assert (reply.kind, told(reply), reply.buttons) == ("fallback", [], ())
    assert way_on(language) in text_of(reply)


def test_none_of_them_said_in_words_leads_to_a_contact():
    reply = reply_to(asking("control/none"), clarified().conversation)
    assert reply.kind == "fallback"
    assert way_on() in text_of(reply)


@pytest.mark.parametrize("language", ORIGINALS)
def test_a_number_alone_picks_nothing_where_nothing_was_offered(language):
    reply = reply_to(message(choice=1, language=language))
    assert (reply.kind, told(reply), reply.buttons) == ("fallback", [], ())
    assert text_of(reply) == f"{phrase('fallback', language)} {way_on(language)}"


@pytest.mark.parametrize("number", [1, 2])
def test_words_that_name_a_choice_pick_it_where_something_was_offered(number):
    said = message(asking("smalltalk/thanks", text="die erste bitte"), choice=number)
    assert told(reply_to(said, clarified().conversation)) == [TWO[number - 1]]


def test_after_none_of_them_a_number_picks_nothing():
    assert reply_to(message(choice=3), clarified().conversation).conversation.offered == ()


def test_a_number_is_a_question_where_nothing_was_offered():
    assert told(reply_to(message(asking("ask_data/dtm"), choice=1), START)) == ["ask_data/dtm"]


@pytest.mark.parametrize("language", ORIGINALS)
def test_not_knowing_is_said_with_a_contact(language):
    reply = unsure(language=language)
    assert (reply.kind, told(reply), reply.buttons, reply.heading) == ("fallback", [], (), None)
    assert text_of(reply) == f"{phrase('fallback', language)} {way_on(language)}"


@pytest.mark.parametrize("language", ORIGINALS)
def test_not_knowing_lists_the_nearest_questions_of_the_same_subject_only(language):
    reply = unsure(*NEAR, language=language)
    assert reply.buttons == tuple(question(entry, language) for entry in TWO)
    assert reply.heading == phrase("fallback_near", language)
    assert way_on(language) in text_of(reply)


def test_at_most_three_nearest_questions_are_listed():
    reply = unsure(*TWO, "ask_data/gdi_launch", "ask_data/gdi_network")
    assert reply.conversation.offered == (*TWO, "ask_data/gdi_launch")


def test_the_best_guess_is_not_told_when_unsure():
    assert told(unsure("ask_data/dtm")) == []


@pytest.mark.parametrize("id_", ["out_of_scope/other", "ask_data/unheard_of", ""])
def test_what_is_no_entry_is_not_known(id_):
    assert reply_to(asking(id_)).kind == "fallback"


def test_a_number_picks_one_of_the_nearest_questions():
    assert told(reply_to(message(choice=2), unsure(*NEAR).conversation)) == ["ask_data/gmdac"]


def test_not_knowing_keeps_the_topic():
    reply = reply_to(asking(decision="unsure"), after("ask_figures/fap_reached"))
    assert reply.conversation.entry == "ask_figures/fap_reached"
