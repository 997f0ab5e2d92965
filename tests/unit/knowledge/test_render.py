"""Entries as text: numbers and dates as each language writes them."""

import dataclasses
import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.core.languages import ORIGINALS
from assistant.knowledge import knowledge, render
from assistant.knowledge.render import PLACEHOLDER, cards, direction, filled, placeholders, running, written


@pytest.mark.parametrize(
    ("value", "german", "english"),
    [
        (683950, "683.950", "683,950"),
        (1234567, "1.234.567", "1,234,567"),
        (999, "999", "999"),
        (1899, "1.899", "1,899"),
        (1900, "1900", "1900"),
        (2016, "2016", "2016"),
        (2100, "2100", "2100"),
        (2101, "2.101", "2,101"),
        (9.5, "9,5", "9.5"),
        ("2024-10", "Oktober 2024", "October 2024"),
        ("1951-12-05", "5. Dezember 1951", "5 December 1951"),
        (datetime.date(1951, 12, 5), "5. Dezember 1951", "5 December 1951"),
        ("2024", "2024", "2024"),
        ("116 117", "116 117", "116 117"),
        ("+49 30 12-34", "+49 30 12-34", "+49 30 12-34"),
        ({"de": "Bonn", "en": "Bonn (Germany)"}, "Bonn", "Bonn (Germany)"),
        ({"de": 6411, "en": "2024-10"}, "6.411", "October 2024"),
    ],
)
def test_value_is_written_as_the_language_writes_it(value, german, english):
    assert (written(value, "de"), written(value, "en")) == (german, english)


def test_placeholders_of_a_text_are_found_once_each():
    assert placeholders("{people} of {people} since {since_year}") == {"people", "since_year"}


def test_placeholder_without_a_value_is_never_passed_over_in_silence():
    with pytest.raises(KeyError, match="people"):
        filled("{people}", {}, "en")


def test_value_that_looks_like_a_placeholder_is_not_filled_again():
    assert filled("{a}", {"a": "{b}", "b": "no"}, "en") == "{b}"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Es waren 683.950 Menschen.\n\nDas Angebot endete 2025."),
        ("en", "It was 683,950 people.\n\nThe service ended in 2025."),
    ],
)
def test_note_follows_the_answer(base, language, text):
    assert render(base, base.entries["ask_history/reached"], language).text == text


def test_entry_without_a_note_is_its_answer(base):
    assert render(base, base.entries["referral/doctor"], "en").text == "Call 116 117."


def test_rendered_entry_says_question_date_and_language(base):
    rendered = render(base, base.entries["ask_history/opened"], "de")
    assert rendered.question == "Wann wurde das Büro eröffnet?"
    assert (rendered.as_of, rendered.language) == ("2024-10", "de")


def test_numbers_in_a_question_are_filled(base):
    entry = dataclasses.replace(base.entries["ask_history/opened"], question={"de": "Seit {year}?", "en": "{year}?"})
    assert render(base, entry, "de").question == "Seit 1954?"


def test_source_of_the_note_alone_is_named(base):
    entry = base.entries["ask_history/reached"]
    rendered = render(base, dataclasses.replace(entry, citations=entry.citations[:1]), "en")
    assert [source.id for source in rendered.sources] == ["iom-de-70-jahre", "news"]


def test_sources_of_answer_and_note_stand_in_order_and_once(base):
    rendered = render(base, base.entries["ask_history/reached"], "en")
    assert [source.id for source in rendered.sources] == ["iom-de-70-jahre", "news"]


CARDS = {
    "de": {"name": "Bereitschaft", "purpose": "krank am Abend", "phone": "116117", "hours": "nachts"},
    "en": {"name": "Doctor on call", "purpose": "ill in the evening", "phone": "116117", "hours": "at night"},
}


@pytest.mark.parametrize("language", ORIGINALS)
def test_contacts_are_written_in_the_language_with_what_is_known_of_them(base, language):
    card = {**CARDS[language], "languages": ["de", "tr"]}
    assert cards(base, ["on_call"], language) == (card,)
    assert render(base, base.entries["ask_history/reached"], language).contacts == (card,)


def test_an_entry_without_contacts_has_none(base):
    assert render(base, base.entries["referral/doctor"], "en").contacts == ()


@pytest.mark.parametrize("language", ORIGINALS)
def test_contacts_keep_their_order(real, language):
    several = [entry for entry in real.entries.values() if len(entry.contacts) > 1]
    assert several
    for entry in several:
        names = [card["name"] for card in render(real, entry, language).contacts]
        assert names == [real.contacts[id_].name[language] for id_ in entry.contacts]


@pytest.mark.parametrize("language", ORIGINALS)
def test_no_entry_leaves_a_brace_or_a_missing_value(real, language):
    for entry in real.entries.values():
        rendered = render(real, entry, language)
        assert not set("{}") & set(rendered.text + rendered.question), entry.id
        assert "None" not in rendered.text, entry.id


values = st.one_of(st.integers(0, 10**9), st.floats(0, 1e6), st.dates().map(str), st.just("116 117"))


@settings(database=None, deadline=None)
@given(st.data())
def test_no_value_makes_an_entry_keep_a_placeholder(data):
    base = knowledge()
    entry = base.entries[data.draw(st.sampled_from(sorted(base.entries)))]
    entry = dataclasses.replace(entry, values={name: data.draw(values) for name in entry.values})
    rendered = render(base, entry, data.draw(st.sampled_from(ORIGINALS)))
    assert not PLACEHOLDER.search(rendered.text + rendered.question)


@settings(database=None, deadline=None)
@given(st.integers(2101, 10**12))
def test_both_languages_write_the_same_digits(number):
    german, english = written(number, "de"), written(number, "en")
    assert german.replace(".", "") == english.replace(",", "") == str(number)


@pytest.mark.parametrize(("language", "way"), [("de", "ltr"), ("en", "ltr"), ("ar", "rtl"), ("fa", "rtl")])
def test_languages_are_written_in_their_direction(language, way):
    assert direction(language) == way


@pytest.mark.parametrize(
    "kept",
    ["+49 30 1234 5678", "https://germany.iom.int/de", "Türkçe, Français, Español", "Œuvre", "(030) 12", "iom@iom.int"],
)
def test_a_number_link_or_latin_name_is_isolated_as_a_whole(kept):
    shown = running(f"يمكنك الاتصال: {kept} اليوم", "ar")
    assert shown.count("\u2066") == 1
    assert f"\u2066{kept}\u2069" in shown


@pytest.mark.parametrize("around", ["({})", "({}) –", "«{}»"])
def test_brackets_around_a_latin_name_stay_outside_of_it(around):
    shown = running(f"البرنامج {around.format('DRK-Suchdienst')} هنا", "ar")
    assert around.format("\u2066DRK-Suchdienst\u2069") in shown


def test_brackets_within_a_latin_name_stay_inside_of_it():
    assert running("لدى DRK (Suchdienst) هنا", "ar") == "لدى \u2066DRK (Suchdienst)\u2069 هنا"


def test_text_from_left_to_right_has_no_isolates():
    assert running("Türkçe, +49 30 1234", "tr") == "Türkçe, +49 30 1234"
