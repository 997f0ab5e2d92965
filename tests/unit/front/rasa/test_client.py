"""Which Rasa process is asked, and what happens when one is degraded."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from urllib.parse import urlsplit

import pytest

from assistant.front.core.settings import addresses_of
from assistant.front.rasa import client as module
from assistant.front.rasa.client import Rasa
from assistant.front.rasa.transport import NotListeningError, Reply
from tests.fakes.front import fact
from tests.support.wait import until_async

ADDRESSES = tuple(f"http://rasa-{number}:5005" for number in range(3))
SENDERS = [f"web-{number}" for number in range(600)]
SORRY = [{"custom": {"answer": {"kind": "error"}}}]


class Processes:
    """Several Rasa processes: those in `away` refuse, those in `hanging` take a minute, those in `sorry` apologise."""

    def __init__(self):
        self.away, self.hanging, self.sorry = set(), set(), set()
        self.asked, self.at_once, self.most = [], Counter(), Counter()
        self.status = 204

    async def send(self, method, url, body=None):
        name = urlsplit(url).hostname
        if name in self.away:
            raise NotListeningError("away")
        if name in self.hanging:
            await asyncio.sleep(60)
        if method == "DELETE":
            return Reply(self.status, b"")
        if method == "POST":
            self.asked.append(name)
            self.at_once[name] += 1
            self.most[name] = max(self.most[name], self.at_once[name])
            await asyncio.sleep(0.01)
            self.at_once[name] -= 1
        return Reply(200, json.dumps(SORRY if name in self.sorry else fact()).encode())

    async def close(self):
        """Does nothing, since nothing is open."""


@pytest.fixture
def processes():
    # The first answer reads all of the knowledge, which no test should be timed with.
    fact()
    return Processes()


@pytest.fixture
async def rasa(processes, monkeypatch):
    monkeypatch.setattr(module, "TRY_TIMEOUT_SECONDS", 0.2)
    monkeypatch.setattr(module, "PROBE_TIMEOUT_SECONDS", 0.2)
    monkeypatch.setattr(module, "PROBE_INTERVAL_SECONDS", 0.05)
    rasa = Rasa(ADDRESSES, processes)
    yield rasa
    await rasa.close()


def ask(rasa, sender, seconds=5.0):
    return rasa.ask(sender, "Hallo", {}, time.time() + seconds, f"{sender}.1")


def homes(rasa):
    return {sender: rasa.process_for(sender).address for sender in SENDERS}


def test_conversations_are_spread_evenly(rasa):
    assert all(150 < count < 250 for count in Counter(homes(rasa).values()).values())


def test_every_front_chooses_the_same_whatever_the_order_of_the_list(processes, rasa):
    assert homes(rasa) == homes(Rasa(ADDRESSES[::-1], processes))


def test_when_a_process_goes_only_its_conversations_move(rasa):
    before = homes(rasa)
    rasa.processes[1].reachable = False
    after = homes(rasa)
    moved = {sender for sender in SENDERS if before[sender] != after[sender]}
    assert moved == {sender for sender in SENDERS if before[sender] == ADDRESSES[1]}
    rasa.processes[1].reachable = True
    assert homes(rasa) == before


async def test_a_process_that_refuses_is_passed_over_at_once_and_asked_again_when_it_is_back(
    rasa, processes, monkeypatch
):
    sender = next(sender for sender, home in homes(rasa).items() if home == ADDRESSES[0])
    processes.away.add("rasa-0")
    # So long that a pause before the next attempt cannot be mistaken for a slow machine.
    monkeypatch.setattr(module, "RETRY_SECONDS", (5.0,))
    begun = time.monotonic()
    assert await ask(rasa, sender)
    assert time.monotonic() - begun < 2
    assert processes.asked[-1] != "rasa-0"
    processes.away.clear()
    await until_async(lambda: rasa.processes[0].reachable)
    assert await ask(rasa, sender)
    assert processes.asked[-1] == "rasa-0"


async def test_a_process_that_hangs_costs_one_try_and_nobody_else(rasa, processes, monkeypatch):
    senders = [sender for sender, home in homes(rasa).items() if home == ADDRESSES[0]][:2]
    processes.hanging.add("rasa-0")
    assert await ask(rasa, senders[0])
    monkeypatch.setattr(module, "TRY_TIMEOUT_SECONDS", 4.0)
    begun = time.monotonic()
    assert await ask(rasa, senders[1])
    assert time.monotonic() - begun < 2
    assert "rasa-0" not in processes.asked


async def test_where_one_has_only_an_apology_another_is_asked_at_once_and_for_a_while(rasa, processes, monkeypatch):
    monkeypatch.setattr(module.anyio, "sleep", None)
    senders = [sender for sender, home in homes(rasa).items() if home == ADDRESSES[0]][:2]
    processes.sorry.add("rasa-0")
    for sender in senders:
        assert (await ask(rasa, sender)).messages == fact()
    assert processes.asked.count("rasa-0") == 1
    processes.sorry.clear()
    monkeypatch.setattr(module, "DEGRADED_SECONDS", 0.0)
    rasa.processes[0].mark_degraded()
    assert (await ask(rasa, senders[0])).messages == fact()
    assert processes.asked[-1] == "rasa-0"


async def test_where_all_have_only_an_apology_that_is_what_is_said(rasa, processes):
    processes.sorry |= {"rasa-0", "rasa-1", "rasa-2"}
    assert (await ask(rasa, "web-1")).messages == SORRY
    assert len(processes.asked) == module.MAX_TRIES_FOR_APOLOGY
    assert len({*processes.asked}) == 3


async def test_when_all_are_away_they_are_tried_until_time_is_up(rasa, processes):
    processes.away |= {"rasa-0", "rasa-1", "rasa-2"}
    begun = time.monotonic()
    assert await ask(rasa, "web-1", seconds=0.6) is None
    assert 0.4 < time.monotonic() - begun < 3


async def test_one_alone_is_given_all_the_time_there_is(processes, monkeypatch):
    monkeypatch.setattr(module, "TRY_TIMEOUT_SECONDS", 0.05)
    processes.hanging.add("rasa-0")
    rasa = Rasa(ADDRESSES[:1], processes)
    begun = time.monotonic()
    assert await ask(rasa, "web-1", seconds=0.5) is None
    assert time.monotonic() - begun > 0.4
    assert rasa.processes[0].reachable
    await rasa.close()


async def test_no_process_is_asked_more_at_once_than_it_can_do(rasa, processes):
    await asyncio.gather(*(ask(rasa, sender) for sender in SENDERS[:200]))
    assert max(processes.most.values()) == module.MAX_CONCURRENT


async def test_a_stranger_is_asked_before_the_rest_of_a_flood(rasa, processes, monkeypatch):
    monkeypatch.setattr(module, "MAX_CONCURRENT", 1)
    rasa, done = Rasa(ADDRESSES[:1], processes), []

    async def one(lane, number):
        assert await rasa.ask(f"web-{lane}-{number}", "Hallo", {}, time.time() + 30, lane=lane)
        done.append(lane)

    flood = [asyncio.create_task(one("flood", number)) for number in range(50)]
    await until_async(lambda: done)
    await asyncio.gather(one("stranger", 0), *flood)
    assert done.index("stranger") < 10
    await rasa.close()


async def test_what_would_be_too_late_is_given_up_and_not_asked(processes, monkeypatch):
    monkeypatch.setattr(module, "MAX_CONCURRENT", 1)
    rasa = Rasa(ADDRESSES[:1], processes)
    rasa.processes[0].usual_seconds = 60.0
    async with rasa.processes[0].slots.held("flood"):
        begun = time.monotonic()
        assert await ask(rasa, "web-1", seconds=4.0) is None
        # A quarter of the patience is left, but Rasa would need more.
        assert 2.9 < time.monotonic() - begun < 3.9
    assert processes.asked == []
    assert await ask(rasa, "web-1", seconds=1.0)
    await rasa.close()


async def test_the_usual_time_of_a_reply_follows_replies_and_time_outs(rasa, processes, monkeypatch):
    monkeypatch.setattr(module, "TRY_TIMEOUT_SECONDS", 0.2)
    processes.hanging.add("rasa-0")
    sender = next(sender for sender, home in homes(rasa).items() if home == ADDRESSES[0])
    assert await ask(rasa, sender)
    slow, quick = rasa.processes[0].usual_seconds, max(one.usual_seconds for one in rasa.processes[1:])
    assert 0.03 < slow < 0.2
    assert 0 < quick < slow


async def test_every_message_is_named_so_that_it_is_known_again(rasa, processes):
    seen = []
    send = processes.send

    async def watching(method, url, body=None):
        seen.append(body)
        return await send(method, url, body)

    processes.send = watching
    await ask(rasa, "web-1")
    assert b'"id":"web-1.1"' in seen[0].replace(b" ", b"")


async def test_a_message_that_nobody_named_keeps_its_name_over_all_tries(rasa, processes):
    seen = []
    send = processes.send

    async def watching(method, url, body=None):
        seen.append(json.loads(body)["metadata"]["id"])
        return await send(method, url, body)

    processes.send = watching
    processes.sorry |= {"rasa-0", "rasa-1", "rasa-2"}
    await rasa.ask("rest-1", "Hallo", {}, time.time() + 5)
    await rasa.ask("rest-1", "Hallo", {}, time.time() + 5)
    assert len(seen) == 2 * module.MAX_TRIES_FOR_APOLOGY
    assert len({*seen}) == 2


@pytest.mark.parametrize(
    ("away", "status", "forgotten"),
    [(set(), 204, True), ({"rasa-1"}, 204, True), (set(), 503, False), ({"rasa-1"}, 503, False)],
)
async def test_a_conversation_is_forgotten_when_all_that_are_there_have(away, status, forgotten, rasa, processes):
    processes.away, processes.status = away, status
    assert await rasa.erase("web-1") is forgotten


async def test_nobody_there_has_forgotten_nothing(rasa, processes):
    processes.away = {"rasa-0", "rasa-1", "rasa-2"}
    assert not await rasa.erase("web-1")


async def test_a_process_that_hangs_has_not_erased_and_holds_nobody_up(rasa, processes, monkeypatch):
    monkeypatch.setattr(module, "ERASURE_TIMEOUT_SECONDS", 0.1)
    processes.hanging = {"rasa-1"}
    assert await asyncio.wait_for(rasa.erase("web-1"), 5) is False


async def test_a_name_with_slashes_is_erased_under_one_address(rasa, processes, monkeypatch):
    addresses = []

    async def send(method, url, body=None):
        addresses.append(url)
        return Reply(204, b"")

    monkeypatch.setattr(processes, "send", send)
    assert await rasa.erase("web/../x")
    assert {urlsplit(address).path for address in addresses} == {"/webhooks/erase/web%2F..%2Fx"}


@pytest.mark.parametrize("listed", ["rasa-0:5005", "http://rasa 0", "ftp://x", "http://x/path"])
def test_what_is_no_address_is_refused(listed):
    with pytest.raises(ValueError, match="ASSISTANT_RASA"):
        addresses_of(listed)
