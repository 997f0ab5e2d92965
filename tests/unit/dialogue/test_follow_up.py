"""Follow-up questions about an aspect that no entry states; all others are resolved by `assistant.nlu`."""

from __future__ import annotations

import pytest

from assistant.core.languages import ORIGINALS
from assistant.knowledge import knowledge
from tests.unit.dialogue.conftest import after, asking, message, phrase, reply_to, text_of, told, way_on

LAUNCH = "ask_data/gdi_launch"


@pytest.mark.parametrize("language", ORIGINALS)
def test_an_aspect_not_known_is_said_openly(language):
    before = after(LAUNCH, language=language)
    reply = reply_to(asking("follow_up/cost"), before)
    way = way_on(language, knowledge().area_of(LAUNCH))
    assert text_of(reply) == f"{phrase('gap_follow_up', language)} {way}"
    assert (reply.kind, told(reply), reply.conversation.entry) == ("fallback", [], LAUNCH)


@pytest.mark.parametrize("language", ORIGINALS)
def test_a_follow_up_to_nothing_asks_for_the_topic(language):
    reply = reply_to(message(asking("follow_up/how_many"), language=language))
    assert (text_of(reply), reply.kind) == (phrase("follow_up_without_topic", language), "control")


def test_a_follow_up_after_small_talk_still_has_its_topic():
    reply = reply_to(asking("follow_up/how"), after(LAUNCH, "smalltalk/thanks"))
    assert text_of(reply).startswith(phrase("gap_follow_up"))
    assert reply.conversation.entry == LAUNCH


def test_what_the_gate_took_from_the_context_is_told_as_it_is():
    reply = reply_to(asking("ask_programmes/fap_funding", text="und wer zahlt?"), after("ask_programmes/fap_overview"))
    assert told(reply) == ["ask_programmes/fap_funding"]
    assert phrase("gap_follow_up") not in text_of(reply)
