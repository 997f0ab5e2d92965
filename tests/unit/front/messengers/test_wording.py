"""What the front itself says in messengers."""

from __future__ import annotations

import pytest

from assistant.core.languages import LANGUAGES, SERVED
from assistant.front.core.starters import starters
from assistant.front.messengers.base import wording
from assistant.knowledge import knowledge


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_user_who_starts_is_offered_questions_below_a_heading(language):
    event = wording.canned_answer("start", language, knowledge(), "id")
    assert event["heading"] == knowledge().phrase("suggestions", language)
    assert event["suggestions"] == [entry.question for entry in starters(knowledge(), language)]


def test_who_asks_for_another_language_is_offered_all_by_their_own_names():
    event = wording.canned_answer("language", "uk", knowledge(), "id")
    assert event["suggestions"] == [spoken.name for spoken in SERVED.values()]
    assert event["language"] == "uk"


@pytest.mark.parametrize("kind", sorted(set(wording.PHRASES) - {"start", "language"}))
def test_any_other_line_stands_alone(kind):
    event = wording.canned_answer(kind, "de", knowledge(), "id")
    assert [part["text"] for part in event["parts"]] == [
        knowledge().phrase(wording.PHRASES[kind], "de").format(days=30)
    ]
    assert (event["kind"], event["heading"], event["suggestions"]) == ("control", None, [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_words_to_opt_out_that_erase_nothing(language):
    words = [word.strip() for word in knowledge().phrase(wording.STOP_WORDS, language).split(";")]
    assert len(words) > 3
    assert all(wording.wants_no_more(f" {word.upper()}! ", knowledge()) for word in words)
    assert not any(wording.wants_deletion(word, knowledge()) for word in words)


@pytest.mark.parametrize("text", ["Stopp die Abschiebung!", "How do I cancel?", "stop it", "", "Ende gut", "1"])
def test_a_sentence_with_such_a_word_is_a_question(text):
    assert not wording.wants_no_more(text, knowledge())


@pytest.mark.parametrize(
    ("word", "likely", "language"),
    [
        ("STOP", "de", "de"),
        ("stop", "fr", "fr"),
        ("unsubscribe", "de", "en"),
        ("стоп", "uk", "uk"),
        ("стоп", "ru", "ru"),
    ],
)
def test_who_opts_out_is_answered_in_a_language_that_has_the_word(word, likely, language):
    assert wording.language_of_opt_out(word, likely, knowledge()) == language
