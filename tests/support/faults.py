"""Faults of a cluster's servers while people chat: killed, hung, cut off, slowed down."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Callable, Iterator

from assistant.knowledge.examples import examples
from tests.support.cluster import Cluster, Server
from tests.support.crowd import Account, Crowd
from tests.support.relay import Relay

PAUSE = 1.5
# When the fault begins and how long it lasts, in seconds.
BEFORE, DURING = 2.0, 7.0
Fault = Callable[[Cluster], Iterator[None]]


def killed(find: Callable[[Cluster], Server]) -> Fault:
    """The process is killed and restarted after a while."""

    def fault(cluster: Cluster) -> Iterator[None]:
        server = find(cluster)
        server.kill()
        yield
        server.start()

    return fault


def hung(find: Callable[[Cluster], Server]) -> Fault:
    """The process is suspended with all its connections open, then resumed."""

    def fault(cluster: Cluster) -> Iterator[None]:
        server = find(cluster)
        server.signal(signal.SIGSTOP)
        yield
        server.signal(signal.SIGCONT)

    return fault


def postgres_killed(cluster: Cluster) -> Iterator[None]:
    """The database is stopped as if by a power failure, and restarted."""
    cluster.postgres.stop("immediate")
    yield
    cluster.postgres.start()


def postgres_hung(cluster: Cluster) -> Iterator[None]:
    """All processes of the database are suspended."""
    stopped = cluster.postgres.pids()
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    yield
    for pid in stopped:
        os.kill(pid, signal.SIGCONT)


def relayed(name: str, change: Callable[[Relay, bool], None]) -> Fault:
    """A fault that affects all connections to one server."""

    def fault(cluster: Cluster) -> Iterator[None]:
        change(cluster.relays[name], True)
        yield
        change(cluster.relays[name], False)

    return fault


def cut(relay: Relay, on: bool) -> None:
    """Connections break, and new ones are refused."""
    relay.cut = on


def held(relay: Relay, on: bool) -> None:
    """Nothing gets through, but no connection is closed."""
    relay.held = on


def delayed(relay: Relay, on: bool) -> None:
    """Everything arrives a tenth of a second late."""
    relay.delay = 0.1 if on else 0.0


SERVERS: dict[str, Callable[[Cluster], Server]] = {
    "front": lambda cluster: cluster.fronts[0],
    "Rasa process": lambda cluster: cluster.rasas[0],
    "action server": lambda cluster: cluster.actions[0],
    "Redis": lambda cluster: cluster.redis,
}
WAYS = {"PostgreSQL": "postgres", "Rasa process": "rasa-0", "action server": "actions-0", "Redis": "redis"}
FAULTS: dict[str, Fault] = {
    "none": lambda _: iter([None]),
    **{f"{name} killed": killed(find) for name, find in SERVERS.items()},
    "PostgreSQL killed": postgres_killed,
    **{f"{name} hangs": hung(find) for name, find in SERVERS.items()},
    "PostgreSQL hangs": postgres_hung,
    **{f"way to {name} cut": relayed(transport, cut) for name, transport in WAYS.items()},
    **{f"way to {name} silent": relayed(transport, held) for name, transport in WAYS.items()},
    **{f"way to {name} slow": relayed(transport, delayed) for name, transport in WAYS.items()},
}


async def trial(cluster: Cluster, fault: Fault, people: int, messages: int) -> Account:
    """The account of a crowd that chats while a fault happens."""
    crowd = Crowd(cluster.urls, questions())
    try:
        chats = await crowd.people(people)
        talking = asyncio.gather(*(crowd.talk(chat, messages, PAUSE) for chat in chats))
        await asyncio.sleep(BEFORE)
        async for _ in happening(fault, cluster):
            await asyncio.sleep(DURING)
        await talking
        return await crowd.collect()
    finally:
        await crowd.close()


async def happening(fault: Fault, cluster: Cluster) -> AsyncIterator[None]:
    """Begins a fault on entry and ends it on exit, in threads since either may block."""
    steps = fault(cluster)
    await asyncio.to_thread(next, steps)
    yield
    await asyncio.to_thread(next, steps, None)


def questions() -> list[str]:
    """Distinct training questions, in random order."""
    told = sorted({example.text for example in examples()})
    return random.Random(2).sample(told, 2000)  # noqa: S311 - which questions, not a secret
