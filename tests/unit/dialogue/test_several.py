"""Several questions in one message."""

from __future__ import annotations

import pytest

from assistant.core.languages import ORIGINALS
from tests.unit.dialogue.conftest import after, asking, message, phrase, related, reply_to, text_of, told

FAP, DTM = "ask_figures/fap_reached", "ask_data/dtm"
GAP = asking(decision="unsure", text="Wie viel kostet das?")


@pytest.mark.parametrize("asked", [(FAP, DTM), (DTM, FAP)])
def test_questions_are_answered_in_order(asked):
    reply = reply_to(message(*map(asking, asked)))
    assert told(reply) == [answer.entry for answer in reply.answers] == list(asked)


@pytest.mark.parametrize("language", ORIGINALS)
@pytest.mark.parametrize("gap_at", [0, 1, 2])
def test_a_gap_is_named_where_it_was_asked(gap_at, language):
    parts = [asking(FAP), asking(DTM)]
    parts.insert(gap_at, GAP)
    reply = reply_to(message(*parts, language=language))
    assert reply.answers[gap_at].text == phrase("fallback_part", language).format(question=GAP.text)
    assert (told(reply), reply.kind, len(reply.answers)) == ([FAP, DTM], "fact", 3)


def test_the_same_entry_is_not_told_twice():
    reply = reply_to(message(asking(FAP), asking(DTM), asking(FAP)))
    assert told(reply) == [FAP, DTM]
    assert len(reply.answers) == 2


def test_questions_none_of_which_is_known_are_each_named():
    reply = reply_to(message(GAP, asking(decision="unsure", text="Und wo?")), after(FAP))
    assert (reply.kind, told(reply), len(reply.answers)) == ("fallback", [], 2)
    assert "Wie viel kostet das?" in text_of(reply)
    assert "Und wo?" in text_of(reply)


def test_a_long_question_is_shortened_where_its_gap_is_named():
    text = text_of(reply_to(message(asking(FAP), asking(decision="unsure", text="x" * 200))))
    assert f"{'x' * 80} …" in text
    assert "x" * 81 not in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [("x" * 80, "x" * 80), ("x" * 81, f"{'x' * 80} …"), (f"{'x' * 79} yy", f"{'x' * 79} …")],
    ids=["fits", "one too many", "cut after a word"],
)
def test_a_question_is_shown_up_to_eighty_characters(text, shown):
    reply = reply_to(message(asking(FAP), asking(decision="unsure", text=text)))
    assert reply.answers[1].text == phrase("fallback_part").format(question=shown)


def test_braces_in_a_question_do_no_harm():
    assert "{question} {0}" in text_of(reply_to(message(asking(FAP), asking(decision="unsure", text="{question} {0}"))))


def test_a_greeting_before_a_question_leaves_a_fact():
    reply = reply_to(message(asking("smalltalk/greeting"), asking(FAP)))
    assert (reply.kind, told(reply)) == ("fact", ["smalltalk/greeting", FAP])


def test_suggestions_leave_out_all_that_was_told():
    reply = reply_to(message(asking(FAP), asking(related(FAP))))
    assert reply.conversation.offered[0] == related(FAP, 1)
    assert not {FAP, related(FAP)} & {*reply.conversation.offered}


def test_a_referral_told_beside_a_fact_is_not_suggested_with_it():
    reply = reply_to(message(asking("referral/resettlement_apply"), asking("ask_programmes/resettlement_today")))
    assert "referral/resettlement_apply" not in reply.conversation.offered


def test_gaps_do_not_make_the_last_answer_unrepeatable():
    gaps = reply_to(message(GAP, GAP), after(FAP))
    assert told(reply_to(asking("control/repeat"), gaps.conversation)) == [FAP]


def test_the_last_of_several_is_the_topic_kept():
    assert reply_to(message(asking(FAP), asking("ask_data/gmdac"))).conversation.entry == "ask_data/gmdac"


@pytest.mark.parametrize("language", ORIGINALS)
@pytest.mark.parametrize("gap", ["money", "other_time", "far"])
def test_what_one_of_several_asks_for_and_is_not_known_is_named(gap, language):
    text = "Wie viel kostet das?"
    reply = reply_to(message(asking(FAP), asking(decision="unsure", text=text, gap=gap), language=language))
    question = phrase("fallback_part", language).format(question=text)
    assert reply.answers[1].text == f"{question} {phrase(f'gap_{gap}', language)}"
    assert (reply.answers[1].kind, told(reply)) == ("fallback", [FAP])


def test_a_gap_without_a_sentence_of_its_own_is_named_once():
    reply = reply_to(message(asking(FAP), GAP))
    assert phrase("fallback") not in reply.answers[1].text


def test_what_one_of_several_comes_near_is_not_told_unasked():
    near = asking(DTM, decision="unsure", text="Wie viele 2035?", gap="other_time")
    assert told(reply_to(message(asking(FAP), near))) == [FAP]


def test_a_refusal_is_no_gap():
    reply = reply_to(message(asking(FAP), asking("out_of_scope/illegal")))
    assert (reply.answers[1].text, reply.answers[1].kind) == (phrase("illegal"), "referral")
