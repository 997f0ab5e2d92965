"""Requests to Rasa use connections that stay open, and report how they failed."""

from __future__ import annotations

import asyncio

import pytest

from assistant.core import http
from assistant.front.rasa.transport import Connections, NotListeningError, Reply, TransportError
from assistant.launch.servers import HOST, free_port
from tests.fakes.canned_server import CannedServer

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"
MOVED = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture
async def transport():
    connections = Connections()
    yield connections
    await connections.close()


async def test_a_request_is_sent_and_answered(transport):
    async with CannedServer(OK) as server:
        assert await transport.send("POST", f"{server.url}/webhook", b'{"a": 1}') == Reply(200, b"[]")
    (asked,) = server.asked
    assert asked.startswith(b"POST /webhook HTTP/1.1\r\n")
    assert b"Content-Type: application/json\r\n" in asked
    assert asked.endswith(b'\r\n\r\n{"a": 1}')


async def test_an_address_that_is_quoted_stays_as_it_is(transport):
    async with CannedServer(OK) as server:
        await transport.send("DELETE", f"{server.url}/erase/a%2Fb%3Fc")
    assert server.asked[0].startswith(b"DELETE /erase/a%2Fb%3Fc HTTP/1.1\r\n")


async def test_a_connection_is_used_again(transport):
    async with CannedServer(OK) as server:
        for _ in range(5):
            await transport.send("GET", server.url)
    assert (len(server.asked), server.opened) == (5, 1)


async def test_one_that_was_silent_for_long_is_not(transport, monkeypatch):
    monkeypatch.setattr(http, "KEPT_SECONDS", 0.05)
    async with CannedServer(OK) as server:
        await transport.send("GET", server.url)
        await asyncio.sleep(0.2)
        await transport.send("GET", server.url)
    assert server.opened == 2


async def test_a_server_that_closes_every_connection_is_asked_all_the_same(transport):
    async with CannedServer(OK, closes=True) as server:
        for _ in range(3):
            assert await transport.send("GET", server.url) == Reply(200, b"[]")
            await asyncio.sleep(0.01)


async def test_nobody_there_is_told_apart_from_a_connection_broken_off(transport):
    with pytest.raises(NotListeningError):
        await transport.send("GET", f"http://{HOST}:{free_port()}/")
    for broken in (b"", OK[:-1], b"nonsense\r\n\r\n"):
        async with CannedServer(broken, closes=True) as server:
            with pytest.raises(TransportError) as raised:
                await transport.send("GET", server.url)
        assert not isinstance(raised.value, NotListeningError)


async def test_nothing_is_followed_elsewhere(transport):
    async with CannedServer(MOVED) as server:
        assert await transport.send("GET", server.url) == Reply(302, b"")


async def test_a_proxy_of_the_machine_is_not_asked(transport, monkeypatch):
    monkeypatch.setenv("http_proxy", f"http://{HOST}:{free_port()}")
    async with CannedServer(OK) as server:
        assert (await transport.send("GET", server.url)).status == 200
