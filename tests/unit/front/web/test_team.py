"""The way of a question to the team: only with consent, never an emergency, and gone with its chat."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from assistant.core.languages import LANGUAGES
from assistant.front.app import application
from assistant.front.core.opening_hours import opening_hours_of
from assistant.front.core.settings import Rates, settings_from
from assistant.front.core.transcript import as_text
from assistant.front.rasa.transport import NotListeningError
from assistant.knowledge import knowledge
from tests.fakes.front import HERE, Visitor, enveloped, fact
from tests.support.wait import until

EMAIL = "kwame@example.org"
QUESTION = "Ich bin Kwame Boateng. Wann ist mein Termin?"


@pytest.fixture
def settings(settings):
    return replace(settings, team=True, team_hours=opening_hours_of("Mo-Fr 09:00-16:00"))


def ask(visitor, **changes):
    body = {"id": str(uuid.uuid4()), "text": QUESTION, "email": EMAIL, "consent": True, "language": "de", **changes}
    body = {name: value for name, value in body.items() if value is not ...}
    return visitor.client.post("/api/chat/team", json=body, headers=visitor.headers)


def code_of(response):
    return response.status_code, response.json()["error"]["code"]


def exported(visitor):
    return visitor.client.get("/api/chat", headers=visitor.headers).json()["team"]


def test_the_opening_says_whether_and_when_people_can_be_asked(client, settings, rasa):
    hours = [{"days": [1, 5], "opens": "09:00", "closes": "16:00"}]
    assert client.get("/api/opening").json()["team"] == {"hours": hours}
    with TestClient(application(replace(settings, team_hours=()), rasa), HERE) as silent:
        assert silent.get("/api/opening").json()["team"] == {"hours": []}


def test_a_question_is_kept_as_it_was_written(visitor):
    asked = ask(visitor)
    assert asked.status_code == 201
    assert asked.json()["emergency"] is False
    assert asked.json()["expires_at"] > "2026"
    (kept,) = exported(visitor)
    assert (kept["text"], kept["email"], kept["answered"]) == (QUESTION, EMAIL, False)
    text = visitor.client.get("/api/chat?format=text", headers=visitor.headers).text
    assert f"UTC] Frage an das Team:\n{QUESTION}\n{EMAIL}\n" in text


def test_rasa_is_asked_once_without_names_and_forgets_it(visitor, rasa):
    visitor.answer_to("Hallo")
    ask(visitor)
    hello, checked = rasa.asked
    assert "Kwame" not in checked["message"]
    assert checked["sender"] != hello["sender"]
    assert until(lambda: rasa.erased) == [checked["sender"]]
    # The chat itself has nothing of it.
    assert [event["type"] for event in visitor.events()] == ["visitor", "assistant"]


@pytest.mark.parametrize("kind", ["whole", "part"])
def test_an_emergency_is_not_left_to_the_team(visitor, rasa, kind):
    crisis = fact(entry="crisis/danger") if kind == "part" else [enveloped("crisis", ["crisis/danger"])]
    if kind == "part":
        crisis[-1]["custom"]["answer"]["kind"] = "fact"
        crisis[-1]["custom"]["answer"]["parts"][0]["kind"] = "crisis"
    rasa.reply = lambda _: crisis
    asked = ask(visitor, text="Er schlägt mich")
    assert (asked.status_code, asked.json()) == (200, {"emergency": True, "expires_at": None})
    assert exported(visitor) == []
    assert until(lambda: rasa.erased) == [rasa.asked[0]["sender"]]


def test_nobody_in_danger_is_told_to_wait(settings, rasa):
    with TestClient(application(replace(settings, rates=Rates(team="1/hour")), rasa), HERE) as client:
        visitor = Visitor(client)
        assert ask(visitor).status_code == 201
        assert code_of(ask(visitor)) == (429, "too_many")
        rasa.reply = lambda _: [enveloped("crisis", ["crisis/danger"])]
        assert ask(visitor).json()["emergency"] is True


@pytest.mark.parametrize("reply", [NotListeningError("away"), 500, [enveloped("error")]])
def test_what_cannot_be_checked_is_not_taken(settings, rasa, reply):
    with TestClient(application(replace(settings, answer_timeout_seconds=0.5), rasa), HERE) as client:
        visitor, rasa.reply = Visitor(client), lambda _: reply
        assert code_of(ask(visitor)) == (503, "unavailable")
        assert exported(visitor) == []


@pytest.mark.parametrize(
    "changes",
    [{"consent": ...}, {"consent": False}, {"consent": "yes"}, {"consent": 1}, {"text": " \n"}, {"text": ...},
     {"id": "x"}, {"email": "kwame"}, {"email": "kwame@example"}, {"email": "a@b@example.org"}, {"email": 7},
     {"email": ""}, {"email": " kwame@example.org"},
     {"email": "kwame@example.org\nBcc: all@example.org"}, {"email": "a@example.org, b@example.org"},
     {"email": "Kwame <kwame@example.org>"}, {"choice": "xx"}],
    ids=str,
)  # fmt: skip
def test_what_is_no_question_is_refused(visitor, rasa, changes):
    assert code_of(ask(visitor, **changes)) == (400, "invalid")
    assert exported(visitor) == []
    assert rasa.asked == []


def test_a_text_may_be_as_long_as_what_can_be_checked(visitor):
    assert ask(visitor, text="x" * 1000).status_code == 201
    assert code_of(ask(visitor, text="x" * 1001)) == (400, "too_long")
    assert code_of(ask(visitor, email=f"{'x' * 250}@example.org")) == (400, "too_long")


@pytest.mark.parametrize("email", [None, ...])
def test_the_address_may_be_missing(visitor, email):
    assert ask(visitor, email=email).status_code == 201
    assert [one["email"] for one in exported(visitor)] == [None]


def test_a_repeat_is_the_same_question(visitor):
    id_ = str(uuid.uuid4())
    assert [ask(visitor, id=id_).status_code for _ in range(2)] == [201, 201]
    assert len(exported(visitor)) == 1


def test_a_chat_holds_only_so_many(visitor):
    assert [ask(visitor).status_code for _ in range(10)] == [201] * 10
    assert code_of(ask(visitor)) == (429, "too_many")


def test_nobody_asks_without_a_token_or_in_a_deleted_chat(visitor):
    visitor.client.delete("/api/chat", headers=visitor.headers)
    assert code_of(ask(visitor)) == (401, "unknown_session")
    visitor.headers = {}
    assert code_of(ask(visitor)) == (401, "unknown_session")


def test_nothing_is_left_once_the_chat_is_deleted(visitor, settings, tmp_path):
    ask(visitor, text="Was ist ein Zwiebelfischchen?")
    visitor.client.delete("/api/chat", headers=visitor.headers)
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("front.*"))
    assert not [word for word in (b"Zwiebelfischchen", EMAIL.encode()) if word in kept]


def test_it_is_off_unless_the_operator_turns_it_on(settings, rasa, tmp_path):
    folder = {"ASSISTANT_DATA": str(tmp_path)}
    assert not settings_from(folder).team
    assert settings_from({**folder, "ASSISTANT_TEAM": "1"}).team
    with TestClient(application(replace(settings, team=False), rasa), HERE) as client:
        assert client.get("/api/opening").json()["team"] is None
        assert code_of(ask(Visitor(client))) == (404, "not_found")
    assert rasa.asked == []


@pytest.mark.parametrize("value", ["yes", "2", "true"])
def test_a_switch_is_on_or_off(value, tmp_path):
    with pytest.raises(ValueError, match="ASSISTANT_TEAM must be 0 or 1"):
        settings_from({"ASSISTANT_DATA": str(tmp_path), "ASSISTANT_TEAM": value})


def test_without_storage_nobody_can_be_asked(tmp_path):
    with pytest.raises(ValueError, match=r"ASSISTANT_TEAM=1.*ASSISTANT_STORAGE=none"):
        settings_from({"ASSISTANT_DATA": str(tmp_path), "ASSISTANT_STORAGE": "none", "ASSISTANT_TEAM": "1"})


def test_a_closed_chat_offers_it_to_nobody(client, settings, visitor, rasa, tmp_path):
    notice = tmp_path / "notice.yml"
    notice.write_text("closed: true\n", "utf-8")
    with TestClient(application(replace(settings, notice=notice), rasa), HERE) as closed:
        assert closed.get("/api/opening").json()["team"] is None
        assert code_of(ask(Visitor(closed))) == (404, "not_found")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_saved_chat_names_it_in_every_language(language):
    told = {"at": "2026-11-30T08:00:00.000+00:00", "text": QUESTION, "email": None, "answered": False}
    base = knowledge()
    head, *lines = as_text([], base, language, [told]).splitlines()
    assert head == f"[2026-11-30 08:00 UTC] {base.phrase('team', language)}:"
    assert lines == [QUESTION]
