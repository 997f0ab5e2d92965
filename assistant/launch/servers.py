"""Starts Rasa, the action server and the front on loopback, and waits until they are ready."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from assistant.core.envelope import RasaMessage
from assistant.core.paths import ROOT
from assistant.engine.environment import quiet_environment
from assistant.front.core.settings import LOOPBACK, RASA_PORT

HOST = LOOPBACK
PORT, ACTIONS_PORT = RASA_PORT, 5055


def in_use(port: int) -> bool:
    """Whether anything is listening on a local port."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def free_port() -> int:
    """A port that nothing is listening on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def actions_command(port: int) -> list[str]:
    """The command line of the action server."""
    return [sys.executable, "-m", "assistant.launch.actions", "--actions", "actions", "--port", str(port), "--quiet"]


def front_command(port: int, rasa_port: int) -> list[str]:
    """The command line of the front, the only one of the three that the public may reach."""
    return [sys.executable, "-m", "assistant.front", "--port", str(port), "--rasa-port", str(rasa_port)]


def rasa_command(verb: str, model: Path, port: int, endpoints: Path) -> list[str]:
    """The command line of the Rasa server (`run`) or the Rasa shell (`shell`)."""
    engine = [sys.executable, "-m", "assistant.engine", verb, "--model", str(model)]
    return [*engine, "--port", str(port), "-i", HOST, "--endpoints", str(endpoints)]


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The servers' environment: loopback only, with LOG_LEVEL passed on."""
    chosen = {"LOG_LEVEL": os.environ["LOG_LEVEL"]} if "LOG_LEVEL" in os.environ else {}
    return {**quiet_environment(), **chosen, "SANIC_HOST": HOST, **(extra or {})}


def endpoints_for(actions_port: int, folder: Path) -> Path:
    """The endpoints file for an action server on that port: the project's own, or an edited copy in a folder."""
    own = ROOT / "endpoints.yml"
    if actions_port == ACTIONS_PORT:
        return own
    copy = folder / "endpoints.yml"
    copy.write_text(own.read_text("utf-8").replace(f":{ACTIONS_PORT}/", f":{actions_port}/"), "utf-8")
    return copy


def ask(text: str, port: int, sender: str, timeout: float = 30.0, channel: str | None = None) -> list[RasaMessage]:
    """The reply of Rasa's REST channel, in the form for another one if it is named; raises OSError if it is away."""
    named = {"input_channel": channel} if channel else {}
    body = json.dumps({"sender": sender, "message": text, **named}).encode()
    request = urllib.request.Request(
        f"http://{HOST}:{port}/webhooks/rest/webhook", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=timeout) as reply:  # noqa: S310 - our own http address
        messages: list[RasaMessage] = json.load(reply)
        return messages


def wait_until_ready(front_port: int, seconds: float) -> bool:
    """Waits until a question asked through the front really gets an answer; False on timeout."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"http://{HOST}:{front_port}/ready", timeout=10) as reply:
                return bool(reply.status == 200)
        except (OSError, urllib.error.URLError):
            time.sleep(0.3)
    return False


def wait_until_answering(port: int, seconds: float) -> bool:
    """Waits until a question really gets an answer, not an apology; False on timeout."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            kinds = [m["custom"]["answer"]["kind"] for m in ask("Hallo", port, "start") if "custom" in m]
            if kinds and kinds[-1] != "error":
                return True
        except (OSError, urllib.error.URLError, ValueError, KeyError):
            pass
        time.sleep(0.3)
    return False
