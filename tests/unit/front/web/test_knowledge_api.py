"""Answers by entry, and everyday topics, without a chat."""

from __future__ import annotations

import datetime

import pytest
from starlette.testclient import TestClient

from assistant.core.languages import LANGUAGES
from assistant.front.app import application
from assistant.front.web.knowledge_api import MAX_ENTRIES
from assistant.front.web.page_view import PATH
from assistant.knowledge import knowledge, render
from assistant.knowledge.live import Live, served
from assistant.knowledge.withdrawn import Withdrawal
from tests.fakes.front import HERE, Visitor

FAP, FOUNDING = "ask_figures/fap_reached", "ask_history/founding"
DOCUMENTS = "ask_family/documents"


@pytest.fixture
def without(settings, rasa, monkeypatch):
    """A client of a front whose staff have withdrawn some entries."""

    def without(*entries):
        why = Withdrawal("A. Beispiel", "2026-07-27", "?")
        base = served(knowledge(), dict.fromkeys(entries, why), datetime.date(2026, 7, 27))
        monkeypatch.setattr(Live, "current", lambda _: base)
        return TestClient(application(settings, rasa), HERE)

    return without


def answer(client, *entries, language="de"):
    response = client.get(f"/api/answers?entries={','.join(entries)}&language={language}")
    assert response.status_code == 200, response.text
    return response.json()["answer"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_entry_says_in_every_language_what_the_knowledge_holds(language, client):
    told = answer(client, FAP, language=language)
    (part,) = told["parts"]
    rendered = render(knowledge(), knowledge().entries[FAP], language)
    assert (told["kind"], told["language"], part["language"]) == ("fact", language, language)
    assert (part["entry"], part["text"], part["question"]) == (FAP, rendered.text, rendered.question)
    assert (part["translation"] or {}).get("original", {}).get("text") == rendered.original
    assert told["answer"]["entries"] == [FAP]


def test_it_is_what_the_same_question_gets_in_a_chat(client):
    asked = Visitor(client).answer_to("Wann?")
    told = answer(client, FOUNDING)
    assert told["parts"] == asked["parts"]
    assert (told["kind"], told["language"], told["answer"]) == (asked["kind"], asked["language"], asked["answer"])


def test_several_entries_come_in_order_and_each_once(client):
    told = answer(client, FAP, FOUNDING, FAP)
    assert [part["entry"] for part in told["parts"]] == [FAP, FOUNDING]
    assert set(told["suggestions"]) <= {entry.question["de"] for entry in knowledge().entries.values()}


def test_suggestions_that_need_a_chat_are_left_out(client):
    told = answer(client, FOUNDING, language="uk")
    assert told["suggestions"]
    assert knowledge().phrase("original", "uk") not in told["suggestions"]


def test_every_entry_can_be_had(client):
    for entry in knowledge().entries.values():
        assert answer(client, entry.id)["parts"][0]["entry"] == entry.id


@pytest.mark.parametrize(
    ("entries", "code", "status"),
    [
        ("", "invalid", 400),
        (",", "invalid", 400),
        (",".join(f"a/{number}" for number in range(MAX_ENTRIES + 1)), "invalid", 400),
        ("ask_history/nothing", "not_found", 404),
        (f"{FOUNDING},../secret", "not_found", 404),
    ],
)
def test_what_names_no_entry_is_refused(entries, code, status, client):
    response = client.get("/api/answers", params={"entries": entries})
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)


def test_a_copy_is_kept_for_a_while_and_then_compared(client):
    path = f"/api/answers?entries={FOUNDING}"
    first = client.get(path, headers={"Accept-Language": "tr"})
    assert first.json()["answer"]["language"] == "tr"
    assert first.headers["cache-control"] == "public, max-age=300"
    assert "Accept-Language" in first.headers["vary"]
    same = {"Accept-Language": "tr", "If-None-Match": first.headers["etag"]}
    again = client.get(path, headers=same)
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(path, headers={**same, "Accept-Language": "ko"}).status_code == 200


def test_nothing_is_asked_or_stored(client, rasa):
    answer(client, FAP)
    assert rasa.asked == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_topics_offer_questions_in_every_language(language, client):
    told = client.get(f"/api/topics?language={language}").json()
    assert told["language"] == language
    assert [topic["id"] for topic in told["topics"]] == list(knowledge().topics)
    for topic in told["topics"]:
        assert topic["title"] == knowledge().topics[topic["id"]].title[language]
        for question in topic["questions"]:
            entry = knowledge().entries[question["entry"]]
            assert question["text"] == render(knowledge(), entry, language).question


def test_a_topic_does_not_offer_what_is_withdrawn(without):
    topic = knowledge().topics["family"]
    with without(DOCUMENTS) as client:
        told = {each["id"]: each["questions"] for each in client.get("/api/topics").json()["topics"]}
        page = client.get(PATH, params={"language": "de"})
    assert [question["entry"] for question in told["family"]] == [id_ for id_ in topic.entries if id_ != DOCUMENTS]
    assert page.status_code == 200
    assert DOCUMENTS not in page.text


def test_a_topic_of_which_everything_is_withdrawn_is_not_offered(without):
    topic = next(topic for topic in knowledge().topics.values() if "crisis" not in str(topic.entries))
    with without(*topic.entries) as client:
        assert topic.id not in [each["id"] for each in client.get("/api/topics").json()["topics"]]


@pytest.mark.parametrize("entries", [DOCUMENTS, f"{FAP},{DOCUMENTS}"])
def test_a_link_to_a_withdrawn_answer_leads_to_what_is_said_in_its_place(entries, without):
    with without(DOCUMENTS) as client:
        told = answer(client, *entries.split(","))
        page = client.get(PATH, params={"entry": entries, "language": "de"})
    assert told["parts"][-1]["text"].startswith(knowledge().phrase("withdrawn", "de"))
    assert page.status_code == 200
    assert knowledge().phrase("withdrawn", "de") in page.text


def test_topics_are_not_sent_again_unless_they_have_changed(client):
    etag = client.get("/api/topics").headers["etag"]
    assert client.get("/api/topics", headers={"If-None-Match": f"W/{etag}"}).status_code == 304


def test_no_topic_is_about_return_alone():
    """Return is one topic among several, and never the first."""
    assert next(iter(knowledge().topics)) != "return"
    for topic in knowledge().topics.values():
        if topic.id != "return":
            assert not any("return" in id_ for id_ in topic.entries), topic.id
