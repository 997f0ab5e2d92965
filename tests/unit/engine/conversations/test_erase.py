"""An erased conversation is gone from the tracker store, for every kind of store."""

from __future__ import annotations

import pytest
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore, SQLTrackerStore, TrackerStore
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from assistant.engine.conversations.erase import EraseChannel, forget
from assistant.engine.conversations.trackers import RecentTrackerStore

STORES = {
    "ours": RecentTrackerStore,
    "in memory": InMemoryTrackerStore,
    "sql": lambda domain: SQLTrackerStore(domain, db=":memory:"),
    "wrapped as Rasa does": lambda domain: FailSafeTrackerStore(RecentTrackerStore(domain)),
}


async def kept(store, domain, *senders):
    for sender in senders:
        await store.save(DialogueStateTracker.from_events(sender, [UserUttered("my secret")], domain.slots))


@pytest.mark.parametrize("make", STORES.values(), ids=STORES.keys())
async def test_a_conversation_is_forgotten_and_no_other(make, domain):
    store = make(domain)
    await kept(store, domain, "one", "other")
    await forget(store, "one")
    assert not await store.retrieve("one")
    assert (await store.retrieve("other")).latest_message.text == "my secret"


@pytest.mark.parametrize("make", STORES.values(), ids=STORES.keys())
async def test_a_conversation_that_never_was_is_forgotten_too(make, domain):
    await forget(make(domain), "nobody")


async def test_a_store_that_cannot_forget_says_so(domain):
    with pytest.raises(NotImplementedError):
        await forget(TrackerStore(domain), "one")


def test_the_channel_is_named_in_the_credentials():
    from rasa.core.run import create_http_input_channels

    from assistant.core.paths import ROOT

    channels = create_http_input_channels(None, str(ROOT / "credentials.yml"))
    assert [type(channel) for channel in channels][1:] == [EraseChannel]
    assert channels[1].url_prefix() == "erase"
