"""The web chat API."""

from __future__ import annotations

import json
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import httpx2
import pytest
from sqlalchemy import create_engine
from starlette.testclient import TestClient

from assistant.front.app import application
from assistant.front.core.fair import RESUMED, lane_of
from assistant.front.core.tokens import Keys
from assistant.front.rasa.client import Rasa
from assistant.front.store.chats import Store
from assistant.front.store.schema import database
from assistant.knowledge import knowledge
from tests.fakes.front import HERE, Visitor, enveloped, fact
from tests.support.wait import until

ID = "6f0b8a52-8f0c-4f4e-9a0c-0d8f3d1b2a11"


def error_of(response):
    error = response.json()["error"]
    assert set(error) == {"code", "text", "retry_after"}
    return response.status_code, error["code"]


def test_a_question_is_answered_with_date_and_source(visitor):
    told = visitor.answer_to("Wann wurde die IOM gegründet?")
    assert (told["kind"], told["language"]) == ("fact", "de")
    assert told["parts"][0]["sources"][0]["url"].startswith("https://")
    assert told["parts"][0]["as_of_text"]


def test_only_text_and_languages_go_to_rasa(visitor, rasa):
    body = {"id": ID, "text": "Hallo", "language": "en-GB", "choice": "de", "metadata": {"x": 1}, "sender": "me"}
    visitor.client.post("/api/chat/messages", json=body, headers=visitor.headers)
    visitor.answer_to("noch etwas")
    first = rasa.asked[0]
    assert first["message"] == "Hallo"
    assert first["metadata"].pop("id")
    assert first["metadata"] == {"language": "en", "choice": "de"}
    assert set(first) == {"sender", "message", "metadata"}


def test_the_conversation_in_rasa_is_told_to_nobody(visitor, rasa):
    visitor.answer_to("Hallo")
    sender = rasa.asked[0]["sender"]
    everything = visitor.client.get("/api/chat", headers=visitor.headers).text + visitor.token
    assert sender not in everything
    assert "recipient_id" not in everything


@pytest.mark.parametrize("text", ["/restart", '/ask_history{"x":1}', "//", "/"])
def test_text_that_begins_with_a_slash_is_text(text, visitor, rasa):
    visitor.answer_to(text)
    assert rasa.texts == [text]
    assert visitor.events()[0]["text"] == text


def test_the_same_message_again_is_answered_once(visitor, rasa):
    first = visitor.answer_to("Hallo", id=ID)
    again = [visitor.post("Hallo", id=id_) for id_ in (ID, ID.upper(), ID.replace("-", ""))]
    assert {response.status_code for response in again} == {202}
    assert {response.json()["sequence"] for response in again} == {first["sequence"] - 1}
    assert (len(visitor.events()), rasa.texts) == (2, ["Hallo"])


def test_messages_posted_at_once_are_answered_one_by_one_in_order(visitor, rasa):
    rasa.slow = 0.05
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda number: visitor.post(f"message {number}"), range(5)))
    visitor.answer_to("last")
    events = visitor.events()
    asked = [event["text"] for event in events if event["type"] == "visitor"]
    assert rasa.texts == asked
    ids = {event["id"]: event["text"] for event in events if event["type"] == "visitor"}
    assert [ids[event["reply_to"]] for event in events if event["type"] == "assistant"] == asked


def test_events_after_a_sequence_are_those_that_were_missed(visitor):
    visitor.answer_to("eins")
    visitor.answer_to("zwei")
    assert [event["sequence"] for event in visitor.events(after=2)] == [3, 4]
    assert visitor.events(after=4) == []


def test_long_polling_waits_for_what_comes(visitor, rasa):
    rasa.slow = 0.3
    visitor.post("Hallo")
    begun = time.monotonic()
    assert [event["type"] for event in visitor.events(after=1, wait=10)] == ["assistant"]
    assert 0.2 < time.monotonic() - begun < 5


