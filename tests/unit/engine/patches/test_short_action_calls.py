"""The action gets what happened since the latest message."""

from __future__ import annotations

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.slots import TextSlot
from rasa.shared.core.trackers import DialogueStateTracker

from assistant.engine.patches import short_action_calls


@pytest.fixture
def talk() -> DialogueStateTracker:
    """Two messages, the first of them answered, and a slot that was set."""
    said = [UserUttered("Wann?"), BotUttered("1957."), UserUttered("Und wo?"), SlotSet("about", "x")]
    return DialogueStateTracker.from_events("she", said, slots=[TextSlot("about", [])])


def test_the_action_gets_what_happened_since_the_latest_message(stock, action, talk):
    short_action_calls.apply()
    called = action._action_call_format(talk, Domain.empty())["tracker"]
    assert [event["event"] for event in called["events"]] == ["user", "slot"]
    assert called["latest_message"]["text"] == "Und wo?"
    assert called["slots"] == {"about": "x"}


def test_rasa_still_sends_the_whole_conversation(stock, action, talk):
    called = action._action_call_format(talk, Domain.empty())["tracker"]
    assert [event["event"] for event in called["events"]] == ["user", "bot", "user", "slot"]


def test_a_conversation_without_a_message_is_sent_whole(stock, action):
    short_action_calls.apply()
    begun = DialogueStateTracker.from_events("she", [ActionExecuted("action_session_start"), SessionStarted()])
    called = action._action_call_format(begun, Domain.empty())["tracker"]
    assert [event["event"] for event in called["events"]] == ["action", "session_started"]
