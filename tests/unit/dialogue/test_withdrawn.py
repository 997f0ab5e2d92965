"""What is said in place of a withdrawn answer, and that nothing leads to it."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from assistant.core.languages import LANGUAGES
from assistant.core.understanding import Candidate
from assistant.dialogue import respond
from assistant.knowledge import knowledge
from assistant.knowledge.approval import approved_by_language
from assistant.knowledge.live import served
from assistant.knowledge.model import Approval
from assistant.knowledge.withdrawn import Withdrawal
from tests.unit.dialogue.conftest import START, after, asking, message, phrase, related, text_of, told

FACT, NEXT = "ask_figures/fap_reached", related("ask_figures/fap_reached")
WHY = Withdrawal("Anna", "2026-11-30", "wrong")
CRISIS = next(entry.id for entry in knowledge().entries.values() if entry.kind == "crisis")
TODAY = datetime.date(2026, 11, 30)
BASE = served(knowledge(), {FACT: WHY}, TODAY)


def reply(part, conversation=START, base=BASE, language=None):
    return respond(message(part, language=language), conversation, base)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_phrase_and_who_can_help_stand_in_its_place(language):
    given = reply(asking(FACT), language=language)
    assert text_of(given).startswith(phrase("withdrawn", language))
    assert given.answers[0].contacts
    assert told(given) == []
    assert given.kind == "fallback"
    assert "683" not in text_of(given)


def test_a_button_or_a_number_for_it_gets_the_phrase():
    offered = dataclasses.replace(START, offered=(FACT,))
    given = respond(message(choice=1), offered, BASE)
    assert text_of(given).startswith(phrase("withdrawn"))


@pytest.mark.parametrize("control", ["control/repeat", "control/original"])
def test_asking_for_it_again_gets_the_phrase(control):
    assert text_of(reply(asking(control), after(FACT))).startswith(phrase("withdrawn"))


def test_its_source_is_not_named_either():
    assert text_of(reply(asking("control/source"), after(FACT))) == phrase("source_none")


def test_one_of_several_questions_gets_the_phrase_and_the_other_its_answer():
    given = respond(message(asking(FACT), asking(NEXT)), START, BASE)
    assert given.answers[0].text.startswith(phrase("withdrawn"))
    assert told(given) == [NEXT]


def test_no_answer_suggests_it():
    leading = next(entry.id for entry in knowledge().entries.values() if FACT in entry.related)
    given = reply(asking(leading))
    assert FACT not in given.conversation.offered
    assert len(given.buttons) == len(given.conversation.offered)


def test_more_does_not_lead_to_it():
    alone = dataclasses.replace(BASE.entries[NEXT], related=(FACT,))
    base = dataclasses.replace(BASE, entries={**BASE.entries, NEXT: alone})
    assert text_of(reply(asking("control/more"), after(NEXT), base)) == phrase("more_nothing")


def test_it_is_not_asked_back():
    given = reply(asking(FACT, NEXT, decision="clarify"))
    assert FACT not in given.conversation.offered


def test_a_fallback_does_not_offer_it():
    part = asking(FACT, NEXT, decision="fallback", subjects=("fap",), ranking=(Candidate(FACT, 0.4),))
    assert FACT not in reply(part).conversation.offered


def test_an_overdue_answer_keeps_its_heading_for_another_year():
    entry = dataclasses.replace(knowledge().entries[FACT], review_by="2027-05")
    base = dataclasses.replace(knowledge(), entries={**knowledge().entries, FACT: entry})
    late = served(base, {}, datetime.date(2027, 6, 2))
    given = reply(asking(FACT, years=("2027",)), base=late)
    assert "Mai 2027" in text_of(given)
    assert given.answers[0].heading == phrase("beyond").format(what="2027")


class TestApprovedOnly:
    """What nobody has approved counts as withdrawn if the operator wants so, in each language by itself."""

    MARK = Approval("Jane Doe", "2026-01-15", "0" * 12)

    @pytest.fixture
    def base(self):
        entry = dataclasses.replace(knowledge().entries[FACT], approved={"de": self.MARK})
        said = dataclasses.replace(knowledge(), entries={**knowledge().entries, FACT: entry})
        return dataclasses.replace(said, by_language=approved_by_language(said))

    def test_an_approved_answer_is_given_with_its_day(self, base):
        given = reply(asking(FACT), base=base, language="de")
        assert told(given) == [FACT]
        assert given.envelope()["parts"][0]["approved_on"] == "2026-01-15"

    @pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "de"])
    def test_where_it_is_not_approved_the_phrase_stands_in_its_place(self, base, language):
        given = reply(asking(FACT), base=base, language=language)
        assert told(given) == []
        assert text_of(given).startswith(phrase("withdrawn", language))
        assert given.answers[0].contacts

    def test_nothing_that_is_not_approved_is_suggested(self, base):
        given = reply(asking(FACT), base=base, language="de")
        assert given.buttons == ()

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_emergencies_are_answered(self, base, language):
        given = reply(asking(CRISIS), base=base, language=language)
        assert given.kind == "crisis"

    def test_without_the_setting_all_is_said(self):
        assert told(reply(asking(FACT), base=knowledge(), language="uk")) == [FACT]
