"""Measures how long a stranger waits for an answer while a few addresses flood the front."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import httpx2

from assistant.launch import servers
from assistant.training.model import ensure_model
from tests.support.cluster import Server

LONGEST_START_SECONDS, PATIENCE_SECONDS = 180.0, 60.0
# One chat for each message, from few addresses: more chats a minute than the front otherwise allows one of them.
SETTINGS = {"ASSISTANT_RATE_CHATS": "10000/minute"}
QUESTION = "Wann wurde die IOM gegründet?"
ORDINARY = "Wann wurde die IOM gegründet? Wer leitet sie? Und seit wann gibt es das Büro in Deutschland?"
# As long as the front accepts, and full of what takes longest to mask.
HOSTILE = ("DE89370400440532013000 mein Sohn Anna Dr. geboren 1.1.2000 017612345678 " * 100)[:5000]
STRANGER_PAUSE_SECONDS, STRANGER_CHATS = 0.5, 40
POLL_SECONDS = 20
HEADINGS = (
    "flood",
    "stranger asked",
    "apologies",
    "p50 s",
    "p95 s",
    "longest s",
    "flood accepted",
    "flood's apologies",
)


@dataclass(frozen=True)
class Flood:
    """Messages that are all sent at once, from these addresses of the loopback network."""

    name: str
    text: str
    messages: int
    addresses: tuple[str, ...]


FLOODS = (
    Flood("none", ORDINARY, 0, ("127.0.0.2",)),
    Flood("200 hostile, one address", HOSTILE, 200, ("127.0.0.3",)),
    Flood("200 ordinary, one address", ORDINARY, 200, ("127.0.0.4",)),
    Flood("600 ordinary, three addresses", ORDINARY, 600, ("127.0.0.5", "127.0.0.6", "127.0.0.7")),
)


@dataclass
class Stranger:
    """How long each answer took, and how many were apologies."""

    seconds: list[float] = field(default_factory=list)
    apologies: int = 0

    def quantile(self, share: float) -> float:
        """The time within which this share was answered; 0 if nothing was asked."""
        ordered = sorted(self.seconds)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


class Client:
    """Visitors at one address."""

    def __init__(self, url: str, address: str) -> None:
        transport = httpx2.AsyncHTTPTransport(
            local_address=address, limits=httpx2.Limits(max_connections=250), retries=0
        )
        self._http = httpx2.AsyncClient(base_url=url, transport=transport, timeout=PATIENCE_SECONDS, trust_env=False)

    async def close(self) -> None:
        """Closes all connections."""
        await self._http.aclose()

    async def opened(self) -> str:
        """The token of a new chat."""
        return str((await self._http.post("/api/chat", json={"language": "de"})).json()["token"])

    async def post(self, token: str, text: str) -> int | None:
        """Sends a message; returns its sequence, or None if it was not accepted."""
        body = {"id": str(uuid.uuid4()), "text": text, "language": "de", "choice": None}
        response = await self._http.post("/api/chat/messages", json=body, headers=_signed(token))
        return int(response.json()["sequence"]) if response.status_code == httpx2.codes.ACCEPTED else None

    async def kind_of_answer(self, token: str, sequence: int) -> str | None:
        """The kind of the first answer after a sequence; None if there is none in a minute."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            url = f"/api/chat/events?after={sequence}&wait={POLL_SECONDS}"
            response = await self._http.get(url, headers=_signed(token))
            if response.status_code == httpx2.codes.OK:
                kinds = [str(event["kind"]) for event in response.json()["events"] if event["type"] == "assistant"]
                if kinds:
                    return kinds[0]
            else:
                await asyncio.sleep(STRANGER_PAUSE_SECONDS)
        return None


def _signed(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@contextmanager
def assistant() -> Iterator[str]:
    """A front with one Rasa and one action server, on free ports; yields the front's address."""
    model, (front, rasa, actions) = ensure_model(), (servers.free_port() for _ in range(3))
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        place = Path(folder)
        commands = {
            "actions": servers.actions_command(actions),
            "rasa": servers.rasa_command("run", model, rasa, servers.endpoints_for(actions, place)),
            "front": servers.front_command(front, rasa),
        }
        for name, command in commands.items():
            server = Server(name, command, place / f"{name}.log", {**SETTINGS, "ASSISTANT_DATA": folder})
            server.start()
            running.callback(server.kill)
        if not servers.wait_until_ready(front, LONGEST_START_SECONDS):
            raise SystemExit("The assistant did not start.")
        yield f"http://{servers.HOST}:{front}"


@asynccontextmanager
async def clients(url: str, addresses: Sequence[str]) -> AsyncIterator[list[Client]]:
    """Clients at these addresses."""
    opened = [Client(url, address) for address in addresses]
    try:
        yield opened
    finally:
        await asyncio.gather(*(client.close() for client in opened))


async def measured(url: str, flood: Flood, seconds: float) -> Sequence[object]:
    """The row of the table for one flood, during which a stranger goes on asking."""
    async with clients(url, (servers.HOST, *flood.addresses)) as (here, *there):
        own = [await here.opened() for _ in range(STRANGER_CHATS)]
        tokens = [(client := there[n % len(there)], await client.opened()) for n in range(flood.messages)]
        stranger = Stranger()
        asking = asyncio.create_task(ask_again_and_again(here, own, stranger, seconds))
        await asyncio.sleep(STRANGER_PAUSE_SECONDS)
        sequences = await asyncio.gather(*(client.post(token, flood.text) for client, token in tokens))
        await asking
        sent = [(*one, sequence) for one, sequence in zip(tokens, sequences) if sequence]
        kinds = [await client.kind_of_answer(token, sequence) for client, token, sequence in sent]
    times = (f"{stranger.quantile(share):.2f}" for share in (0.5, 0.95, 1.0))
    counts = (len(stranger.seconds), stranger.apologies)
    return (flood.name, *counts, *times, len(sent), kinds.count("error"))


async def ask_again_and_again(client: Client, tokens: Sequence[str], stranger: Stranger, seconds: float) -> None:
    """Asks twice a second, whether or not the last question has been answered, in each of these chats in turn."""
    async with anyio.create_task_group() as asking:
        for number in range(int(seconds / STRANGER_PAUSE_SECONDS)):
            asking.start_soon(ask, client, tokens[number % len(tokens)], stranger)
            await asyncio.sleep(STRANGER_PAUSE_SECONDS)


async def ask(client: Client, token: str, stranger: Stranger) -> None:
    """Asks one question and records how long its answer took."""
    started = time.monotonic()
    sequence = await client.post(token, QUESTION)
    kind = await client.kind_of_answer(token, sequence) if sequence else None
    stranger.seconds.append(time.monotonic() - started)
    stranger.apologies += kind in (None, "error")


def main() -> None:
    """Measures every flood, one after the other, and prints a table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=14.0, help="how long the stranger asks during each flood")
    seconds = parser.parse_args().seconds
    print(*(f"| {' | '.join(map(str, line))} |" for line in (HEADINGS, ("---",) * len(HEADINGS))), sep="\n")
    with assistant() as url:
        for flood in FLOODS:
            row = asyncio.run(measured(url, flood, seconds))
            print(f"| {' | '.join(map(str, row))} |", flush=True)


if __name__ == "__main__":
    main()
