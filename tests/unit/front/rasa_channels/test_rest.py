"""Rasa's REST channel, for clients made for Rasa."""

from __future__ import annotations

import json

import pytest

from assistant.front.rasa_channels.rest import metadata_in
from assistant.knowledge import knowledge
from tests.fakes.front import Visitor, fact


def ask(client, message="Hallo", **more):
    return client.post("/webhooks/rest/webhook", json={"message": message, **more})


def test_a_client_made_for_rasa_gets_rasas_messages_under_its_own_name(client):
    reply = ask(client, sender="me").json()
    assert reply == [{**message, "recipient_id": "me"} for message in fact()]


def test_only_the_two_languages_of_its_metadata_go_along(client, rasa):
    ask(client, sender="me", metadata={"language": "en-GB", "choice": "de", "id": "x", "slots": {"conversation": 1}})
    # A client cannot pass a message off as one that has been answered before.
    assert rasa.asked[0]["metadata"].pop("id") != "x"
    assert rasa.asked[0]["metadata"] == {"language": "en", "choice": "de"}
    assert set(rasa.asked[0]) == {"sender", "message", "metadata"}


@pytest.mark.parametrize("value", [None, 7, "de", [], {"language": "pl"}, {"language": {"de": 1}}])
def test_metadata_without_languages_is_none(value):
    assert metadata_in(value) == {}


def test_the_same_name_is_the_same_conversation_and_no_name_is_one_of_its_own(client, rasa):
    for name in ("me", "me", "you", "", ""):
        ask(client, sender=name)
    senders = [body["sender"] for body in rasa.asked]
    assert senders[0] == senders[1]
    assert len(set(senders)) == 4


def test_no_name_reaches_a_chat_of_the_web_api(client, rasa):
    visitor = Visitor(client)
    visitor.answer_to("Hallo")
    web = rasa.asked[0]["sender"]
    for name in (web, visitor.token, web.removeprefix("web-"), f"web:{web}"):
        ask(client, sender=name)
    assert web not in [body["sender"] for body in rasa.asked[1:]]


@pytest.mark.parametrize("body", [{}, {"message": None}, {"message": 7}, {"message": "x", "sender": 7}])
def test_what_is_no_message_is_refused(body, client):
    response = client.post("/webhooks/rest/webhook", json=body)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "invalid")


@pytest.mark.parametrize("name", ["a\0b", "a\ud800"])
def test_two_names_never_become_one(name, client):
    body = json.dumps({"message": "Hallo", "sender": name})
    assert client.post("/webhooks/rest/webhook", content=body).status_code == 400


def test_a_text_that_nobody_types_is_refused(client):
    assert ask(client, "x" * 5001).json()["error"]["code"] == "too_long"


@pytest.mark.parametrize(
    ("language", "message"), [("de", "Wann wurde die IOM gegründet?"), ("en", "When was it founded?")]
)
def test_an_apology_has_the_shape_of_an_answer(language, message, client, rasa, monkeypatch):
    async def nothing(*_, **__):
        return None

    monkeypatch.setattr("assistant.front.rasa.client.Rasa.ask", nothing)
    said = ask(client, message, sender="me").json()
    assert said[0] == {"recipient_id": "me", "text": knowledge().phrase("error", language)}
    assert said[-1]["custom"]["answer"]["kind"] == "error"


def test_the_channel_says_that_it_is_there(client):
    assert client.get("/webhooks/rest/").json() == {"status": "ok"}


def test_nothing_is_kept_of_it(client, settings):
    ask(client, "Xylophonspielerin", sender="me")
    folder = settings.widget
    assert not [path for path in folder.glob("front.db*") if b"Xylophon" in path.read_bytes()]
