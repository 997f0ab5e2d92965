"""The readiness probe: only a real answer counts."""

from __future__ import annotations

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from assistant.commands import healthy
from assistant.launch import servers

ANSWERED = [{"text": "…"}, {"custom": {"answer": {"kind": "fact"}}}]


@pytest.fixture
def rasa():
    """A server that gives a prepared reply and records what it was asked."""
    running = []

    def serving(reply: bytes, pause: float = 0.0, status: int = 200):
        asked = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(status)
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                for byte in reply:
                    time.sleep(pause)
                    try:
                        self.wfile.write(bytes([byte]))
                    except OSError:
                        return

            def log_message(self, *_):
                """Keeps requests out of the test output."""

        server = ThreadingHTTPServer((servers.HOST, 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        running.append(server)
        return server.server_address[1], asked

    yield serving
    for server in running:
        server.shutdown()
        server.server_close()


def probe(monkeypatch, port: int, seconds: float = 5.0) -> int:
    monkeypatch.setattr(sys, "argv", ["healthy", "--port", str(port), "--seconds", str(seconds)])
    return healthy.main()


def test_an_answer_is_health_and_every_probe_is_the_same_conversation(rasa, monkeypatch):
    port, asked = rasa(json.dumps(ANSWERED).encode())
    assert [probe(monkeypatch, port), probe(monkeypatch, port)] == [0, 0]
    assert {question["sender"] for question in asked} == {healthy.SENDER}
    assert len(asked) == 2


@pytest.mark.parametrize(
    "reply",
    [
        [],
        {},
        None,
        ["Hallo"],
        [{"text": "Hallo"}],
        [{"custom": {"answer": {"kind": "error"}}}],
        [{"custom": {"answer": {"kind": None}}}],
        [{"custom": {"answer": "fact"}}],
        [*ANSWERED, {"text": "after the envelope"}],
    ],
)
def test_silence_an_apology_and_nonsense_are_not(rasa, monkeypatch, capsys, reply):
    port, _ = rasa(json.dumps(reply).encode())
    assert probe(monkeypatch, port) == 1
    assert "does not answer" in capsys.readouterr().err


@pytest.mark.parametrize(("reply", "status"), [(b"not json", 200), (json.dumps(ANSWERED).encode(), 500)])
def test_a_broken_reply_is_not(rasa, monkeypatch, reply, status):
    port, _ = rasa(reply, status=status)
    assert probe(monkeypatch, port) == 1


def test_nobody_listening_is_not(monkeypatch):
    assert probe(monkeypatch, servers.free_port()) == 1


def test_an_answer_that_trickles_in_too_late_is_not(rasa, monkeypatch):
    port, _ = rasa(json.dumps(ANSWERED).encode(), pause=0.1)
    start = time.monotonic()
    assert probe(monkeypatch, port, seconds=0.5) == 1
    assert time.monotonic() - start < 2
