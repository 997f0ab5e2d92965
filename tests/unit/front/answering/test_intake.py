"""Webhook requests are acknowledged before anything is done with them, and then processed once, come what may."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from assistant.front.answering import intake
from assistant.front.app import application
from assistant.front.core import limits
from assistant.front.core.settings import Caps, Rates
from assistant.front.core.tokens import Keys
from assistant.front.messengers.base.message_store import MessageStore
from assistant.front.messengers.base.webhook_queue import WebhookQueue
from assistant.front.messengers.registry import configured
from assistant.front.operate import metrics
from assistant.front.store import quota
from assistant.front.store.chats import Store
from assistant.front.store.quota import Room
from assistant.front.store.retention import drop_queued, expired_counts
from assistant.front.store.schema import database, messages, webhooks
from assistant.front.store.tombstones import tombstones_in
from tests.fakes.front import HERE
from tests.fakes.vendors.whatsapp import NUMBER, WhatsAppWire, update, value
from tests.fakes.vendors.wire import PUBLIC
from tests.support.wait import until
from tests.unit.front.messengers.conftest import incoming

NOBODY = "http://127.0.0.1:9"
SECRET = b"test" * 10
WORD = "Zwiebelfischchen"
WIRE = WhatsAppWire()


def message(number, body=None, **more):
    content = {"body": body or f"Frage {number}"}
    return {**WIRE.message(WIRE.person(number), "text", content, id=f"m{number}", at=time.time()), **more}


def batch(*told, **more):
    return WIRE.signed(update(value(messages=list(told), **more)))


def of_people(count):
    return batch(*(message(number) for number in range(count)))


@pytest.fixture
def on(settings):
    return replace(settings, secret=SECRET, public_url=PUBLIC, messengers=configured(WIRE.environment(NOBODY)))


@pytest.fixture
def app(on, rasa):
    return application(on, rasa)


@pytest.fixture
def client(app):
    with TestClient(app, HERE) as client:
        yield client


@pytest.fixture
def engine(settings):
    engine = database(settings.database)
    yield engine
    engine.dispose()


@pytest.fixture
def queue(engine):
    return WebhookQueue(engine, *Keys(SECRET).derived("webhooks"))


def post(client, request):
    return client.post("/webhooks/whatsapp", content=request.content, headers=request.headers)


def add(queue, request):
    """Leaves a request in the queue, as a front does that dies as soon as it has acknowledged it."""
    queue.add("whatsapp", incoming(request.content), time.time())


def queued(engine):
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(webhooks)).scalar_one()


def counted(kind):
    return metrics.registry.get_sample_value("assistant_errors_total", {"kind": kind})


def kinds(engine):
    """The kinds of all messages in the inbox, in order."""
    with engine.connect() as connection:
        return list(connection.execute(select(messages.c.kind).order_by(messages.c.accepted_at)).scalars())


def inbox(engine):
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(messages)).scalar_one()


def test_a_batch_is_acknowledged_before_anything_is_done_with_it(client, engine, rasa, monkeypatch):
    done = []

    async def slowly(text, *_, **__):
        done.append(text)
        await intake.asyncio.sleep(0.02)
        return text

    monkeypatch.setattr(intake, "without_personal_data", slowly)
    assert post(client, of_people(100)).status_code == 200
    assert len(done) < 50
    until(lambda: inbox(engine) == 100, 60)
    assert done == [f"Frage {number}" for number in range(100)]
    until(lambda: queued(engine) == 0)


def test_what_was_acknowledged_before_a_crash_is_answered_once_after_it(app, engine, queue, rasa):
    request = of_people(3)
    add(queue, request)
    # The front died after the first message of the batch had been stored.
    reading = WIRE.message(WIRE.person(0), "text", {"body": "Frage 0"}, id="m0", at=time.time())
    first = intake.InboundMessage(reading["id"], WIRE.person(0), "Frage 0")
    assert MessageStore(engine, frozenset({"whatsapp"})).receive("whatsapp", first, "a" * 32, time.time())
    with TestClient(app, HERE) as client:
        until(lambda: len(rasa.texts) == 3 and queued(engine) == 0)
        assert post(client, request).status_code == 200
        until(lambda: queued(engine) == 0)
    assert sorted(rasa.texts) == ["Frage 0", "Frage 1", "Frage 2"]


ODD = {
    "a caption that is an object": {"type": "image", "image": {"id": "1", "caption": {"a": 1}}},
    "a null body": {"text": {"body": None}},
    "no body": {"text": {}},
    "an id that is a list": {"id": [1]},
    "an id that is a surrogate": {"id": "\ud800"},
    "a recipient that is an object": {"from": {"a": 1}},
    "a recipient that is far too long": {"from": "1" * 300},
    "a time that is no number": {"timestamp": "NaN"},
    "a time beyond all numbers": {"timestamp": "9" * 400},
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
def test_an_odd_item_is_logged_once_and_costs_the_others_nothing(odd, client, engine, rasa, caplog):
    request = batch(message(1), message(2, **odd), None, message(3))
    assert post(client, request).status_code == 200
    until(lambda: len(rasa.texts) == 2 and queued(engine) == 0)
    assert sorted(rasa.texts) == ["Frage 1", "Frage 3"]
    lines = [one for one in caplog.records if "whatsapp" in one.getMessage() and "item" in one.getMessage()]
    # One for the odd item, and one for that which is null.
    assert len(lines) == 2
    assert not [one for one in caplog.records if one.exc_info]


def test_a_text_that_cannot_be_stored_is_made_one_that_can(client, engine, rasa):
    assert post(client, batch(message(1, "a\ud800b\0c"))).status_code == 200
    until(lambda: rasa.texts == ["a?bc"])


ODD_RECEIPTS = [{"biz_opaque_callback_data": key} for key in ("a.²." + "9" * 5, "a.1." + "9" * 30, "\ud800.1.1", "")]


def test_odd_receipts_and_odd_entries_cost_the_others_nothing(client, engine, rasa):
    content = update(value(messages=[message(1)], statuses=[*ODD_RECEIPTS, None]), value(messages=[message(2)]))
    content["entry"].insert(0, {"changes": [5]})
    content["entry"].append({"changes": [{"field": "messages", "value": {"metadata": {"phone_number_id": NUMBER}}}]})
    assert post(client, WIRE.signed(content)).status_code == 200
    until(lambda: sorted(rasa.texts) == ["Frage 1", "Frage 2"])
    until(lambda: queued(engine) == 0)


def test_a_body_nested_beyond_all_depth_is_dropped_with_one_line(client, engine, caplog):
    content = b"[" * 100_000 + b"]" * 100_000
    signature = hmac.new(WIRE.app_secret.encode(), content, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": f"sha256={signature}"}
    assert client.post("/webhooks/whatsapp", content=content, headers=headers).status_code == 200
    until(lambda: "unreadable" in caplog.text and queued(engine) == 0)
    assert caplog.text.count("unreadable") == 1


def test_while_the_database_fails_nothing_is_lost_and_the_log_is_not_flooded(client, engine, rasa, caplog, monkeypatch):
    monkeypatch.setattr(intake, "FIRST_RETRY_SECONDS", 0.1)
    receive, fails = MessageStore.receive, [True] * 3

    def failing(*arguments):
        if fails:
            raise OperationalError("insert", {}, fails.pop() and Exception("disk full"))
        return receive(*arguments)

    monkeypatch.setattr(MessageStore, "receive", failing)
    assert post(client, of_people(2)).status_code == 200
    until(lambda: sorted(rasa.texts) == ["Frage 0", "Frage 1"])
    assert caplog.text.count("could not process a webhook request (OperationalError)") == 3
    assert not [one for one in caplog.records if one.exc_info]


def filled(monkeypatch, used_percent):
    monkeypatch.setattr(quota.Quota, "room", lambda _: Room(used_percent, 100))


def test_a_full_quota_holds_up_nobody_who_asks_for_erasure(client, engine, rasa, monkeypatch):
    assert post(client, batch(message(1), message(2))).status_code == 200
    until(lambda: len(rasa.texts) == 2)
    filled(monkeypatch, 92)
    before = counted("dropped")
    told = [message(3, f"Ich suche {WORD}"), message(3, WORD, id="again"), message(1, "Daten löschen", id="erase")]
    for one in told:
        assert post(client, batch(one)).status_code == 200
    until(lambda: len(tombstones_in(engine)) == 1 and queued(engine) == 0)
    # The one who wrote twice was told once, and their words are not kept.
    until(lambda: kinds(engine).count("full") == 1)
    assert counted("dropped") == before + 1
    until(lambda: "nicht erreichbar" in str(all_events(engine)))
    assert WORD not in str(all_events(engine))
    # What was accepted before has stayed, and whoever writes once there is room is answered.
    filled(monkeypatch, 50)
    assert post(client, batch(message(4))).status_code == 200
    until(lambda: "Frage 4" in rasa.texts)
    assert WORD not in str(rasa.texts)


def all_events(engine):
    store = Store(engine)
    return [event for chat in store.silent_since(time.time() + 1) for event in store.events_after(chat, 0)]


@pytest.mark.parametrize("fault", ["quota", "disk"])
def test_what_there_is_no_room_for_at_all_is_dropped_with_a_count(fault, client, engine, rasa, monkeypatch):
    assert post(client, batch(message(1))).status_code == 200
    until(lambda: rasa.texts)
    if fault == "quota":
        filled(monkeypatch, 97)
    else:
        receive = MessageStore._receive

        def full(store, channel, inbound, *more):
            if inbound.kind != "delete":
                raise OperationalError("insert", {}, Exception("database or disk is full"))
            return receive(store, channel, inbound, *more)

        monkeypatch.setattr(MessageStore, "_receive", full)
    before = counted("dropped")
    assert post(client, batch(message(2), message(1, "Daten löschen", id="erase"))).status_code == 200
    until(lambda: len(tombstones_in(engine)) == 1 and queued(engine) == 0)
    assert counted("dropped") == before + 1


def test_a_clock_that_jumps_makes_no_request_late(client, engine, rasa, monkeypatch, caplog):
    monkeypatch.setattr(intake, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(intake, "MIN_TRIED_SECONDS", 0.0)
    monkeypatch.setattr(intake, "FIRST_RETRY_SECONDS", 0.2)
    fails, real, receive = [True], time.time, MessageStore.receive

    def failing(*arguments):
        if fails:
            raise OperationalError("insert", {}, Exception("away"))
        return receive(*arguments)

    monkeypatch.setattr(MessageStore, "receive", failing)
    assert post(client, of_people(2)).status_code == 200
    until(lambda: "could not process" in caplog.text)
    monkeypatch.setattr(time, "time", lambda: real() + 8 * 86400.0)
    until(lambda: "The clock has jumped" in caplog.text)
    time.sleep(0.3)
    assert queued(engine) == 1
    fails.clear()
    until(lambda: sorted(rasa.texts) == ["Frage 0", "Frage 1"], 20)
    # The messenger's clock is right, and its messages are no replays.
    assert post(client, batch({**message(3), "timestamp": str(int(real()))})).status_code == 200
    until(lambda: "Frage 3" in rasa.texts)
    assert "Rasa did not answer in" not in caplog.text


def test_a_front_that_has_only_just_started_gives_nothing_up(app, engine, rasa, queue, monkeypatch):
    monkeypatch.setattr(intake, "POLL_SECONDS", 0.05)
    queue.add("whatsapp", incoming(batch(message(1)).content), time.time() - 90000.0)
    with TestClient(app, HERE):
        until(lambda: rasa.texts == ["Frage 1"])


def test_a_day_later_a_request_is_given_up_with_a_count(app, engine, queue, monkeypatch, caplog):
    monkeypatch.setattr(intake, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(intake, "MIN_TRIED_SECONDS", 0.0)
    before = counted("dropped")
    queue.add("telegram", incoming(b"{}"), time.time() - 90000.0)
    with TestClient(app, HERE):
        until(lambda: queued(engine) == 0)
    assert counted("dropped") == before + 1
    assert "could not be processed for a day" in caplog.text


def test_repeated_requests_are_not_counted_towards_a_rate(on, engine, rasa):
    with TestClient(application(replace(on, rates=Rates(session="2/minute")), rasa), HERE) as client:
        for _ in range(5):
            assert post(client, batch(message(1))).status_code == 200
        assert post(client, batch(message(1, "Und noch eine", id="other"))).status_code == 200
        until(lambda: rasa.texts == ["Frage 1", "Und noch eine"])
        # The third is one too many.
        assert post(client, batch(message(1, "Die dritte", id="third"))).status_code == 200
        until(lambda: "too_many" in kinds(engine))


def test_our_own_retries_are_not_counted_towards_a_rate(on, engine, rasa, monkeypatch):
    monkeypatch.setattr(intake, "FIRST_RETRY_SECONDS", 0.05)
    receive, fails = MessageStore.receive, [True] * 3

    def failing(*arguments):
        if fails:
            raise OperationalError("insert", {}, fails.pop() and Exception("away"))
        return receive(*arguments)

    monkeypatch.setattr(MessageStore, "receive", failing)
    with TestClient(application(replace(on, rates=Rates(session="2/minute")), rasa), HERE) as client:
        assert post(client, batch(message(1))).status_code == 200
        until(lambda: rasa.texts == ["Frage 1"])
        assert post(client, batch(message(1, "Und noch eine", id="other"))).status_code == 200
        until(lambda: rasa.texts == ["Frage 1", "Und noch eine"])


def test_what_a_user_has_stored_in_a_day_is_bounded(on, engine, rasa, monkeypatch):
    monkeypatch.setattr(limits, "OVERHEAD_BYTES", 400_000)
    with TestClient(application(replace(on, caps=Caps(stored_mb=1)), rasa), HERE) as client:
        for number in range(4):
            assert post(client, batch(message(1, f"{number} {WORD}", id=f"n{number}"))).status_code == 200
        until(lambda: kinds(engine) == ["text", "text", "too_many"] and queued(engine) == 0)
        assert str(all_events(engine)).count(WORD) == 2
        # Others, and whoever asks for erasure, are not concerned.
        assert post(client, batch(message(2), message(1, "Daten löschen", id="erase"))).status_code == 200
        until(lambda: "Frage 2" in rasa.texts and len(tombstones_in(engine)) == 1)


def test_the_database_never_holds_it_in_clear_and_nothing_of_it_afterwards(client, engine, rasa, queue, tmp_path):
    def files():
        return b"".join(path.read_bytes() for path in tmp_path.glob("front.db*"))

    request = batch(message(1, f"Ich heiße Samira Haidari und suche {WORD}"))
    add(queue, request)
    assert WORD.encode() not in files()
    until(lambda: rasa.texts)
    until(lambda: queued(engine) == 0 and b"gAAAA" not in files())
    assert b"Haidari" not in files()


def test_a_request_of_another_secret_is_dropped_with_a_line(app, engine, rasa, caplog):
    add(WebhookQueue(engine, "another secret"), of_people(1))
    with TestClient(app, HERE):
        until(lambda: queued(engine) == 0)
    assert "encrypted with another secret" in caplog.text
    assert rasa.texts == []


def test_the_end_of_a_purged_request_does_not_remove_the_one_after_it(engine, queue):
    queue.add("whatsapp", incoming(b"old"), time.time() - 90000.0)
    old = queue.first("whatsapp")
    drop_queued(engine, 0.0)
    queue.add("whatsapp", incoming(b"new"), time.time())
    queue.remove(old)
    assert queue.first("whatsapp").request.body == b"new"
    queue.remove(queue.first("whatsapp"))
    assert queue.first("whatsapp") is None


def test_what_could_not_be_processed_for_a_day_is_purged(engine, queue):
    Store(engine)
    for age in (90000.0, 10.0):
        queue.add("whatsapp", incoming(b"{}"), time.time() - age)
    month = time.time() - 30 * 86400.0
    assert expired_counts(engine, month)["webhooks"] == 1
    drop_queued(engine, month)
    assert (queued(engine), expired_counts(engine, month)["webhooks"]) == (1, 0)


def test_only_what_reading_needs_is_queued(client, queue, monkeypatch):
    kept = []
    monkeypatch.setattr(WebhookQueue, "add", lambda _, __, request, ___: kept.append(request))
    post(client, of_people(1))
    assert dict(kept[0].headers) == {}
    assert json.loads(kept[0].body)["object"] == "whatsapp_business_account"
