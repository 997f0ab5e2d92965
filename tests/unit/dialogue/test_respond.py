"""Answers, what is remembered and suggested after them, and what comes before any answer."""

from __future__ import annotations

import pytest

from assistant.core.languages import ORIGINALS
from assistant.dialogue import Conversation
from assistant.knowledge import knowledge
from tests.unit.dialogue.conftest import (
    after,
    always,
    asking,
    message,
    phrase,
    question,
    related,
    reply_to,
    text_of,
    told,
)

FAP = "ask_figures/fap_reached"
URGENT = "crisis/danger"
KNOWN = list(knowledge().entries)


@pytest.mark.parametrize(("language", "number"), [("de", "683.950"), ("en", "683,950")])
def test_a_fact_is_told_in_the_language_of_the_question(language, number):
    reply = reply_to(message(asking(FAP), language=language))
    assert reply.language == language
    assert number in text_of(reply)


@pytest.mark.parametrize("language", ORIGINALS)
def test_a_fact_carries_the_envelope(language):
    source = knowledge().sources["iom-de-70-jahre"]
    assert always(reply_to(message(asking(FAP), language=language)).envelope()) == {
        "kind": "fact",
        "entries": [FAP],
        "language": language,
        "as_of": "2024-10",
        "sources": [{"title": source.title, "url": source.url}],
    }


@pytest.mark.parametrize(("language", "words"), [("de", "Im Frühjahr 2025"), ("en", "In spring 2025")])
def test_a_note_is_told_with_its_own_source(language, words):
    reply = reply_to(message(asking("ask_figures/resettlement_reached"), language=language))
    assert words in text_of(reply)
    assert reply.envelope()["sources"][-1]["url"] == knowledge().sources["r2-deutschlandfunk-resettlement"].url


def test_a_source_cited_twice_is_named_once():
    urls = [source["url"] for source in reply_to(asking("ask_history/photo_1957")).envelope()["sources"]]
    assert len(urls) == len(set(urls)) == 2


@pytest.mark.parametrize("entry", KNOWN)
@pytest.mark.parametrize("language", ORIGINALS)
def test_every_entry_can_be_told(entry, language):
    envelope = reply_to(message(asking(entry), language=language)).envelope()
    assert (envelope["entries"], envelope["kind"]) == ([entry], knowledge().entries[entry].kind)


def test_a_referral_is_what_the_next_question_leans_on():
    assert reply_to(asking("referral/asylum"), after(FAP)).conversation.entries == (FAP, "referral/asylum")


@pytest.mark.parametrize(("entry", "kind"), [("smalltalk/thanks", "smalltalk"), (URGENT, "crisis")])
def test_what_answers_no_question_leaves_the_topic_as_it_was(entry, kind):
    reply = reply_to(asking(entry), after(FAP))
    assert (reply.kind, reply.conversation.entry) == (kind, FAP)


@pytest.mark.parametrize("entry", KNOWN)
def test_suggestions_never_repeat_what_is_told(entry):
    reply = reply_to(asking(entry), after(*knowledge().entries[entry].related[:1]))
    assert not {*reply.conversation.entries, entry} & {*reply.conversation.offered}


def test_at_most_three_suggestions_are_made():
    reply = reply_to(asking("ask_data/gmdac"))
    assert len(reply.buttons) == len(reply.conversation.offered) == 3


@pytest.mark.parametrize("language", ORIGINALS)
def test_suggestions_are_questions_in_the_language_spoken(language):
    reply = reply_to(message(asking(FAP), language=language))
    assert reply.buttons[0] == question(related(FAP), language)
    assert reply.heading == phrase("suggestions", language)


def test_a_referral_told_is_not_suggested_again():
    reply = reply_to(asking("ask_programmes/resettlement_today"), after("referral/resettlement_apply"))
    assert "referral/resettlement_apply" not in reply.conversation.offered


def test_what_was_told_long_ago_is_forgotten():
    assert after("ask_data/dtm", *["ask_data/gmdac", FAP] * 5).entries == ("ask_data/gmdac", FAP) * 2


@pytest.mark.parametrize("language", ORIGINALS)
@pytest.mark.parametrize("trouble", ["empty", "unreadable"])
def test_what_cannot_be_read_is_named(trouble, language):
    reply = reply_to(message(trouble=trouble, language=language))
    assert (text_of(reply), reply.kind, told(reply)) == (phrase(trouble, language), "fallback", [])
    assert reply.language == language


def test_what_cannot_be_read_changes_no_topic():
    before = after(FAP, language="de")
    assert reply_to(message(trouble="empty"), before).conversation == before


@pytest.mark.parametrize("language", ORIGINALS)
def test_a_long_message_is_answered_after_a_note(language):
    reply = reply_to(message(asking(FAP), trouble="too_long", language=language))
    assert (reply.answers[0].text, reply.answers[0].kind) == (phrase("too_long", language), "control")
    assert (reply.kind, told(reply)) == ("fact", [FAP])


@pytest.mark.parametrize("language", ORIGINALS)
@pytest.mark.parametrize(
    "found",
    [
        {"parts": (asking(FAP),)},
        {"parts": (asking(FAP), asking("ask_data/dtm"))},
        {"parts": (asking(decision="unsure"),)},
        {"parts": (asking("control/repeat"),)},
        {"choice": 1},
        {"trouble": "too_long", "parts": (asking(FAP),)},
    ],
    ids=["fact", "several", "unsure", "control", "choice", "too_long"],
)
def test_danger_comes_before_all_else(found, language):
    parts = found.get("parts", ())
    others = {name: value for name, value in found.items() if name != "parts"}
    reply = reply_to(message(*parts, urgent=URGENT, **others), after("ask_data/dtm", language=language))
    assert (reply.kind, told(reply), reply.language) == ("crisis", [URGENT], language)


@pytest.mark.parametrize("language", ORIGINALS)
def test_help_with_something_illegal_is_refused_with_advice(language):
    reply = reply_to(message(asking("out_of_scope/illegal"), language=language))
    assert (text_of(reply), reply.kind, told(reply)) == (phrase("illegal", language), "referral", [])


@pytest.mark.parametrize("said", [message(choice=1), message(asking("control/repeat")), message(urgent="crisis/gone")])
def test_an_entry_that_is_gone_still_gets_a_reply(said):
    assert reply_to(said, Conversation(said=("ask_data/gone",), offered=("ask_data/gone",))).envelope()


def test_a_message_not_understood_at_all_confirms_no_language():
    assert phrase("language_set") not in text_of(reply_to(message()))
