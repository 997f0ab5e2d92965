"""Looking things up in the knowledge."""

import dataclasses

import pytest

from assistant.knowledge.model import Door


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


def door(id_, *near):
    """A door to the area of these topics and entries."""
    return Door(id_, {"de": "…", "en": "…"}, ("on_call",), near=near)


def area(base, entry_id, *doors):
    """The area of an entry where there are these doors."""
    return dataclasses.replace(base, doors={each.id: each for each in doors}).area_of(entry_id)


def test_an_entry_belongs_to_the_area_of_its_topic(base):
    assert area(base, "referral/doctor", door("history", "ask_history"), door("health", "referral")) == "health"


@pytest.mark.parametrize("first", [True, False])
def test_the_area_that_names_an_entry_comes_before_that_of_its_topic(base, first):
    doors = [door("own", "referral/doctor"), door("topic", "referral")]
    assert area(base, "referral/doctor", *(doors if first else reversed(doors))) == "own"
    assert area(base, "referral/nurse", *doors) == "topic"


@pytest.mark.parametrize("entry_id", ["ask_history/opened", "control/repeat", ""])
def test_what_no_door_names_belongs_to_no_area(base, entry_id):
    assert area(base, entry_id, door("health", "referral"), door("general")) is None


def test_entry_cannot_be_changed(base):
    with pytest.raises(dataclasses.FrozenInstanceError):
        base.entries["referral/doctor"].kind = "fact"
