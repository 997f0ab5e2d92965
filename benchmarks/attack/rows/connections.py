"""Attacks by what is held open: sockets, streams, half requests, and events on one connection."""

from __future__ import annotations

import http.client
import json
import re
import socket
import threading
import time
import uuid
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path

from assistant.launch.servers import HOST
from benchmarks.attack.findings import Finding, Row, at_most, expected
from benchmarks.attack.front import NO_RATES, Front, raise_open_files, running
from benchmarks.attack.visitor import (
    ATTACKER,
    LONGEST_ANSWER_SECONDS,
    ORDINARY,
    STRANGER,
    Answer,
    Chat,
    Client,
    opened,
    probing,
)
from benchmarks.attack.websocket import WebSocket, frame, unfinished

# Half of what the manifests allow a front.
MOST_MEMORY_MIB = 256.0
LONGEST_HEALTH_SECONDS = 2.0
# What the widget's visitors are promised while somebody attacks.
LONGEST_STRANGER_SECONDS = 3.0
BOMBS, BOMB_BYTES, PLAIN_BYTES = 40, 15 * 2**20, 2 * 2**20
CHATS, STREAMS_PER_CHAT = 250, 8
# Of the kinds of half requests; bodies may take longer than headers.
HALF_BODY = 2
# What the widget asks for first.
VISITORS_PAGE = "/api/opening?language=de"
HALF_REQUESTS, OPEN_FILES, PATIENCE_SECONDS = 1100, 1024, 20.0
HEADER_BYTES, MOST_HEADER_MIB = 100 * 10**6, 16.0
FLOOD_SECONDS, FLOOD_SOCKETS, BATCH = 6.0, 4, 100
# A server's frame with engine.io's question whether we are there.
PING = b"\x81\x012"
# What one address may ask of the front in a minute, whichever way it asks.
MOST_EVENTS, MOST_FLOOD_CPU_SECONDS = 1200, 2.0


def deflate_bomb(folder: Path) -> list[Finding]:
    """Messages that inflate, and plain ones, of which the last frame never comes, on sockets without a token."""
    with running(folder) as (front, _):
        with probing(front.port) as probe:
            sockets = [WebSocket(front.port, ATTACKER, deflate=True) for _ in range(BOMBS)]
            bomb = unfinished(BOMB_BYTES, compressed=True)
            for one in sockets:
                if one.opened and one.deflates:
                    one.send(bomb)
            plain = [WebSocket(front.port, ATTACKER) for _ in range(BOMBS)]
            for one in plain:
                if one.opened:
                    one.send(unfinished(PLAIN_BYTES, compressed=False))
            time.sleep(2)
        detail = f" ({sum(one.deflates for one in sockets)} of {BOMBS} sockets may deflate, {len(bomb):,} bytes each)"
        found = [
            at_most("memory at its peak", front.peak_mib, MOST_MEMORY_MIB, "MiB", detail),
            at_most("longest wait for /health", probe.longest, LONGEST_HEALTH_SECONDS, "s"),
            expected("the front still runs", front.alive, True),
        ]
        for one in (*sockets, *plain):
            one.close()
    return found


def idle_streams(folder: Path) -> list[Finding]:
    """Two thousand event streams of one address, and a stranger who wants one."""
    raise_open_files()
    with running(folder, extra=NO_RATES) as (front, _):
        streams = [
            stream(chat) for chat in opened(Client(front.port, ATTACKER), CHATS) for _ in range(STREAMS_PER_CHAT)
        ]
        held = sum(one is not None for one in streams)
        stranger = Client(front.port).chat()
        answer = streamed_answer(stranger) if stranger else Answer(None, LONGEST_ANSWER_SECONDS)
        for one in streams:
            if one:
                one.close()
    detail = f"{answer.kind or 'nothing'} after {answer.seconds:.1f} s, {held} streams held by the attacker"
    kept = answer.good and answer.seconds <= LONGEST_STRANGER_SECONDS
    wanted = f"an answer within {LONGEST_STRANGER_SECONDS:g} s"
    return [Finding("a stranger's answer by stream", detail, wanted, kept)]


