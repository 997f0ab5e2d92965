"""Where questions lead that no entry answers: to those who help in the area that they are about."""

from __future__ import annotations

import dataclasses

import pytest

from assistant.core.languages import ORIGINALS
from assistant.core.understanding import Candidate
from assistant.dialogue.respond import GENERAL, MOST_FOLLOW_UP_WORDS, door_for, respond
from assistant.knowledge import knowledge
from assistant.knowledge.model import Door
from assistant.knowledge.render import cards
from tests.unit.dialogue.conftest import START, asking, message, phrase, reply_to, text_of, told, way_on

LEAST = 0.2
DOORS = [
    Door(
        "asylum",
        {"de": "Asyl.", "en": "Asylum."},
        ("asylum_info",),
        near=("referral/asylum", "ask_asylum"),
        least=LEAST,
    ),
    Door("work", {"de": "Arbeit.", "en": "Work."}, ("mbe",), near=("referral/jobs", "ask_work"), least=LEAST),
    Door("return", {"de": "Rückkehr.", "en": "Return."}, ("return_portal",), near=("ask_return",), least=0.6),
    Door(GENERAL, {"de": "Rat.", "en": "Advice."}, ("mbe",)),
]
BASE = dataclasses.replace(knowledge(), doors={door.id: door for door in DOORS})


def door(*ranking, last=None, text="?", base=BASE):
    """The area of the door for a question with these candidates, given with their probabilities."""
    part = asking(text=text, ranking=tuple(Candidate(*each) for each in ranking))
    found = door_for(part, base, last)
    return found and found.id


def test_a_question_leads_to_the_area_of_its_likeliest_entry():
    assert door(("referral/asylum", 0.3), ("referral/jobs", 0.25)) == "asylum"
    assert door(("referral/asylum", 0.25), ("referral/jobs", 0.3)) == "work"


def test_probabilities_of_one_area_are_added():
    assert door(("referral/asylum", 0.3), ("referral/jobs", 0.25), ("ask_work/permit", 0.1)) == "work"
    assert door(("referral/jobs", LEAST / 2), ("ask_work/permit", LEAST / 2)) == "work"


@pytest.mark.parametrize(("probability", "area"), [(LEAST, "asylum"), (LEAST - 0.01, GENERAL)])
def test_an_area_has_to_be_likely_enough(probability, area):
    assert door(("referral/asylum", probability)) == area


@pytest.mark.parametrize(("probability", "area"), [(0.59, "asylum"), (0.6, "return")])
def test_an_area_may_ask_for_more_than_others(probability, area):
    assert door(("ask_return/costs", probability), ("referral/asylum", 0.3)) == area


def test_only_entries_lead_to_an_area():
    odd = Door("odd", {"de": "…", "en": "…"}, ("mbe",), near=("out_of_scope", "smalltalk", "control"))
    base = dataclasses.replace(BASE, doors={**BASE.doors, "odd": odd})
    assert door(("out_of_scope/money", 0.9), ("smalltalk/bot", 0.9), ("control/more", 0.9), base=base) == GENERAL


@pytest.mark.parametrize("ranking", [(), (("ask_weather/rain", 0.9),)], ids=["no candidates", "no area"])
def test_what_belongs_to_no_area_gets_general_advice(ranking):
    assert door(*ranking) == GENERAL


@pytest.mark.parametrize(
    ("words", "area"), [(1, "asylum"), (MOST_FOLLOW_UP_WORDS, "asylum"), (MOST_FOLLOW_UP_WORDS + 1, GENERAL)]
)
def test_a_short_question_stays_in_the_area_of_the_last_answer(words, area):
    assert door(last="referral/asylum", text="wort " * words) == area


def test_a_likely_area_counts_more_than_that_of_the_last_answer():
    assert door(("referral/jobs", LEAST), last="referral/asylum") == "work"


def test_an_unlikely_area_counts_less_than_that_of_the_last_answer():
    assert door(("referral/jobs", LEAST - 0.01), last="referral/asylum") == "asylum"


@pytest.mark.parametrize("last", ["smalltalk/thanks", "ask_data/gone"])
def test_a_last_answer_without_an_area_leads_to_general_advice(last):
    assert door(last=last) == GENERAL


def unanswered(**found):
    """A question that no entry answers."""
    return asking(decision="unsure", **found)


@pytest.mark.parametrize("language", ORIGINALS)
def test_what_is_not_known_is_followed_by_the_way_on_with_its_contacts(language):
    ranking = (Candidate("referral/asylum", 0.3),)
    reply = respond(message(unanswered(ranking=ranking), language=language), START, BASE)
    (answer,) = reply.answers
    assert answer.text == f"{phrase('fallback', language)} {BASE.doors['asylum'].words[language]}"
    assert answer.contacts == cards(knowledge(), ["asylum_info"], language)
    assert (reply.kind, told(reply)) == ("fallback", [])


def test_the_last_answer_of_the_conversation_gives_the_area():
    before = respond(message(asking("referral/asylum")), START, BASE).conversation
    assert text_of(respond(message(unanswered()), before, BASE)).endswith(BASE.doors["asylum"].words["de"])


def test_without_any_door_what_is_not_known_is_said_alone():
    reply = respond(message(unanswered()), START, dataclasses.replace(knowledge(), doors={}))
    assert (text_of(reply), reply.answers[0].contacts) == (phrase("fallback"), ())


@pytest.mark.parametrize("language", ORIGINALS)
@pytest.mark.parametrize("area", sorted(knowledge().doors))
def test_every_door_of_the_knowledge_has_words_and_contacts(area, language):
    real = knowledge().doors[area]
    assert "{" not in way_on(language, area)
    assert [card["name"] for card in cards(knowledge(), real.contacts, language)]


def test_the_real_doors_end_with_general_advice():
    assert text_of(reply_to(unanswered())) == f"{phrase('fallback')} {way_on()}"


def test_return_is_offered_only_to_those_who_ask_for_it():
    returning = knowledge().doors["return"]
    entry = next(id_ for id_ in knowledge().entries if knowledge().area_of(id_) == "return")
    assert returning.least > Door.least
    for probability, area in ((returning.least, "return"), (returning.least - 0.01, GENERAL)):
        assert door_for(asking(ranking=(Candidate(entry, probability),)), knowledge()).id == area
