"""The privacy drafts have the same structure in both languages, and state what the software does."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from assistant.core.paths import ROOT
from assistant.front.core.settings import settings_from

FOLDER = ROOT / "docs" / "privacy"
DRAFTS = ("records", "notice", "dpia")
TO_FILL_IN = {"de": r"\*\*AUSZUFÜLLEN", "en": r"\*\*TO BE FILLED IN"}
CHANNELS = ("WhatsApp", "Facebook Messenger", "Telegram", "Slack", "Twilio", "SMS")


def read(draft, language):
    return (FOLDER / f"{draft}.{language}.md").read_text("utf-8")


def shape(text):
    """Headings, table rows and list items, by level and section."""
    sections = re.split(r"^(#+) .*$", text, flags=re.M)
    levels, bodies = sections[1::2], sections[2::2]
    return [
        (level, len(re.findall(r"^\|", b, re.M)), len(re.findall(r"^(?:- |\d+\. )", b, re.M)))
        for level, b in zip(levels, bodies)
    ]


@pytest.mark.parametrize("draft", DRAFTS)
def test_german_and_english_have_the_same_headings_tables_and_points(draft):
    german, english = (shape(read(draft, language)) for language in ("de", "en"))
    assert len(german) > 5
    assert german == english


@pytest.mark.parametrize("draft", DRAFTS)
def test_what_the_organisation_has_to_fill_in_is_marked_alike(draft):
    counts = {language: len(re.findall(mark, read(draft, language))) for language, mark in TO_FILL_IN.items()}
    assert counts["de"] == counts["en"] > 0


@pytest.mark.parametrize("draft", DRAFTS)
def test_settings_and_figures_are_the_same(draft):
    def told(language):
        return Counter(re.findall(r"`(?:ASSISTANT_\w+=?\w*|/\w+)`|Art\. \d+|§ \d+|\b\d{2,}\b", read(draft, language)))

    assert told("de") == told("en")


@pytest.mark.parametrize("language", TO_FILL_IN)
def test_every_channel_and_way_to_delete_is_named(language):
    for draft in ("records", "notice"):
        text = read(draft, language)
        assert all(channel in text for channel in CHANNELS)
        assert all(words in text for words in ("Daten löschen", "delete my data", "/delete"))


@pytest.mark.parametrize("language", TO_FILL_IN)
def test_the_time_of_keeping_is_that_of_the_front(language, tmp_path):
    days = settings_from({"ASSISTANT_DATA": str(tmp_path)}).retention_days
    for draft in ("records", "notice"):
        assert f"{days} {'Tage' if language == 'de' else 'days'}" in read(draft, language)
