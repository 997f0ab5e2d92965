"""Which language a reply is in, over a conversation."""

from __future__ import annotations

import pytest

from assistant.core.languages import Evidence
from assistant.core.understanding import Understanding
from assistant.dialogue import Conversation
from tests.unit.dialogue.conftest import NEW, after, asking, message, phrase, related, reply_to, text_of, told

FAP = "ask_figures/fap_reached"
WISHES = [("de", "en", "control/english", "683,950"), ("en", "de", "control/german", "683.950")]


@pytest.mark.parametrize(("spoken", "wished", "control", "number"), WISHES)
def test_a_wish_says_the_last_answer_again_in_the_new_language(spoken, wished, control, number):
    reply = reply_to(asking(control), after(FAP, language=spoken))
    assert reply.answers[0].text == phrase("language_set", wished)
    assert number in reply.answers[1].text
    assert (reply.language, told(reply)) == (wished, [FAP])


@pytest.mark.parametrize(("spoken", "wished", "control", "number"), WISHES)
def test_a_wish_before_any_answer_is_confirmed(spoken, wished, control, number):
    reply = reply_to(message(asking(control), language=spoken))
    assert (text_of(reply), reply.kind, told(reply)) == (phrase("language_set", wished), "control", [])


def test_a_wish_keeps_the_topic():
    wished = reply_to(asking("control/english"), after(FAP, language="de"))
    assert wished.conversation.entries == (FAP,)
    assert told(reply_to(asking("control/more"), wished.conversation)) == [related(FAP)]


@pytest.mark.parametrize(("spoken", "wished", "control", "number"), WISHES)
def test_a_wish_lasts(spoken, wished, control, number):
    conversation = reply_to(asking(control), after("ask_data/dtm", language=spoken)).conversation
    for _ in range(3):
        reply = reply_to(message(asking(FAP), language=spoken), conversation, hint=spoken)
        conversation = reply.conversation
        assert (reply.language, number in text_of(reply)) == (wished, True)


def test_the_latest_wish_counts():
    first = reply_to(asking("control/english")).conversation
    assert reply_to(asking("control/german"), first).language == "de"


def test_the_last_of_two_wishes_in_a_message_counts():
    reply = reply_to(message(asking("control/english"), asking("control/german")))
    assert (reply.language, reply.conversation.wish) == ("de", "de")


def test_a_wish_with_a_question_answers_the_question():
    reply = reply_to(message(asking("control/english"), asking(FAP), language="de"))
    assert (reply.language, told(reply)) == ("en", [FAP])
    assert phrase("language_set", "en") not in text_of(reply)


def test_a_wish_only_guessed_at_changes_nothing():
    reply = reply_to(asking("control/english", decision="unsure"), after(FAP, language="de"))
    assert (reply.language, reply.conversation.wish) == ("de", None)


@pytest.mark.parametrize(("spoken", "other"), [("de", "en"), ("en", "de")])
def test_one_clear_message_in_the_other_language_is_answered_in_it(spoken, other):
    reply = reply_to(message(asking(FAP), language=other), after("ask_data/dtm", language=spoken))
    assert reply.language == other


@pytest.mark.parametrize("other", ["de", "en"])
def test_one_faint_word_does_not_flip_the_language(other):
    spoken = "en" if other == "de" else "de"
    faint = Understanding(evidence=Evidence(other, False), parts=(asking(FAP),))
    assert reply_to(faint, Conversation(language=spoken)).language == spoken


@pytest.mark.parametrize("hint", ["de", "en"])
def test_the_hint_counts_where_the_text_says_nothing(hint):
    assert reply_to(asking(FAP), NEW, hint=hint).language == hint


@pytest.mark.parametrize(("spoken", "hint"), [("de", "en"), ("en", "de")])
def test_a_clear_text_counts_more_than_the_hint(spoken, hint):
    assert reply_to(message(asking(FAP), language=spoken), hint=hint).language == spoken


@pytest.mark.parametrize(("spoken", "hint"), [("de", "en"), ("en", "de")])
def test_the_conversation_counts_more_than_the_hint(spoken, hint):
    assert reply_to(asking(FAP), Conversation(language=spoken), hint=hint).language == spoken


def test_without_any_sign_it_is_english():
    assert reply_to(asking(FAP), NEW).language == "en"


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_language_is_remembered(language):
    assert reply_to(asking(FAP), NEW, hint=language).conversation.language == language
