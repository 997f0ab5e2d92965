"""What was understood travels through Rasa as plain values."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.languages import LANGUAGES, Evidence
from assistant.understanding import Candidate, Part, Understanding

WORDS = st.lists(st.text(), max_size=3).map(tuple)
CANDIDATES = st.lists(st.builds(Candidate, st.text(), st.floats(0, 1)), max_size=3).map(tuple)
PARTS = st.builds(
    Part,
    text=st.text(),
    ranking=CANDIDATES,
    in_context=CANDIDATES,
    subjects=WORDS,
    places=WORDS,
    years=WORDS,
    ordinal=st.none() | st.integers(),
    elliptical=st.booleans(),
    decision=st.sampled_from(["answer", "clarify", "unsure"]),
    chosen=WORDS,
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
    assert Part.from_dict(json.loads(json.dumps(part.as_dict()))) == part


def test_every_field_of_a_part_is_written():
    assert Part("?").as_dict().keys() == Part.__dataclass_fields__.keys()


def test_every_field_of_an_understanding_is_written():
    assert Understanding().as_dict().keys() == Understanding.__dataclass_fields__.keys()


def test_a_candidate_has_a_topic_and_a_name():
    candidate = Candidate("ask_data/dtm", 1.0)
    assert (candidate.topic, candidate.name) == ("ask_data", "dtm")


def test_a_class_without_entries_has_a_topic_only():
    assert (Candidate("out_of_scope", 1.0).topic, Candidate("out_of_scope", 1.0).name) == ("out_of_scope", "")


def test_the_first_of_the_ranking_is_the_best():
    assert Part("?", ranking=(Candidate("a/a", 0.6), Candidate("a/b", 0.3))).best == Candidate("a/a", 0.6)


def test_without_a_ranking_there_is_no_best():
    assert Part("?").best is None


def test_a_part_is_unsure_until_decided():
    assert (Part("?").decision, Part("?").chosen) == ("unsure", ())
