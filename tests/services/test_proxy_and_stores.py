"""The servers around the assistant, for real: Caddy with our Caddyfile; Valkey (or Redis) as started by our script."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest
import yaml

from assistant.core.paths import ROOT
from assistant.launch.servers import HOST, free_port, in_use

pytestmark = pytest.mark.slow

CADDYFILE = ROOT / "deploy" / "compose" / "Caddyfile"
REDIS = ROOT / "deploy" / "kubernetes" / "base" / "redis.sh"
PAUSE = 2.0


class Front(BaseHTTPRequestHandler):
    """A fake front: echoes the request, and streams an answer in two halves."""

    protocol_version = "HTTP/1.1"
    seen: dict[str, str]

    def do_GET(self):
        type(self).seen = dict(self.headers)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream" if self.path == "/stream" else "text/plain")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"first\n")
        if self.path == "/stream":
            time.sleep(PAUSE)
        self.wfile.write(b"second\n")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
        assert body is not None

    def log_message(self, *_):
        """Keeps requests out of the test output."""


@contextmanager
def started(command: list[str | Path], port: int, **kwargs) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True, **kwargs)
    try:
        for _ in range(100):
            if in_use(port):
                break
            assert process.poll() is None
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


def health_address() -> str:
    """Host and port that the health check of the Compose file asks."""
    compose = yaml.safe_load((CADDYFILE.parent / "compose.yml").read_text("utf-8"))
    return compose["services"]["proxy"]["healthcheck"]["test"][-1].removeprefix("http://").rstrip("/")


def adapted(upstream: int, port: int, health_port: int) -> dict[str, object]:
    """The Caddyfile as Caddy adapts it, changed to run without TLS, on loopback and with the fake front."""
    environment = {"ASSISTANT_DOMAIN": "assistant.example.org", "ACME_EMAIL": "it@example.org"}
    command = ["caddy", "adapt", "--config", CADDYFILE, "--adapter", "caddyfile"]
    text = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=True).stdout
    text, changed = re.subn(r'"dynamic_upstreams":\{[^{}]*\}', f'"upstreams":[{{"dial":"{HOST}:{upstream}"}}]', text)
    assert changed == 1
    config = json.loads(text)
    servers = {server["listen"][0]: server for server in config["apps"]["http"]["servers"].values()}
    assert set(servers) == {":443", health_address()}
    for listens, port_here in ((":443", port), (health_address(), health_port)):
        servers[listens]["listen"] = [f"{HOST}:{port_here}"]
        servers[listens]["automatic_https"] = {"disable": True}
    config["apps"].pop("tls", None)
    return config


@pytest.fixture(scope="module")
def health_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def proxy(tmp_path_factory, health_port) -> Iterator[int]:
    if not shutil.which("caddy"):
        pytest.skip("there is no caddy here")
    folder, port = tmp_path_factory.mktemp("caddy"), free_port()
    front = ThreadingHTTPServer((HOST, 0), Front)
    threading.Thread(target=front.serve_forever, daemon=True).start()
    (folder / "caddy.json").write_text(json.dumps(adapted(front.server_address[1], port, health_port)), "utf-8")
    try:
        with started(
            ["caddy", "run", "--config", folder / "caddy.json"], port, env={**os.environ, "HOME": str(folder)}
        ):
            yield port
    finally:
        front.shutdown()
        front.server_close()


def asked(port: int, path: str, body: bytes | None = None, **headers: str) -> httpx2.Response:
    named = {"Host": "assistant.example.org", **{name.replace("_", "-"): value for name, value in headers.items()}}
    with httpx2.Client(timeout=20, trust_env=False) as client:
        return client.request("POST" if body else "GET", f"http://{HOST}:{port}{path}", content=body, headers=named)


@pytest.mark.parametrize("path", ["/metrics", "/ready"])
def test_what_is_for_the_operator_is_not_public(proxy, path):
    assert asked(proxy, path).status_code == 404
    assert asked(proxy, "/health").status_code == 200


def test_the_proxy_answers_its_own_health_check(proxy, health_port):
    with httpx2.Client(timeout=20, trust_env=False) as client:
        response = client.get(f"http://{HOST}:{health_port}/", headers={"Host": health_address()})
    assert (response.status_code, response.content) == (200, b"")


def test_a_body_that_is_too_large_never_arrives(proxy):
    assert asked(proxy, "/api/chat/messages", b"x" * 1000).status_code == 200
    assert asked(proxy, "/api/chat/messages", b"x" * 600_000).status_code in (413, 502)
    assert asked(proxy, "/webhooks/whatsapp", b"x" * 3_000_000).status_code == 200
    # Nor does it make the proxy consider the front down.
    assert asked(proxy, "/health").status_code == 200


def test_a_head_that_is_too_large_is_refused(proxy):
    assert asked(proxy, "/", Cookie="x" * 40_000).status_code == 431


def test_every_answer_has_the_headers_of_https_and_none_that_names_the_server(proxy):
    safe(asked(proxy, "/"))
    # The proxy's own response.
    safe(asked(proxy, "/api/chat/messages", b"x" * 600_000))


def safe(response: httpx2.Response) -> None:
    assert "max-age=31536000" in response.headers["Strict-Transport-Security"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Server" not in response.headers


def test_the_front_is_told_who_asks_whatever_the_visitor_claims(proxy):
    asked(proxy, "/", X_Forwarded_For="203.0.113.9", X_Forwarded_Proto="gopher")
    assert Front.seen["X-Forwarded-For"] == HOST
    assert Front.seen["X-Forwarded-Proto"] == "http"


def test_an_answer_is_streamed_and_not_held_back(proxy):
    headers = {"Host": "assistant.example.org"}
    with httpx2.stream("GET", f"http://{HOST}:{proxy}/stream", headers=headers, trust_env=False) as response:
        start = time.monotonic()
        lines = [(line, time.monotonic() - start) for line in response.iter_lines()]
    assert [line for line, _ in lines] == ["first", "second"]
    assert lines[0][1] < PAUSE / 2 < lines[1][1]


def spoken(port: int, *words: str) -> str:
    with socket.create_connection((HOST, port), timeout=5) as connection:
        connection.sendall((" ".join(words) + "\r\n").encode())
        return connection.recv(4096).decode()


def test_redis_wants_its_password_keeps_it_to_itself_and_writes_nothing(tmp_path):
    if not (shutil.which("valkey-server") or shutil.which("redis-server")):
        pytest.skip("there is no Valkey or Redis here")
    port, password = free_port(), "4f1c9a" * 8
    # Only the port differs from what a container starts.
    environment = {"PATH": os.environ["PATH"], "REDIS_PASSWORD": password, "REDIS_PORT": str(port)}
    with started(["sh", REDIS], port, env=environment, cwd=tmp_path) as process:
        assert spoken(port, "PING").startswith("-NOAUTH")
        assert "WRONGPASS" in spoken(port, "AUTH", "wrong")
        assert spoken(port, "AUTH", password).startswith("+OK")
        line = Path(f"/proc/{process.pid}/cmdline").read_text()
        assert "-server" in line
        assert password not in line
    assert process.returncode == 0
    assert list(tmp_path.iterdir()) == []
