"""A throw-away front over real sockets with a real SQLite database, and what it costs its machine."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from assistant.launch import servers
from benchmarks.load import processor_seconds
from tests.support.cluster import Server
from tests.support.wait import until

LONGEST_START_SECONDS = 45.0
# In a setting, the address of the stand-in, and the front's own.
STAND_IN, FRONT = "{stand-in}", "{front}"
# Far above what any attack here asks for: where a rate would stop the attack, what lies behind it is not tested.
NO_RATES = {f"ASSISTANT_RATE_{name}": "1000000/minute" for name in ("SESSION", "ADDRESS", "CHATS", "REQUESTS")}


class StandIn:
    """Stands in for Rasa and for WhatsApp, in a process of its own; see `benchmarks.attack.stand_in`."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self.port = servers.free_port()
        command = [sys.executable, "-m", "benchmarks.attack.stand_in", str(self.port), str(seconds)]
        self._server = Server("stand-in", command, folder / "stand-in.log", {})
        self._server.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{servers.HOST}:{self.port}"

    def pace(self, seconds: float) -> None:
        """Sets how long each further answer takes."""
        urllib.request.urlopen(f"{self.url}/pace/{float(seconds)}", b"", timeout=10).close()  # noqa: S310 - as below

    def seen(self, what: str) -> list[str]:
        """The `senders` of questions, the `recipients` of messages delivered, or the `secrets` of webhooks."""
        with urllib.request.urlopen(f"{self.url}/seen/{what}", timeout=10) as reply:  # noqa: S310 - our own http address
            return str(reply.read().decode()).split("\n")[:-1]

    def stop(self) -> None:
        """Ends it."""
        self._server.kill()


class Front:
    """A front in a data folder; it can be stopped and started again."""

    def __init__(
        self,
        data: Path,
        rasa_port: int,
        extra: Mapping[str, str],
        wrapper: Sequence[str] = (),
        log: Path | None = None,
    ) -> None:
        self.data, self.port, self.metrics_port = data, servers.free_port(), servers.free_port()
        settings = {
            "ASSISTANT_DATA": str(data),
            "ASSISTANT_METRICS_PORT": str(self.metrics_port),
            "LOG_LEVEL": "WARNING",
            **{name: value.replace(FRONT, f"http://{servers.HOST}:{self.port}") for name, value in extra.items()},
        }
        command = [*wrapper, *servers.front_command(self.port, rasa_port)]
        self._server = Server("front", command, log or data.with_suffix(".log"), settings)

    def start(self, open_files: int | None = None) -> bool:
        """Starts it and waits until it serves; returns False if it ended instead."""
        self._server.start()
        process = self._server.process
        assert process  # noqa: S101 - just started
        if open_files:
            resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (open_files, open_files))
        until(lambda: process.poll() is not None or self._healthy(), LONGEST_START_SECONDS, self.logged)
        return process.poll() is None

    def _healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://{servers.HOST}:{self.port}/health", timeout=5) as reply:
                return bool(reply.status == 200)
        except OSError:
            return False

    def stop(self) -> None:
        """Stops it as an operator would."""
        self._server.end()

    def kill(self) -> None:
        """Kills it."""
        self._server.kill()

    @property
    def pid(self) -> int:
        """The process id of the front itself, whatever it was started through."""
        return self._server.pid

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._server.process is not None and self._server.process.poll() is None

    @property
    def peak_mib(self) -> float:
        """The most memory it has had at once."""
        return self._status("VmHWM") / 1024

    @property
    def memory_mib(self) -> float:
        """The memory it has now."""
        return self._status("VmRSS") / 1024

    def _status(self, name: str) -> float:
        lines = Path(f"/proc/{self.pid}/status").read_text("utf-8").splitlines() if self.alive else []
        return next((float(line.split()[1]) for line in lines if line.startswith(name)), float("inf"))

    @property
    def cpu_seconds(self) -> float:
        """The processor time it has used."""
        return processor_seconds([self.pid])

    def logged(self) -> str:
        """What it has logged."""
        return self._server.logged()

    def stored_bytes(self) -> int:
        """The size of everything in its data folder, once SQLite has moved its logs into its databases.

        The reserve for deletions is always of the same size and holds nothing.
        """
        for path in self.data.glob("*.db"):
            with closing(sqlite3.connect(path, timeout=10)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return sum(path.stat().st_size for path in self.data.rglob("*") if path.is_file() and path.suffix != ".reserve")

    def metric(self, name: str, **labels: str) -> float:
        """The value of one of its metrics; 0 if it has none of that name and labels."""
        url = f"http://{servers.HOST}:{self.metrics_port}/metrics"
        with urllib.request.urlopen(url, timeout=10) as reply:
            lines = reply.read().decode().splitlines()
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        found = (line for line in lines if line.startswith(name) and all(one in line for one in wanted))
        return sum(float(line.rpartition(" ")[2]) for line in found)


@contextmanager
def running(
    folder: Path,
    answer_seconds: float = 0.01,
    extra: Mapping[str, str] | None = None,
    open_files: int | None = None,
    data: Path | None = None,
) -> Iterator[tuple[Front, StandIn]]:
    """A front that serves, and its stand-in for Rasa; both end with the context."""
    folder.mkdir(exist_ok=True)
    stand_in = StandIn(folder, answer_seconds)
    settings = {name: value.replace(STAND_IN, stand_in.url) for name, value in (extra or {}).items()}
    # Not beside the data, whose disk may be full.
    front = Front(data or folder / "front", stand_in.port, settings, log=folder / "front.log")
    try:
        if not front.start(open_files):
            raise SystemExit(f"The front did not start: {front.logged()[-500:]}")
        yield front, stand_in
    finally:
        front.kill()
        stand_in.stop()


def raise_open_files() -> None:
    """Allows this process as many open files as the machine permits, for attackers with many connections."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def command_of(module: str, *arguments: str, data: Path) -> subprocess.CompletedProcess[str]:
    """Runs one of the project's commands as an operator would."""
    environment = servers.environment({"ASSISTANT_DATA": str(data)})
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