def test_long_polling_ends_when_nothing_comes(visitor):
    begun = time.monotonic()
    assert visitor.events(wait=1) == []
    assert 0.9 < time.monotonic() - begun < 5


def read_stream(address, visitor, after=0, count=2, headers=None):
    """The first events of a stream, this many, and its content type."""
    found, event = [], {}
    options = {**visitor.headers, "Accept": "text/event-stream", **(headers or {})}
    with (
        httpx2.Client(timeout=10) as client,
        client.stream("GET", f"{address}/api/chat/events?after={after}", headers=options) as response,
    ):
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["x-accel-buffering"] == "no"
        for line in response.iter_lines():
            if line:
                key, _, value = line.partition(": ")
                event[key] = value
            elif "data" in event:
                found.append({**event, "data": json.loads(event["data"])})
                event = {}
            if len(found) == count:
                return found
    raise AssertionError(found)


def test_the_stream_tells_what_was_and_then_what_comes(address, rasa):
    with httpx2.Client(base_url=address) as client:
        visitor = Visitor(client)
        visitor.answer_to("vorher")
        rasa.slow = 0.3
        later = threading.Timer(0.2, lambda: visitor.post("nachher"))
        later.start()
        events = read_stream(address, visitor, count=4)
        later.join()
    assert [event["id"] for event in events] == ["1", "2", "3", "4"]
    assert {event["event"] for event in events} == {"message"}
    assert events[2]["data"]["text"] == "nachher"


def test_a_stream_that_broke_goes_on_where_it_was(address):
    with httpx2.Client(base_url=address) as client:
        visitor = Visitor(client)
        visitor.answer_to("eins")
        visitor.answer_to("zwei")
        events = read_stream(address, visitor, headers={"Last-Event-ID": "2"})
    assert [event["id"] for event in events] == ["3", "4"]


def test_the_stream_ends_when_the_chat_is_deleted(address):
    with httpx2.Client(base_url=address, timeout=10) as client:
        visitor = Visitor(client)
        later = threading.Timer(0.2, lambda: client.delete("/api/chat", headers=visitor.headers))
        options = {**visitor.headers, "Accept": "text/event-stream"}
        with (
            httpx2.Client(timeout=5) as other,
            other.stream("GET", f"{address}/api/chat/events", headers=options) as response,
        ):
            later.start()
            assert "".join(response.iter_text()).strip() == ": open"
        later.join()


def test_streams_of_a_chat_are_bounded(address):
    with httpx2.Client(base_url=address, timeout=10) as client:
        visitor = Visitor(client)
        options = {**visitor.headers, "Accept": "text/event-stream"}
        streams = [client.stream("GET", "/api/chat/events", headers=options) for _ in range(9)]
        codes = [stream.__enter__().status_code for stream in streams]
        for stream in streams:
            stream.__exit__(None, None, None)
    assert codes == [200] * 8 + [429]


def test_nobody_reads_or_continues_another_chat(client):
    one, other = Visitor(client), Visitor(client)
    one.answer_to("Mein Geheimnis")
    assert other.events() == []
    assert "Geheimnis" not in client.get("/api/chat", headers=other.headers).text


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Bearer ImNoYXQi.AAAA", "Basic dXNlcjpwYXNz", "Bearer ä"])
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/chat"), ("DELETE", "/api/chat"), ("GET", "/api/chat/events"), ("POST", "/api/chat/messages"),
     ("POST", "/api/chat/feedback")],
)  # fmt: skip
def test_without_a_token_of_ours_nothing_is_told_or_done(method, path, header, client):
    response = client.request(
        method, path, headers={"Authorization": header.encode()}, content=b"{}" * (method == "POST")
    )
    assert error_of(response) == (401, "unknown_session")
    assert response.headers["www-authenticate"] == "Bearer"


