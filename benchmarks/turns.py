"""How many turns are stored when one person sends four messages at once: ours, and Rasa's own way to scale out."""

from __future__ import annotations

import asyncio
import json
import signal
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

import httpx2
import psycopg2
import yaml

from assistant.commands import servers
from assistant.commands.train import model_path
from assistant.paths import ROOT
from benchmarks.cluster import Cluster, Server
from benchmarks.crowd import Crowd

AT_ONCE = 4
# A request that hangs in Rasa's lock store would hang for ever.
LONGEST = 30.0
WORKERS = "2"


def rows_of(url: str, query: str) -> list[tuple[object, ...]]:
    """What a query gives on a database named as SQLAlchemy names it."""
    with psycopg2.connect(url.replace("+psycopg2", "")) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def turns_of_ours(trackers: str) -> dict[str, int]:
    """The turns of visitors in our table of conversations, by conversation."""
    rows = rows_of(trackers, "SELECT sender, tracker FROM conversations")
    return {str(sender): str(tracker).count('"event": "user"') for sender, tracker in rows}


async def ours(cluster: Cluster, rounds: int, questions: Sequence[str]) -> tuple[int, int]:
    """Turns sent and turns stored through our fronts."""
    before = sum(turns_of_ours(cluster.trackers).values())
    crowd = Crowd(cluster.urls, questions)
    try:
        for chat in await crowd.people(rounds):
            await asyncio.gather(*(crowd.write(chat) for _ in range(AT_ONCE)))
        told = await crowd.collect()
    finally:
        await crowd.close()
    return told.accepted, sum(turns_of_ours(cluster.trackers).values()) - before


def stock(cluster: Cluster, rounds: int, questions: Sequence[str]) -> tuple[int, int]:
    """Turns sent and turns stored by one Rasa server with two workers, a Redis lock store and a SQL tracker store."""
    database = cluster.postgres.new()
    with tempfile.TemporaryDirectory() as folder:
        server, port = _stock_server(cluster, database, Path(folder))
        server.start()
        try:
            _until_answering(port)
            before = _stored(database)
            sent = asyncio.run(_all_at_once(port, rounds, questions))
            time.sleep(2)
            return sent, _stored(database) - before
        finally:
            server.signal(signal.SIGTERM)
            time.sleep(2)
            server.kill()


def _stock_server(cluster: Cluster, database: str, folder: Path) -> tuple[Server, int]:
    address = httpx2.URL(database)
    endpoints = yaml.safe_load((ROOT / "endpoints.yml").read_text("utf-8"))
    endpoints["action_endpoint"] = {"url": f"http://{servers.HOST}:{cluster.relays['actions-0'].port}/webhook"}
    endpoints["tracker_store"] = {
        "type": "SQL",
        "dialect": "postgresql",
        "url": address.host,
        "port": address.port,
        "db": address.path.strip("/"),
        "username": "postgres",
    }
    endpoints["lock_store"] = {"type": "redis", "url": servers.HOST, "port": cluster.relays["redis"].port}
    path = folder / "endpoints.yml"
    path.write_text(yaml.safe_dump(endpoints), "utf-8")
    command = servers.rasa_command("run", model_path(), port := servers.free_port(), path)
    command[command.index("assistant.engine")] = "rasa"
    return Server("stock", command, folder / "log.txt", {"SANIC_WORKERS": WORKERS}), port


async def _all_at_once(port: int, rounds: int, questions: Sequence[str]) -> int:
    async with httpx2.AsyncClient(timeout=LONGEST, trust_env=False) as client:
        for number in range(rounds):
            sender = uuid.uuid4().hex
            texts = questions[number * AT_ONCE : (number + 1) * AT_ONCE]
            posts = (_post(client, port, sender, text) for text in texts)
            await asyncio.gather(*posts)
    return rounds * AT_ONCE


async def _post(client: httpx2.AsyncClient, port: int, sender: str, text: str) -> None:
    body = {"sender": sender, "message": text}
    try:
        await client.post(f"http://{servers.HOST}:{port}/webhooks/rest/webhook", json=body)
    except httpx2.HTTPError as error:
        print(f"A request to stock Rasa was not answered in {LONGEST:.0f} s: {type(error).__name__}")


def _stored(database: str) -> int:
    rows = rows_of(database, "SELECT data FROM events WHERE type_name = 'user'")
    return sum(json.loads(str(data))["event"] == "user" for (data,) in rows)


def _until_answering(port: int) -> None:
    if not servers.wait_until_answering(port, 240):
        raise TimeoutError("stock Rasa did not answer")
