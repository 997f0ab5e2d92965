"""Looking things up in the knowledge."""

import dataclasses

import pytest


def test_entry_is_found_by_its_full_id(base):
    assert base.find("ask_history/opened").id == "ask_history/opened"


@pytest.mark.parametrize("entry_id", [None, "", "opened", "ask_history/nothing"])
def test_unknown_id_finds_nothing(base, entry_id):
    assert base.find(entry_id) is None


def test_topic_is_what_stands_before_the_slash(base):
    assert base.entries["referral/doctor"].topic == "referral"


def test_entries_with_a_subject_as_their_main_one_come_first(base):
    assert [entry.id for entry in base.about("office")] == ["ask_history/opened", "ask_history/reached"]
    turned = dataclasses.replace(base, entries=dict(reversed(base.entries.items())))
    assert [entry.id for entry in turned.about("office")] == ["ask_history/opened", "ask_history/reached"]


def test_nothing_is_about_an_unknown_subject(base):
    assert list(base.about("weather")) == []


@pytest.mark.parametrize(("language", "text"), [("de", "Das weiß ich nicht."), ("en", "I do not know that.")])
def test_phrase_is_said_in_the_language_asked_for(base, language, text):
    assert base.phrase("fallback", language) == text


def test_entry_cannot_be_changed(base):
    with pytest.raises(dataclasses.FrozenInstanceError):
        base.entries["referral/doctor"].kind = "fact"
