"""Answers written out for channels that show nothing but text."""

from __future__ import annotations

import re

import pytest

from assistant.knowledge import knowledge, render
from assistant.knowledge.plain import written_out_in_order

SOURCE = {"title": "Titel", "url": "https://a.example", "publisher": "IOM"}
CONTACT = {"name": "Stelle", "purpose": "Rat", "phone": "030 1234567"}
NOTHING = {"as_of": None, "note_as_of": None, "sources": [], "contacts": [], "translation": None}


def written(*answers, language="de"):
    """Answers given as pairs of a text and what belongs to it."""
    return written_out_in_order([(text, {**NOTHING, **told}) for text, told in answers], knowledge(), language)


def test_a_text_alone_stays_as_it_is():
    assert written(("Hallo", {})) == ["Hallo"]


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("de", "(Ergänzung: Stand März 2025)\nStelle: 030 1234567\n(Stand: 2023. Quelle: Titel, https://a.example)"),
        ("en", "(Addition: as of March 2025)\nStelle: 030 1234567\n(As of: 2023. Source: Titel, https://a.example)"),
    ],
)
def test_note_contacts_and_sources_follow_in_this_order(language, lines):
    told = {"as_of": "2023", "note_as_of": "2025-03", "sources": [SOURCE], "contacts": [CONTACT]}
    assert written(("Text", told), language=language) == [f"Text\n{lines}"]


def test_an_undated_source_is_named_without_a_date():
    assert written(("Text", {"sources": [SOURCE]})) == ["Text\n(Quelle: Titel, https://a.example)"]


def test_a_later_answer_does_not_repeat_a_contact():
    told = {"contacts": [CONTACT]}
    assert written(("Eins", told), ("Zwei", told)) == ["Eins\nStelle: 030 1234567", "Zwei"]
    assert written(("Rufen Sie 030-1234567 an.", {}), ("Zwei", told))[1] == "Zwei"


def bare(text):
    """The text without what may differ between a text and a field: blanks and the beginning of addresses."""
    return re.sub(r"\s|https?://|www\.|/(?=$)", "", text)


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_way_of_every_contact_of_an_entry_is_in_its_text_or_below(language):
    for entry in knowledge().entries.values():
        told = render(knowledge(), entry, language)
        (text,) = written((told.text, {"contacts": list(told.contacts)}), language=language)
        plain = bare(text)
        for contact in told.contacts:
            ways = [contact[key] for key in ("phone", "email", "url", "address") if key in contact]
            assert [way for way in ways if bare(way) not in plain] == [], (entry.id, contact)
