"""What staff learn from answers: what is counted, what is listed for them, and what of it is not kept."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from assistant.commands import person, purge
from assistant.core.storage import SWITCH
from assistant.front.answering.record import Record
from assistant.front.app import application
from assistant.front.core.settings import settings_from
from assistant.front.store.schema import database
from assistant.front.store.tallies import Tallies, TallyRow
from assistant.front.store.unanswered import Unanswered, day_of
from tests.fakes.front import HERE, HOST, Visitor, enveloped
from tests.fakes.reasons import NEAREST, part, sent, why
from tests.support.wait import until
from tests.unit.dialogue.conftest import asking, phrase, question

FAP, DTM = (entry for entry, _ in NEAREST)
TOPIC = "ask_figures"
CHOIR = "Wo singt ein Chor?"
UNKNOWN = asking(decision="unsure", text=CHOIR)
TODAY = day_of(time.time())


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request, settings):
    """Every test here runs on both databases."""
    if request.param == "sqlite":
        return settings
    return replace(settings, database=request.getfixturevalue("postgres").new())


@pytest.fixture
def engine(settings):
    engine = database(settings.database)
    yield engine
    engine.dispose()


@pytest.fixture
def queue(client, engine):
    return Unanswered(engine)


@pytest.fixture
def counts(client, engine):
    return Tallies(engine)


def endings(counts, least=1):
    """What was counted, as (outcome, entry, count), once it is there."""
    until(lambda: sum(row.count for row in counts.rows()) >= least)
    return sorted((row.outcome, row.entry, row.count) for row in counts.rows())


def says(rasa, *replies):
    """Has Rasa answer with these, in turn; the last one repeats."""
    left = list(replies)
    rasa.reply = lambda _: left.pop(0) if len(left) > 1 else left[0]


def listed(queue, count=1):
    until(lambda: queue.count_open() >= count)
    return queue.open()


def rate(visitor, sequence, helpful, reason=None):
    body = {"sequence": sequence, "helpful": helpful, "reason": reason}
    assert visitor.client.post("/api/chat/feedback", json=body, headers=visitor.headers).status_code == 204


def test_a_question_that_nothing_is_known_of_is_listed_with_all_that_staff_need(visitor, rasa, queue):
    says(rasa, sent(UNKNOWN))
    told = visitor.answer_to(CHOIR)
    (row,) = listed(queue)
    assert (row.text, row.reason, row.language, row.day) == (CHOIR, "nothing", "de", TODAY)
    assert (row.topic, row.entry, row.state) == (TOPIC, FAP, "open")
    assert (row.model, row.knowledge, row.why) == ("model-1", "knowledge-1", row.why)
    assert row.why["parts"][0]["nearest"] == list(NEAREST)
    assert row.answer == told["sequence"]


def test_what_is_answered_is_counted_and_not_listed(visitor, rasa, queue, counts):
    says(rasa, sent(asking(FAP), reasons=why(part("answer"))))
    visitor.answer_to("Wie viele?")
    assert endings(counts) == [("answered", FAP, 1)]
    assert counts.rows() == [TallyRow("model-1 knowledge-1", "de", TOPIC, FAP, "answered", TODAY, 1)]
    assert queue.count_open() == 0


def test_what_is_nearest_by_chance_is_no_entry(visitor, rasa, queue):
    says(rasa, sent(UNKNOWN, reasons=why(part(nearest=[(FAP, 0.05)]))))
    visitor.answer_to(CHOIR)
    (row,) = listed(queue)
    assert (row.topic, row.entry) == (None, None)


@pytest.mark.parametrize(
    ("reply", "entry"),
    [
        # A figure of another year, near entries to choose from, and an aspect that the last answer does not cover.
        (sent(asking(FAP, years=("1999",)), reasons=why(part("answer"))), FAP),
        (sent(asking(DTM, decision="unsure", subjects=("dtm",)), reasons=why(part())), FAP),
        (sent(asking("out_of_scope/illegal"), reasons=why(part("answer", nearest=()))), None),
    ],
    ids=["another year", "near ones offered", "refused"],
)
def test_what_is_known_but_does_not_fit_is_held_back(reply, entry, visitor, rasa, queue):
    says(rasa, reply)
    visitor.answer_to(CHOIR)
    (row,) = listed(queue)
    assert (row.reason, row.entry) == ("held_back", entry)


def test_of_two_questions_the_one_without_an_answer_is_listed_and_each_is_counted(visitor, rasa, queue, counts):
    says(rasa, sent(asking(DTM), UNKNOWN, reasons=why(part("answer", nearest=[(DTM, 0.9)]), part())))
    visitor.answer_to(f"Was ist DTM? {CHOIR}")
    (row,) = listed(queue)
    assert (row.reason, row.entry) == ("nothing", FAP)
    assert endings(counts, 2) == [("answered", DTM, 1), ("held_back", FAP, 1)]


def test_small_talk_is_no_question(visitor, rasa, queue, counts):
    says(rasa, sent(asking("smalltalk/bot"), reasons=why(part("answer"))))
    visitor.answer_to("Bist du ein Mensch?")
    assert [outcome for outcome, _, _ in endings(counts)] == ["other"]
    assert queue.count_open() == 0


ASKED_BACK = sent(asking(FAP, DTM, decision="clarify"), reasons=why(part("clarify")))
TAKEN = sent(asking(FAP), reasons=why(part("answer")))


def test_asked_back_and_left_alone_is_in_vain(visitor, rasa, queue, counts):
    says(rasa, ASKED_BACK)
    visitor.answer_to("Zahlen")
    (row,) = listed(queue)
    assert (row.reason, row.text) == ("asked_back", "Zahlen")
    assert endings(counts) == [("asked_back", FAP, 1)]


@pytest.mark.parametrize("taken", [question(FAP), "1"])
def test_an_offer_that_is_taken_was_not_in_vain(taken, visitor, rasa, queue, counts):
    says(rasa, ASKED_BACK, TAKEN)
    visitor.answer_to("Zahlen")
    listed(queue)
    visitor.answer_to(taken)
    assert endings(counts, 2) == [("answered", FAP, 1), ("asked_back", FAP, 1)]
    until(lambda: queue.count_open() == 0)


def test_another_question_instead_leaves_the_first_on_the_list(visitor, rasa, queue, counts):
    says(rasa, ASKED_BACK, sent(asking("ask_history/founding"), reasons=why(part("answer", nearest=()))))
    visitor.answer_to("Zahlen")
    visitor.answer_to("Wann gegründet?")
    endings(counts, 2)
    assert [row.text for row in queue.open()] == ["Zahlen"]


def test_an_offer_taken_after_something_else_does_not_count(visitor, rasa, queue, counts):
    says(rasa, ASKED_BACK, sent(asking("smalltalk/bot"), reasons=why(part("answer", nearest=()))), TAKEN)
    for text in ("Zahlen", "Wer bist du?", question(FAP)):
        visitor.answer_to(text)
    endings(counts, 3)
    assert [row.text for row in queue.open()] == ["Zahlen"]


@pytest.mark.parametrize(
    ("text", "reasons"),
    [(phrase("clarify_none"), why(part("answer", nearest=()))), ("4", {**why(), "parts": []})],
    ids=["by its words", "by its number"],
)
def test_none_of_these_is_no_question_of_its_own(text, reasons, visitor, rasa, queue, counts):
    says(rasa, ASKED_BACK, sent(asking("control/none"), reasons=reasons))
    visitor.answer_to("Zahlen")
    visitor.answer_to(text)
    assert [outcome for outcome, _, _ in endings(counts, 2)] == ["asked_back", "other"]
    assert [row.text for row in queue.open()] == ["Zahlen"]


def test_a_text_in_which_something_is_masked_is_listed_by_its_topic_alone(visitor, rasa, queue, settings, kept):
    says(rasa, sent(UNKNOWN))
    visitor.answer_to("Ich heiße Kwame Boateng, wo singt ein Chor?")
    (row,) = listed(queue)
    assert (row.text, row.topic) == (None, TOPIC)


def test_a_mask_at_the_end_of_a_long_text_counts_too(visitor, rasa, queue):
    says(rasa, sent(UNKNOWN))
    visitor.answer_to("Wo singt ein Chor? " * 15 + "Meine Nummer ist 0176 12345678")
    assert listed(queue)[0].text is None


def test_a_long_text_is_cut(visitor, rasa, queue):
    says(rasa, sent(UNKNOWN))
    visitor.answer_to("Wo singt ein Chor? " * 30)
    assert len(listed(queue)[0].text) <= 200


CRISIS = sent(asking("crisis/danger"), reasons=why(part("answer", nearest=())))


def test_an_emergency_is_counted_and_never_listed(visitor, rasa, queue, counts):
    says(rasa, CRISIS)
    told = visitor.answer_to("Ich bin in Gefahr")
    assert endings(counts) == [("crisis", "crisis/danger", 1)]
    rate(visitor, told["sequence"], False, "hilft nicht")
    assert endings(counts, 2) == [("crisis", "crisis/danger", 1), ("unhelpful", "crisis/danger", 1)]
    assert queue.count_open() == 0


def test_what_was_asked_before_or_after_an_emergency_is_listed_by_its_topic_alone(visitor, rasa, queue, counts):
    says(rasa, sent(UNKNOWN), CRISIS, sent(UNKNOWN))
    visitor.answer_to("Ich halte das nicht mehr aus")
    assert listed(queue)[0].text
    visitor.answer_to("Ich bin in Gefahr")
    until(lambda: queue.open()[0].text is None)
    visitor.answer_to("Und jetzt?")
    assert [row.text for row in listed(queue, 2)] == [None, None]


def test_a_bad_rating_lists_the_question_with_what_was_said_of_the_answer(visitor, rasa, queue, counts):
    says(rasa, sent(asking(FAP), reasons=why(part("answer"))))
    told = visitor.answer_to("Wie viele Menschen?")
    endings(counts)
    rate(visitor, told["sequence"], False, "Die Zahl ist alt.")
    (row,) = listed(queue)
    assert (row.reason, row.text, row.entry, row.remark) == (
        "rated_badly",
        "Wie viele Menschen?",
        FAP,
        "Die Zahl ist alt.",
    )
    assert (row.model, row.knowledge) == ("model-1", "knowledge-1")
    assert endings(counts, 2) == [("answered", FAP, 1), ("unhelpful", FAP, 1)]


def test_a_reason_given_later_does_not_count_the_rating_again(visitor, rasa, queue, counts):
    told = visitor.answer_to("Wann?")
    for reason in (None, "zu kurz"):
        rate(visitor, told["sequence"], False, reason)
    assert [(outcome, count) for outcome, _, count in endings(counts, 2)] == [("answered", 1), ("unhelpful", 1)]
    assert [row.remark for row in queue.open()] == ["zu kurz"]


def test_whoever_changes_their_mind_is_counted_once_and_listed_no_more(visitor, rasa, queue, counts):
    told = visitor.answer_to("Wann?")
    rate(visitor, told["sequence"], False)
    listed(queue)
    rate(visitor, told["sequence"], True)
    assert [(outcome, count) for outcome, _, count in endings(counts, 2)] == [("answered", 1), ("helpful", 1)]
    assert queue.open() == []


def test_what_is_listed_already_is_not_listed_again_when_it_is_rated(visitor, rasa, queue):
    says(rasa, sent(UNKNOWN))
    told = visitor.answer_to(CHOIR)
    listed(queue)
    rate(visitor, told["sequence"], False)
    assert [row.reason for row in queue.open()] == ["nothing"]
    rate(visitor, told["sequence"], True)
    assert [row.reason for row in queue.open()] == ["nothing"]


def test_an_apology_is_not_for_editors(visitor, rasa, queue, counts):
    says(rasa, [{"text": "…"}, enveloped("error")])
    told = visitor.answer_to(CHOIR)
    rate(visitor, told["sequence"], False)
    assert [outcome for outcome, _, _ in endings(counts, 2)] == ["other", "unhelpful"]
    assert queue.count_open() == 0


def test_without_reasons_as_from_an_older_rasa_answers_are_recorded_all_the_same(visitor, rasa, queue, counts):
    says(rasa, [{"text": "Dazu weiß ich nichts."}, enveloped("fallback")])
    visitor.answer_to(CHOIR)
    (row,) = listed(queue)
    assert (row.reason, row.text, row.why, row.model) == ("nothing", CHOIR, None, None)
    assert [(row.outcome, row.release) for row in counts.rows()] == [("held_back", "")]


@pytest.mark.parametrize("way", ["rest", "page"])
def test_where_nothing_is_stored_it_is_only_counted(way, client, rasa, queue, counts):
    says(rasa, sent(UNKNOWN))
    if way == "rest":
        client.post("/webhooks/rest/webhook", json={"sender": "me", "message": CHOIR})
    else:
        client.post("/chat", data={"q": CHOIR, "language": "de"}, headers={"Origin": HERE})
    assert endings(counts) == [("held_back", FAP, 1)]
    assert queue.count_open() == 0


def test_the_probe_is_counted_by_nobody(client, rasa, counts):
    assert client.get("/ready").status_code == 200
    assert rasa.asked
    assert counts.rows() == []


@pytest.mark.parametrize("fault", [OperationalError("x", {}, Exception("locked")), RuntimeError("odd")])
def test_whatever_fails_there_the_visitor_has_their_answer(fault, visitor, rasa, monkeypatch, caplog):
    def fail(*_):
        raise fault

    monkeypatch.setattr(Record, "_count", fail)
    for text in ("Wann?", "Und wo?"):
        assert visitor.answer_to(text)["kind"] == "fact"
    assert "was not recorded" in caplog.text
    assert "Wann?" not in caplog.text


def test_the_visitors_own_export_tells_what_is_listed(visitor, rasa, queue):
    says(rasa, sent(UNKNOWN))
    visitor.answer_to(CHOIR)
    listed(queue)
    exported = visitor.client.get("/api/chat?format=json", headers=visitor.headers).json()["unanswered"]
    named = {"topic": TOPIC, "entry": FAP, "reason": "nothing", "state": "open"}
    assert exported == [{"sequence": 1, "day": TODAY, "text": CHOIR, **named}]


def test_a_deleted_chat_leaves_nothing_on_the_list_and_its_counts(visitor, rasa, queue, counts, engine):
    says(rasa, sent(UNKNOWN))
    visitor.answer_to(CHOIR)
    listed(queue)
    assert visitor.client.delete("/api/chat", headers=visitor.headers).status_code == 204
    assert queue.open() == []
    assert endings(counts) == [("held_back", FAP, 1)]


def test_the_operators_commands_reach_the_list(visitor, rasa, queue, settings, command, tmp_path):
    says(rasa, sent(UNKNOWN))
    visitor.answer_to(CHOIR)
    listed(queue)
    environment = {"ASSISTANT_DATA": str(tmp_path), "ASSISTANT_DATABASE": settings.database}
    exported = command(person, "export", "--token", visitor.token, **environment)
    assert '"reason": "nothing"' in exported.stdout
    assert "reason-of-the-gate" in exported.stdout
    counted = command(purge, "--dry-run", "--days", "0", **environment)
    assert "1 questions listed for staff" in " ".join(counted.stdout.split())
    erased = command(person, "erase", "--token", visitor.token, **environment)
    assert "1 questions listed for staff" in erased.stdout
    assert queue.open() == []


def test_with_no_storage_there_are_only_counts(tmp_path, rasa):
    says(rasa, sent(UNKNOWN))
    settings = settings_from({"ASSISTANT_DATA": str(tmp_path), SWITCH: "none", "ASSISTANT_HOSTS": HOST})
    with TestClient(application(settings, rasa), HERE) as client:
        front = _front(client)
        visitor = Visitor(client)
        told = visitor.answer_to(CHOIR)
        rate(visitor, told["sequence"], False)
        assert [row[0] for row in endings(Tallies(front.engine), 2)] == ["held_back", "unhelpful"]
        assert Unanswered(front.engine).open() == []


def _front(client):
    inner = client.app
    while not hasattr(inner, "state"):
        inner = getattr(inner, "app", None) or inner._app
    return inner.state.front
