"""Runs the image's roles without a container engine: `unshare --mount --net python -m tests.services.rehearsal FOLDER`.

The folder holds `plan.json` and, for each image, `app/` and `venv/` as its Containerfile makes them. The roles run as
user 10001 without capabilities, below a read-only root, on a network that has loopback only. What was found out is
printed as JSON.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

LONGEST_START, LONGEST_END = 120.0, 30.0
USER = "10001"
WRITES = ("/", "/app", "/opt/venv", "/tmp", "/data")  # noqa: S108
VERSION = "import sys; print('%d.%d' % sys.version_info[:2])"
SIOCSIFFLAGS, UP = 0x8914, 1


def mount(*arguments: str | Path) -> None:
    subprocess.run(["mount", *map(str, arguments)], check=True)


def read_only(source: str | Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    mount("--bind", source, target)
    mount("-o", "remount,bind,ro", target)


def root_from(folder: Path, prefix: str) -> Path:
    """The file system that a role sees: the system's programs, the image's folders, and only two writable ones."""
    root = folder / "root"
    root.mkdir()
    mount("-t", "tmpfs", "-o", "size=4m", "tmpfs", root)
    for name in ("usr", "etc"):
        read_only(f"/{name}", root / name)
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / name).symlink_to(f"usr/{name}")
    # At the same path as here, since a Python may find its libraries by absolute path.
    if not prefix.startswith("/usr"):
        read_only(prefix, root / prefix.removeprefix("/"))
    read_only(folder / "venv", root / "opt" / "venv")
    read_only(folder / "app", root / "app")
    for name, options in (("tmp", "mode=1777"), ("data", f"mode=0700,uid={USER},gid={USER}")):
        (root / name).mkdir()
        mount("-t", "tmpfs", "-o", options, "tmpfs", root / name)
    for name in ("proc", "dev"):
        (root / name).mkdir()
        mount("--rbind", f"/{name}", root / name)
    mount("-o", "remount,ro", root)
    return root


def loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        fcntl.ioctl(one, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", UP))


class Jail:
    """Runs a role as the image would."""

    def __init__(self, root: Path, environment: dict[str, str], log: Path) -> None:
        self._root, self._environment, self._log = root, environment, log

    def command(self, words: list[str], extra: dict[str, str]) -> list[str]:
        given = [f"{name}={value}" for name, value in {**self._environment, **extra}.items()]
        nobody = ["setpriv", "--reuid", USER, "--regid", USER, "--clear-groups", "--no-new-privs"]
        nobody += ["--bounding-set=-all", "--inh-caps=-all"]
        return ["chroot", str(self._root), *nobody, "env", "-i", "-C", "/app", *given, *words]

    def start(self, arguments: list[str], extra: dict[str, str]) -> subprocess.Popen[bytes]:
        with self._log.open("a") as log:
            words = self.command(["python", "-m", *arguments], extra)
            return subprocess.Popen(words, stdout=log, stderr=log)

    def run(self, *words: str) -> int:
        return subprocess.run(self.command(list(words), {}), capture_output=True, timeout=60).returncode

    def says(self, code: str) -> str:
        """What a line of Python prints."""
        return subprocess.run(self.command(["python", "-c", code], {}), capture_output=True, text=True).stdout.strip()


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def asked(url: str) -> list[dict[str, Any]]:
    body = json.dumps({"sender": "rehearsal", "message": "Wie vielen Menschen hat das FAP geholfen?"}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as reply:
        found: list[dict[str, Any]] = json.load(reply)
        return found


def seconds_until(condition: Any, longest: float) -> float | None:
    start = time.monotonic()
    while time.monotonic() - start < longest:
        if condition():
            return round(time.monotonic() - start, 1)
        time.sleep(0.5)
    return None


def memory(process: subprocess.Popen[bytes]) -> int:
    """Proportional set size of a process and its descendants, in MiB."""
    pids, total = [process.pid], 0
    while pids:
        pid = pids.pop()
        pids += [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total // 1024


def ended(process: subprocess.Popen[bytes]) -> tuple[int | None, float]:
    start = time.monotonic()
    process.send_signal(signal.SIGTERM)
    try:
        code: int | None = process.wait(LONGEST_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        code = None
    return code, round(time.monotonic() - start, 1)


def rehearse(folder: Path) -> dict[str, Any]:
    plan = json.loads((folder / "plan.json").read_text("utf-8"))
    loopback_up()
    jails = {
        name: Jail(root_from(folder / name, image["prefix"]), image["environment"], folder / "log.txt")
        for name, image in plan["images"].items()
    }
    jail = jails["engine"]
    running: dict[str, subprocess.Popen[bytes]] = {}
    found: dict[str, Any] = {}
    probe = plan["probe"]

    def start(name: str) -> None:
        role = plan["roles"][name]
        running[name] = jails[role["image"]].start(role["arguments"], role["environment"])

    try:
        for name in plan["roles"]:
            start(name)
        found["seconds_to_answer"] = seconds_until(lambda: jail.run(*probe) == 0, LONGEST_START)
        if found["seconds_to_answer"] is None:
            return found
        found["seconds_to_ready"] = seconds_until(lambda: status("http://127.0.0.1:8080/ready") == 200, LONGEST_START)
        found["answer"] = asked("http://127.0.0.1:8080/webhooks/rest/webhook")[-1]
        found["mebibytes"] = {name: memory(process) for name, process in running.items()}
        found["probe_of_actions"] = jail.run(*plan["roles"]["actions"]["probe"])
        found["writes"] = {
            name: {path: each.run("touch", f"{path}/x") for path in WRITES} for name, each in jails.items()
        }
        found["pythons"] = {name: each.says(VERSION) for name, each in jails.items()}
        found["rasa_beside_the_front"] = not jails["front"].run("python", "-c", "import rasa")
        found["listening"] = sorted(listening())
        found["end_of_actions"] = ended(running.pop("actions"))
        found["without_actions"] = {"/": status("http://127.0.0.1:5005/"), "probe": jail.run(*probe)}
        start("actions")
        found["seconds_to_recover"] = seconds_until(lambda: jail.run(*probe) == 0, LONGEST_START)
        found["ends"] = {name: ended(running.pop(name)) for name in ("front", "rasa", "actions")}
    finally:
        for process in running.values():
            process.kill()
            process.wait()
    return found


def listening() -> set[str]:
    """Addresses and ports that are listened on in this network namespace."""
    lines = Path("/proc/self/net/tcp").read_text().splitlines()[1:]
    fields = [line.split() for line in lines]
    ends = [field[1].split(":") for field in fields if field[3] == "0A"]
    return {f"{socket.inet_ntoa(bytes.fromhex(address)[::-1])}:{int(port, 16)}" for address, port in ends}


if __name__ == "__main__":
    where = Path(sys.argv[1])
    # Mounts made here are invisible elsewhere, and disappear with this process.
    os.umask(0o022)
    mount("--make-rprivate", "/")
    print(json.dumps(rehearse(where)))
