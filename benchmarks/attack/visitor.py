"""Visitors and attackers: whoever sends requests, each from an address of their own."""

from __future__ import annotations

import http.client
import json
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from assistant.launch.servers import HOST

# All of 127.0.0.0/8 is this machine, so that each of them can have an address of their own.
STRANGER, ATTACKER = "127.0.0.77", "127.0.0.66"
NOBODY = 0
LONGEST_ANSWER_SECONDS = 20.0
PROBE_PAUSE_SECONDS = 0.1
ORDINARY = "Was macht IOM in Deutschland, wo ist das Büro, und wer hilft bei der Rückkehr?"


@dataclass(frozen=True)
class Response:
    """A response and how long it took; status 0 if there was none."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """What a visitor got for a message: its kind, None if nothing came, and the seconds from sending it."""

    kind: str | None
    seconds: float

    @property
    def good(self) -> bool:
        """Whether it is an answer and no apology."""
        return self.kind not in (None, "error")


class Client:
    """Sends requests from one address, each over a connection of its own."""

    def __init__(self, port: int, address: str = STRANGER, headers: Mapping[str, str] | None = None) -> None:
        self.port, self.address, self._headers = port, address, dict(headers or {})

    def send(
        self,
        method: str,
        path: str,
        body: bytes | object | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = LONGEST_ANSWER_SECONDS,
    ) -> Response:
        """The response; one with status 0 if none came in time or the connection broke."""
        content = body if isinstance(body, bytes) or body is None else json.dumps(body, ensure_ascii=False).encode()
        connection = http.client.HTTPConnection(HOST, self.port, timeout, source_address=(self.address, 0))
        started = time.monotonic()
        sent = {"Content-Type": "application/json", **self._headers, **(headers or {})}
        try:
            connection.request(method, path, content, sent)
            reply = connection.getresponse()
            said = reply.read()
        except (OSError, http.client.HTTPException):
            return Response(NOBODY, seconds=time.monotonic() - started)
        finally:
            connection.close()
        named = {name.lower(): value for name, value in reply.getheaders()}
        return Response(reply.status, said, named, time.monotonic() - started)

    def chat(self) -> Chat | None:
        """A new chat; None if the front refuses to open one."""
        opened = self.send("POST", "/api/chat", {"language": "de"})
        return Chat(self, opened.json()["token"]) if opened.status == HTTPStatus.CREATED else None


class Chat:
    """A chat in the web API."""

    def __init__(self, client: Client, token: str) -> None:
        self._client, self.token, self._last = client, token, 0

    @property
    def port(self) -> int:
        """The front's port."""
        return self._client.port

    def send(self, method: str, path: str, body: object | None = None, timeout: float = 20.0) -> Response:
        """A request with the chat's token."""
        return self._client.send(method, path, body, {"Authorization": f"Bearer {self.token}"}, timeout)

    def write(self, text: str = ORDINARY, id_: str | None = None, timeout: float = 20.0) -> Response:
        """Posts a message."""
        body = {"id": id_ or str(uuid.uuid4()), "text": text, "language": "de", "choice": None}
        return self.send("POST", "/api/chat/messages", body, timeout)

    def ask(self, text: str = ORDINARY, timeout: float = LONGEST_ANSWER_SECONDS) -> Answer:
        """Posts a message and waits for its answer, by long polling."""
        started, id_ = time.monotonic(), str(uuid.uuid4())
        end = started + timeout
        posted = self.write(text, id_, timeout)
        while posted.status == HTTPStatus.ACCEPTED and (left := end - time.monotonic()) > 0:
            for event in self.events(wait=min(int(left), 5), timeout=left):
                if event.get("reply_to") == id_:
                    return Answer(str(event["kind"]), time.monotonic() - started)
            time.sleep(0.05)
        return Answer(None, time.monotonic() - started)

    def events(self, wait: int = 0, timeout: float = 20.0) -> list[dict[str, Any]]:
        """The events of the chat; none if they cannot be had."""
        got = self.send("GET", f"/api/chat/events?after={self._last}&wait={wait}", timeout=timeout)
        events: list[dict[str, Any]] = got.json()["events"] if got.status == HTTPStatus.OK else []
        self._last = max([self._last, *(int(event["sequence"]) for event in events)])
        return events


def opened(client: Client, count: int) -> list[Chat]:
    """New chats of one client, as many as the front allows."""
    return [chat for chat in (client.chat() for _ in range(count)) if chat]


def worst(answers: list[Answer]) -> Answer:
    """The answer that a visitor would complain about: the slowest of those that are worst in kind."""
    return max(answers, key=lambda answer: (not answer.good, answer.seconds))


class Probe:
    """How long a stranger waits for an answer of `/health`, again and again."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.failed = 0

    @property
    def longest(self) -> float:
        """The longest wait."""
        return max(self.seconds, default=LONGEST_ANSWER_SECONDS)


@contextmanager
def probing(port: int, path: str = "/health", timeout: float = 10.0) -> Iterator[Probe]:
    """Probes the front for as long as the context lasts."""
    probe, over, client = Probe(), threading.Event(), Client(port)

    def ask() -> None:
        while not over.wait(PROBE_PAUSE_SECONDS):
            response = client.send("GET", path, timeout=timeout)
            probe.seconds.append(response.seconds)
            probe.failed += response.status != HTTPStatus.OK

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    try:
        yield probe
    finally:
        over.set()
        thread.join(timeout + 1)
