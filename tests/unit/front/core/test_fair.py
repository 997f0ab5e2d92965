"""Slots that nobody can take from others by asking for more."""

from __future__ import annotations

import asyncio

import pytest

from assistant.front.core import fair
from assistant.front.core.errors import RefusedError
from assistant.front.core.fair import RESUMED, FairSlots, Lanes, lane_of
from tests.support.wait import until_async


class Queue:
    """People who want a slot; `served` has the names of those who got one, in order."""

    def __init__(self, slots):
        self.slots, self.served, self.tasks = FairSlots(slots), [], []
        self.end = asyncio.Event()

    async def _hold(self, lane, name):
        async with self.slots.held(lane):
            self.served.append(name)
            await self.end.wait()
            await asyncio.sleep(0)

    async def add(self, lane, *names):
        for name in names:
            self.tasks.append(asyncio.create_task(self._hold(lane, name)))
        await asyncio.sleep(0.01)
        return self.tasks[-len(names) :]

    async def all_served(self):
        self.end.set()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        return self.served


async def test_whoever_waits_too_long_is_refused_and_leaves_the_slot_to_others():
    slots = FairSlots(1, longest_wait_seconds=0.05)
    async with slots.held("a"):
        with pytest.raises(RefusedError):
            async with slots.held("b"):
                pytest.fail("there was no slot")
    async with slots.held("b"):
        pass


async def test_lanes_are_served_in_turn_and_each_in_the_order_of_arrival():
    queue = Queue(1)
    await queue.add("busy", "b1", "b2", "b3", "b4")
    await queue.add("other", "o1", "o2")
    await queue.add("third", "t1")
    assert await queue.all_served() == ["b1", "b2", "o1", "t1", "b3", "o2", "b4"]


async def test_no_more_than_the_slots_are_held_at_once():
    queue = Queue(3)
    await queue.add("busy", *range(10))
    assert queue.served == [0, 1, 2]
    assert await queue.all_served() == list(range(10))


async def test_who_gives_up_waiting_takes_no_turn():
    queue = Queue(1)
    await queue.add("busy", "b1")
    given_up = await queue.add("busy", "b2", "b3")
    alone = await queue.add("gone", "g1")
    await queue.add("other", "o1")
    for task in (*given_up, *alone):
        task.cancel()
    assert await queue.all_served() == ["b1", "o1"]
    await queue.add("later", "l1")
    assert queue.served[-1] == "l1"


async def test_a_slot_that_comes_as_the_wait_is_given_up_goes_to_the_next():
    queue = Queue(1)
    await queue.add("busy", "b1")
    (second,) = await queue.add("busy", "b2")
    await queue.add("busy", "b3")
    queue.slots._release()
    second.cancel()
    await until_async(lambda: queue.served == ["b1", "b3"])
    assert await queue.all_served() == ["b1", "b3"]


def test_a_lane_says_nothing_about_its_address():
    assert lane_of("192.0.2.1") == lane_of("192.0.2.1") != lane_of("192.0.2.2")
    assert "192" not in lane_of("192.0.2.1")


def test_a_lane_is_taken_once_and_a_chat_that_nobody_knows_is_resumed():
    lanes = Lanes()
    lanes.remember("chat", "a")
    lanes.remember("chat", "b")
    assert [lanes.take("chat"), lanes.take("chat"), lanes.take("chat", "b")] == ["b", RESUMED, "b"]


@pytest.mark.parametrize(("chats", "oldest"), [(3, "lane"), (4, RESUMED)])
def test_lanes_do_not_grow_without_bound(chats, oldest, monkeypatch):
    monkeypatch.setattr(fair, "MAX_LANES", 3)
    lanes = Lanes()
    for number in range(chats):
        lanes.remember(str(number), "lane")
    assert lanes.take("0") == oldest
