"""Replies to questions that no entry answers, or only for another time or place."""

from __future__ import annotations

import pytest
import yaml

from assistant.core.languages import ORIGINALS
from assistant.core.paths import ROOT
from assistant.core.understanding import EVERYWHERE
from assistant.dialogue.respond import GAPS_MET_BY_A_FACT
from assistant.knowledge import knowledge
from tests.unit.dialogue.conftest import after, asking, message, phrase, question, reply_to, text_of, told, way_on

FAP, DTM, GMDAC, GDI = "ask_figures/fap_reached", "ask_data/dtm", "ask_data/gmdac", "ask_data/gdi_divisions"
# Nearly every question is about IOM; this entry is about nothing else.
OPENED = "ask_history/office_opened"
REFERRAL = next(e.id for e in knowledge().entries.values() if e.kind == "referral" and set(e.subjects) - EVERYWHERE)
NAMED = ("dtm", "fap", "gmdac", *knowledge().entries[REFERRAL].subjects)
GAPS = sorted(key.removeprefix("gap_") for key in knowledge().phrases if key.startswith("gap_"))
# "near" and help with something illegal have replies of their own.
WITHOUT_SENTENCE = {"near", "illegal"}
# Follow-up questions are told from others by a kind of their own.
NO_CLASS = {"follow_up"}


def trained_gaps(language):
    """The out-of-scope classes that have training questions."""
    file = ROOT / "data" / "nlu" / language / "out_of_scope.yml"
    intents = [one["intent"] for one in yaml.safe_load(file.read_text("utf-8"))["nlu"]]
    return {intent.partition("/")[2] for intent in intents}


def gap(name, *near, language="de", text="?", subjects=NAMED):
    """The reply to a question of this class that names these subjects, with these entries near."""
    part = asking(*near, decision="unsure", gap=name, text=text, subjects=subjects)
    return reply_to(message(part, language=language))


@pytest.mark.parametrize("language", ORIGINALS)
def test_every_class_beyond_the_scope_has_a_sentence(language):
    assert trained_gaps(language) == {*GAPS, *WITHOUT_SENTENCE} - NO_CLASS


@pytest.mark.parametrize("language", ORIGINALS)
def test_every_sentence_is_another(language):
    assert len({phrase(f"gap_{name}", language) for name in GAPS} | {phrase("fallback", language)}) == len(GAPS) + 1


@pytest.mark.parametrize("language", ORIGINALS)
@pytest.mark.parametrize("name", GAPS)
def test_what_is_asked_and_not_known_is_named_with_a_way_on(name, language):
    reply = gap(name, language=language)
    assert text_of(reply) == f"{phrase(f'gap_{name}', language)} {way_on(language)}"
    assert (reply.kind, told(reply), reply.buttons, reply.language) == ("fallback", [], (), language)


@pytest.mark.parametrize("language", ORIGINALS)
@pytest.mark.parametrize("name", ["", "near", "illegal", "unheard_of"])
def test_without_a_sentence_of_its_own_a_gap_is_named_as_any(name, language):
    assert text_of(gap(name, language=language)) == f"{phrase('fallback', language)} {way_on(language)}"


@pytest.mark.parametrize("language", ORIGINALS)
@pytest.mark.parametrize("name", sorted({*GAPS, ""} - GAPS_MET_BY_A_FACT))
def test_what_is_near_is_offered(name, language):
    reply = gap(name, DTM, FAP, language=language)
    assert (reply.heading, told(reply)) == (phrase("fallback_near", language), [])
    assert reply.buttons == (question(DTM, language), question(FAP, language))
    assert reply.conversation.offered == (DTM, FAP)


def test_referrals_are_offered_as_near_too():
    assert gap("money", REFERRAL, DTM).conversation.offered == (REFERRAL, DTM)


@pytest.mark.parametrize(
    ("subjects", "offered"),
    [
        (("dtm",), (DTM, GDI)),
        (("gdi",), (GDI,)),
        (("fap", "weather"), (FAP,)),
        (("weather",), ()),
        (tuple(EVERYWHERE), ()),
        ((), ()),
    ],
)
def test_only_what_shares_a_subject_with_the_question_is_offered(subjects, offered):
    reply = gap("money", DTM, OPENED, "referral/asylum", FAP, GDI, subjects=subjects)
    assert (reply.conversation.offered, bool(reply.buttons)) == (offered, bool(offered))
    assert reply.heading == (phrase("fallback_near") if offered else None)


