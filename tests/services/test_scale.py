"""Several fronts and Rasa processes on one PostgreSQL and one Redis: no turn is lost, doubled or out of order."""

from __future__ import annotations

import asyncio
import signal
import time

import pytest

from tests.support.cluster import Cluster
from tests.support.crowd import Crowd
from tests.support.faults import FAULTS, questions, trial
from tests.support.postgres import MissingError, rows_of

pytestmark = pytest.mark.slow
# The faults that `make test` tries: of a process that accepts messages, one that answers them, and what both need.
USUAL = ("front killed", "Rasa process hangs", "PostgreSQL killed")
RARE = [name for name in FAULTS if name not in USUAL]

PEOPLE = 200
ROUNDS, AT_ONCE = 40, 4


@pytest.fixture(scope="module")
def cluster():
    try:
        with Cluster() as cluster:
            yield cluster
    except MissingError as missing:
        pytest.skip(str(missing))


def all_well(told):
    return (told.lost, told.doubled, told.out_of_order, told.refused) == (0, 0, 0, 0)


def turns_of_ours(trackers):
    """The number of visitors' turns stored in each conversation."""
    rows = rows_of(trackers, "SELECT sender, tracker FROM conversations")
    return {sender: tracker.count('"event": "user"') for sender, tracker in rows}


async def crowd_of(cluster, people, messages, pause=1.0, meanwhile=None):
    """The account of a crowd, and how many of its turns are stored."""
    before = turns_of_ours(cluster.trackers)
    crowd = Crowd(cluster.urls, questions())
    try:
        chats = await crowd.people(people)
        assert len(chats) == people
        talking = asyncio.gather(*(crowd.talk(chat, messages, pause) for chat in chats))
        if meanwhile:
            await asyncio.to_thread(meanwhile)
        await talking
        told = await crowd.collect(120)
    finally:
        await crowd.close()
    stored = turns_of_ours(cluster.trackers)
    return told, [count for sender, count in stored.items() if sender not in before]


@pytest.mark.long
def test_two_hundred_people_at_once(cluster):
    told, turns = asyncio.run(crowd_of(cluster, PEOPLE, 2, pause=8.0))
    assert told.accepted == PEOPLE * 2
    assert all_well(told), told
    # Whoever got an apology after a timeout may have fewer turns; nobody has more.
    assert max(turns) == 2
    assert sum(turns) >= told.accepted - told.apologies


@pytest.mark.long
def test_four_messages_of_one_person_at_once_are_all_stored(cluster):
    # The backlog of the two hundred people before may not be finished yet.
    cluster.wait_until_ready()

    async def all_at_once():
        crowd = Crowd(cluster.urls, questions())
        try:
            for chat in await crowd.people(ROUNDS):
                await asyncio.gather(*(crowd.write(chat) for _ in range(AT_ONCE)))
            return await crowd.collect()
        finally:
            await crowd.close()

    before = sum(turns_of_ours(cluster.trackers).values())
    told = asyncio.run(all_at_once())
    stored = sum(turns_of_ours(cluster.trackers).values()) - before
    assert (told.accepted, stored) == (ROUNDS * AT_ONCE, ROUNDS * AT_ONCE)


@pytest.mark.long
def test_a_process_that_goes_and_one_that_comes_lose_nothing(cluster):
    def goes_and_comes():
        time.sleep(2)
        cluster.rasas[0].end()
        time.sleep(6)
        cluster.rasas[0].start()

    told, turns = asyncio.run(crowd_of(cluster, 30, 6, pause=2.0, meanwhile=goes_and_comes))
    cluster.wait_until_ready()
    assert told.accepted == 180
    assert all_well(told), told
    assert told.apologies == 0
    assert turns == [6] * 30


@pytest.mark.long
def test_a_follow_up_is_understood_by_processes_started_anew(cluster):
    async def talk():
        crowd = Crowd(cluster.urls, ["Was ist das Familienhilfeprogramm?", "Und wer bezahlt das?"])
        try:
            (chat,) = await crowd.people(1)
            await crowd.write(chat)
            await crowd.collect()
            for server in cluster.rasas:
                server.kill()
                server.start()
            await asyncio.to_thread(cluster.wait_until_ready)
            await crowd.write(chat)
            return (await crowd.collect()), chat
        finally:
            await crowd.close()

    told, chat = asyncio.run(talk())
    assert all_well(told), told
    assert told.apologies == 0
    assert chat.answers[-1]["parts"][0]["entry"] == "ask_programmes/fap_funding"


@pytest.mark.parametrize("name", [*USUAL, *(pytest.param(name, marks=pytest.mark.long) for name in RARE)])
def test_nothing_accepted_is_lost_or_doubled_when(name, cluster):
    told = asyncio.run(trial(cluster, FAULTS[name], 8, 4))
    cluster.wait_until_ready()
    assert told.accepted == 32
    assert all_well(told), told


@pytest.mark.long
def test_a_front_that_is_told_to_end_finishes_what_it_answers(cluster):
    async def talk():
        crowd = Crowd(cluster.urls[:1], questions())
        try:
            chats = await crowd.people(10)
            await asyncio.gather(*(crowd.write(chat) for chat in chats))
            cluster.fronts[0].signal(signal.SIGTERM)
            await asyncio.to_thread(cluster.fronts[0].process.wait, 30)
            cluster.fronts[0].start()
            return await crowd.collect()
        finally:
            await crowd.close()

    told = asyncio.run(talk())
    cluster.wait_until_ready()
    assert told.accepted == 10
    assert all_well(told), told
    assert "Traceback" not in cluster.fronts[0].logged()
