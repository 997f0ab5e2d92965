"""Kills, hangs, starves and cuts off each server while people chat, and counts what became of their messages."""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from assistant.knowledge.examples import examples
from assistant.paths import ROOT
from benchmarks.cluster import Cluster, Server
from benchmarks.crowd import Account, Crowd
from benchmarks.relay import Relay

PEOPLE, MESSAGES, PAUSE = 30, 8, 1.5
# When the fault begins, and how long it lasts.
BEFORE, DURING = 2.0, 7.0
SMALL_DISK = "96m"
HEADINGS = ("fault", "accepted", "lost", "doubled", "order", "apologies", "p50 s", "p95 s", "longest s")
Fault = Callable[[Cluster], Iterator[None]]


def killed(find: Callable[[Cluster], Server]) -> Fault:
    """The process is killed, and started again after a while."""

    def fault(cluster: Cluster) -> Iterator[None]:
        server = find(cluster)
        server.kill()
        yield
        server.start()

    return fault


def hung(find: Callable[[Cluster], Server]) -> Fault:
    """The process stands still with all connections open, then goes on."""

    def fault(cluster: Cluster) -> Iterator[None]:
        server = find(cluster)
        server.signal(signal.SIGSTOP)
        yield
        server.signal(signal.SIGCONT)

    return fault


def postgres_killed(cluster: Cluster) -> Iterator[None]:
    """The database is stopped as by a loss of power, and started again."""
    cluster.postgres.stop("immediate")
    yield
    cluster.postgres.start()


def postgres_hung(cluster: Cluster) -> Iterator[None]:
    """All processes of the database stand still."""
    stopped = cluster.postgres.pids()
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    yield
    for pid in stopped:
        os.kill(pid, signal.SIGCONT)


def disk_full(cluster: Cluster) -> Iterator[None]:
    """Nothing more can be written where the database lies."""
    ballast = cluster.postgres.data.parent / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 65536)
        except OSError:
            yield
    ballast.unlink()


def relayed(name: str, change: Callable[[Relay, bool], None]) -> Fault:
    """Something happens to all connections to one server."""

    def fault(cluster: Cluster) -> Iterator[None]:
        change(cluster.relays[name], True)
        yield
        change(cluster.relays[name], False)

    return fault


def cut(relay: Relay, on: bool) -> None:
    """Connections break, and new ones are refused."""
    relay.cut = on


def held(relay: Relay, on: bool) -> None:
    """Nothing comes through, and nobody is told."""
    relay.held = on


def delayed(relay: Relay, on: bool) -> None:
    """Everything comes a tenth of a second late."""
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
    **{f"way to {name} cut": relayed(way, cut) for name, way in WAYS.items()},
    **{f"way to {name} silent": relayed(way, held) for name, way in WAYS.items()},
    **{f"way to {name} slow": relayed(way, delayed) for name, way in WAYS.items()},
}
DISK_FULL = "disk of the database full"


async def trial(cluster: Cluster, fault: Fault, people: int, messages: int) -> Account:
    """The account of a crowd that chats while the fault happens."""
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
    """The time between the beginning and the end of a fault, which may block."""
    steps = fault(cluster)
    await asyncio.to_thread(next, steps)
    yield
    await asyncio.to_thread(next, steps, None)


def questions() -> list[str]:
    """Distinct questions, none of them known to any cache."""
    told = sorted({example.text for example in examples()})
    return random.Random(2).sample(told, 2000)  # noqa: S311 - which questions, not a secret


@contextmanager
def small_disk() -> Iterator[Path | None]:
    """A folder on a small disk of its own; None where none may be made."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK},mode=0711", "tmpfs", folder]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            yield None
            return
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "-l", folder], check=False)  # noqa: S607 - as above


def row(name: str, told: Account) -> Sequence[object]:
    """A line of the table."""
    counts = (told.accepted, told.lost, told.doubled, told.out_of_order, told.apologies)
    times = (told.quantile(0.5), told.quantile(0.95), told.quantile(1.0))
    return (name, *counts, *(f"{seconds:.2f}" for seconds in times))


def written(rows: Sequence[Sequence[object]]) -> str:
    """The table as Markdown."""
    lines = [HEADINGS, ("---",) * len(HEADINGS), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def main() -> int:
    """Prints a line for each fault; 1 where anything was lost, doubled or out of order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--only", default="", help="part of the names of the faults to try")
    arguments = parser.parse_args()
    found: dict[str, Account] = {}
    with small_disk() as disk, Cluster(database=disk) as cluster:
        faults = {**FAULTS, **({DISK_FULL: disk_full} if disk else {})}
        if not disk:
            print("No small disk can be made here, so none is filled (root may).")
        for name, fault in faults.items():
            if arguments.only in name:
                found[name] = asyncio.run(trial(cluster, fault, arguments.people, arguments.messages))
                print(written([row(name, found[name])]).splitlines()[-1], flush=True)
                cluster.wait_until_ready()
    table = written([row(name, told) for name, told in found.items()])
    path = ROOT / "results" / "chaos.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(table + "\n", "utf-8")
    print(f"\n{table}")
    return int(any(told.lost or told.doubled or told.out_of_order for told in found.values()))


if __name__ == "__main__":
    sys.exit(main())
