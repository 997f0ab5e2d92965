"""The webhooks that messengers call, with a scripted Rasa."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from dataclasses import replace

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from assistant.commands.channels import astray, checked, described, verified
from assistant.front.app import application
from assistant.front.core.settings import Rates
from assistant.front.core.tokens import Keys
from assistant.front.messengers.registry import CONNECTORS, State, configured, states
from assistant.front.store.chats import Store
from assistant.front.store.schema import chats, database, state, writing
from assistant.front.web.messenger_webhook import MAX_BODY_BYTES, Webhook
from tests.fakes.front import HERE
from tests.fakes.long_answers import connectors
from tests.fakes.messengers import WIRES
from tests.fakes.vendors.telegram import SECRET, TelegramWire
from tests.fakes.vendors.wire import PUBLIC
from tests.support.wait import until

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def wire():
    return TelegramWire()


@pytest.fixture
def client(settings, rasa, wire):
    on = replace(settings, secret=b"test" * 10, messengers=configured(wire.environment(NOBODY)))
    with TestClient(application(on, rasa), HERE, raise_server_exceptions=False) as client:
        yield client


def post(client, request, path="/webhooks/telegram"):
    return client.post(path, content=request.content, headers=request.headers)


def a_message(wire, text="Hallo", id_="a"):
    return wire.text("7", text, id=id_, at=time.time())


def test_a_front_starts_and_keeps_messages_although_the_messenger_cannot_be_reached(client, wire, rasa):
    assert post(client, a_message(wire)).status_code == 200
    until(lambda: rasa.texts)


def test_that_a_message_came_again_is_logged(client, wire, caplog):
    caplog.set_level("INFO", "assistant.front.answering")
    for _ in range(2):
        assert post(client, a_message(wire)).status_code == 200
    until(lambda: "telegram: ignored a duplicate message." in caplog.text)
    assert caplog.text.count("telegram: ignored a duplicate message.") == 1


def test_what_cannot_be_kept_is_not_acknowledged(client, wire, monkeypatch):
    def fails(*_):
        raise OperationalError("insert", {}, Exception("disk full"))

    monkeypatch.setattr("assistant.front.messengers.base.webhook_queue.WebhookQueue.add", fails)
    assert post(client, a_message(wire)).status_code == 503


@pytest.mark.parametrize("wire", WIRES, ids=[wire.name + wire.kind for wire in WIRES])
def test_a_forger_is_counted_and_who_signs_is_not(wire, settings, rasa):
    messengers, rates = configured(wire.environment(NOBODY)), Rates(requests="5/minute")
    on = replace(settings, secret=SECRET.encode(), public_url=PUBLIC, messengers=messengers, rates=rates)
    path = f"/webhooks/{wire.name}"
    with TestClient(application(on, rasa), HERE) as client:
        signed = wire.text(wire.person(1), "Hallo", id="a", at=time.time())
        _, forged = wire.forged(signed)[0]
        codes = [post(client, forged, path).status_code for _ in range(7)]
        assert set(codes[:5]) <= {401, 403}
        assert codes[5:] == [429, 429]
        assert post(client, signed, path).status_code == 200
        until(lambda: rasa.texts == ["Hallo"])


def test_after_a_new_secret_messages_come_in_and_old_conversations_go(settings, rasa, wire):
    """The fake vendor was given its secret by the front from before, which also named the conversation."""
    former = "web-" + hmac.new(SECRET.encode(), b"web:mine", hashlib.sha256).hexdigest()
    engine = database(settings.database)
    Store(engine).open_chat("mine", "de", time.time(), "telegram", "7")
    with engine.begin() as connection:
        connection.execute(update(chats).values(former_name=True))
    rotated = {"secret": b"n" * 40, "old_secrets": (SECRET.encode(),)}
    on = replace(settings, **rotated, messengers=configured(wire.environment(NOBODY)))
    with TestClient(application(on, rasa), HERE) as client:
        assert post(client, a_message(wire)).status_code == 200
        until(lambda: rasa.texts == ["Hallo"])
        assert rasa.asked[0]["sender"] == Keys.sender("web", "mine")
        assert post(client, a_message(wire, "Daten löschen", "b")).status_code == 200
        until(lambda: {former, Keys.sender("web", "mine")} <= set(rasa.erased))


def test_a_messenger_that_is_off_is_not_there(client, wire):
    for name in ("whatsapp", "nothing"):
        assert post(client, a_message(wire), f"/webhooks/{name}").status_code == 404


def test_a_signed_request_that_cannot_be_read_is_passed_over(client, wire):
    proof = a_message(wire).headers
    for body in (b"", b"null", b"[]", b"{", b'{"message": 3}', b'{"update_id": "x", "message": {}}', b"\xff"):
        response = client.post("/webhooks/telegram", content=body, headers=proof)
        assert (response.status_code, response.content) == (200, b"")


def test_a_body_that_is_too_large_is_refused(client, wire):
    response = client.post("/webhooks/telegram", content=b"x" * (MAX_BODY_BYTES + 1), headers=a_message(wire).headers)
    assert response.status_code == 413


def test_only_get_and_post_are_answered(client):
    assert client.delete("/webhooks/telegram").status_code == 405
    assert {name for name in ("get", "post", "delete") if hasattr(Webhook, name)} == {"get", "post"}


@pytest.mark.parametrize("connector", connectors(), ids=lambda connector: connector.name)
def test_every_connector_proves_its_own_sample_and_refuses_a_spoilt_one(connector):
    assert verified(connector) is None


@pytest.mark.parametrize("connector", connectors(), ids=lambda connector: connector.name)
def test_nothing_a_connector_sends_shows_a_secret_where_it_can_be_logged(connector):
    for call in connector.set_up():
        assert "headers=" not in repr(call)
        assert "auth=" not in repr(call)


def test_a_messenger_is_on_only_with_all_its_secrets():
    for name, connector in CONNECTORS.items():
        all_set = {f"ASSISTANT_{name}_{secret}".upper(): "x" for secret in connector.secrets}
        assert set(configured(all_set)) == {name}
        for missing in all_set:
            some = {key: value for key, value in all_set.items() if key != missing}
            (state,) = [state for state in states(some) if state.name == name]
            assert (state.on, state.missing) == (False, (missing,))
            assert configured(some) == {}


def test_what_is_said_of_a_messenger_names_variables_and_no_values():
    assert "on" in described(State("telegram", ("ASSISTANT_TELEGRAM_TOKEN",), ()))
    assert "ASSISTANT_B missing" in described(State("telegram", ("ASSISTANT_A",), ("ASSISTANT_B",)))
    assert "docs/channels/telegram.md" in described(State("telegram", (), ("ASSISTANT_A",)))


def test_a_webhook_for_another_bot_is_reported_by_the_check(settings, rasa, wire, capsys):
    on = replace(settings, secret=SECRET.encode(), messengers=configured(wire.environment(NOBODY)))
    assert asyncio.run(checked(on, None)) == 0
    with TestClient(application(on, rasa), HERE) as client:
        assert post(client, a_message(wire), "/webhooks/telegram?bot=999").status_code == 200
        assert post(client, a_message(wire, "Wer?", "b")).status_code == 200
        until(lambda: rasa.texts == ["Wer?"])
    assert asyncio.run(checked(on, None)) == 1
    assert "telegram   webhook got requests for another bot than the one that is set up here" in capsys.readouterr().out
    with writing(database(on.database)) as connection:
        connection.execute(update(state).values(value=state.c.value - 2 * 86400))
    assert asyncio.run(checked(on, None)) == 0


def test_without_a_database_the_check_says_nothing_of_other_bots(settings):
    elsewhere = replace(settings, database=settings.database.replace("front.db", "nothing.db"))
    for one in (elsewhere, replace(settings, database="sqlite://")):
        assert astray(one, frozenset({"telegram"})) == {}
