"""What a crash left in doubt: a receipt settles it, and without one nobody waits for long."""

from __future__ import annotations

import time
import uuid
from contextlib import asynccontextmanager

import anyio
import httpx2
import pytest

from assistant.front.claims import Claims
from assistant.front.messengers import delivery
from assistant.front.messengers.arrivals import Arrival
from assistant.front.messengers.delivery import Delivery
from assistant.front.messengers.ledger import Ledger
from assistant.front.store import ANSWERED, Store
from assistant.front.tables import database
from assistant.knowledge import knowledge

PART = {"text": "1951", "question": None, "kind": "smalltalk", "as_of": None, "as_of_text": None, "sources": []}
ANSWER = {"language": "de", "kind": "smalltalk", "parts": [PART], "heading": None, "suggestions": []}
DOUBT = 1.0


@pytest.fixture
def store(url):
    engine = database(url)
    yield Store(engine)
    engine.dispose()


@pytest.fixture
def ledger(store):
    return Ledger(store._engine, frozenset({"whatsapp"}))


@pytest.fixture
def in_doubt(store, ledger):
    """A chat whose front died in the middle of a call."""
    arrival = Arrival(uuid.uuid4().hex, "4915112345678", "Wann?")
    chat = ledger.receive("whatsapp", arrival, uuid.uuid4().hex, time.time())
    store.answer(store.next_waiting(chat), ANSWER, ANSWERED, time.time())
    ledger.begin_part(chat)
    return chat


@asynccontextmanager
async def started(store, ledger, whatsapp):
    """A delivery that begins anew; the texts that it sends."""
    sent = []

    def take(request):
        sent.append(request.content.decode())
        return httpx2.Response(200, json={"messages": [{"id": "wamid.a"}]})

    engine = store._engine
    connectors, claims = {"whatsapp": whatsapp}, Claims(engine, "deliver")
    running = Delivery(connectors, ledger, store, claims, knowledge(), transport=httpx2.MockTransport(take))
    await running.start()
    try:
        yield sent
    finally:
        await running.stop()


async def test_without_a_receipt_it_is_sent_again_after_a_short_while(in_doubt, store, ledger, whatsapp, monkeypatch):
    monkeypatch.setattr(delivery, "LONGEST_DOUBT", DOUBT)
    begun = time.monotonic()
    async with started(store, ledger, whatsapp) as sent:
        # Far less than what a call in the middle of a run is given.
        with anyio.fail_after(delivery.LONGEST_CALL / 2):
            while ledger.undelivered_chats():
                await anyio.sleep(0.05)
    assert len(sent) == 1
    assert time.monotonic() - begun >= DOUBT


async def test_with_a_receipt_it_is_not_sent_again(in_doubt, store, ledger, whatsapp):
    async with started(store, ledger, whatsapp) as sent:
        await anyio.sleep(0.2)
        assert ledger.confirm("whatsapp", in_doubt, 0, 0)
        with anyio.fail_after(10):
            while ledger.undelivered_chats():
                await anyio.sleep(0.05)
    assert sent == []