def test_a_deleted_chat_is_gone_here_and_in_rasa(visitor, rasa):
    visitor.answer_to("Mein Geheimnis")
    assert visitor.client.delete("/api/chat", headers=visitor.headers).status_code == 204
    assert rasa.erased == [rasa.asked[0]["sender"]]
    assert error_of(visitor.post("noch da?")) == (401, "unknown_session")
    assert error_of(visitor.client.get("/api/chat", headers=visitor.headers)) == (401, "unknown_session")


def test_after_a_new_secret_a_visitor_goes_on_and_can_delete_it_all(settings, rasa):
    with TestClient(application(settings, rasa), HERE) as client:
        visitor, late = Visitor(client), Visitor(client)
        visitor.answer_to("Hallo")
    after = replace(settings, secret=b"n" * 40, old_secrets=(settings.secret,))
    with TestClient(application(after, rasa), HERE) as visitor.client:
        visitor.answer_to("Und weiter?")
        first, second = (body["sender"] for body in rasa.asked)
        assert first == second
        assert visitor.client.delete("/api/chat", headers=visitor.headers).status_code == 204
        assert rasa.erased == [first]
    with TestClient(application(replace(settings, secret=b"n" * 40), rasa), HERE) as late.client:
        assert error_of(late.post("noch da?")) == (401, "unknown_session")


def test_what_an_earlier_version_told_rasa_is_deleted_with_the_chat(visitor, rasa, settings):
    chat = Keys(settings.secret).chat_of(visitor.token)
    with create_engine(settings.database).begin() as connection:
        connection.exec_driver_sql("UPDATE chats SET former_name = 1")
    assert visitor.client.delete("/api/chat", headers=visitor.headers).status_code == 204
    assert set(rasa.erased) == set(Keys(settings.secret).senders(chat))


def test_a_chat_deleted_while_rasa_thinks_is_forgotten_once_more(visitor, rasa):
    rasa.slow = 1.0
    visitor.post("Mein Geheimnis")
    until(lambda: rasa.asked)
    visitor.client.delete("/api/chat", headers=visitor.headers)
    until(lambda: len(rasa.erased) == 2)


def test_the_export_holds_all_that_is_kept(visitor):
    told = visitor.answer_to("Wann wurde die IOM gegründet?")
    feedback = {"sequence": told["sequence"], "helpful": False, "reason": "zu kurz"}
    assert visitor.client.post("/api/chat/feedback", json=feedback, headers=visitor.headers).status_code == 204
    response = visitor.client.get("/api/chat?format=json", headers=visitor.headers)
    assert response.headers["content-disposition"] == 'attachment; filename="chat.json"'
    exported = response.json()
    assert exported["events"] == visitor.events()
    assert [(row["helpful"], row["reason"]) for row in exported["feedback"]] == [(False, "zu kurz")]


def test_the_export_as_text_can_be_read_by_people(visitor):
    visitor.answer_to("Wann wurde die IOM gegründet?")
    response = visitor.client.get("/api/chat?format=text", headers=visitor.headers)
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert "Sie:\nWann wurde die IOM gegründet?" in response.text
    assert "Quelle: " in response.text
    english = visitor.client.get("/api/chat?format=text&language=en", headers=visitor.headers)
    assert "You:\nWann" in english.text


@pytest.mark.parametrize(
    "body",
    [{"sequence": 2, "helpful": "yes"},
     {"sequence": True, "helpful": True}, {"helpful": True}, {"sequence": 2, "helpful": True, "reason": 7},
     {"sequence": -1, "helpful": True}, {"sequence": 2**70, "helpful": True}],
)  # fmt: skip
def test_feedback_that_is_none_is_refused(body, visitor):
    visitor.answer_to("Hallo")
    response = visitor.client.post("/api/chat/feedback", json=body, headers=visitor.headers)
    assert error_of(response) == (400, "invalid")


@pytest.mark.parametrize("sequence", [1, 99])
def test_there_is_no_feedback_on_what_is_no_answer(sequence, visitor):
    visitor.answer_to("Hallo")
    body = {"sequence": sequence, "helpful": True}
    assert error_of(visitor.client.post("/api/chat/feedback", json=body, headers=visitor.headers)) == (404, "not_found")


