"""The tracker store keeps the last turns of the latest conversations, and Rasa can continue them."""

from __future__ import annotations

import pytest
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker, get_trackers_for_conversation_sessions

from assistant.engine.conversations.trackers import RecentTrackerStore, recent

SLOT = "conversation"
OPENING = ["action_session_start", "session_started"]


def turn(number):
    """The events of one question and its answer."""
    return [
        UserUttered(f"question {number}", {"name": "ask_history", "confidence": 1.0}, timestamp=1000.0 + number),
        ActionExecuted("action_answer"),
        BotUttered(f"answer {number}"),
        SlotSet(SLOT, {"entries": [f"ask_history/{number}"]}),
        ActionExecuted("action_listen"),
    ]


def opening():
    """The events with which Rasa begins a conversation."""
    return [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]


def conversation(domain, turns, sender="visitor"):
    """A conversation of this many turns."""
    events = [*opening(), *(event for number in range(turns) for event in turn(number))]
    return DialogueStateTracker.from_events(sender, events, domain.slots)


async def talk(store, turns, sender="visitor"):
    """A conversation stored and fetched at every turn, as by Rasa's processor."""
    for number in range(turns):
        tracker = await store.get_or_create_tracker(sender)
        for event in turn(number) if tracker.events and number else [*opening(), *turn(number)]:
            tracker.update(event)
        await store.save(tracker)
    return await store.retrieve(sender)


def questions(tracker):
    """The visitor's messages that are still kept."""
    return [event.text for event in tracker.events if isinstance(event, UserUttered)]


async def test_short_conversation_is_kept_whole(domain):
    tracker = await talk(RecentTrackerStore(domain, turns=3), 3)
    assert questions(tracker) == ["question 0", "question 1", "question 2"]
    assert len(tracker.events) == len(opening()) + 3 * len(turn(0))


async def test_long_conversation_is_cut_to_its_last_turns(domain):
    tracker = await talk(RecentTrackerStore(domain, turns=3), 9)
    assert questions(tracker) == ["question 6", "question 7", "question 8"]


def test_conversation_with_no_more_turns_than_kept_is_the_same_one(domain):
    tracker = conversation(domain, 3)
    assert recent(tracker, 3) is tracker


async def test_slots_stay_as_they_stand(domain):
    tracker = await talk(RecentTrackerStore(domain, turns=2), 9)
    assert tracker.get_slot(SLOT) == {"entries": ["ask_history/8"]}


def test_slot_set_before_the_turns_kept_is_still_set(domain):
    events = [*opening(), SlotSet(SLOT, {"wish": "en"}), *(UserUttered(str(n)) for n in range(5))]
    kept = recent(DialogueStateTracker.from_events("visitor", events, domain.slots), 2)
    assert kept.get_slot(SLOT) == {"wish": "en"}
    assert len(kept.events) == 6


def test_slot_never_set_is_not_set_by_cutting(domain):
    events = [*opening(), *(UserUttered(str(n)) for n in range(5))]
    kept = recent(DialogueStateTracker.from_events("visitor", events, domain.slots), 2)
    assert not [event for event in kept.events if isinstance(event, SlotSet)]


def test_cutting_leaves_the_conversation_in_hand_alone(domain):
    tracker = conversation(domain, 9)
    before = [event.as_dict() for event in tracker.events]
    recent(tracker, 2)
    assert [event.as_dict() for event in tracker.events] == before


async def test_what_is_kept_begins_with_a_session(domain):
    tracker = await talk(RecentTrackerStore(domain, turns=3), 9)
    events = list(tracker.events)
    names = [getattr(event, "action_name", event.type_name) for event in events]
    assert names[:2] == OPENING
    assert names[names.index("user") - 1] == "action_listen"
    assert events[0].timestamp == events[names.index("user")].timestamp


async def test_what_is_kept_is_one_session_rasa_predicts_from(domain):
    tracker = await talk(RecentTrackerStore(domain, turns=3), 9)
    assert len(get_trackers_for_conversation_sessions(tracker)) == 1
    assert tracker.latest_action_name == "action_listen"
    assert tracker.past_states(domain)[-1]["prev_action"] == {"action_name": "action_listen"}


async def test_sender_and_latest_message_survive(domain):
    tracker = await talk(RecentTrackerStore(domain, turns=3), 9)
    assert tracker.sender_id == "visitor"
    assert tracker.latest_message.text == "question 8"


async def test_unknown_conversation_is_none(domain):
    assert await RecentTrackerStore(domain).retrieve("nobody") is None


async def test_conversation_silent_longest_is_let_go(domain):
    store = RecentTrackerStore(domain, conversations=2)
    for sender in ("first", "second", "first", "third"):
        await store.save(conversation(domain, 1, sender))
    assert list(await store.keys()) == ["first", "third"]


@pytest.mark.parametrize("turns", [20, 40])
async def test_cost_of_a_conversation_does_not_grow(domain, turns):
    tracker = await talk(RecentTrackerStore(domain), turns)
    assert len(tracker.events) == len(opening()) + 1 + 10 * len(turn(0))


async def test_rasa_still_keeps_everything_by_itself(domain):
    tracker = await talk(InMemoryTrackerStore(domain), 20)
    assert len(tracker.events) == len(opening()) + 20 * len(turn(0))


def test_store_is_made_from_the_endpoints_of_the_project(domain):
    from rasa.core.tracker_store import TrackerStore
    from rasa.core.utils import read_endpoints_from_path

    from assistant.core.paths import ROOT

    store = TrackerStore.create(read_endpoints_from_path(str(ROOT / "endpoints.yml")).tracker_store, domain)
    assert isinstance(getattr(store, "_tracker_store", store), RecentTrackerStore)
