"""Kills, hangs, starves and disconnects each server while users chat, and counts what became of their messages."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator, Sequence

from assistant.core.paths import ROOT
from benchmarks.disk import fill, small_disk
from tests.support.cluster import Cluster
from tests.support.crowd import Account
from tests.support.faults import FAULTS, trial

PEOPLE, MESSAGES = 30, 8
# Room for what PostgreSQL logs between two checkpoints: a server that is killed on a full disk does not start again.
SMALL_DISK = "256m"
DISK_FULL = "disk of the database full"
HEADINGS = ("fault", "accepted", "lost", "doubled", "order", "apologies", "p50 s", "p95 s", "longest s")


def disk_full(cluster: Cluster) -> Iterator[None]:
    """Fills the database's disk."""
    ballast = cluster.postgres.data.parent / "ballast"
    fill(ballast)
    yield
    ballast.unlink()


def row(name: str, account: Account) -> Sequence[object]:
    """A row of the table."""
    counts = (account.accepted, account.lost, account.doubled, account.out_of_order, account.apologies)
    times = (account.quantile(0.5), account.quantile(0.95), account.quantile(1.0))
    return (name, *counts, *(f"{seconds:.2f}" for seconds in times))


def as_markdown(rows: Sequence[Sequence[object]]) -> str:
    """The table as Markdown."""
    lines = [HEADINGS, ("---",) * len(HEADINGS), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def main() -> int:
    """Prints a row for each fault; returns 1 if anything was lost, doubled or out of order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--only", default="", help="try only faults whose name contains this")
    arguments = parser.parse_args()
    found: dict[str, Account] = {}
    with small_disk(SMALL_DISK) as disk, Cluster(database=disk) as cluster:
        faults = {**FAULTS, **({DISK_FULL: disk_full} if disk else {})}
        if not disk:
            print("Skipping the full disk: mounting a small one needs root.")
        for name, fault in faults.items():
            if arguments.only in name:
                found[name] = asyncio.run(trial(cluster, fault, arguments.people, arguments.messages))
                print(as_markdown([row(name, found[name])]).splitlines()[-1], flush=True)
                cluster.wait_until_ready()
    table = as_markdown([row(name, account) for name, account in found.items()])
    path = ROOT / "results" / "chaos.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(table + "\n", "utf-8")
    print(f"\n{table}")
    return int(any(account.lost or account.doubled or account.out_of_order for account in found.values()))


if __name__ == "__main__":
    sys.exit(main())
