"""Calls to messengers: what goes out, what comes back, and whether a call that got no answer may have arrived."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from urllib.parse import parse_qs

import pytest
from aiohttp import BasicAuth, web

from assistant.front.messengers.base.api import HttpApi, NotSentError, UnknownOutcomeError
from assistant.front.messengers.base.connector import Call
from assistant.launch.servers import HOST, free_port


@pytest.fixture
async def api():
    api = HttpApi(timeout_seconds=0.5)
    yield api
    await api.close()


@asynccontextmanager
async def vendor(answer):
    """The address of a messenger's API that answers every call with `answer(request)`."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, HOST, port := free_port())
    await site.start()
    try:
        yield f"http://{HOST}:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def line(take):
    """The port of a server that handles raw connections, below HTTP."""

    async def taken(reader, writer):
        await take(reader, writer)
        writer.close()

    server = await asyncio.start_server(taken, HOST, 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_json_a_form_headers_and_a_password_arrive(api):
    asked = []

    async def answer(request):
        asked.append((request, await request.read()))
        return web.json_response({"ok": True}, status=201, headers={"Retry-After": "7"})

    async with vendor(answer) as url:
        said = await api.send(Call("POST", f"{url}/a?b=c%20d", json={"text": "Grüße"}, headers={"X-Key": "k"}))
        await api.send(Call("POST", url, form={"Body": "Grüße & mehr", "To": "+49"}, auth=("user", "pässword")))
    assert (said.status, said.body, said.headers["retry-after"]) == (201, {"ok": True}, "7")
    (first, _), (second, form) = asked
    assert (first.path_qs, await first.json(), first.headers["X-Key"]) == ("/a?b=c%20d", {"text": "Grüße"}, "k")
    assert parse_qs(form.decode()) == {"Body": ["Grüße & mehr"], "To": ["+49"]}
    assert BasicAuth.decode(second.headers["Authorization"], "utf-8") == BasicAuth("user", "pässword", "utf-8")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b"\xff"])
async def test_what_is_no_json_object_is_an_empty_one(body, api):
    async def answer(_):
        return web.Response(body=body, status=500)

    async with vendor(answer) as url:
        said = await api.send(Call("GET", url))
    assert (said.status, said.body) == (500, {})


async def test_a_redirect_is_not_followed(api):
    async def answer(_):
        raise web.HTTPFound("/elsewhere")

    async with vendor(answer) as url:
        assert (await api.send(Call("GET", url))).status == 302


async def test_calls_go_through_the_proxy_that_the_environment_names(api, monkeypatch):
    asked = []

    async def answer(request):
        asked.append(request.headers["Host"])
        return web.json_response({})

    async with vendor(answer) as proxy:
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.setenv("no_proxy", "")
        await api.send(Call("GET", "http://messenger.test/a"))
    assert asked == ["messenger.test"]


async def test_where_nobody_listens_nothing_was_sent(api):
    with pytest.raises(NotSentError, match="ClientConnectorError"):
        await api.send(Call("POST", f"http://{HOST}:{free_port()}", json={}))


async def test_without_encryption_nothing_was_sent(api):
    async def speaks_plainly(_, writer):
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")

    async with line(speaks_plainly) as port:
        with pytest.raises(NotSentError):
            await api.send(Call("POST", f"https://{HOST}:{port}", json={}))


async def test_who_never_finishes_to_encrypt_was_sent_nothing(api):
    async def is_silent(reader, _):
        await reader.read()

    async with line(is_silent) as port:
        with pytest.raises(NotSentError):
            await asyncio.wait_for(api.send(Call("POST", f"https://{HOST}:{port}", json={})), 5)


async def test_who_hangs_up_may_have_taken_it(api):
    async def hangs_up(reader, _):
        await reader.readuntil(b"\r\n\r\n")

    async with line(hangs_up) as port:
        with pytest.raises(UnknownOutcomeError):
            await api.send(Call("POST", f"http://{HOST}:{port}", json={}))


@pytest.mark.parametrize("begins", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"])
async def test_who_is_too_slow_may_have_taken_it(begins, api):
    async def is_slow(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(begins)
        await reader.read()

    async with line(is_slow) as port:
        with pytest.raises(UnknownOutcomeError):
            await asyncio.wait_for(api.send(Call("POST", f"http://{HOST}:{port}", json={})), 5)


async def test_the_next_call_is_judged_by_itself(api):
    async def answer(_):
        return web.json_response({})

    async with vendor(answer) as url:
        await api.send(Call("GET", url))
    # Time to notice that the connection is closed.
    await asyncio.sleep(0.1)
    with pytest.raises(NotSentError):
        await api.send(Call("GET", url))
