"""The reasons for a reply are for staff: they leave the front by no way at all."""

from __future__ import annotations

import itertools
import json
import logging
import time
from dataclasses import replace

import httpx2
import pytest
from starlette.testclient import TestClient

from assistant.front.app import application
from assistant.front.messengers.registry import configured
from assistant.front.rasa.client import Rasa
from assistant.front.store.chats import Store
from assistant.front.store.schema import database
from assistant.front.store.unanswered import Unanswered
from tests.fakes.front import HERE, FakeRasa, Visitor
from tests.fakes.reasons import MARK, reasoned, sent, why
from tests.fakes.vendors.acts import WIRES, now
from tests.fakes.vendors.telegram import SECRET
from tests.fakes.vendors.vendor import Vendor
from tests.fakes.vendors.wire import PUBLIC
from tests.support.wait import until
from tests.unit.dialogue.conftest import asking
from tests.unit.front.rasa_channels.test_socketio import webchat
from tests.unit.front.web.test_chat import read_stream

UNKNOWN = asking(decision="unsure", text="Wo singt ein Chor?")
PRIVATE = (MARK, "model-1", "knowledge-1", '"why"', "0.12")
numbers = itertools.count(9000)


def assert_private(text):
    assert [word for word in PRIVATE if word in text] == []


@pytest.fixture
def rasa():
    """Gives reasons with every reply, beside every message."""
    rasa = FakeRasa()

    def reply(_):
        *before, last = sent(UNKNOWN)
        return [*({**one, "custom": {"why": why()}} for one in before), last]

    rasa.reply = reply
    return rasa


def test_the_web_chat_its_export_and_what_is_stored_do_not_hold_them(visitor, settings):
    told = visitor.answer_to("Wo singt ein Chor?")
    assert told["kind"] == "fallback"
    queue = Unanswered(database(settings.database))
    listed = until(queue.open)
    assert_private(json.dumps(visitor.events()))
    for format_ in ("json", "text"):
        assert_private(visitor.client.get(f"/api/chat?format={format_}", headers=visitor.headers).text)
    store = Store(database(settings.database))
    assert_private(json.dumps(store.events_after(listed[0].chat, 0)))
    # So the test above could fail.
    assert listed[0].why["parts"][0]["reason"] == MARK


def test_the_stream_does_not_tell_them(address):
    with httpx2.Client(base_url=address) as client:
        visitor = Visitor(client)
        visitor.answer_to("Wo singt ein Chor?")
        assert_private(json.dumps(read_stream(address, visitor)))


def test_clients_of_rasas_own_channel_do_not_get_them(client):
    said = client.post("/webhooks/rest/webhook", json={"sender": "me", "message": "Wo singt ein Chor?"})
    assert said.json()[-1]["custom"]["answer"]["kind"] == "fallback"
    assert said.json()[-1]["custom"].keys() == {"answer"}
    assert_private(said.text)


def test_the_page_without_script_does_not_show_them(client):
    page = client.post("/chat", data={"q": "Wo singt ein Chor?", "language": "de"}, headers={"Origin": HERE})
    assert page.status_code == 200
    assert_private(page.text)


async def test_socketio_does_not_send_them(address):
    async with webchat(address) as page:
        token = await page.session()
        await page.say("Wo singt ein Chor?", token)
        assert_private(json.dumps(await page.hears()))


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name + wire.kind)
def test_messengers_do_not_get_them(wire, settings, rasa):
    vendor = Vendor(WIRES)
    told = {"messengers": configured(wire.environment(vendor.url)), "public_url": PUBLIC, "secret": SECRET.encode()}
    person = wire.person(next(numbers))
    try:
        with TestClient(application(replace(settings, **told), rasa), HERE) as client:
            post = wire.text(person, "Wo singt ein Chor?", id="a", at=now())
            url = f"/webhooks/{wire.name}{post.query}"
            assert client.post(url, content=post.content, headers=post.headers).status_code == 200
            until(lambda: len([told for _, _, told in list(vendor.taken) if told]) >= 2, 30)
            assert until(Unanswered(database(settings.database)).open)[0].why
        assert_private(json.dumps([call.body for _, call, _ in vendor.taken]))
    finally:
        vendor.stop()


@pytest.mark.parametrize(
    "path", ["/api/opening", "/api/topics", "/api/answers?entries=ask_history/founding&language=de", "/ready"]
)
def test_no_other_route_tells_them(path, client):
    answer = client.get(path)
    assert answer.status_code == 200
    assert_private(answer.text)


def test_the_log_does_not_hold_them(visitor, caplog):
    caplog.set_level(logging.DEBUG, "assistant")
    visitor.answer_to("Wo singt ein Chor?")
    assert_private(caplog.text)


@pytest.mark.parametrize("found", [{"parts": 7}, {"parts": [{}], "model": "", "knowledge": ""}, "words", [], None])
async def test_reasons_of_another_form_are_taken_off_and_not_read(found):
    rasa = FakeRasa()
    rasa.reply = lambda _: reasoned(sent(UNKNOWN), found or {"no": "reasons"})
    reply = await Rasa(("http://rasa",), rasa).ask("web-1", "Hallo", {}, time.time() + 5)
    assert reply.why is None
    assert reply.messages[-1]["custom"].keys() == {"answer"}


async def test_reasons_are_read_as_they_were_given():
    rasa = FakeRasa()
    rasa.reply = lambda _: sent(UNKNOWN)
    reply = await Rasa(("http://rasa",), rasa).ask("web-1", "Hallo", {}, time.time() + 5)
    assert reply.why["parts"][0]["nearest"][0] == ("ask_figures/fap_reached", 0.12)
    assert (reply.why["model"], reply.why["knowledge"]) == ("model-1", "knowledge-1")
    assert_private(json.dumps(reply.messages))
