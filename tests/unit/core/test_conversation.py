"""The conversation survives being stored in a slot, and rubbish in the slot does no harm."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.core.languages import LANGUAGES
from assistant.dialogue import Conversation

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["de", "EN_us"])
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
FIELDS = st.sampled_from(["language", "wish", "entries", "said", "offered", "other"])
LISTS = ("entries", "said", "offered")


@given(VALUES | st.dictionaries(FIELDS, VALUES))
@settings(database=None, deadline=None, max_examples=40)
def test_any_slot_makes_a_usable_conversation(value):
    conversation = Conversation.from_slot(value)
    assert {conversation.language, conversation.wish} <= {None, *LANGUAGES}
    for name in LISTS:
        assert isinstance(getattr(conversation, name), tuple)
        assert all(isinstance(item, str) for item in getattr(conversation, name))


@given(VALUES | st.dictionaries(FIELDS, VALUES))
@settings(database=None, deadline=None, max_examples=40)
def test_a_conversation_survives_json(value):
    conversation = Conversation.from_slot(value)
    assert Conversation.from_slot(json.loads(json.dumps(conversation.as_slot()))) == conversation


def test_every_field_survives_json():
    conversation = Conversation("en", "de", ("a/a", "a/b"), ("a/b",), ("a/c", "control/none"), choice="de")
    assert Conversation.from_slot(json.loads(json.dumps(conversation.as_slot()))) == conversation


@pytest.mark.parametrize("value", [None, "de", 7, [], ["entries"], True])
def test_a_slot_that_is_no_mapping_starts_afresh(value):
    assert Conversation.from_slot(value) == Conversation()


def test_a_language_not_served_is_forgotten():
    assert Conversation.from_slot({"language": "pl", "wish": "tlh"}) == Conversation()


def test_text_in_place_of_a_list_is_not_taken_letter_by_letter():
    assert Conversation.from_slot({"entries": "a/a"}).entries == ()


def test_a_follow_up_leans_on_the_last_entry():
    assert Conversation(entries=("a/a", "a/b")).entry == "a/b"


def test_at_the_start_there_is_nothing_to_lean_on():
    assert Conversation().entry is None


def test_a_switch_set_anew_is_a_wish():
    conversation = Conversation(language="de", entries=("a/a",)).with_choice("en")
    assert (conversation.wish, conversation.choice, conversation.entries) == ("en", "en", ("a/a",))


def test_a_switch_that_stays_does_not_undo_a_wish_in_words():
    conversation = Conversation(wish="en", choice="de")
    assert conversation.with_choice("de") == conversation


def test_no_switch_changes_nothing():
    conversation = Conversation(wish="en", choice="de")
    assert conversation.with_choice(None) == conversation
