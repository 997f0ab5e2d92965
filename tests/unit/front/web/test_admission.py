"""No address takes the last place, or all of the processor, from others."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace

import httpx2
import pytest
from starlette.testclient import TestClient

from assistant.front.app import application
from assistant.front.core import masking
from assistant.front.core.budgets import Budgets
from assistant.front.core.settings import Caps, Rates
from assistant.front.core.tokens import Keys
from assistant.front.messengers.registry import configured
from assistant.front.store.chats import Store
from assistant.front.web import chat
from tests.fakes.front import HERE, Visitor, served
from tests.fakes.raw_client import Raw
from tests.fakes.vendors.telegram import TelegramWire
from tests.support.wait import until

PROXIES = "testclient, 127.0.0.1"
GREEDY, STRANGER = {"X-Forwarded-For": "192.0.2.1"}, {"X-Forwarded-For": "198.51.100.1"}


@pytest.fixture
def settings(settings):
    return replace(settings, proxies=PROXIES)


def test_streams_of_one_address_leave_room_for_others(settings, rasa):
    budgets = Budgets(Caps(streams=10, address_percent=20))
    with served(application(settings, rasa, budgets), budgets, "127.0.0.1") as address, ExitStack() as stack:
        client = stack.enter_context(httpx2.Client(base_url=address, timeout=20))
        greedy, other = Visitor(client), Visitor(client)

        def opens(visitor, who):
            headers = {**visitor.headers, **who, "Accept": "text/event-stream"}
            return stack.enter_context(client.stream("GET", "/api/chat/events", headers=headers)).status_code

        assert [opens(greedy, GREEDY), opens(greedy, GREEDY)] == [200, 200]
        until(lambda: budgets.streams.of("192.0.2.1") == 2)
        assert opens(greedy, GREEDY) == 429
        assert client.get("/api/chat/events?wait=1", headers={**greedy.headers, **GREEDY}).status_code == 429
        assert opens(other, STRANGER) == 200
    assert len(budgets.streams) == 0


def test_requests_of_one_address_leave_room_for_others(settings, rasa, monkeypatch):
    async def slow(_):
        await asyncio.sleep(1.5)

    budgets = Budgets(Caps(connections=10, address_percent=20))
    monkeypatch.setattr(chat, "read_body", slow)
    with served(application(settings, rasa, budgets), Budgets(Caps()), "127.0.0.1") as address:

        def asks(who):
            httpx2.post(f"{address}/api/chat", headers=who, timeout=20)

        threads = [threading.Thread(target=asks, args=(GREEDY,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        until(lambda: budgets.requests.of("192.0.2.1") == 2)
        assert httpx2.get(f"{address}/api/opening", headers=GREEDY).status_code == 429
        assert httpx2.get(f"{address}/api/opening", headers=STRANGER).status_code == 200
        # Probes are never refused.
        assert httpx2.get(f"{address}/health", headers=GREEDY).status_code == 200
        for thread in threads:
            thread.join()
        until(lambda: len(budgets.requests) == 0)


class Charged:
    """Budgets whose charges of processor time are noted, by address."""

    def __init__(self, monkeypatch):
        self.budgets, self.seconds = Budgets(Caps()), Counter()
        monkeypatch.setattr(self.budgets.processor_seconds, "spend", self._spend)

    def _spend(self, address, seconds):
        self.seconds[address] += seconds


def test_whoever_has_used_up_the_processor_waits(settings, rasa):
    budgets = Budgets(Caps())
    with TestClient(application(settings, rasa, budgets), HERE) as client:
        assert client.get("/api/opening", headers=GREEDY).status_code == 200
        budgets.processor_seconds.spend("192.0.2.1", 20)
        refused = client.get("/api/opening", headers=GREEDY)
        assert refused.status_code == 429
        # It has its 12 seconds a minute, so the eight seconds too many take forty.
        assert 35 <= int(refused.headers["retry-after"]) <= 41
        assert client.get("/api/opening", headers=STRANGER).status_code == 200


def test_masking_is_charged(settings, rasa, monkeypatch):
    def dear(text, *_, **__):
        end = time.thread_time() + 0.3
        while time.thread_time() < end:
            pass
        return text

    charged = Charged(monkeypatch)
    monkeypatch.setattr(masking, "masked", dear)
    with TestClient(application(settings, rasa, charged.budgets), HERE) as client:
        visitor = Visitor(client)
        headers = {**visitor.headers, **GREEDY}
        body = {"id": "6e8bc430-9c3a-11d9-9669-0800200c9a66", "text": "x" * 200}
        assert client.post("/api/chat/messages", json=body, headers=headers).status_code == 202
    assert charged.seconds["192.0.2.1"] >= 0.3
    assert 0 < charged.seconds["testclient"] < 0.3


def test_a_messenger_pays_nothing_and_a_forger_does(settings, rasa, monkeypatch):
    wire, charged = TelegramWire(), Charged(monkeypatch)
    messengers = configured(wire.environment("http://127.0.0.1:9"))
    changed = replace(settings, secret=b"test" * 10, messengers=messengers)
    with TestClient(application(changed, rasa, charged.budgets), HERE) as client:
        path, signed = f"/webhooks/{wire.name}", wire.text(wire.person(1), "Hallo", id="a", at=time.time())
        assert client.post(path, content=signed.content, headers={**signed.headers, **GREEDY}).status_code == 200
        assert not charged.seconds
        assert client.post(path, content=b"{}", headers=GREEDY).status_code == 403
        assert charged.seconds["192.0.2.1"] > 0


@pytest.mark.parametrize("path", ["/api/chat/events", "/api/chat"])
def test_tokens_that_open_nothing_are_counted_and_the_database_is_not_asked(path, settings, rasa, monkeypatch):
    with TestClient(application(replace(settings, rates=Rates(tokens="3/minute")), rasa), HERE) as client:
        visitor, asked, real = Visitor(client), [], Store.chat
        monkeypatch.setattr(Store, "chat", lambda store, name: asked.append(name) or real(store, name))
        forged = {"Authorization": "Bearer ImEi.AAAA"}
        codes = [client.get(path, headers={**forged, **GREEDY}).status_code for _ in range(5)]
        assert (codes, asked) == ([401, 401, 401, 429, 429], [])
        assert client.get(path, headers={**visitor.headers, **GREEDY}).status_code == 200
        assert client.get(path, headers={**forged, **STRANGER}).status_code == 401
        assert set(asked) == {Keys(settings.secret).chat_of(visitor.token)}


def test_a_broken_off_upload_is_no_fault(settings, rasa, caplog):
    with served(application(settings, rasa)) as address:
        with Raw(address) as client:
            client.send(b"POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
            time.sleep(0.3)
        time.sleep(0.5)
    assert "ERROR" not in caplog.text
