"""The Understanding passes through Rasa as plain values."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.core.languages import LANGUAGES, Evidence
from assistant.core.understanding import ENTRIES, EVERYWHERE, Candidate, MessagePart, Understanding, kind_of
from assistant.knowledge import knowledge

WORDS = st.lists(st.text(), max_size=3).map(tuple)
KINDS = st.dictionaries(st.text(), st.floats(0, 1), max_size=3)
CANDIDATES = st.lists(st.builds(Candidate, st.text(), st.floats(0, 1)), max_size=3).map(tuple)
PARTS = st.builds(
    MessagePart,
    text=st.text(),
    ranking=CANDIDATES,
    kinds=KINDS,
    in_context=CANDIDATES,
    kinds_in_context=KINDS,
    subjects=WORDS,
    places=WORDS,
    years=WORDS,
    ordinal=st.none() | st.integers(),
    decision=st.sampled_from(["answer", "clarify", "unsure"]),
    chosen=WORDS,
    gap=st.text(),
    reason=st.text(),
)
UNDERSTANDINGS = st.builds(
    Understanding,
    evidence=st.builds(Evidence, st.sampled_from([None, *LANGUAGES]), st.booleans()),
    parts=st.lists(PARTS, max_size=3).map(tuple),
    trouble=st.sampled_from([None, "empty", "unreadable", "too_long"]),
    choice=st.none() | st.integers(),
    urgent=st.none() | st.text(),
)


@given(UNDERSTANDINGS)
@settings(database=None, deadline=None, max_examples=40)
def test_an_understanding_survives_json(understanding):
    assert Understanding.from_dict(json.loads(json.dumps(understanding.as_dict()))) == understanding


@given(PARTS)
@settings(database=None, deadline=None, max_examples=40)
def test_a_part_survives_json(part):
    assert MessagePart.from_dict(json.loads(json.dumps(part.as_dict()))) == part


def test_every_field_of_a_part_is_written():
    assert MessagePart("?").as_dict().keys() == MessagePart.__dataclass_fields__.keys()


def test_every_field_of_an_understanding_is_written():
    assert Understanding().as_dict().keys() == Understanding.__dataclass_fields__.keys()


def test_a_candidate_has_a_topic_and_a_name():
    candidate = Candidate("ask_data/dtm", 1.0)
    assert (candidate.topic, candidate.name) == ("ask_data", "dtm")


def test_a_class_without_entries_has_a_topic_only():
    assert (Candidate("out_of_scope", 1.0).topic, Candidate("out_of_scope", 1.0).name) == ("out_of_scope", "")


def test_the_first_of_the_ranking_is_the_best():
    assert MessagePart("?", ranking=(Candidate("a/a", 0.6), Candidate("a/b", 0.3))).best == Candidate("a/a", 0.6)


def test_without_a_ranking_there_is_no_best():
    assert MessagePart("?").best is None


def test_a_part_is_unsure_until_decided():
    assert (MessagePart("?").decision, MessagePart("?").chosen) == ("unsure", ())


def test_the_best_of_a_kind_is_its_most_probable_candidate():
    ids = ("smalltalk/thanks", "ask_data/dtm", "ask_history/founding", "crisis/danger")
    part = MessagePart("?", ranking=tuple(Candidate(id_, 0.4 - i / 10) for i, id_ in enumerate(ids)))
    assert [part.best_of(kind).id for kind in ("fact", "crisis")] == ["ask_data/dtm", "crisis/danger"]


def test_the_likeliest_kind_is_the_one_with_the_highest_probability():
    assert MessagePart("?", kinds={"fact": 0.3, "referral": 0.4, "crisis": 0.1}).likeliest_kind == "referral"
    assert MessagePart("?").likeliest_kind == ""


@pytest.mark.parametrize(
    ("label", "answers"),
    [("ask_data/dtm", True), ("referral/asylum", True), ("smalltalk/bot", False), ("out_of_scope/far", False)],
)
def test_facts_and_referrals_answer_questions(label, answers):
    assert (kind_of(label) in ENTRIES) == answers


def test_what_is_everywhere_is_a_subject():
    assert knowledge().subjects.keys() >= EVERYWHERE


def test_of_a_kind_not_ranked_there_is_no_best():
    assert MessagePart("?", ranking=(Candidate("ask_data/dtm", 0.6),)).best_of("crisis") is None


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("ask_data/dtm", "fact"),
        ("ask_history/founding", "fact"),
        ("ask_history", "fact"),
        ("referral/asylum", "referral"),
        ("out_of_scope/money", "out_of_scope"),
        ("follow_up/how_many", "follow_up"),
        ("tasks/ask_data", "tasks"),
        ("", ""),
    ],
)
def test_the_topic_gives_the_kind_of_message(label, kind):
    assert kind_of(label) == Candidate(label, 1.0).kind == kind
