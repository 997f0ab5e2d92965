"""The language of an apology or a closed chat: where a short text leaves any doubt, the chat and the page decide."""

from __future__ import annotations

import pytest

from assistant.core import language_detector
from assistant.core.languages import Evidence
from assistant.front.rasa.apology import LEXICON, TWO_WORDS, language_of_apology

GERMAN = (
    "Ich will mich umbringen", "Ich will sterben", "Ich will nicht mehr leben", "Hilfe", "Bitte helfen Sie mir",
    "Mein Mann schlägt mich", "Er bedroht mich", "Ich habe Angst", "Ich werde verfolgt", "Mein Kind ist verschwunden",
    "Wir ertrinken", "Ich kann nicht mehr", "Es brennt", "Sie haben meinen Pass", "Ich werde festgehalten",
    "Er will mich töten", "Ich blute stark", "Ich bringe mich um", "Keiner hilft mir", "Ich muss hier raus",
    "Man zwingt mich zu arbeiten", "Ich wurde vergewaltigt", "Ich springe jetzt", "Alles ist sinnlos",
    "Die Kinder sterben", "Mein Baby atmet nicht", "Wir sind in Gefahr", "Rufen Sie die Polizei",
    "Man hat mich verkauft",
)  # fmt: skip
ENGLISH = (
    "I want to kill myself", "I want to die", "I do not want to live any more", "Help", "Please help me",
    "My husband hits me", "He threatens me", "I am afraid", "I am being followed", "My child is missing",
    "We are drowning", "I can't go on", "There is a fire", "They took my passport", "I am being held captive",
    "He wants to kill me", "I am bleeding badly", "I will end my life", "Nobody helps me", "I must get out of here",
    "They force me to work", "I was raped", "I will jump now", "Everything is pointless",
    "Children die here", "My baby is not breathing", "Suicide", "We are in danger", "Call the police", "I will die",
)  # fmt: skip


def evidence_of(text: str) -> Evidence:
    """What a text says, as the front hears it."""
    return language_detector.evidence_of(text, LEXICON, certain=TWO_WORDS)


DISTRESS = [*(("de", text) for text in GERMAN), *(("en", text) for text in ENGLISH)]


@pytest.mark.parametrize(("language", "text"), DISTRESS)
def test_distress_is_met_in_its_own_language(language, text):
    assert language_of_apology(text, None, None, None) == language
    assert language_of_apology(text, None, None, language) == language
    assert language_of_apology(text, None, language, None) == language


@pytest.mark.parametrize(("language", "text"), DISTRESS)
def test_no_text_is_clear_evidence_of_the_wrong_language(language, text):
    evidence = evidence_of(text)
    assert evidence.language == language or not evidence.clear


@pytest.mark.parametrize("text", ["Hilfe", "Help", "Suicide", "Selbstmord", "I will die", "Die Kinder sterben", "FAP"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_where_the_text_leaves_doubt_the_chat_decides_then_the_page(text, language):
    assert language_of_apology(text, None, language, "en" if language == "de" else "de") == language
    assert language_of_apology(text, None, None, language) == language


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("Ich will mich umbringen", Evidence("de", True)),
        ("I want to kill myself", Evidence("en", True)),
        ("ich", Evidence("de", False)),
        ("Familienzusammenführung Krankenversicherung", Evidence("de", False)),
        ("112", Evidence(None, False)),
    ],
)
def test_two_words_that_one_language_has_are_clear_and_letters_alone_are_not(text, evidence):
    assert evidence_of(text) == evidence
