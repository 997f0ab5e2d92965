"""Simulates concurrent users, and measures what their questions cost the machine."""

from __future__ import annotations

import json
import os
import time
import urllib.request
import uuid
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

TIMEOUT_SECONDS = 120.0
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Load:
    """Median and 95th percentile of latency in milliseconds, messages per second, and failed requests."""

    p50: float
    p95: float
    per_second: float
    failed: int


def asked(port: int, questions: Sequence[str], people: int) -> Load:
    """Asks every question once over Rasa's REST channel, a fixed number at a time, each in a new conversation."""
    started = time.perf_counter()
    with ThreadPoolExecutor(people) as pool:
        taken = list(pool.map(lambda question: milliseconds(port, question, uuid.uuid4().hex), questions))
    seconds = time.perf_counter() - started
    good = sorted(t for t in taken if t is not None)
    if not good:
        raise SystemExit(f"Nothing was answered on port {port}.")
    p50, p95 = good[len(good) // 2], good[int(len(good) * 0.95)]
    return Load(p50, p95, len(good) / seconds, len(taken) - len(good))


def milliseconds(port: int, question: str, sender: str) -> float | None:
    """How long the answer to a question took; None if there was none."""
    body = json.dumps({"sender": sender, "message": question}).encode()
    url, header = f"http://127.0.0.1:{port}/webhooks/rest/webhook", {"Content-Type": "application/json"}
    started = time.perf_counter()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, header), timeout=TIMEOUT_SECONDS) as reply:
            said = json.load(reply)
    except OSError:
        return None
    return (time.perf_counter() - started) * 1000 if said else None


def memory(pids: Iterable[int]) -> float:
    """Proportional set size of processes in MiB, which counts shared memory once (Linux)."""
    kept = (Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8") for pid in pids)
    return sum(int(line.split()[1]) for text in kept for line in text.splitlines() if line.startswith("Pss:")) / 1024


def processor_seconds(pids: Iterable[int]) -> float:
    """Processor time used by processes so far; unlike wall time, it hardly depends on what else is running."""
    fields = (Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split() for pid in pids)
    return sum(int(each[11]) + int(each[12]) for each in fields) / TICKS
