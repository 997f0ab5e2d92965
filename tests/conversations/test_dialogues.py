"""The scenarios, put to the running assistant turn by turn, in every language."""

from __future__ import annotations

import uuid

import pytest

from assistant.core.languages import ORIGINALS
from assistant.knowledge import knowledge
from tests.conversations.scenarios import scenarios
from tests.support.replies import envelope

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("language", ORIGINALS)
@pytest.mark.parametrize("scenario", scenarios(), ids=lambda scenario: scenario.name)
def test_scenario(scenario, language, say):
    sender = uuid.uuid4().hex
    for turn in scenario.turns:
        answer = envelope(say(turn.says[language], sender))
        assert (answer["kind"], answer["entries"]) == (turn.kind, list(turn.entries)), turn.says[language]
        assert answer["language"] == language


@pytest.mark.parametrize("word", ["Möbel", "Großfamilie", "Universität", "Kleidung", "furniture", "library", "bakery"])
def test_a_bare_word_gets_a_question_back_or_a_door(say, word):
    """Words that are in no training question: whatever they are, they are not a greeting, an insult or an emergency."""
    answer = envelope(say(word, uuid.uuid4().hex))
    asked_back = knowledge().phrase("follow_up_without_topic", answer["language"])
    assert answer["kind"] in ("fallback", "clarify", "referral") or answer["parts"][0]["text"] == asked_back


def test_one_message_in_another_language_is_answered_in_it(say):
    assert envelope(say("Was ist das Familienhilfeprogramm?", "mixed"))["language"] == "de"
    assert envelope(say("Who pays for the Family Assistance Programme?", "mixed"))["language"] == "en"
    assert envelope(say("Seit wann gibt es das Programm denn?", "mixed"))["language"] == "de"


def test_a_wish_for_a_language_lasts_and_keeps_the_topic(say):
    say("Was macht die IOM in Sachen Klimawandel?", "wish")
    changed = envelope(say("English please", "wish"))
    assert (changed["kind"], changed["language"]) == ("control", "en") or changed["entries"]
    assert changed["entries"][0] in ("ask_partnership/climate", "ask_iom/climate_work")
    assert envelope(say("Was ist das Migration Data Portal?", "wish"))["language"] == "en"
    assert envelope(say("Deutsch bitte", "wish"))["language"] == "de"


def test_a_question_offered_can_be_chosen_by_number(say):
    offered = [message["buttons"] for message in say("Was ist das FAP?", "number") if "buttons" in message][-1]
    chosen = say("2", "number")
    again = say(offered[1]["payload"], "other")
    assert envelope(chosen)["entries"] == envelope(again)["entries"]
