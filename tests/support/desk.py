"""The desk as it is used: on a scratch checkout, behind Caddy, which asks for a name and a password."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import uvicorn

from assistant.core.paths import ROOT
from assistant.desk.app import application
from assistant.desk.server import server_config
from assistant.desk.settings import Settings, settings_from
from assistant.launch.servers import HOST, free_port, in_use

CADDYFILE = ROOT / "deploy" / "desk" / "Caddyfile"
PASSWORD = "a good password"  # noqa: S105 - of people who are made up
PEOPLE = ("anna", "berta")
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class RunningDesk:
    """A desk that can be reached by a browser: its address behind the login and without it, and its settings."""

    url: str
    unprotected: str
    settings: Settings

    @property
    def root(self) -> Path:
        """The checkout."""
        return self.settings.root


def git(root: Path, *arguments: str) -> str:
    """What git prints."""
    given = ("-c", "user.name=Setup", "-c", "user.email=setup@example.org")
    return subprocess.run(["git", *given, *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


def checkout(root: Path) -> Path:
    """A repository with the knowledge, the training questions and what is generated from them on `main`."""
    for folder in ("knowledge", "data/nlu", "data/generated"):
        shutil.copytree(ROOT / folder, root / folder)
    git(root, "init", "--quiet", "--initial-branch", "main")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "Begin")
    return root


@contextmanager
def running_desk(folder: Path) -> Iterator[RunningDesk]:
    """A desk on a scratch checkout in a folder, with Caddy before it; skips where there is no Caddy."""
    if not shutil.which("caddy"):
        pytest.skip("there is no caddy here; Debian's package of that name has it")
    (folder / "checkout").mkdir()
    root, port, login = checkout(folder / "checkout"), free_port(), free_port()
    settings = replace(settings_from({"ASSISTANT_DATA": str(folder / "data")}, port=port), root=root)
    with ExitStack() as stack:
        stack.enter_context(_served(settings))
        stack.enter_context(_caddy(folder, settings, login))
        yield RunningDesk(f"http://{HOST}:{login}", f"http://{HOST}:{port}", settings)


@contextmanager
def _served(settings: Settings) -> Iterator[None]:
    server = uvicorn.Server(server_config(application(settings), settings))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    _wait(settings.port)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(20)


@contextmanager
def _caddy(folder: Path, settings: Settings, port: int) -> Iterator[None]:
    hashed = subprocess.run(
        ["caddy", "hash-password", "--plaintext", PASSWORD], check=True, capture_output=True, text=True
    ).stdout.strip()
    users = folder / "users"
    users.write_text("".join(f"{name} {hashed}\n" for name in PEOPLE), "utf-8")
    environment = {
        **os.environ,
        "HOME": str(folder),
        "ASSISTANT_DESK_SITE": f"http://{HOST}:{port}",
        "ASSISTANT_DESK_UPSTREAM": f"{HOST}:{settings.port}",
        "ASSISTANT_DESK_USERS": str(users),
        "ASSISTANT_DESK_SECRET": settings.secret,
    }
    command = ["caddy", "run", "--config", str(CADDYFILE), "--adapter", "caddyfile"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        yield
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not in_use(port):
        assert time.monotonic() < end, f"nothing listens on port {port}"
        time.sleep(0.1)
