"""A temporary PostgreSQL server for tests and benchmarks."""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg2

from assistant.launch.servers import HOST, free_port

SERVERS = Path("/usr/lib/postgresql")
# PostgreSQL refuses to run as root; Debian's package creates this user.
USER = "postgres"


def binaries() -> Path | None:
    """The folder of the newest installed version's programs."""
    found = sorted(SERVERS.glob("*/bin/pg_ctl"))
    return found[-1].parent if found else None


def rows_of(url: str, query: str) -> list[tuple[Any, ...]]:
    """The rows that a query returns from the database at an SQLAlchemy URL."""
    with psycopg2.connect(url.replace("+psycopg2", "")) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


class MissingError(Exception):
    """PostgreSQL is not installed."""


class Postgres:
    """One server; `new()` creates a database on it."""

    def __init__(self, folder: Path, data: Path | None = None, settings: Sequence[str] = ()) -> None:
        """Keeps its files in `data`, by default in the folder; raises MissingError."""
        found = binaries()
        if not found:
            raise MissingError("PostgreSQL is missing (Debian: postgresql)")
        self._binaries, self._folder, self.port = found, folder / "postgres", free_port()
        self._settings = settings
        self._folder.mkdir()
        self.data = (data or self._folder) / "data"
        self.data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            folder.chmod(0o711)
            shutil.chown(self._folder, USER)
            shutil.chown(self.data, USER)
        self._run("initdb", "-D", self.data, "-A", "trust", "-U", USER, "--no-sync")
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
        self._run("pg_ctl", "-D", self.data, "-l", self._folder / "log", "-o", options, "-w", "start")

    def stop(self, how: str = "fast") -> None:
        self._run("pg_ctl", "-D", self.data, "-m", how, "-w", "stop")

    @property
    def files(self) -> Path:
        """The folder to which the server writes everything."""
        return self._folder

    def pids(self) -> list[int]:
        """The ids of the server's processes, its main one first."""
        first = int((self.data / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{first}/task/{first}/children").read_text()
        return [first, *map(int, children.split())]

    def new(self) -> str:
        """The URL of a new, empty database."""
        name = f"test_{uuid.uuid4().hex}"
        connection = psycopg2.connect(host=HOST, port=self.port, user=USER, dbname="postgres")
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        connection.close()
        return f"postgresql+psycopg2://{USER}@{HOST}:{self.port}/{name}"

    def dump(self, url: str) -> bytes:
        """A dump of a database, as text."""
        name = url.rpartition("/")[2]
        command = [str(self._binaries / "pg_dump"), "-h", HOST, "-p", str(self.port), "-U", USER, "--inserts", name]
        return subprocess.run(command, check=True, capture_output=True).stdout
