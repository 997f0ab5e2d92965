"""If Rasa is slow, dead, silent or wrong: its answer if it recovers in time, otherwise one apology, never both."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from assistant.front.app import application
from assistant.front.rasa.apology import language_of_apology
from assistant.front.rasa.transport import TransportError
from assistant.knowledge import knowledge
from tests.fakes.front import AWAY, HERE, Visitor, enveloped, fact
from tests.support.wait import until

SECONDS = 0.8
APOLOGY = [{"text": "…"}, enveloped("error")]
BAD = {
    "away": AWAY,
    "gone in the middle": TransportError("gone"),
    "silent": [],
    "an error": 500,
    "not found": 404,
    "nonsense": {"no": "list"},
    "no envelope": [{"text": "Hallo"}],
    "its own apology": APOLOGY,
}


@pytest.fixture
def visitor(settings, rasa):
    with TestClient(application(replace(settings, answer_timeout_seconds=SECONDS), rasa), HERE) as client:
        yield Visitor(client)


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_the_answer_comes_when_rasa_is_well_again_in_time(bad, visitor, rasa):
    said = [bad, fact()]
    rasa.reply = lambda _: said.pop(0)
    assert visitor.answer_to("Hallo")["kind"] == "fact"


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_an_apology_comes_in_time_when_rasa_stays_unwell(bad, visitor, rasa):
    rasa.reply = lambda _: bad
    begun = time.monotonic()
    told = visitor.answer_to("Wann wurde die IOM gegründet?")
    assert time.monotonic() - begun < SECONDS + 3
    assert (told["kind"], told["language"]) == ("error", "de")


def test_a_slow_rasa_is_asked_once_and_its_late_answer_is_not_told(visitor, rasa):
    rasa.slow = SECONDS + 1
    assert visitor.answer_to("Hallo")["kind"] == "error"
    time.sleep(1.5)
    assert len(visitor.events()) == 2
    assert rasa.texts == ["Hallo"]


@pytest.mark.parametrize("days", [1, -1])
def test_a_clock_that_jumps_while_rasa_is_away_brings_no_apology_and_no_endless_wait(days, client, rasa, monkeypatch):
    visitor, real, said = Visitor(client), time.time, [AWAY, AWAY, fact()]

    def reply(_):
        monkeypatch.setattr(time, "time", lambda: real() + days * 86400.0)
        return said.pop(0)

    rasa.reply = reply
    assert visitor.answer_to("Hallo", 20)["kind"] == "fact"
    # And what comes after the jump has its own time.
    rasa.reply = lambda _: AWAY
    begun = time.monotonic()
    assert visitor.answer_to("Hallo", 30)["kind"] == "error"
    assert 5 < time.monotonic() - begun < 20


def test_after_an_apology_the_next_message_is_answered(visitor, rasa):
    rasa.reply = lambda _: AWAY
    assert visitor.answer_to("Hallo")["kind"] == "error"
    rasa.reply = lambda _: fact()
    assert visitor.answer_to("Hallo")["kind"] == "fact"


def test_a_conversation_that_rasa_cannot_forget_now_is_forgotten_later(settings, rasa):
    send = rasa.send

    async def away(*_):
        raise AWAY

    rasa.send = away
    with TestClient(application(settings, rasa), HERE) as client:
        visitor = Visitor(client)
        assert client.delete("/api/chat", headers=visitor.headers).status_code == 204
    assert rasa.erased == []
    rasa.send = send
    with TestClient(application(settings, rasa), HERE):
        until(lambda: rasa.erased)
    assert rasa.erased[0].startswith("web-")


@pytest.mark.parametrize(
    ("text", "choice", "spoken", "page", "language"),
    [
        ("When was IOM founded, please?", "de", "de", "de", "de"),
        ("When was IOM founded, please?", None, "de", "de", "en"),
        ("Wann wurde die IOM eigentlich gegründet?", None, "en", "en", "de"),
        ("IOM", None, "en", "de", "en"),
        ("IOM", None, None, "en", "en"),
        ("", None, None, None, "en"),
        ("помогите", None, None, "de", "ru"),
        ("🙂", None, None, "en", "en"),
    ],
)
def test_an_apology_is_in_the_language_an_answer_would_have_had(text, choice, spoken, page, language):
    assert language_of_apology(text, choice, spoken, page) == language


def test_an_apology_keeps_the_language_of_the_chat(visitor, rasa):
    rasa.reply = lambda _: fact("en")
    visitor.answer_to("When was IOM founded?")
    rasa.reply = lambda _: AWAY
    told = visitor.answer_to("FAP", language="de")
    assert told["parts"][0]["text"] == knowledge().phrase("error", "en")
