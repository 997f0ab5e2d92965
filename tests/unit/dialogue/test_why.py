"""The reasons for a reply: what staff need, and not a word of the visitor."""

from __future__ import annotations

import json

from assistant.core.understanding import Candidate, MessagePart, Understanding
from assistant.core.why import why_in
from assistant.dialogue.why import model_in, why_of, with_why

FAP, DTM, ASYLUM = "ask_figures/fap_reached", "ask_data/dtm", "referral/asylum"
WORDS = "Wo singt ein Chor?"


def part(*ranking, in_context=(), **found):
    def candidates(pairs):
        return tuple(Candidate(*pair) for pair in pairs)

    return MessagePart(text=WORDS, ranking=candidates(ranking), in_context=candidates(in_context), **found)


def reasons(*parts):
    return why_of(Understanding(parts=parts), "model", "knowledge")


def test_each_question_has_its_decision_reason_and_gap():
    told = reasons(part(decision="clarify", reason="together 0.30", gap="money"), part(decision="answer"))
    assert [(one["decision"], one["reason"], one["gap"]) for one in told["parts"]] == [
        ("clarify", "together 0.30", "money"),
        ("answer", "", ""),
    ]
    assert (told["model"], told["knowledge"]) == ("model", "knowledge")


def test_the_three_nearest_are_entries_by_themselves_or_in_context():
    ranking = [("out_of_scope/weather", 0.8), (DTM, 0.1), (FAP, 0.05), (ASYLUM, 0.04), ("ask_data/gmdac", 0.01)]
    (told,) = reasons(part(*ranking, in_context=[(FAP, 0.62345)]))["parts"]
    assert told["nearest"] == [(FAP, 0.623), (DTM, 0.1), (ASYLUM, 0.04)]


def test_no_words_of_the_visitor_are_in_them():
    assert "Chor" not in json.dumps(reasons(part((DTM, 0.2), decision="unsure", reason="together 0.20")))


def test_they_stand_beside_the_envelope_alone_and_are_read_again():
    why = reasons(part((DTM, 0.2)))
    first, last = with_why([{"text": "…"}, {"json_message": {"answer": {"kind": "fact"}}}], why)
    assert first == {"text": "…"}
    assert why_in(json.loads(json.dumps(last["json_message"]))) == why


def test_the_model_is_that_of_the_latest_event_that_names_one():
    events = [
        {"metadata": {"model_id": "old"}},
        {"metadata": {"model_id": "new"}},
        {"event": "action"},
        {"metadata": 7},
    ]
    assert model_in(events) == "new"
    assert model_in([]) == ""
