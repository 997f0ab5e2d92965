"""Requests for more, for the source, for a repeat, and for a person."""

from __future__ import annotations

import pytest

from assistant.core.languages import LANGUAGES
from assistant.knowledge import knowledge
from tests.unit.dialogue.conftest import after, asking, message, phrase, reply_to, text_of, told

FAP = "ask_figures/fap_reached"
GDI = ("ask_data/gdi_divisions", "ask_data/gdi_network", "ask_data/gdi_launch", "ask_data/gdi_overview")


@pytest.mark.parametrize("language", LANGUAGES)
def test_more_tells_the_first_related_entry(language):
    reply = reply_to(asking("control/more"), after(FAP, language=language))
    assert told(reply) == ["ask_figures/fap_since"]
    assert text_of(reply).startswith(f"{phrase('more', language)}\n\n")


def test_more_leaves_out_what_was_told():
    reply = reply_to(asking("control/more"), after("ask_figures/fap_since", FAP))
    assert told(reply) == ["ask_programmes/fap_overview"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("before", [(), GDI], ids=["nothing told", "all told"])
def test_no_more_is_said_openly(before, language):
    reply = reply_to(asking("control/more"), after(*before, language=language), hint=language)
    assert (text_of(reply), reply.kind) == (phrase("more_nothing", language), "control")


def test_more_never_says_the_same_twice_running():
    first = reply_to(asking("control/more"), after("referral/korean_visa_contact", "ask_programmes/korean_visa"))
    assert told(reply_to(asking("control/more"), first.conversation)) != told(first)


@pytest.mark.parametrize(("language", "date"), [("de", "Oktober 2024"), ("en", "October 2024")])
def test_the_source_of_the_last_answer_is_named_with_its_date(language, date):
    source = knowledge().sources["iom-de-70-jahre"]
    reply = reply_to(asking("control/source"), after(FAP, language=language))
    assert all(words in text_of(reply) for words in (date, source.title, source.publisher, source.url))
    assert (reply.kind, told(reply)) == ("control", [FAP])


def test_the_source_of_a_note_is_named_too():
    reply = reply_to(asking("control/source"), after("ask_figures/resettlement_reached"))
    assert knowledge().sources["r2-deutschlandfunk-resettlement"].url in text_of(reply)


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nothing_was_told_there_is_no_source(language):
    reply = reply_to(message(asking("control/source"), language=language))
    assert (text_of(reply), reply.envelope()["sources"]) == (phrase("source_none", language), [])


@pytest.mark.parametrize("before", [(), (FAP,)], ids=["alone", "after a fact"])
def test_the_source_of_a_referral_is_named(before):
    reply = reply_to(asking("control/source"), after(*before, "referral/jobs"))
    assert knowledge().sources["j1-iom-germany-careers"].url in text_of(reply)


@pytest.mark.parametrize("entry", [FAP, "referral/jobs", "smalltalk/bot", "crisis/danger"])
def test_the_last_answer_is_repeated_word_for_word(entry):
    first = reply_to(asking(entry))
    assert reply_to(asking("control/repeat"), first.conversation).answers == first.answers


def test_an_answer_to_several_questions_is_repeated_whole():
    first = reply_to(message(asking(FAP), asking("ask_data/dtm")))
    assert told(reply_to(asking("control/repeat"), first.conversation)) == [FAP, "ask_data/dtm"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nothing_was_said_nothing_is_repeated(language):
    reply = reply_to(message(asking("control/repeat"), language=language))
    assert (text_of(reply), told(reply)) == (phrase("repeat_nothing", language), [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_person_is_not_promised(language):
    reply = reply_to(asking("control/human"), after(FAP, language=language))
    assert (text_of(reply), reply.kind, told(reply)) == (phrase("human", language), "referral", [])


@pytest.mark.parametrize("control", ["human", "source"])
def test_a_control_keeps_topic_and_suggestions(control):
    before = after(FAP, language="de")
    assert reply_to(asking(f"control/{control}"), before).conversation == before


def test_an_unheard_of_control_is_not_known():
    assert reply_to(asking("control/dance")).kind == "fallback"
