"""Requests to Rasa go over connections that stay open, and say what became of them."""

from __future__ import annotations

import asyncio

import pytest

from assistant.commands.servers import HOST, free_port
from assistant.front import connections
from assistant.front.connections import BrokenError, Connections, NobodyError, Reply

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"
MOVED = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"


class Server:
    """Answers every request with the same bytes; closes the connection after it where told so."""

    def __init__(self, answer, closes=False):
        self.answer, self.closes = answer, closes
        self.opened, self.asked = 0, []

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._talk, HOST, 0)
        self.url = f"http://{HOST}:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_):
        self._server.close()

    async def _talk(self, reader, writer):
        self.opened += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(
                    (line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")), b":0"
                )
                self.asked.append(head + await reader.readexactly(int(length.partition(b":")[2])))
                writer.write(self.answer)
                if self.closes:
                    break
        except asyncio.IncompleteReadError:
            pass
        writer.close()


@pytest.fixture
async def way():
    connections = Connections()
    yield connections
    await connections.close()


async def test_a_request_is_sent_and_answered(way):
    async with Server(OK) as server:
        assert await way.send("POST", f"{server.url}/webhook", b'{"a": 1}') == Reply(200, b"[]")
    (asked,) = server.asked
    assert asked.startswith(b"POST /webhook HTTP/1.1\r\n")
    assert b"Content-Type: application/json\r\n" in asked
    assert asked.endswith(b'\r\n\r\n{"a": 1}')


async def test_an_address_that_is_quoted_stays_as_it_is(way):
    async with Server(OK) as server:
        await way.send("DELETE", f"{server.url}/erase/a%2Fb%3Fc")
    assert server.asked[0].startswith(b"DELETE /erase/a%2Fb%3Fc HTTP/1.1\r\n")


async def test_a_connection_is_used_again(way):
    async with Server(OK) as server:
        for _ in range(5):
            await way.send("GET", server.url)
    assert (len(server.asked), server.opened) == (5, 1)


async def test_one_that_was_silent_for_long_is_not(way, monkeypatch):
    monkeypatch.setattr(connections, "KEPT_SECONDS", 0.05)
    async with Server(OK) as server:
        await way.send("GET", server.url)
        await asyncio.sleep(0.2)
        await way.send("GET", server.url)
    assert server.opened == 2


async def test_a_server_that_closes_every_connection_is_asked_all_the_same(way):
    async with Server(OK, closes=True) as server:
        for _ in range(3):
            assert await way.send("GET", server.url) == Reply(200, b"[]")
            await asyncio.sleep(0.01)


async def test_nobody_there_is_told_apart_from_a_connection_broken_off(way):
    with pytest.raises(NobodyError):
        await way.send("GET", f"http://{HOST}:{free_port()}/")
    for broken in (b"", OK[:-1], b"nonsense\r\n\r\n"):
        async with Server(broken, closes=True) as server:
            with pytest.raises(BrokenError) as raised:
                await way.send("GET", server.url)
        assert not isinstance(raised.value, NobodyError)


async def test_nothing_is_followed_elsewhere(way):
    async with Server(MOVED) as server:
        assert await way.send("GET", server.url) == Reply(302, b"")


async def test_a_proxy_of_the_machine_is_not_asked(way, monkeypatch):
    monkeypatch.setenv("http_proxy", f"http://{HOST}:{free_port()}")
    async with Server(OK) as server:
        assert (await way.send("GET", server.url)).status == 200
