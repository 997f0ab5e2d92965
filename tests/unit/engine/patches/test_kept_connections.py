"""Connections to the action server stay open."""

from __future__ import annotations

import asyncio

from rasa.utils.endpoints import EndpointConfig

from assistant.engine.patches import kept_connections
from tests.fakes.canned_server import CannedServer

REPLY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


async def connections_for(requests, headers=None):
    """The number of connections that a server sees for this many requests from Rasa, and the last request."""
    async with CannedServer(REPLY) as server:
        endpoint = EndpointConfig(server.url, headers=headers, basic_auth={"username": "rasa", "password": "x"})
        for _ in range(requests):
            assert await endpoint.request(json={"next_action": "action_answer"}) == {}
        async with endpoint.session() as session:
            await session.close()
        return server.opened, server.asked[-1]


async def test_connections_to_the_action_server_stay_open(stock):
    kept_connections.apply()
    opened, asked = await connections_for(3, {"X-Of-The-Endpoint": "1"})
    assert opened == 1
    assert b"X-Of-The-Endpoint: 1\r\n" in asked
    assert b"Authorization: Basic cmFzYTp4\r\n" in asked
    assert asked.endswith(b'{"next_action": "action_answer"}')


def test_another_loop_gets_connections_of_its_own(stock):
    kept_connections.apply()
    for _ in range(2):
        assert asyncio.run(connections_for(2))[0] == 1


async def test_rasa_still_opens_a_connection_for_each_message(stock):
    assert (await connections_for(3))[0] == 3
