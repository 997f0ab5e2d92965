"""Incoming texts are cut before anything is stored."""

from __future__ import annotations

import pytest
from rasa.core.channels.channel import UserMessage

from assistant.engine.patches import bounded_input
from assistant.engine.patches.bounded_input import MAX_CHARACTERS
from assistant.nlu.components import guard


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param("x" * 5000, "x" * MAX_CHARACTERS, id="5000 characters"),
        (" Wann wurde das Büro eröffnet? ", "Wann wurde das Büro eröffnet?"),
        (None, ""),
        (7, ""),
        ({"text": "Wann?"}, ""),
        ("Wann\ud800?", "Wann??"),
    ],
)
def test_incoming_text_is_bounded(stock, given, kept):
    bounded_input.apply()
    assert UserMessage(given).text == kept
    assert UserMessage(text=given).text == kept


def test_bounded_message_keeps_what_else_it_says(stock):
    bounded_input.apply()
    message = UserMessage("Wann?", None, "visitor", input_channel="rest", metadata={"language": "en"})
    assert (message.sender_id, message.input_channel, message.metadata) == ("visitor", "rest", {"language": "en"})


@pytest.mark.parametrize("given", ["x" * 5000, None, "Wann\ud800?"], ids=["long", "none", "surrogate"])
def test_rasa_still_takes_any_text_as_it_comes(stock, given):
    assert UserMessage(given).text == given


def test_guard_sees_that_a_bounded_text_was_too_long():
    assert MAX_CHARACTERS > guard.MAX_CHARACTERS