def stream(chat: Chat, address: str = ATTACKER) -> socket.socket | None:
    """An open event stream; None if it was refused."""
    try:
        connection = socket.create_connection((HOST, chat.port), 10, source_address=(address, 0))
        connection.sendall(
            f"GET /api/chat/events HTTP/1.1\r\nHost: {HOST}:{chat.port}\r\nAccept: text/event-stream\r\n"
            f"Authorization: Bearer {chat.token}\r\n\r\n".encode()
        )
        if connection.recv(64).startswith(b"HTTP/1.1 200"):
            return connection
    except OSError:
        return None
    connection.close()
    return None


def streamed_answer(chat: Chat) -> Answer:
    """Posts a message and waits for its answer on a stream, as the widget does."""
    started, id_ = time.monotonic(), str(uuid.uuid4())
    connection = http.client.HTTPConnection(HOST, chat.port, timeout=10)
    headers = {"Authorization": f"Bearer {chat.token}", "Accept": "text/event-stream"}
    with suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/api/chat/events", headers=headers)
        reply = connection.getresponse()
        if reply.status == HTTPStatus.OK and chat.write(ORDINARY, id_).status == HTTPStatus.ACCEPTED:
            while line := reply.readline():
                event = json.loads(line[5:]) if line.startswith(b"data:") else {}
                if event.get("reply_to") == id_:
                    return Answer(event["kind"], time.monotonic() - started)
    connection.close()
    return Answer(None, time.monotonic() - started)


def half_requests(folder: Path) -> list[Finding]:
    """Connections that say nothing, half a header or half a body, with 1,024 open files for the front."""
    raise_open_files()
    with running(folder, open_files=OPEN_FILES) as (front, _):
        started = time.monotonic()
        halves = [half(front.port, kind) for kind in range(HALF_REQUESTS)]
        with probing(front.port, VISITORS_PAGE, PATIENCE_SECONDS) as probe:
            time.sleep(max(PATIENCE_SECONDS - (time.monotonic() - started), 1.0))
        left = [kind % 3 for kind, one in enumerate(halves) if one is not None and still_open(one)]
        detail = f" (and {left.count(HALF_BODY)} half bodies; {len(front.logged().splitlines())} lines in the log)"
        for one in halves:
            if one:
                one.close()
        found = [
            at_most("longest wait of a stranger", probe.longest, LONGEST_STRANGER_SECONDS, "s"),
            at_most("strangers without an answer", probe.failed, 0, f"of {len(probe.seconds)}"),
            at_most(
                f"half headers left after {PATIENCE_SECONDS:g} s",
                len(left) - left.count(HALF_BODY),
                0,
                f"of {HALF_REQUESTS}",
                detail,
            ),
        ]
    with running(folder, data=folder / "headers") as (front, _):
        return [*found, *endless_headers(front)]


def half(port: int, kind: int) -> socket.socket | None:
    """A connection whose request never ends, of one of three kinds; None if it was refused."""
    head = f"POST /api/chat HTTP/1.1\r\nHost: {HOST}:{port}\r\n"
    said = ("", head, f"{head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{")[kind % 3]
    try:
        connection = socket.create_connection((HOST, port), 2, source_address=(ATTACKER, 0))
        connection.sendall(said.encode())
    except OSError:
        return None
    connection.setblocking(False)
    return connection


def still_open(connection: socket.socket) -> bool:
    """Whether the server has left a connection open."""
    with suppress(OSError):
        try:
            while connection.recv(65536):
                pass
        except BlockingIOError:
            return True
    return False


def endless_headers(front: Front) -> list[Finding]:
    """A request whose headers come to 100 MB."""
    before, line = front.memory_mib, f"X-Endless: {'a' * 8000}\r\n".encode()
    sent = 0
    with suppress(OSError), socket.create_connection((HOST, front.port), 5, source_address=(ATTACKER, 0)) as connection:
        connection.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}:{front.port}\r\n".encode())
        while sent < HEADER_BYTES:
            connection.sendall(line)
            sent += len(line)
    detail = f" (the attacker got rid of {sent / 10**6:.1f} MB)"
    return [at_most("memory taken by endless headers", front.peak_mib - before, MOST_HEADER_MIB, "MiB", detail)]


