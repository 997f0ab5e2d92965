"""Socket.io as rasa-webchat speaks it."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx2
import pytest
import websockets

from assistant.core.languages import DEFAULT
from assistant.front.app import application
from assistant.front.core.settings import Rates
from assistant.front.rasa_channels.socketio import bot_messages
from assistant.front.store.quota import Room
from assistant.knowledge import knowledge
from tests.fakes.front import FakeRasa, enveloped, fact, served
from tests.support.wait import until_async
from tests.unit.front.store.test_deadlines import locked

HELLO = {"session_id": None, "customData": {"language": "de"}}
ENGINE, OPEN, PING, PONG, EVENT = "/socket.io/?EIO=4&transport=", "40", "2", "3", "42"


class Webchat:
    """A page with rasa-webchat on it, as its websocket sees it."""

    def __init__(self, socket):
        self.socket = socket

    async def emit(self, event, data):
        await self.socket.send(EVENT + json.dumps([event, data]))

    async def next(self, wanted, seconds=5.0):
        """The data of the next event of that name."""
        while True:
            packet = await asyncio.wait_for(self.socket.recv(), seconds)
            if packet == PING:
                await self.socket.send(PONG)
            elif packet.startswith(EVENT):
                event, data = json.loads(packet.removeprefix(EVENT))
                if event == wanted:
                    return data

    async def session(self, session_id=None):
        await self.emit("session_request", {**HELLO, "session_id": session_id})
        return await self.next("session_confirm")

    async def say(self, message, session_id):
        await self.emit("user_uttered", {"message": message, "session_id": session_id, "customData": None})

    async def hears(self):
        return await self.next("bot_uttered")

    async def hears_nothing(self):
        try:
            await self.next("bot_uttered", 0.3)
        except asyncio.TimeoutError:
            return True
        return False


@asynccontextmanager
async def webchat(address):
    async with websockets.connect(address.replace("http", "ws") + ENGINE + "websocket") as socket:
        assert (await socket.recv()).startswith("0{")
        await socket.send(OPEN)
        assert (await socket.recv()).startswith(OPEN)
        yield Webchat(socket)


async def test_a_database_that_is_locked_or_full_is_said_politely(address, settings, monkeypatch):
    sorry = knowledge().phrase("front_unavailable", DEFAULT)
    async with webchat(address) as page:
        token = await page.session()
        with locked(settings.database):
            await page.say("Hallo", token)
            assert (await page.next("bot_uttered", 10))["text"] == sorry
        monkeypatch.setattr(Room, "leaves", lambda *_: False)
        await page.say("Hallo", token)
        assert (await page.next("bot_uttered", 10))["text"] == sorry
        await page.emit("session_request", HELLO)
        assert (await page.next("bot_uttered", 10))["text"] == knowledge().phrase("front_unavailable", "de")


async def test_a_question_is_answered_with_its_source(address):
    async with webchat(address) as page:
        token = await page.session()
        await page.say("Wann wurde die IOM gegründet?", token)
        said = await page.hears()
    assert said["text"].startswith(fact()[0]["text"])
    assert "Quelle: " in said["text"]


async def test_it_is_answered_over_polling_too(address):
    async with httpx2.AsyncClient(base_url=address, timeout=5) as client:
        told = json.loads((await client.get(ENGINE + "polling")).text[1:])
        url = f"{ENGINE}polling&sid={told['sid']}"
        packets = [OPEN, EVENT + json.dumps(["session_request", HELLO])]
        for packet in packets:
            assert (await client.post(url, content=packet)).text == "OK"
        said = ""
        while "session_confirm" not in said:
            said += (await client.get(url)).text
        token = json.loads(said.rpartition(EVENT)[2])[1]
        await client.post(url, content=EVENT + json.dumps(["user_uttered", {"message": "Hallo", "session_id": token}]))
        assert "bot_uttered" in (await client.get(url)).text


async def test_the_first_message_without_text_is_nothing(address, rasa):
    async with webchat(address) as page:
        token = await page.session()
        await page.emit("user_uttered", {"session_id": token, "customData": {"language": "en"}})
        assert await page.hears_nothing()
    assert rasa.asked == []


async def test_a_session_goes_on_with_its_token_and_hears_what_it_missed(address, rasa):
    rasa.slow = 0.4
    async with webchat(address) as page:
        token = await page.session()
        await page.say("eins", token)
        await until_async(lambda: rasa.asked)
    await asyncio.sleep(1.0)
    async with webchat(address) as page:
        assert await page.session(token) == token
        assert fact()[0]["text"] in (await page.hears())["text"]
        assert await page.hears_nothing()
    assert len({body["sender"] for body in rasa.asked}) == 1


async def test_what_was_heard_is_not_heard_again_by_who_comes_back(address, rasa):
    rasa.reply = lambda body: [{"text": f"Antwort auf {body['message']}"}, enveloped("smalltalk")]
    async with webchat(address) as page:
        token = await page.session()
        for text in ("eins", "zwei"):
            await page.say(text, token)
            assert text in (await page.hears())["text"]
    heard = []
    async with webchat(address) as page:
        await page.session(token)
        await page.say("drei", token)
        while not heard or "drei" not in heard[-1]:
            heard.append((await page.hears())["text"])
    # The last one may or may not have arrived before the page was left.
    assert not any("eins" in text for text in heard)


@pytest.mark.parametrize("session", ["somebody", "ImNoYXQi.AAAA", 7, {"a": 1}])
async def test_nobody_takes_a_session_by_naming_it(session, address, rasa):
    async with webchat(address) as page:
        assert await page.session(session) != session
        await page.say("Hallo", session)
        assert (await page.hears())["text"] == knowledge().phrase("front_unknown_session", DEFAULT)
    assert rasa.asked == []


async def test_two_visitors_hear_only_their_own_answers(address):
    async with webchat(address) as one, webchat(address) as other:
        token = await one.session()
        await other.session()
        await one.say("Hallo", token)
        await one.hears()
        assert await other.hears_nothing()


@pytest.mark.parametrize("data", [None, 7, [], "text", {"message": 7}, {"message": {"a": 1}}])
async def test_what_is_no_message_breaks_nothing(data, address):
    async with webchat(address) as page:
        token = await page.session()
        for event in ("user_uttered", "session_request"):
            await page.emit(event, {**data, "session_id": token} if isinstance(data, dict) else data)
        await page.say("Hallo", token)
        while "IOM" not in (said := await page.hears())["text"]:
            assert said["text"] == knowledge().phrase("front_invalid", DEFAULT)


async def test_too_much_is_asked_politely_to_wait(settings, rasa):
    with served(application(replace(settings, rates=Rates(session="1/minute")), rasa)) as address:
        async with webchat(address) as page:
            token = await page.session()
            await page.say("eins", token)
            await page.say("zwei", token)
            said = {(await page.hears())["text"] for _ in range(2)}
    assert knowledge().phrase("front_too_many", DEFAULT) in said


async def test_a_chat_deleted_over_the_web_api_is_gone_here_too(address):
    async with webchat(address) as page:
        token = await page.session()
        async with httpx2.AsyncClient() as client:
            gone = await client.delete(f"{address}/api/chat", headers={"Authorization": f"Bearer {token}"})
        assert gone.status_code == 204
        await page.say("noch da?", token)
        assert (await page.hears())["text"] == knowledge().phrase("front_unknown_session", DEFAULT)


async def test_a_message_that_is_too_large_ends_the_connection(address, rasa: FakeRasa):
    async with webchat(address) as page:
        token = await page.session()
        await page.say("x" * 20_000, token)
        await asyncio.sleep(0.3)
    assert rasa.asked == []


def test_suggestions_are_quick_replies_of_the_last_text():
    part = {
        "text": "Text",
        "heading": None,
        "translation": None,
        "sources": [],
        "as_of": None,
        "note_as_of": None,
        "contacts": [],
    }
    event = {"language": "de", "parts": [part, part], "heading": "Dazu passt:", "suggestions": ["Frage?"]}
    first, last = bot_messages(event, knowledge())
    assert first == {"text": "Text"}
    assert last["text"] == "Text\n\nDazu passt:"
    assert last["quick_replies"] == [{"content_type": "text", "title": "Frage?", "payload": "Frage?"}]
