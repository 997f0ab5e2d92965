"""Masking as a whole: placeholders, idempotence and bounded time."""

from __future__ import annotations

import gc
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.core.languages import LANGUAGES
from assistant.privacy import found, masked
from assistant.privacy.masking import placeholder
from assistant.privacy.text import DATA_KINDS, words_of

PIECES = (
    "0", "1", " ", "0176 ", "+49 ", "0911 943-0", "a@b.de", "@", "a(at)", "Ahmad ", "ali und ", "meine Frau Ali, ",
    "ich heiße ", "my name is ", "Herr ", "Dr. ", "geb. 1.1.1990 ", "geboren ", "1.1.1990",
    "DE89 3704 0044 0532 0130 00", "DE89 ", "P<<", "A<", "straße 1", "str. ", "12345 ", "Berlin", "12345 Berlin ",
    "1 King Street", "Az. 1", "Az A 1/", "4111 1111 1111 1111", "-", "(", ")", "[Name]", "[name]", "[Telefonnummer] ",
    "[", "]", "Name:", "Tel. ", "\n", "LG ", "Danke, ", "the Ali family ", "١٢٣", ".", ",", "/", "SW1A 1AA", "IOM",
    "Passport ", "N01234567", "\x00", "İ", "ß", "und ", "7654321-475", "VG 1 K 2/23 A", "12", "x",
)  # fmt: skip


def test_every_kind_has_its_placeholder_in_every_language():
    assert len({placeholder(kind, language) for kind in DATA_KINDS for language in LANGUAGES}) > len(DATA_KINDS)
    assert masked("Ich heiße Samira Haddad.", "de") == "Ich heiße [Name]."
    assert masked("My mail: s.haddad@gmail.com", "en") == "My mail: [email]"


def test_without_a_language_that_is_served_english_is_written():
    assert masked("0176 23456789") == masked("0176 23456789", "pl") == "[phone number]"


def test_found_says_where_and_what():
    text = "Ich heiße Samira, Tel. 0176 23456789"
    assert [(text[span.start : span.end], span.kind) for span in found(text)] == [
        ("Samira", "name"),
        ("0176 23456789", "phone"),
    ]


def test_what_a_find_uncovers_is_found_too():
    """A document number may not follow a letter; once the postcode before it is blanked, it no longer does."""
    text = "SW1A 1AA-N01234567"
    assert [(text[span.start : span.end], span.kind) for span in found(text)] == [
        ("SW1A 1AA", "address"),
        ("N01234567", "number"),
    ]


@pytest.mark.parametrize("text", ["", " ", "\x00", "[Name]", "[", "🙂", "Was ist FAP?"])
def test_texts_without_personal_data_stay(text):
    assert masked(text) == text


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join), st.sampled_from(LANGUAGES))
def test_masking_what_is_masked_changes_nothing(text, language):
    once = masked(text, language)
    assert masked(once, language) == once
    assert all(masked(once, other) == once for other in LANGUAGES)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_taken(text):
    spans = found(text)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert masked(masked(text)) == masked(text)


@pytest.fixture
def uncollected():
    """Keeps the garbage collector from traversing what earlier tests left, which takes longer than masking."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("piece", PIECES, ids=repr)
def test_five_thousand_hostile_characters_twice_take_less_than_a_second(piece):
    text = (piece * 5000)[:5000]
    began = time.thread_time()
    masked(text)
    masked("x " + text[:-4] + "@!")
    assert time.thread_time() - began < 0.8


def test_nothing_of_a_text_is_remembered():
    masked("Ich heiße Xemalo Rufoka.")
    assert words_of.cache_info().currsize == 0


def test_a_usual_message_takes_less_than_three_milliseconds():
    texts = [
        "Guten Tag, ich heiße Samira Haddad und habe eine Frage zum Familiennachzug. Meine Nummer: 0176 23456789.",
        "How many people did the Family Assistance Programme help, and who pays for it?",
    ] * 50
    masked(texts[0])
    fastest = min(_seconds(texts) for _ in range(3))
    assert fastest / len(texts) < 0.003


def _seconds(texts: list[str]) -> float:
    began = time.process_time()
    for text in texts:
        masked(text)
    return time.process_time() - began
