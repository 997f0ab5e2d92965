"""Calls left in doubt by a crash: a receipt settles them, and without one nobody waits for long."""

from __future__ import annotations

import json
import time
import uuid
from contextlib import asynccontextmanager
from typing import NamedTuple

import anyio
import pytest

from assistant.front.messengers.base import delivery
from assistant.front.messengers.base.delivery import Delivery
from assistant.front.messengers.base.inbound import InboundMessage
from assistant.front.messengers.base.message_store import MessageStore
from assistant.front.messengers.base.outcomes import ApiResponse
from assistant.front.store.chats import ANSWERED, Store
from assistant.front.store.schema import database
from assistant.front.tasks.leases import Leases
from assistant.knowledge import knowledge

NONE = {f"{name}{end}": None for name in ("as_of", "note_as_of", "approved_on") for end in ("", "_text")}
PART = {"text": "1951", "question": None, "kind": "smalltalk", **NONE, "sources": [], "contacts": []}
ANSWER = {"reply_to": "", "language": "de", "kind": "smalltalk", "parts": [PART], "heading": None, "suggestions": []}
DOUBT = 1.0
ONE, OTHER = "4915112345678", "4915187654321"
# Meta's codes for the rate limit of a number and of one chat.
ALL_WAIT, ONE_WAITS = 130429, 131056


@pytest.fixture
def store(url):
    engine = database(url)
    yield Store(engine)
    engine.dispose()


@pytest.fixture
def message_store(store):
    return MessageStore(store._engine, frozenset({"whatsapp"}))


class Sent(NamedTuple):
    """A call to the messenger's API."""

    at: float
    body: str


def answered(store, message_store, recipient):
    """A chat with an undelivered answer."""
    inbound = InboundMessage(uuid.uuid4().hex, recipient, "Wann?")
    chat = message_store.receive("whatsapp", inbound, uuid.uuid4().hex, time.time())
    store.answer(store.next_waiting(chat), ANSWER, ANSWERED, time.time())
    return chat


@pytest.fixture
def in_doubt(store, message_store):
    """A chat whose front died during a call."""
    chat = answered(store, message_store, ONE)
    message_store.begin_part(chat)
    return chat


TAKEN = ApiResponse(200, {}, {"messages": [{"id": "wamid.a"}]})


@asynccontextmanager
async def started(store, message_store, whatsapp, *first):
    """Starts a delivery; yields it and its calls, which get the responses in `first` and then succeed."""
    sent, answers = [], list(first)

    class Messenger:
        async def send(self, call):
            sent.append(Sent(time.monotonic(), json.dumps(call.json)))
            return answers.pop(0) if answers else TAKEN

        async def close(self):
            """Does nothing, since nothing is open."""

    engine = store._engine
    connectors, leases = {"whatsapp": whatsapp}, Leases(engine, "deliver")
    running = Delivery(connectors, message_store, store, leases, knowledge(), api=Messenger())
    await running.start()
    try:
        yield running, sent
    finally:
        await running.stop()


async def test_after_a_week_off_nothing_is_sent_and_what_confirmed_a_deletion_is_gone(store, message_store, whatsapp):
    week_ago = time.time() - 7 * 86400
    deletion = InboundMessage(uuid.uuid4().hex, ONE, "Daten löschen", kind="delete")
    chat = message_store.receive("whatsapp", deletion, uuid.uuid4().hex, week_ago)
    message_store.erase(store.next_waiting(chat), "confirmation", (), ANSWER, week_ago)
    question = message_store.receive("whatsapp", InboundMessage("b", OTHER, "Wann?"), uuid.uuid4().hex, week_ago)
    store.answer(store.next_waiting(question), ANSWER, ANSWERED, week_ago)
    assert set(message_store.undelivered_chats()) == {"confirmation", question}
    async with started(store, message_store, whatsapp) as (_, sent):
        with anyio.fail_after(30):
            while message_store.undelivered_chats() or store.chat("confirmation"):
                await anyio.sleep(0.05)
    assert sent == []
    assert list(store.recipients("whatsapp")) == [question]


async def test_without_a_receipt_it_is_sent_again_after_a_short_while(
    in_doubt, store, message_store, whatsapp, monkeypatch
):
    monkeypatch.setattr(delivery, "MAX_DOUBT_SECONDS", DOUBT)
    begun = time.monotonic()
    async with started(store, message_store, whatsapp) as (_, sent):
        # Far less than a call is usually allowed.
        with anyio.fail_after(delivery.CALL_TIMEOUT_SECONDS / 2):
            while message_store.undelivered_chats():
                await anyio.sleep(0.05)
    assert len(sent) == 1
    assert time.monotonic() - begun >= DOUBT


async def test_with_a_receipt_it_is_not_sent_again(in_doubt, store, message_store, whatsapp):
    async with started(store, message_store, whatsapp) as (_, sent):
        await anyio.sleep(0.2)
        assert message_store.confirm("whatsapp", in_doubt, 0, 0)
        with anyio.fail_after(10):
            while message_store.undelivered_chats():
                await anyio.sleep(0.05)
    assert sent == []


@pytest.mark.parametrize(("code", "waits"), [(ALL_WAIT, True), (ONE_WAITS, False)])
async def test_a_limit_of_the_number_holds_up_all_chats_a_limit_of_one_chat_does_not(
    code, waits, store, message_store, whatsapp
):
    limited = ApiResponse(429, {"retry-after": "2"}, {"error": {"code": code}})
    answered(store, message_store, ONE)
    async with started(store, message_store, whatsapp, limited) as (running, sent):
        with anyio.fail_after(10):
            while not sent:
                await anyio.sleep(0.01)
            # By then the refusal has been read.
            await anyio.sleep(0.5)
            running.wake(answered(store, message_store, OTHER))
            while message_store.undelivered_chats():
                await anyio.sleep(0.05)
    waited = next(call.at for call in sent if OTHER in call.body) - sent[0].at
    assert (waited >= 1.9) is waits


async def test_a_recipient_that_is_none_is_given_up_with_one_line(store, message_store, whatsapp, monkeypatch, caplog):
    def refuses(*_):
        raise ValueError("no number")

    monkeypatch.setattr(type(whatsapp), "call", refuses)
    answered(store, message_store, "nobody")
    async with started(store, message_store, whatsapp) as (_, sent):
        with anyio.fail_after(30):
            while message_store.undelivered_chats():
                await anyio.sleep(0.05)
        await anyio.sleep(1.2)
    assert sent == []
    assert [one.exc_info for one in caplog.records if "whatsapp" in one.getMessage()] == [None]


@pytest.mark.parametrize("days", [2, -2])
async def test_a_clock_that_jumps_makes_no_answer_late_and_nobody_wait_for_it(
    days, store, message_store, whatsapp, monkeypatch
):
    limited, real = ApiResponse(429, {"retry-after": "1"}, {"error": {"code": ALL_WAIT}}), time.time
    answered(store, message_store, ONE)
    async with started(store, message_store, whatsapp, limited) as (_, sent):
        with anyio.fail_after(20):
            while not sent:
                await anyio.sleep(0.01)
            monkeypatch.setattr(time, "time", lambda: real() + days * 86400.0)
            while message_store.undelivered_chats():
                await anyio.sleep(0.05)
    assert len(sent) == 2
