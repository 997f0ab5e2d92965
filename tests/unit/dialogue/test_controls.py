"""Requests for more, for the source, for a repeat, and for a person."""

from __future__ import annotations

import pytest

from assistant.core.languages import ORIGINALS
from assistant.knowledge import knowledge
from assistant.knowledge.render import cards
from tests.unit.dialogue.conftest import after, asking, message, phrase, related, reply_to, text_of, told

FAP, HUMAN = "ask_figures/fap_reached", "referral/human"
GDI = ("ask_data/gdi_divisions", "ask_data/gdi_network", "ask_data/gdi_launch", "ask_data/gdi_overview")


@pytest.mark.parametrize("language", ORIGINALS)
def test_more_tells_the_first_related_entry(language):
    reply = reply_to(asking("control/more"), after(FAP, language=language))
    assert told(reply) == [related(FAP)]
    assert text_of(reply).startswith(f"{phrase('more', language)}\n\n")


def test_more_leaves_out_what_was_told():
    reply = reply_to(asking("control/more"), after(related(FAP), FAP))
    assert told(reply) == [related(FAP, 1)]


@pytest.mark.parametrize("language", ORIGINALS)
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


@pytest.mark.parametrize("language", ORIGINALS)
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


@pytest.mark.parametrize("language", ORIGINALS)
def test_where_nothing_was_said_nothing_is_repeated(language):
    reply = reply_to(message(asking("control/repeat"), language=language))
    assert (text_of(reply), told(reply)) == (phrase("repeat_nothing", language), [])


UNDATED = next(e.id for e in knowledge().entries.values() if e.kind == "referral" and not (e.as_of or e.note))


@pytest.mark.parametrize(("language", "date"), [("de", "Stand"), ("en", "as of")])
def test_the_source_of_an_answer_without_a_date_is_named_without_one(language, date):
    reply = reply_to(asking("control/source"), after(UNDATED, language=language))
    assert date not in text_of(reply)
    assert all(knowledge().sources[each.source].url in text_of(reply) for each in knowledge().find(UNDATED).citations)


WITH_CONTACTS = [e.id for e in knowledge().entries.values() if len(e.contacts) > 1 and e.id != HUMAN][:2]
WITHOUT_CONTACTS = next(e.id for e in knowledge().entries.values() if e.kind == "fact" and not e.contacts)


def own_cards(*entries, language="de"):
    """The contacts of entries, each once."""
    ids = dict.fromkeys(id_ for entry in entries for id_ in knowledge().entries[entry].contacts)
    return cards(knowledge(), ids, language)


@pytest.mark.parametrize("language", ORIGINALS)
@pytest.mark.parametrize("before", [(), (WITHOUT_CONTACTS,), (WITH_CONTACTS[0], WITHOUT_CONTACTS), (HUMAN,)])
def test_who_asks_for_a_person_is_told_whom_to_ask(language, before):
    reply = reply_to(asking(HUMAN), after(*before, language=language), hint=language)
    (answer,) = reply.answers
    assert (reply.kind, told(reply), answer.heading) == ("referral", [HUMAN], None)
    assert answer.contacts == own_cards(HUMAN, language=language) != ()


@pytest.mark.parametrize("language", ORIGINALS)
def test_whom_the_last_answer_named_comes_first(language):
    (answer,) = reply_to(asking(HUMAN), after(WITH_CONTACTS[0], language=language)).answers
    topical = own_cards(WITH_CONTACTS[0], language=language)
    assert answer.contacts == own_cards(WITH_CONTACTS[0], HUMAN, language=language)
    assert answer.heading.startswith(phrase("human_topic", language).partition("{")[0])
    assert all(card["name"] in answer.heading for card in topical)
    assert all(card[key] in answer.heading for card in topical for key in ("phone", "email", "url") if key in card)


def test_whom_the_last_answer_named_is_not_named_again():
    always_named = knowledge().entries[HUMAN].contacts
    sharing = next(e.id for e in knowledge().entries.values() if e.id != HUMAN and {*e.contacts} & {*always_named})
    (answer,) = reply_to(asking(HUMAN), after(sharing)).answers
    names = [card["name"] for card in answer.contacts]
    assert len(names) == len(set(names))


def test_all_whom_the_last_answers_named_come_first_and_once():
    said = reply_to(message(*map(asking, [*WITH_CONTACTS, WITH_CONTACTS[0]])))
    (answer,) = reply_to(asking(HUMAN), said.conversation).answers
    assert answer.contacts == own_cards(*WITH_CONTACTS, HUMAN)


@pytest.mark.parametrize("language", ORIGINALS)
def test_who_wants_no_more_messages_is_told_when_the_chat_is_deleted(language):
    days = knowledge().entries["smalltalk/privacy"].values["days"]
    reply = reply_to(message(asking("control/stop"), language=language))
    assert text_of(reply) == phrase("stop", language).format(days=days)
    assert (reply.kind, told(reply), str(days) in text_of(reply)) == ("control", [], True)


@pytest.mark.parametrize("control", ["stop", "source"])
def test_a_control_keeps_topic_and_suggestions(control):
    before = after(FAP, language="de")
    assert reply_to(asking(f"control/{control}"), before).conversation == before


def test_an_unheard_of_control_is_not_known():
    assert reply_to(asking("control/dance")).kind == "fallback"
