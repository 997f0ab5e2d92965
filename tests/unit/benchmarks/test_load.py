"""Load is measured on real connections: a fixed number at a time, every question once, failures counted."""

from __future__ import annotations

import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmarks.compare import table
from benchmarks.load import asked, memory, processor_seconds

SECONDS = 0.05


class Slow(BaseHTTPRequestHandler):
    """Answers after a while; records the questions and how many were asked at once."""

    questions: list[tuple[str, str]]
    now = most = 0
    lock = threading.Lock()

    def do_POST(self):
        with self.lock:
            type(self).now += 1
            type(self).most = max(self.most, self.now)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.questions.append((body["sender"], body["message"]))
        time.sleep(SECONDS)
        with self.lock:
            type(self).now -= 1
        said = b"[]" if body["message"] == "silence" else b'[{"text": "x"}]'
        self.send_response(500 if body["message"] == "error" else 200)
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_):
        """Keeps requests out of the test output."""


@pytest.fixture
def server():
    """A server on a free port."""
    Slow.questions, Slow.most = [], 0
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    yield httpd.server_port
    httpd.shutdown()
    httpd.server_close()


@pytest.mark.parametrize("people", [1, 4])
def test_so_many_ask_at_a_time_and_every_question_once(server, people):
    load = asked(server, [f"Frage {i}" for i in range(12)], people)
    assert Slow.most == people
    assert sorted(text for _, text in Slow.questions) == sorted(f"Frage {i}" for i in range(12))
    assert len({sender for sender, _ in Slow.questions}) == 12
    assert load.failed == 0
    assert 1000 * SECONDS <= load.p50 <= load.p95
    assert load.per_second < people / SECONDS


def test_errors_and_silence_are_no_answers(server):
    load = asked(server, ["Wann?", "error", "silence", "Wer?"], 1)
    assert load.failed == 2


def test_nothing_answered_ends_the_measurement(server):
    with pytest.raises(SystemExit, match="Nothing was answered"):
        asked(server, ["silence"], 1)


def test_memory_and_processor_time_of_this_process_are_found():
    assert 10 < memory([os.getpid()]) < 100_000
    before = processor_seconds([os.getpid()])
    end = time.process_time() + 0.1
    while time.process_time() < end:
        pass
    assert 0.05 <= processor_seconds([os.getpid()]) - before < 10


def test_table_has_ratios_to_the_default_where_it_has_the_figure():
    shown = table({"with front": {"p50 ms": 10.0, "failed": 0.0}, "default": {"p50 ms": 40.0, "failed": 0.0}})
    assert shown.splitlines()[1].split() == ["p50", "ms", "10.0", "40.0", "0.25"]
    assert shown.splitlines()[2].split() == ["failed", "0.0", "0.0"]