def test_a_reason_that_is_too_long_is_refused(visitor):
    told = visitor.answer_to("Hallo")
    body = {"sequence": told["sequence"], "helpful": True, "reason": "x" * 501}
    assert error_of(visitor.client.post("/api/chat/feedback", json=body, headers=visitor.headers)) == (400, "too_long")


def test_a_text_of_5000_characters_is_taken_and_no_longer_one(visitor):
    assert visitor.post("x" * 5000).status_code == 202
    assert error_of(visitor.post("x" * 5001)) == (400, "too_long")


def test_a_body_that_is_too_large_is_refused_whatever_it_says_of_its_length(visitor):
    def chunks():
        yield from (b"x" * 1000 for _ in range(20))

    response = visitor.client.post("/api/chat/messages", content=chunks(), headers=visitor.headers)
    assert error_of(response) == (413, "too_large")


@pytest.mark.parametrize(
    "content",
    [b"", b"null", b"[]", b"7", b'"text"', b"{", b"\xff\xfe", b"[" * 15000, b'{"id": 7, "text": "x"}', b'{"text": "x"}',
     b'{"id": "no uuid", "text": "x"}', b'{"id": "%s"}' % ID.encode(), b'{"id": "%s", "text": 7}' % ID.encode(),
     b'{"id": "%s", "text": "x", "choice": "pl"}' % ID.encode(),
     b'{"id": "%s", "text": "x", "language": []}' % ID.encode()],
)  # fmt: skip
def test_a_body_that_is_no_message_is_refused_politely(content, visitor, rasa):
    headers = {**visitor.headers, "Accept-Language": "de"}
    response = visitor.client.post("/api/chat/messages", content=content, headers=headers)
    assert error_of(response) == (400, "invalid")
    assert response.json()["error"]["text"] == knowledge().phrase("front_invalid", "de")
    assert rasa.asked == []


def test_a_page_in_another_language_is_no_hint(visitor, rasa):
    visitor.answer_to("Hallo", language="pl-PL")
    assert set(rasa.asked[0]["metadata"]) == {"id"}


@pytest.mark.parametrize("text", ["a\0b", "Was ist FAP \ud83d?", "", "   "])
def test_text_that_no_database_holds_is_kept_as_far_as_it_can_be(text, visitor):
    body = json.dumps({"id": ID, "text": text}).encode()
    assert visitor.client.post("/api/chat/messages", content=body, headers=visitor.headers).status_code == 202


def test_a_refusal_is_in_the_language_of_the_visitor(client):
    headers = {"Accept-Language": "pl, en-GB;q=0.8"}
    assert client.get("/api/chat", headers=headers).json()["error"]["text"] == knowledge().phrase(
        "front_unknown_session", "en"
    )
    visitor = Visitor(client, "en")
    assert visitor.post("x" * 5001, language="en").json()["error"]["text"] == knowledge().phrase("front_too_long", "en")


def test_after_a_restart_what_was_accepted_is_answered(settings, rasa):
    rasa.slow = 5
    with TestClient(application(settings, rasa), HERE) as client:
        visitor = Visitor(client)
        visitor.post("Hallo", id=ID)
    rasa.slow = 0
    with TestClient(application(settings, rasa), HERE) as client:
        visitor.client = client
        assert visitor.events(after=1, wait=10)[0]["reply_to"] == ID


def test_a_silent_chat_is_purged_after_its_time(settings, rasa):
    with TestClient(application(settings, rasa), HERE) as client:
        visitor = Visitor(client)
        visitor.answer_to("Hallo")
    with create_engine(settings.database).begin() as connection:
        connection.exec_driver_sql("UPDATE chats SET last_at = last_at - 86400 * 31")
    with TestClient(application(settings, rasa), HERE) as client:
        until(lambda: client.get("/api/chat", headers=visitor.headers).status_code == 401)


