"""Questions that lean on the last answer."""

from __future__ import annotations

import pytest

from assistant.languages import LANGUAGES
from tests.unit.dialogue.conftest import START, after, asking, message, phrase, reply_to, text_of, told

OVERVIEW = "ask_programmes/fap_overview"
ADMISSION = "ask_programmes/resettlement_admission"
RESETTLED = "ask_figures/resettlement_reached"
ADMITTED = "ask_figures/humanitarian_reached"
HUMANITARIAN = ("humanitarian_admission",)


def follow(context, aspect="", **found):
    """The entries told to a follow-up question after an entry; to an elliptical one without an aspect."""
    if aspect:
        return told(reply_to(asking(f"follow_up/{aspect}", **found), after(context)))
    return told(reply_to(asking(decision="unsure", elliptical=True, **found), after(context)))


@pytest.mark.parametrize(
    ("context", "aspect", "entry"),
    [
        (OVERVIEW, "how_many", "ask_figures/fap_reached"),
        (OVERVIEW, "when", "ask_figures/fap_since"),
        (OVERVIEW, "who_pays", "ask_programmes/fap_funding"),
        ("ask_figures/fap_reached", "who_pays", "ask_programmes/fap_funding"),
        ("ask_data/gdi_overview", "with_whom", "ask_data/gdi_network"),
        ("ask_data/gmdac", "when", "ask_data/gmdac_founded"),
        ("ask_services/return_counselling", "who_pays", "ask_services/virtual_counselling"),
    ],
)
def test_a_follow_up_asks_an_aspect_of_the_last_answer(context, aspect, entry):
    assert follow(context, aspect) == [entry]


@pytest.mark.parametrize(("context", "aspect"), [("ask_figures/fap_since", "when"), ("ask_data/dtm", "what")])
def test_an_aspect_that_the_last_answer_is_about_is_said_again(context, aspect):
    assert follow(context, aspect) == [context]


@pytest.mark.parametrize(
    ("context", "aspect"), [("ask_figures/avrr_total", "when"), ("ask_partnership/climate", "with_whom")]
)
def test_an_aspect_that_the_last_answer_covers_besides_is_said_again(context, aspect):
    assert follow(context, aspect) == [context]


def test_an_aspect_that_another_fact_covers_besides_is_found():
    assert follow("ask_services/return_counselling", "when") == ["ask_services/virtual_counselling"]


@pytest.mark.parametrize("aspect", ["why", "how"])
def test_an_open_question_is_answered_with_what_is_known(aspect):
    reply = reply_to(asking(f"follow_up/{aspect}"), after("ask_figures/fap_since"))
    assert told(reply) == ["ask_figures/fap_since"]
    assert phrase("follow_up_unknown") not in text_of(reply)


def test_a_follow_up_leans_on_the_last_answer_not_an_earlier_one():
    reply = reply_to(asking("follow_up/when"), after(OVERVIEW, "ask_data/gmdac"))
    assert told(reply) == ["ask_data/gmdac_founded"]


def test_a_follow_up_that_names_its_subject_asks_of_it():
    assert follow(OVERVIEW, "how_many", subjects=HUMANITARIAN) == [ADMITTED]


def test_a_follow_up_after_small_talk_still_has_its_topic():
    reply = reply_to(asking("follow_up/how_many"), after(OVERVIEW, "smalltalk/thanks"))
    assert told(reply) == ["ask_figures/fap_reached"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_aspect_not_known_is_said_openly(language):
    reply = reply_to(asking("follow_up/who_pays"), after("ask_data/gdi_launch", language=language))
    assert text_of(reply).startswith(f"{phrase('follow_up_unknown', language)}\n\n")
    assert told(reply) == ["ask_data/gdi_launch"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_follow_up_to_nothing_asks_for_the_topic(language):
    reply = reply_to(message(asking("follow_up/how_many"), language=language))
    assert (text_of(reply), reply.kind) == (phrase("follow_up_without_topic", language), "control")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_is_told_of_another_subject(language):
    reply = reply_to(
        asking(decision="unsure", elliptical=True, subjects=HUMANITARIAN), after(RESETTLED, language=language)
    )
    assert (told(reply), reply.language) == ([ADMITTED], language)


def test_the_same_is_told_of_another_subject_before_a_sure_guess():
    reply = reply_to(asking(ADMISSION, elliptical=True, subjects=HUMANITARIAN), after(RESETTLED))
    assert told(reply) == [ADMITTED]


def test_a_whole_question_about_another_subject_is_answered_itself():
    reply = reply_to(asking(ADMISSION, subjects=HUMANITARIAN), after(RESETTLED))
    assert told(reply) == [ADMISSION]


def test_a_subject_without_the_like_falls_back_to_the_guess():
    reply = reply_to(asking("ask_programmes/korean_visa", elliptical=True, subjects=("korea_visa",)), after(RESETTLED))
    assert told(reply) == ["ask_programmes/korean_visa"]


def test_the_subject_just_told_of_is_not_swapped_for_another():
    assert follow(RESETTLED, subjects=("resettlement",)) == []


def test_a_subject_unheard_of_is_not_known():
    assert follow(RESETTLED, subjects=("atlantis",)) == []


def test_half_a_question_to_nothing_is_not_known():
    reply = reply_to(asking(decision="unsure", elliptical=True, subjects=HUMANITARIAN), START)
    assert reply.kind == "fallback"


@pytest.mark.parametrize(("ordinal", "entry"), [(1, RESETTLED), (2, ADMITTED)])
def test_an_ordinal_means_a_subject_of_the_last_answer(ordinal, entry):
    assert follow(ADMISSION, ordinal=ordinal) == [entry]
    assert follow(ADMISSION, "how_many", ordinal=ordinal) == [entry]


@pytest.mark.parametrize(("ordinal", "entry"), [(1, RESETTLED), (2, ADMITTED)])
def test_an_ordinal_looks_further_back_for_an_answer_with_several_subjects(ordinal, entry):
    reply = reply_to(asking("follow_up/how_many", ordinal=ordinal), after(ADMISSION, "ask_services/protection"))
    assert told(reply) == [entry]


def test_an_ordinal_means_the_latest_answer_with_several_subjects():
    reply = reply_to(asking("follow_up/how_many", ordinal=2), after(OVERVIEW, ADMISSION))
    assert told(reply) == [ADMITTED]


def test_an_ordinal_beyond_what_was_told_means_nothing():
    assert follow(ADMISSION, ordinal=3) == []


@pytest.mark.parametrize("elliptical", [False, True])
def test_an_ordinal_with_another_aspect_asks_that_aspect(elliptical):
    found = follow(ADMISSION, "today", ordinal=2, elliptical=elliptical)
    assert found == ["ask_programmes/humanitarian_admission_today"]


def test_half_a_question_with_an_ordinal_keeps_its_aspect():
    assert follow(RESETTLED, "today", ordinal=2, elliptical=True) == ["ask_programmes/humanitarian_admission_today"]


@pytest.mark.parametrize(("ordinal", "entry"), [(1, "ask_data/dtm"), (2, "ask_data/gmdac")])
def test_an_ordinal_counts_the_divisions_told(ordinal, entry):
    assert follow("ask_data/gdi_divisions", "what", ordinal=ordinal) == [entry]
