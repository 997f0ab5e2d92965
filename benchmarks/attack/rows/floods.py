"""Attacks by what is asked: within the rates of one address, or of a few."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path

from benchmarks.attack.findings import Finding, Row, at_most, expected
from benchmarks.attack.front import NO_RATES, Front, running
from benchmarks.attack.visitor import ATTACKER, ORDINARY, Answer, Chat, Client, Response, opened, worst

LONGEST_STRANGER_SECONDS = 3.0
# When strangers write, in seconds after the attack began.
MOMENTS = (0.3, 1.0, 2.0, 3.0, 4.5, 6.0)
# 5,000 characters that are dear to mask.
HOSTILE = ("1 2 3 4 5 6 7 8 9 0 " * 250, "Frau Müller " * 416, "Ich bin Anna-Maria Schmidt, geb. 12.03.1985, " * 111)
# What a question of three parts costs Rasa.
DEAR_SECONDS = 0.15
EMOJI = "😀" * 4000
MINUTES_PER_DAY, ADDRESS_RATE, MB = 1440, 200, 10**6
FILLING_SECONDS, FILLING_CHATS, FILLING_ADDRESSES, LASTING_REFUSALS = 20.0, 15, 5, 4
MOST_BYTES_PER_MESSAGE = 8192.0
# Small, so that they are reached soon; and no budget of anything else may stop the attack before.
ADDRESS_MB, STORAGE_MB = 1, 4
QUOTAS = {
    "ASSISTANT_ADDRESS_STORED_MB": str(ADDRESS_MB),
    "ASSISTANT_STORAGE_MAX_MB": str(STORAGE_MB),
    "ASSISTANT_ADDRESS_PERCENT": "100",
}


def filling(folder: Path) -> list[Finding]:
    """The longest texts, as many as are taken, from one address, and then from several."""
    with running(folder, extra={**NO_RATES, **QUOTAS}) as (front, _):
        stranger, empty = Client(front.port).chat(), front.stored_bytes()
        kept, refused = _filled(front, [ATTACKER])
        # Until the answers are there, too.
        time.sleep(3)
        stored = front.stored_bytes() - empty
        taken = stranger.write().status if stranger else 0
        others, all_refused = _filled(front, [f"127.0.4.{number}" for number in range(1, FILLING_ADDRESSES + 1)])
        in_all, deleted = front.stored_bytes(), stranger.send("DELETE", "/api/chat").status if stranger else 0
    per_message = stored / max(kept, 1)
    # What it comes to at the rate of an address, if nothing else stops it.
    day = stored if refused else per_message * ADDRESS_RATE * MINUTES_PER_DAY
    total = in_all if all_refused else day * FILLING_ADDRESSES
    stopped = _stopped(others, all_refused)
    return [
        Finding("messages taken", str(kept), "at least 1", kept > 0),
        at_most("kept of one message", per_message, MOST_BYTES_PER_MESSAGE, "bytes"),
        at_most("kept of one address in a day", day / MB, 1.5 * ADDRESS_MB, "MB", _stopped(kept, refused)),
        expected("a stranger's message afterwards", taken, HTTPStatus.ACCEPTED.value),
        at_most(f"kept of {FILLING_ADDRESSES} more and all before", total / MB, 1.1 * STORAGE_MB, "MB", stopped),
        expected("DELETE afterwards", deleted, HTTPStatus.NO_CONTENT.value),
    ]


def _stopped(kept: int, refused: bool) -> str:
    return f" (refused after {kept} messages)" if refused else f" (never refused in {kept} messages; from its rate)"


def _filled(front: Front, addresses: Sequence[str]) -> tuple[int, bool]:
    """How many of the longest texts were taken from these addresses together, and whether all were refused at last."""
    each = FILLING_CHATS // len(addresses)
    chats = [chat for address in addresses for chat in opened(Client(front.port, address), each)]
    until = time.monotonic() + FILLING_SECONDS

    def fill(chat: Chat) -> tuple[int, int]:
        kept = refused = 0
        while time.monotonic() < until and refused < LASTING_REFUSALS:
            taken = chat.write(EMOJI).status == HTTPStatus.ACCEPTED
            kept, refused = kept + taken, 0 if taken else refused + 1
            # A front that is only busy takes the next one.
            time.sleep(0 if taken else 1)
        return kept, refused

    with ThreadPoolExecutor(FILLING_CHATS) as pool:
        counts = list(pool.map(fill, chats))
    return sum(kept for kept, _ in counts), all(refused for _, refused in counts)


def hostile_texts(folder: Path) -> list[Finding]:
    """200 texts of 5,000 characters that are dear to mask."""
    with running(folder) as (front, _):
        return flooded(front, [ATTACKER], 25, 8, lambda number: HOSTILE[number % len(HOSTILE)], "200 hostile texts")


def ordinary_messages(folder: Path) -> list[Finding]:
    """200 and then 600 ordinary messages at once, from one address and from three."""
    with running(folder / "a", answer_seconds=DEAR_SECONDS) as (front, _):
        found = flooded(front, [ATTACKER], 50, 4, lambda _: ORDINARY, "200 messages of one address")
    with running(folder / "b", answer_seconds=DEAR_SECONDS) as (front, _):
        three = [f"127.0.1.{number}" for number in (1, 2, 3)]
        return [*found, *flooded(front, three, 50, 4, lambda _: ORDINARY, "600 messages of three addresses")]


def flooded(
    front: Front, addresses: Sequence[str], chats: int, each: int, text: Callable[[int], str], name: str
) -> list[Finding]:
    """Sends messages all at once, while strangers, each from an address of their own, ask a question each."""
    open_ = [chat for address in addresses for chat in opened(Client(front.port, address), chats)]
    strangers = [Client(front.port, f"127.0.2.{number}").chat() for number in range(1, len(MOMENTS) + 1)]
    before = front.cpu_seconds
    with ThreadPoolExecutor(len(open_) + len(strangers)) as pool:
        asked = [pool.submit(_asked_after, moment, chat) for moment, chat in zip(MOMENTS, strangers)]
        posted = [pool.submit(_written, chat, each, text, number) for number, chat in enumerate(open_)]
        answers = [one.result() for one in asked]
        statuses = Counter(response.status for one in posted for response in one.result())
    bad, told = worst(answers), sum(not answer.good for answer in answers)
    took = f"{statuses[HTTPStatus.ACCEPTED]} taken, {front.cpu_seconds - before:.0f} s of processor time"
    slowest = f"{bad.seconds:.1f} s ({took})"
    return [
        Finding(
            f"{name}: a stranger's slowest answer",
            slowest,
            f"at most {LONGEST_STRANGER_SECONDS:g} s",
            max(answer.seconds for answer in answers) <= LONGEST_STRANGER_SECONDS,
        ),
        at_most(f"{name}: strangers without an answer", told, 0, f"of {len(answers)}"),
    ]


def _asked_after(moment: float, chat: Chat | None) -> Answer:
    time.sleep(moment)
    return chat.ask() if chat else Answer(None, 0.0)


def _written(chat: Chat, each: int, text: Callable[[int], str], number: int) -> list[Response]:
    return [chat.write(text(number + count), timeout=40.0) for count in range(each)]


ROWS = [
    Row(6, "filling the disk within the rates", filling, 75),
    Row(7, "texts that are dear to mask", hostile_texts, 90),
    Row(8, "ordinary messages at once", ordinary_messages, 120),
]