def socket_events(folder: Path) -> list[Finding]:
    """Events that are refused, and events of two chats in turn, as fast as a few sockets carry them."""
    found = []
    with running(folder) as (front, _):
        for name, address, chats in (("forged tokens", ATTACKER, 0), ("two tokens in turn", "127.0.0.67", 2)):
            tokens = [chat.token for chat in opened(Client(front.port, address), chats)] or ["forged"]
            before = front.cpu_seconds
            with probing(front.port) as probe:
                flood = Flood(front.port, address, tokens)
            sent = f" ({flood.sent:,} sent)"
            found += [
                Finding(f"{name}: sockets that opened", str(flood.opened), "at least 1", flood.opened > 0),
                at_most(f"{name}: events answered", flood.answered, MOST_EVENTS, "events", sent),
                at_most(f"{name}: longest wait for /health", probe.longest, LONGEST_HEALTH_SECONDS, "s"),
                at_most(f"{name}: processor time", front.cpu_seconds - before, MOST_FLOOD_CPU_SECONDS, "s"),
            ]
        answered = uttered(front.port)
    return [*found, expected("a stranger's message by socket.io is answered", answered, True)]


def uttered(port: int) -> bool:
    """Whether a decent client of socket.io gets a session and an answer."""
    client, said = WebSocket(port, STRANGER), b""
    client.send(frame(b"40") + frame(b'42["session_request",{}]'))
    end, asked = time.monotonic() + LONGEST_ANSWER_SECONDS, False
    while time.monotonic() < end and (came := client.received()) is not None and b"bot_uttered" not in said:
        said += came
        confirmed = re.search(rb'"session_confirm","([^"]+)"', said)
        if confirmed and not asked:
            asked = client.send(frame(_event(confirmed[1].decode())))
    client.close()
    return b"bot_uttered" in said


class Flood:
    """Events sent over a few sockets of one address until time is up or all are closed, and those answered."""

    def __init__(self, port: int, address: str, tokens: list[str]) -> None:
        self.opened = self.sent = self.answered = 0
        self._lock = threading.Lock()
        self._until = time.monotonic() + FLOOD_SECONDS
        attack = (port, address, tokens)
        threads = [threading.Thread(target=self._attack, args=attack, daemon=True) for _ in range(FLOOD_SOCKETS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(FLOOD_SECONDS + 15)
        # As long as the attack would have lasted, so that processor times can be compared.
        time.sleep(max(self._until - time.monotonic(), 0))

    def _attack(self, port: int, address: str, tokens: list[str]) -> None:
        socket_ = WebSocket(port, address)
        if not socket_.opened or not socket_.send(frame(b"40")):
            return
        reader = threading.Thread(target=self._read, args=(socket_,), daemon=True)
        reader.start()
        events = [frame(_event(tokens[number % len(tokens)])) for number in range(BATCH)]
        with self._lock:
            self.opened += 1
        while time.monotonic() < self._until and socket_.send(b"".join(events)):
            with self._lock:
                self.sent += BATCH
        socket_.close()
        reader.join(5)

    def _read(self, socket_: WebSocket) -> None:
        end = self._until + 2
        while time.monotonic() < end and (came := socket_.received()) is not None:
            with self._lock:
                self.answered += came.count(b"bot_uttered")
            if PING in came:
                socket_.send(frame(b"3"))


def _event(token: str) -> bytes:
    return b"42" + json.dumps(["user_uttered", {"message": ORDINARY, "session_id": token}]).encode()


ROWS = [
    Row(1, "websocket deflate bomb", deflate_bomb),
    Row(3, "2,000 idle streams of one address", idle_streams, 90),
    Row(13, "half requests, endless headers", half_requests, 90),
    Row(17, "refused events on websockets", socket_events, 75),
]
