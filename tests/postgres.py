"""A PostgreSQL server of the tests' own, on a port and in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

import psycopg2
import pytest

from assistant.commands.servers import HOST, free_port

SERVERS = Path("/usr/lib/postgresql")
# PostgreSQL refuses to run as root; Debian's package makes this user.
USER = "postgres"


def binaries() -> Path | None:
    """Where the server's programs lie, the newest version."""
    found = sorted(SERVERS.glob("*/bin/pg_ctl"))
    return found[-1].parent if found else None


class Postgres:
    """One cluster; `new()` makes a database in it."""

    def __init__(self, folder: Path, settings: Sequence[str] = ()) -> None:
        found = binaries()
        if not found:
            pytest.skip("PostgreSQL is missing (Debian: postgresql)")
        self._binaries, self._folder, self.port = found, folder / "postgres", free_port()
        self._settings = settings
        self._folder.mkdir()
        if os.geteuid() == 0:
            folder.chmod(0o711)
            shutil.chown(self._folder, USER)
        self._run("initdb", "-D", self._folder / "data", "-A", "trust", "-U", USER, "--no-sync")
        self.start()

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self._binaries / program), *map(str, arguments)]
        as_user = ["runuser", "-u", USER, "--"] if os.geteuid() == 0 else []
        subprocess.run(
            [*as_user, *command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self._folder
        )

    def start(self) -> None:
        options = f"-p {self.port} -h {HOST} -k {self._folder} -c fsync=off -c max_connections=200"
        options += "".join(f" -c {setting}" for setting in self._settings)
        self._run("pg_ctl", "-D", self._folder / "data", "-l", self._folder / "log", "-o", options, "-w", "start")

    def stop(self, how: str = "fast") -> None:
        self._run("pg_ctl", "-D", self._folder / "data", "-m", how, "-w", "stop")

    @property
    def files(self) -> Path:
        """The folder of all that the server writes."""
        return self._folder

    def pids(self) -> list[int]:
        """The server and all its helpers, the server first."""
        first = int((self._folder / "data" / "postmaster.pid").read_text().split()[0])
        children = subprocess.run(["pgrep", "-P", str(first)], capture_output=True, text=True, check=False)
        return [first, *map(int, children.stdout.split())]

    def new(self) -> str:
        """The address of a new, empty database."""
        name = f"test_{uuid.uuid4().hex}"
        connection = psycopg2.connect(host=HOST, port=self.port, user=USER, dbname="postgres")
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        connection.close()
        return f"postgresql+psycopg2://{USER}@{HOST}:{self.port}/{name}"

    def dump(self, url: str) -> bytes:
        """All that a database holds, as text."""
        name = url.rpartition("/")[2]
        command = [str(self._binaries / "pg_dump"), "-h", HOST, "-p", str(self.port), "-U", USER, "--inserts", name]
        return subprocess.run(command, check=True, capture_output=True).stdout


def wait_for(condition, seconds: float = 20.0) -> None:
    """Waits until something holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)
