"""A message that was answered before is recognised by its id."""

from __future__ import annotations

import pytest
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from assistant.core.conversation import SLOT
from assistant.engine.conversations.idempotency import AlreadyAnsweredError, raise_if_answered


def told(id_="a", answered=True, kind="smalltalk"):
    events = [UserUttered("Hallo", metadata={"id": id_}), ActionExecuted("action_answer")]
    custom = {"answer": {"kind": kind}}
    buttons = [{"title": "Wer?", "payload": "Wer?"}]
    said = [BotUttered("Guten Tag", {"buttons": buttons}), BotUttered(None, {"custom": custom})]
    return [*events, *(said if answered else [])]


def message(id_):
    metadata = {"id": id_} if id_ else None
    return UserMessage("Hallo", CollectingOutputChannel(), "visitor", metadata=metadata)


def test_a_message_that_was_answered_is_answered_the_same(domain):
    tracker = DialogueStateTracker.from_events("visitor", [*told("a"), *told("b")], domain.slots)
    with pytest.raises(AlreadyAnsweredError) as raised:
        raise_if_answered(message("a"), tracker)
    first, last = raised.value.messages
    assert (first["recipient_id"], first["text"], first["buttons"][0]["title"]) == ("visitor", "Guten Tag", "Wer?")
    assert last == {"recipient_id": "visitor", "custom": {"answer": {"kind": "smalltalk"}}}


@pytest.mark.parametrize("id_", ["c", None, ""])
def test_a_new_message_is_understood(id_, domain):
    tracker = DialogueStateTracker.from_events("visitor", told("a"), domain.slots)
    raise_if_answered(message(id_), tracker)


def test_a_message_that_was_heard_and_not_answered_is_understood_again(domain):
    tracker = DialogueStateTracker.from_events("visitor", told("a", answered=False), domain.slots)
    raise_if_answered(message("a"), tracker)


def test_a_message_that_got_an_apology_only_is_new_and_stands_once(domain):
    before = [*told("b"), SlotSet(SLOT, {"language": "en"})]
    tracker = DialogueStateTracker.from_events("visitor", [*before, *told("a", kind="error")], domain.slots)
    raise_if_answered(message("a"), tracker)
    assert list(tracker.events) == before
    assert tracker.get_slot(SLOT) == {"language": "en"}
    assert tracker.latest_message.metadata == {"id": "b"}


def test_nothing_is_forgotten_of_what_came_after_an_apology(domain):
    said = [*told("a", kind="error"), *told("b")]
    tracker = DialogueStateTracker.from_events("visitor", said, domain.slots)
    raise_if_answered(message("a"), tracker)
    assert list(tracker.events) == said