def test_expiry_is_told_with_the_token(client):
    told = client.post("/api/chat", json={}).json()
    assert set(told) == {"token", "expires_at"}
    assert told["expires_at"][:4].isdigit()


def seconds_left(told) -> float:
    return datetime.fromisoformat(told["expires_at"]).timestamp() - time.time()


def test_every_message_puts_the_expiry_off(settings, rasa):
    with TestClient(application(settings, rasa), HERE) as client:
        visitor = Visitor(client)
        visitor.answer_to("Hallo")
        with create_engine(settings.database).begin() as connection:
            connection.exec_driver_sql("UPDATE chats SET last_at = last_at - 86400 * 29")
        told = client.get("/api/chat/events", headers=visitor.headers).json()
        assert abs(seconds_left(told) - 86400) < 60
        body = {"id": ID, "text": "Und heute?"}
        receipt = client.post("/api/chat/messages", json=body, headers=visitor.headers).json()
        assert abs(seconds_left(receipt) - settings.kept_seconds) < 60
        for address in ("/api/chat/events", "/api/chat"):
            assert abs(seconds_left(client.get(address, headers=visitor.headers).json()) - settings.kept_seconds) < 60


def test_the_same_message_sent_again_tells_the_expiry_as_it_stands(settings, rasa):
    with TestClient(application(settings, rasa), HERE) as client:
        visitor = Visitor(client)
        visitor.post("Hallo", id=ID)
        visitor.events(after=1, wait=10)
        with create_engine(settings.database).begin() as connection:
            connection.exec_driver_sql("UPDATE chats SET last_at = last_at - 86400 * 29")
        body = {"id": ID, "text": "Hallo"}
        receipt = client.post("/api/chat/messages", json=body, headers=visitor.headers).json()
        assert abs(seconds_left(receipt) - 86400) < 60


def test_an_answer_that_cannot_be_told_is_none(visitor, rasa):
    said = [[{"text": "?"}], fact()]
    rasa.reply = lambda _: said.pop(0)
    assert visitor.answer_to("Hallo")["kind"] == "fact"
    assert rasa.texts == ["Hallo", "Hallo"]


def test_a_smalltalk_without_entry_is_told(visitor, rasa):
    rasa.reply = lambda _: [{"text": "Guten Tag!"}, enveloped("smalltalk")]
    told = visitor.answer_to(str(uuid.uuid4()))
    assert (told["kind"], told["parts"][0]["text"]) == ("smalltalk", "Guten Tag!")


def test_messages_wait_for_rasa_in_the_lane_of_their_address(settings, rasa, monkeypatch):
    lanes, ask = [], Rasa.ask

    async def watching(*arguments, **named):
        lanes.append(named.get("lane") or arguments[-1])
        return await ask(*arguments, **named)

    monkeypatch.setattr(Rasa, "ask", watching)
    proxied = replace(settings, proxies="*")
    with TestClient(application(proxied, rasa), HERE) as client:
        for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
            client.headers["X-Forwarded-For"] = address
            Visitor(client).answer_to("Hallo")
        client.post("/webhooks/rest/webhook", json={"sender": "me", "message": "Hallo"})
    assert lanes == [lane_of("192.0.2.1"), lane_of("192.0.2.1"), lane_of("192.0.2.2"), lane_of("192.0.2.2")]


def test_a_chat_that_is_resumed_waits_in_a_lane_of_its_own(settings, rasa, monkeypatch):
    lanes = []

    async def watching(*arguments, **_):
        lanes.append(arguments[-1])

    engine = database(settings.database)
    Store(engine).open_chat("a" * 32, "de", time.time())
    Store(engine).accept("a" * 32, str(uuid.uuid4()), "Hallo", "de", None, time.time())
    monkeypatch.setattr(Rasa, "ask", watching)
    with TestClient(application(settings, rasa), HERE):
        until(lambda: lanes == [RESUMED])
    engine.dispose()
