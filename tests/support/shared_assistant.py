"""One running assistant for all workers: the first that needs it starts it; it is stopped after the last has ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from filelock import FileLock

from assistant.core.paths import ROOT
from assistant.launch import servers
from tests.support.wait import until

LONGEST_START = 120
# All tests share one address, so the limits per address are lifted; those per session stay.
MANY_PEOPLE = {
    **{f"ASSISTANT_RATE_{name}": "100000/minute" for name in ("ADDRESS", "CHATS", "REQUESTS", "TOKENS")},
    "ASSISTANT_ADDRESS_PERCENT": "100",
    "ASSISTANT_ADDRESS_STORED_MB": "100000",
}
# Keeps a reference, since Popen warns when an object is collected while its process still runs.
_started_here: list[subprocess.Popen[bytes]] = []


def run_command(front_port: int, port: int, actions_port: int) -> list[str]:
    """The command line of `make run` on other ports."""
    command = [sys.executable, "-m", "assistant.commands.run", "--front-port", str(front_port)]
    return [*command, "--port", str(port), "--actions-port", str(actions_port)]


def ports_of_running(folder: Path) -> tuple[int, int]:
    """The ports of the front and its Rasa; starts them unless another worker with this folder has done so."""
    note = folder / "assistant.json"
    with FileLock(folder / "assistant.lock"):
        if not note.exists():
            note.write_text(json.dumps(_started(folder)), "utf-8")
        told = json.loads(note.read_text("utf-8"))
    return told["front"], told["rasa"]


def _started(folder: Path) -> dict[str, int]:
    front_port, port, actions_port = servers.free_port(), servers.free_port(), servers.free_port()
    log = folder / "assistant.txt"
    environment = {**os.environ, **MANY_PEOPLE, "ASSISTANT_DATA": str(folder / "assistant-data")}
    command = run_command(front_port, port, actions_port)
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    _started_here.append(process)
    if not servers.wait_until_ready(front_port, LONGEST_START):
        process.terminate()
        process.wait()
        raise TimeoutError(log.read_text("utf-8")[-3000:])
    return {"pid": process.pid, "front": front_port, "rasa": port}


def stop(folder: Path) -> None:
    """Stops what was started for a folder, if anything was."""
    note = folder / "assistant.json"
    if not note.exists():
        return
    pid = json.loads(note.read_text("utf-8"))["pid"]
    note.unlink()
    os.kill(pid, signal.SIGTERM)
    until(lambda: _has_ended(pid), 30)


def _has_ended(pid: int) -> bool:
    """Whether a process has ended; if the worker that started it has too, it is no longer a child of any of ours."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return not Path(f"/proc/{pid}").exists()
