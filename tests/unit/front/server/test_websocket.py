"""Websockets over real sockets, as attackers open them: without a token."""

from __future__ import annotations

import json
from contextlib import ExitStack, suppress

import httpx2
import pytest

from assistant.front.core.settings import Caps, Rates
from assistant.front.server import connection
from assistant.front.server.websocket import BoundedWebSocket
from tests.fakes.raw_client import BINARY, ELSEWHERE, PING, TEXT, RawWebSocket, bomb, frame
from tests.support.wait import until

OPEN = b"40"
JUNK = b'42["junk"]'


def test_nothing_compressed_is_taken(front):
    with front() as (address, budgets), RawWebSocket(address) as client:
        assert client.is_open
        assert b"deflate" not in client.head
        client.frame(TEXT, bomb(15_000_000), fin=False, compressed=True)
        assert client.is_closed(10)
        until(lambda: len(budgets.websockets) == len(budgets.connections) == len(budgets.body_bytes) == 0)


@pytest.mark.parametrize(("size", "times"), [(17_000, 1), (9_000, 2), (1, 17_000)])
def test_a_message_has_a_size_however_it_is_cut(size, times, front):
    with front() as (address, budgets), RawWebSocket(address) as client:
        client.frame(TEXT, b"x" * size, fin=False)
        client.send(frame(0, b"x" * size, fin=False) * (times - 1))
        assert client.is_closed(8)
        until(lambda: len(budgets.websockets) == 0)


def test_no_address_takes_the_last_websocket(front, caplog):
    with front(Caps(websockets=10, address_percent=20)) as (address, _), ExitStack() as stack:
        opened = [stack.enter_context(RawWebSocket(address)).is_open for _ in range(5)]
        assert opened == [True, True, False, False, False]
        assert stack.enter_context(RawWebSocket(address, ELSEWHERE)).is_open
    assert "too many websockets" in caplog.text


def test_a_flood_of_messages_ends_the_connection(front, caplog):
    with front() as (address, budgets), RawWebSocket(address) as client:
        client.frame(TEXT, OPEN)
        assert client.floods(frame(TEXT) * 1000)
        until(lambda: len(budgets.websockets) == 0)
    assert "messages were unread" in caplog.text


def test_messages_count_as_requests_of_their_address(front, caplog):
    with front(rates=Rates(requests="20/minute")) as (address, _), RawWebSocket(address) as client:
        client.frame(TEXT, OPEN)
        assert client.floods(frame(TEXT, b"3"), 30)
        with RawWebSocket(address, ELSEWHERE) as other:
            assert other.is_open
    assert "ASSISTANT_RATE_REQUESTS" in caplog.text


def test_pings_whose_answers_nobody_takes_fill_nothing(front, monkeypatch):
    paused, pause = [], BoundedWebSocket.pause_writing
    monkeypatch.setattr(BoundedWebSocket, "pause_writing", lambda socket: (paused.append(socket), pause(socket))[1])
    monkeypatch.setattr(connection, "WRITE_TIMEOUT_SECONDS", 3.0)
    with front() as (address, budgets), RawWebSocket(address) as client:
        client.socket.settimeout(1)
        pings, largest = frame(PING, b"x" * 125) * 1000, 0
        while len(budgets.websockets):
            with suppress(ConnectionError, TimeoutError):
                client.send(pings)
            largest = max([largest, *(socket.transport.get_write_buffer_size() for socket in paused)])
    assert paused
    assert largest < 1_000_000


@pytest.mark.parametrize("packet", [JUNK, b"42{", b"42{}", b"4", b"43[]", b'451-["x",{"_placeholder":true,"num":0}]'])
def test_whoever_goes_on_after_refusals_is_closed(packet, front, caplog):
    with front() as (address, budgets), RawWebSocket(address) as client:
        client.frame(TEXT, OPEN)
        for _ in range(12):
            client.frame(TEXT, packet)
        assert client.is_closed(10)
        until(lambda: len(budgets.websockets) == 0)
    assert "after 10 refusals" in caplog.text
    assert "Traceback" not in caplog.text
    assert caplog.text.count("\n") < 10


def test_attachments_are_not_kept(front):
    with front() as (address, _), RawWebSocket(address) as client:
        client.frame(TEXT, OPEN)
        client.frame(TEXT, b'4599999-["user_uttered",{"_placeholder":true,"num":0}]')
        for _ in range(12):
            client.frame(BINARY, b"x" * 10_000)
        assert client.is_closed(10)


@pytest.mark.parametrize("packet", [frame(TEXT, b"x"), frame(TEXT), frame(BINARY), frame(TEXT, b"6" * 100)])
def test_what_is_no_packet_leaves_no_traceback(packet, front, caplog):
    with front() as (address, budgets):
        for _ in range(5):
            with RawWebSocket(address) as client:
                client.send(packet).close()
        until(lambda: len(budgets.websockets) == 0)
    assert "Traceback" not in caplog.text
    assert len(caplog.records) <= 2


@pytest.mark.parametrize("body", [b"x", b"", b"\xff", b"4\x1e" * 5000, b"42[" * 10])
def test_what_is_no_packet_over_polling_fills_no_log(body, front, caplog):
    with front() as (address, _), httpx2.Client(base_url=address, timeout=10) as client:
        for _ in range(5):
            opened = client.get("/socket.io/?EIO=4&transport=polling").text
            url = f"/socket.io/?EIO=4&transport=polling&sid={json.loads(opened[1:])['sid']}"
            assert client.post(url, content=body).status_code in (200, 400)
    assert len(caplog.records) <= 3
