"""The reasons for an answer, from the running pipeline to the list for staff."""

from __future__ import annotations

import json

import httpx2
import pytest

from assistant.core.why import why_in
from assistant.knowledge.live import live
from tests.fakes.front import Visitor

pytestmark = pytest.mark.slow

FOUNDING = "Wann wurde die IOM gegründet?"
UNKNOWN = "Wo kann ich am Sonntag mit anderen im Chor singen?"


def reasons(messages):
    return why_in(messages[-1]["custom"])


def test_rasa_says_why_it_answers_with_what_and_by_which_versions(say):
    why = reasons(say(FOUNDING))
    (part,) = why["parts"]
    assert part["decision"] == "answer"
    assert part["nearest"][0][0] == "ask_history/founding"
    assert part["nearest"][0][1] > 0.3
    assert len(part["nearest"]) == 3
    assert len(why["model"]) == 32
    assert why["knowledge"] == live().version


def test_rasa_says_why_it_does_not_answer_without_the_words(say):
    why = reasons(say(UNKNOWN))
    assert [part["decision"] for part in why["parts"]] == ["unsure"]
    assert "Chor" not in json.dumps(why)


def test_what_leaves_the_front_has_no_reasons(front_url):
    with httpx2.Client(base_url=front_url, timeout=30) as client:
        body = {"sender": "reasons", "message": UNKNOWN}
        said = client.post("/webhooks/rest/webhook", json=body).json()
        assert said[-1]["custom"].keys() == {"answer"}
        visitor = Visitor(client)
        assert visitor.answer_to(UNKNOWN, 30)["kind"] == "fallback"
        exported = client.get("/api/chat?format=json", headers=visitor.headers)
        assert "nearest" not in exported.text
        (row,) = exported.json()["unanswered"]
        assert (row["text"], row["reason"], row["state"]) == (UNKNOWN, "nothing", "open")
        assert client.delete("/api/chat", headers=visitor.headers).status_code == 204
