"""Several fronts, Rasa processes and action servers on one PostgreSQL and one Redis; each can be killed or hung."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import httpx2

from assistant.core.paths import ROOT
from assistant.launch import servers
from assistant.training.model import model_path
from tests.support.postgres import MissingError, Postgres
from tests.support.relay import Relay
from tests.support.wait import until

LONGEST_START = 180.0
SECRET = "a secret of the cluster's own, of no use elsewhere"  # noqa: S105


class Server:
    """One process of the cluster, with its log."""

    def __init__(self, name: str, command: Sequence[str], log: Path, extra: Mapping[str, str]) -> None:
        self.name, self._command, self._log, self._extra = name, list(command), log, dict(extra)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it; its output goes to its log."""
        with self._log.open("ab") as log:
            environment = servers.environment(self._extra)
            self.process = subprocess.Popen(self._command, cwd=ROOT, env=environment, stdout=log, stderr=log)

    def signal(self, number: signal.Signals) -> None:
        """Sends it a signal, such as SIGSTOP or SIGCONT."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)

    def kill(self) -> None:
        """Kills it."""
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGKILL)
        if self.process:
            self.process.wait()

    def end(self) -> int:
        """Terminates it and waits; returns its exit code."""
        self.signal(signal.SIGTERM)
        return self.process.wait(timeout=30) if self.process else 0

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self.process
        return self.process.pid

    def logged(self) -> str:
        """Its log so far."""
        return self._log.read_text("utf-8", "replace") if self._log.exists() else ""


class Cluster:
    """A context manager; every server but the fronts is reached through a relay that can delay or cut connections."""

    def __init__(self, fronts: int = 2, rasas: int = 2, database: Path | None = None, **extra: str) -> None:
        self._folder = Path(tempfile.mkdtemp())
        self._sizes, self._database, self._extra = (fronts, rasas), database, extra
        self.relays: dict[str, Relay] = {}

    def __enter__(self) -> Cluster:
        self.servers: list[Server] = []
        try:
            return self._started()
        except BaseException:
            self.__exit__()
            raise

    def _started(self) -> Cluster:
        self.postgres = Postgres(self._folder, self._database)
        self.redis = self._redis()
        database, redis = self._relayed("postgres", self.postgres.port), self._relayed("redis", self._redis_port)
        self.chats = self.postgres.new().replace(str(self.postgres.port), str(database))
        self.trackers = self.postgres.new().replace(str(self.postgres.port), str(database))
        fronts, rasas = self._sizes
        self.actions = [self._action_server(number) for number in range(rasas)]
        self.rasas = [self._rasa(number) for number in range(rasas)]
        self.addresses = [f"http://{servers.HOST}:{self.relays[f'rasa-{n}'].port}" for n in range(rasas)]
        self.front_ports = [servers.free_port() for _ in range(fronts)]
        self.fronts = [self._front(number, redis) for number in range(fronts)]
        for server in (*self.actions, *self.rasas, *self.fronts):
            self.servers.append(server)
            server.start()
        self.wait_until_ready()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        for server in self.servers[::-1]:
            server.kill()
        for relay in self.relays.values():
            relay.close()
        if hasattr(self, "postgres"):
            for pid in self.postgres.pids():
                os.kill(pid, signal.SIGCONT)
            self.postgres.stop("immediate")
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def urls(self) -> list[str]:
        """The addresses of the fronts."""
        return [f"http://{servers.HOST}:{port}" for port in self.front_ports]

    def wait_until_ready(self) -> None:
        """Waits until every Rasa process and every front answers a question."""
        relays = [relay for name, relay in self.relays.items() if name.startswith("rasa")]
        until(lambda: all(servers.wait_until_answering(relay.port, 1.0) for relay in relays), LONGEST_START)
        until(lambda: all(_says_ready(url) for url in self.urls), LONGEST_START)

    def _relayed(self, name: str, port: int) -> int:
        self.relays[name] = Relay(port)
        return self.relays[name].port

    def _redis(self) -> Server:
        program = shutil.which("redis-server")
        if not program:
            raise MissingError("Redis is missing (Debian: redis-server)")
        self._redis_port = servers.free_port()
        options = ["--port", str(self._redis_port), "--bind", servers.HOST, "--save", "", "--appendonly", "no"]
        redis = Server("redis", [program, *options], self._folder / "redis.log", {})
        redis.start()
        self.servers.append(redis)
        return redis

    def _action_server(self, number: int) -> Server:
        port = servers.free_port()
        self._relayed(f"actions-{number}", port)
        command = servers.actions_command(port)
        return Server(f"actions-{number}", command, self._folder / f"actions-{number}.log", {})

    def _rasa(self, number: int) -> Server:
        port, folder = servers.free_port(), self._folder / f"endpoints-{number}"
        folder.mkdir()
        self._relayed(f"rasa-{number}", port)
        endpoints = servers.endpoints_for(self.relays[f"actions-{number}"].port, folder)
        command = servers.rasa_command("run", model_path(), port, endpoints)
        log = self._folder / f"rasa-{number}.log"
        return Server(f"rasa-{number}", command, log, {"ASSISTANT_TRACKERS": self.trackers})

    def _front(self, number: int, redis: int) -> Server:
        data = self._folder / f"front-{number}"
        extra = {
            "ASSISTANT_DATA": str(data),
            "ASSISTANT_DATABASE": self.chats,
            "ASSISTANT_SECRET": SECRET,
            "ASSISTANT_RASA": ",".join(self.addresses),
            "ASSISTANT_REDIS": f"redis://{servers.HOST}:{redis}/0",
            **{f"ASSISTANT_RATE_{name}": "1000000/minute" for name in ("SESSION", "ADDRESS", "CHATS", "REQUESTS")},
            "ASSISTANT_ADDRESS_PERCENT": "100",
            "ASSISTANT_ADDRESS_STORED_MB": "100000",
            **self._extra,
        }
        command = servers.front_command(self.front_ports[number], 0)
        return Server(f"front-{number}", command, self._folder / f"front-{number}.log", extra)


def _says_ready(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/ready", timeout=10).status_code == 200
    except httpx2.HTTPError:
        return False
