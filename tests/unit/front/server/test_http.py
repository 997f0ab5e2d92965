"""What one connection may hold and how long it may take, over real sockets."""

from __future__ import annotations

import resource
from contextlib import ExitStack

import httpx2
import pytest

from assistant.front.core.settings import Caps
from assistant.front.messengers.registry import configured
from assistant.front.server import connection, http
from assistant.front.server.run import within_descriptors
from tests.fakes.front import Visitor
from tests.fakes.raw_client import ELSEWHERE, GET, Raw
from tests.fakes.vendors.telegram import TelegramWire
from tests.support.wait import until

HALF = b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Name: "
POST = b"POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
BRIEF = 0.4


@pytest.fixture
def brief(monkeypatch):
    """Shortens all deadlines."""
    monkeypatch.setattr(http, "HEADER_SECONDS", BRIEF)
    monkeypatch.setattr(http, "BODY_SECONDS", BRIEF)
    monkeypatch.setattr(connection, "WRITE_TIMEOUT_SECONDS", BRIEF)


@pytest.mark.parametrize(
    "begun",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(HALF, id="half headers"),
        pytest.param(POST + b"Content-Length: 10\r\n\r\n{", id="half a body"),
        pytest.param(POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", id="half a chunked body"),
        pytest.param(GET + b"GET /health HTTP/1.1\r\n", id="half of a second request"),
    ],
)
@pytest.mark.usefixtures("brief")
def test_what_is_not_completed_in_time_is_ended(begun, front):
    with front() as (address, budgets), Raw(address) as client:
        client.send(begun)
        assert client.is_closed(10)
        until(lambda: len(budgets.connections) == len(budgets.body_bytes) == 0)


@pytest.mark.usefixtures("brief")
def test_a_byte_now_and_then_does_not_keep_a_connection(front):
    with front() as (address, _), Raw(address) as client:
        assert client.asks() == 200
        # Even between requests, where empty lines are allowed.
        assert any(not client.send(b"\r\n") or client.is_closed(0.05) for _ in range(200))


@pytest.mark.usefixtures("brief")
def test_a_stream_outlives_the_deadlines(front):
    with front() as (address, _), httpx2.Client(base_url=address, timeout=10) as client:
        visitor = Visitor(client)
        began = visitor.events()
        assert visitor.events(wait=2) == began == []
        assert visitor.answer_to("Hallo")


def test_headers_have_a_size(front, caplog):
    with front() as (address, budgets):
        with Raw(address) as client:
            assert client.asks(HALF + b"x" * 20_000 + b"\r\n\r\n") == 200
        with Raw(address) as client:
            assert client.asks(HALF + b"x" * 40_000 + b"\r\n\r\n") in (0, 400, 431)
        with Raw(address) as client:
            assert client.send(HALF).floods(b"x" * 65536)
        with Raw(address) as client:
            assert client.asks(HALF + b"".join(b"x\r\nX-%d: " % number for number in range(9000)) + b"\r\n\r\n") != 200
        with Raw(address) as client:
            assert client.asks(HALF + b"\r\na:" * 60_000 + b"\r\n\r\n") in (0, 400, 431)
        until(lambda: len(budgets.connections) == 0)
    assert "its headers have more than 32768 bytes" in caplog.text


@pytest.mark.parametrize("end", [b"0\r\nX-Trailer: ", b"1;ext="])
def test_trailers_and_chunks_have_a_size_too(end, front):
    with front() as (address, _), Raw(address) as client:
        assert client.send(POST + b"Transfer-Encoding: chunked\r\n\r\n" + end).floods(b"x" * 65536)


def test_a_connection_asks_one_thing_after_the_other(front):
    with front() as (address, _), Raw(address) as client:
        client.send(GET * 2000)
        assert client.is_closed(30)
        assert client.received.count(b"HTTP/1.1 200") < 20


