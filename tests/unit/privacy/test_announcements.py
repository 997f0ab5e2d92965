"""What the end of a message announces for the next."""

from __future__ import annotations

import pytest

from assistant.privacy import announcement, found, masked


@pytest.mark.parametrize(
    "text",
    [
        "Mein Name ist",
        "Geburtsdatum:",
        "meine Kinder heißen",
        "my kids are called",
        "меня зовут",
        "اسمي",
        "Je m'appelle",
    ],
)
def test_announcing_words_are_read_from_the_end(text):
    assert announcement(text) == text
    assert announcement(f"Ich habe eine Frage und {text}") == text


@pytest.mark.parametrize(
    "text", [None, "", "Hallo", "Mein Name ist Ali", "Wie ist mein Name?", "Das ist mein Name.", "[Name]"]
)
def test_most_messages_announce_nothing(text):
    assert announcement(text) == ""


def test_what_is_announced_is_found_where_it_is_in_the_second_message():
    text = "Kwaxo Boatang, und ich habe eine Frage"
    assert found(text) == []
    assert [(span.start, span.end) for span in found(text, "Mein Name ist")] == [(0, 13)]


def test_a_sentence_that_says_it_again_is_masked_as_it_would_be_alone():
    assert masked("Ich heiße Kwaxo.", "de", before="Ich heiße") == "Ich heiße [Name]."


def test_an_ordinary_message_after_an_announcement_stays():
    assert masked("nicht wichtig, ich will nur eine Auskunft", before="Mein Name ist") == (
        "nicht wichtig, ich will nur eine Auskunft"
    )