def test_at_most_three_are_offered_as_near():
    assert gap("money", DTM, FAP, GMDAC, GDI).conversation.offered == (DTM, FAP, GMDAC)


def test_what_is_offered_as_near_comes_with_a_way_on():
    assert text_of(gap("money", DTM)) == f"{phrase('gap_money')} {way_on()}"


def test_a_question_offered_can_be_chosen_by_its_number():
    before = gap("money", DTM, FAP).conversation
    assert told(reply_to(message(choice=2), before)) == [FAP]


@pytest.mark.parametrize("language", ORIGINALS)
@pytest.mark.parametrize("name", sorted(GAPS_MET_BY_A_FACT))
def test_beyond_a_time_or_place_the_nearest_fact_is_told_as_what_is_known(name, language):
    reply = gap(name, DTM, FAP, language=language)
    fact = text_of(reply_to(message(asking(DTM), language=language)))
    assert text_of(reply) == f"{phrase(f'gap_{name}', language)} {phrase('known', language)}\n\n{fact}"
    assert told(reply) == [DTM]


@pytest.mark.parametrize("name", sorted(GAPS_MET_BY_A_FACT))
def test_a_fact_told_beside_the_question_is_no_answer_to_it(name):
    reply = gap(name, DTM)
    assert [answer.kind for answer in reply.answers] == ["fallback"]
    assert reply.kind == "fallback"


@pytest.mark.parametrize("name", sorted(GAPS_MET_BY_A_FACT))
def test_a_fact_told_beside_the_question_has_its_date_and_sources(name):
    answer, envelope = reply_to(asking(FAP)).envelope(), gap(name, FAP).envelope()
    assert (envelope["as_of"], envelope["sources"]) == (answer["as_of"], answer["sources"])


def test_a_fact_told_beside_the_question_is_what_the_next_one_leans_on():
    assert gap("other_time", DTM).conversation.entry == DTM


def test_a_referral_is_not_told_as_what_is_known():
    assert told(gap("other_place", REFERRAL, DTM)) == [DTM]


@pytest.mark.parametrize("subjects", [(), ("fap",)])
def test_a_fact_about_something_else_is_not_told_as_what_is_known(subjects):
    reply = gap("other_place", DTM, subjects=subjects)
    assert (told(reply), text_of(reply)) == ([], f"{phrase('gap_other_place')} {way_on()}")


@pytest.mark.parametrize("language", ORIGINALS)
def test_without_a_fact_near_nothing_is_said_to_be_known(language):
    reply = gap("other_place", REFERRAL, language=language)
    assert phrase("known", language) not in text_of(reply)
    assert way_on(language) in text_of(reply)


def test_a_gap_leaves_the_topic_as_it_was():
    part = asking(DTM, decision="unsure", gap="money", subjects=("dtm",))
    assert reply_to(part, after(FAP)).conversation.entry == FAP


@pytest.mark.parametrize("language", ORIGINALS)
def test_a_figure_for_another_year_is_not_claimed(language):
    reply = reply_to(message(asking(FAP, years=("2035",)), language=language))
    assert text_of(reply).startswith(phrase("beyond", language).format(what="2035") + "\n\n")
    assert (reply.kind, told(reply)) == ("fallback", [FAP])


@pytest.mark.parametrize(("language", "place"), [("de", "Frankreich"), ("en", "France")])
def test_a_figure_for_another_place_is_not_claimed(language, place):
    reply = reply_to(message(asking(FAP, places=("FR",)), language=language))
    assert text_of(reply).startswith(phrase("beyond", language).format(what=place) + "\n\n")
    assert reply.kind == "fallback"


def test_a_year_and_a_place_that_the_answer_lacks_are_both_named():
    reply = reply_to(asking(FAP, years=("2035",), places=("FR",)))
    assert "2035, Frankreich" in text_of(reply)


def test_what_the_answer_names_is_within_its_scope():
    plain = reply_to(asking(FAP))
    year = next(word for word in ("2016", "2024") if word in text_of(plain))
    assert reply_to(asking(FAP, years=(year,))).answers == plain.answers


@pytest.mark.parametrize("found", [{"years": ("2035",)}, {"places": ("FR",)}])
def test_a_fact_that_is_no_figure_holds_beyond_years_and_places(found):
    assert reply_to(asking(DTM, **found)).kind == "fact"
