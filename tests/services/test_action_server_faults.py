"""If the action server is down, slow or sends nonsense: a sentence within 3 s, and normal service once it is back."""

from __future__ import annotations

import subprocess
import time
import uuid
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from assistant.core.paths import ROOT
from assistant.knowledge import knowledge
from assistant.launch import servers
from assistant.training.model import model_path
from tests.support.replies import envelope, text_of
from tests.support.shared_assistant import LONGEST_START

pytestmark = pytest.mark.slow

QUESTION = {"de": "Wann wurde die IOM gegründet?", "en": "When was IOM founded, please?"}
SECONDS = 3.0


@pytest.fixture(scope="module")
def ports(tmp_path_factory):
    """Ports of a real Rasa server and of the action server it expects; the latter is left to the tests."""
    port, actions_port = servers.free_port(), servers.free_port()
    endpoints = servers.endpoints_for(actions_port, tmp_path_factory.mktemp("endpoints"))
    command = servers.rasa_command("run", model_path(), port, endpoints)
    rasa = subprocess.Popen(command, cwd=ROOT, env=servers.environment(), stdout=subprocess.DEVNULL)
    with action_server(actions_port):
        assert servers.wait_until_answering(port, LONGEST_START)
    yield port, actions_port
    rasa.terminate()
    rasa.wait(timeout=30)


@contextmanager
def action_server(port):
    process = subprocess.Popen(servers.actions_command(port), cwd=ROOT, env=servers.environment())
    try:
        while not servers.in_use(port):
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def bad_server(port, body=b"", status=200, wait=0.0):
    """A server on the action server's port that answers late, wrong, or both."""

    class Bad(BaseHTTPRequestHandler):
        def do_POST(self):
            time.sleep(wait)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer((servers.HOST, port), Bad)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def assert_apology(port, language):
    begun = time.monotonic()
    reply = servers.ask(QUESTION[language], port, uuid.uuid4().hex)
    assert time.monotonic() - begun < SECONDS
    assert envelope(reply)["kind"] == "error"
    assert text_of(reply) == knowledge().phrase("error", language)


@pytest.mark.parametrize("language", ["de", "en"])
def test_away(ports, language):
    assert_apology(ports[0], language)


@pytest.mark.parametrize("language", ["de", "en"])
def test_slow(ports, language):
    with bad_server(ports[1], b"{}", wait=8):
        assert_apology(ports[0], language)


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"not json", 200), (b'{"events": 7}', 200), (b'{"events": [], "responses": []}', 200), (b"x", 500), (b"{}", 400)],
)
def test_nonsense(ports, body, status):
    with bad_server(ports[1], body, status):
        assert_apology(ports[0], "en")


def test_the_same_conversation_goes_on_when_it_is_back(ports):
    port, actions_port = ports
    sender = uuid.uuid4().hex
    assert envelope(servers.ask(QUESTION["en"], port, sender))["kind"] == "error"
    with action_server(actions_port):
        assert envelope(servers.ask(QUESTION["en"], port, sender))["entries"] == ["ask_history/founding"]