def test_no_address_takes_the_last_connection(front, caplog):
    with front(Caps(connections=20, address_percent=20)) as (address, budgets), ExitStack() as stack:
        greedy = [stack.enter_context(Raw(address)) for _ in range(30)]
        until(lambda: budgets.connections.of("127.0.0.1") == 4)
        assert [client.asks() for client in greedy] == [200] * 4 + [429] * 26
        assert stack.enter_context(Raw(address, ELSEWHERE)).asks() == 200
        greedy[0].close()
        until(lambda: budgets.connections.of("127.0.0.1") < 4)
        assert stack.enter_context(Raw(address)).asks() == 200
    assert "one address has 4" in caplog.text
    assert "ASSISTANT_TRUSTED_PROXIES" in caplog.text
    assert caplog.text.count("Refused a connection") == 1
    assert "127.0.0" not in caplog.text


def test_all_addresses_together_have_a_limit(front, caplog):
    with front(Caps(connections=10, address_percent=50)) as (address, budgets), ExitStack() as stack:
        for source in ("127.0.0.3", "127.0.0.4"):
            for _ in range(5):
                stack.enter_context(Raw(address, source))
        until(lambda: len(budgets.connections) == 10)
        assert stack.enter_context(Raw(address, ELSEWHERE)).asks() == 429
    assert "all 10 are in use" in caplog.text


def test_a_trusted_proxy_connects_for_many(front):
    with front(Caps(connections=20, address_percent=10), proxies="127.0.0.1") as (address, _), ExitStack() as stack:
        clients = [stack.enter_context(Raw(address)) for _ in range(10)]
        assert [client.asks() for client in clients] == [200] * 10


def test_bodies_that_nobody_reads_stay_in_the_network(front):
    """A request for events has no body; whoever sends one all the same fills the network's memory, not ours."""
    with front() as (address, budgets), ExitStack() as stack:
        visitor = Visitor(stack.enter_context(httpx2.Client(base_url=address)))
        head = f"GET /api/chat/events?wait=20 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {visitor.token}\r\n"
        for _ in range(5):
            client = stack.enter_context(Raw(address))
            client.socket.settimeout(1)
            assert client.send(head.encode() + b"Content-Length: 999999999\r\n\r\n").floods(b"x" * 65536)
        assert len(budgets.body_bytes) < 5 * 300_000


def test_half_read_bodies_of_one_address_leave_room_for_others(front, caplog):
    """Each of these webhooks could be a batch of three megabytes, so nothing but their sum refuses them."""
    head = b"POST /webhooks/telegram HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3000000\r\n\r\n"
    messengers = configured(TelegramWire().environment("http://127.0.0.1:9"))
    caps = Caps(body_mb=10, address_percent=20)
    with front(caps, secret=b"test" * 10, messengers=messengers) as (address, budgets), ExitStack() as stack:
        clients = [stack.enter_context(Raw(address)) for _ in range(6)]
        for client in clients:
            client.socket.settimeout(2)
            try:
                client.send(head + b"x" * 1_000_000)
            except (TimeoutError, ConnectionError):
                continue
        until(lambda: "bytes" in caplog.text)
        assert budgets.body_bytes.of("127.0.0.1") <= budgets.body_bytes.each
        with Raw(address, ELSEWHERE) as other:
            assert other.asks(POST + b"Content-Length: 2\r\n\r\n{}") == 201


@pytest.mark.usefixtures("brief")
def test_whoever_does_not_read_is_not_waited_for(front, tmp_path):
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "large.js").write_bytes(b"x" * 30_000_000)
    with front(widget=tmp_path) as (address, budgets), Raw(address) as client:
        client.send(b"GET /widget/large.js HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert client.reads().startswith(b"HTTP/1.1 200")
        assert len(budgets.connections) == 1
        until(lambda: len(budgets.connections) == 0)


def test_no_more_connections_than_files(monkeypatch, caplog):
    raised = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, 2000))
    monkeypatch.setattr(resource, "setrlimit", lambda *limit: raised.append(limit))
    assert within_descriptors(Caps(connections=4000)).connections == 2000 - 256
    assert raised == [(resource.RLIMIT_NOFILE, (2000, 2000))]
    assert "Only 1744 connections" in caplog.text
    assert within_descriptors(Caps(connections=500)).connections == 500
