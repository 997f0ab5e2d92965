"""Which languages are served, and which one an answer is in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.languages import (
    DEFAULT,
    LANGUAGES,
    NO_EVIDENCE,
    ORIGINALS,
    Evidence,
    choice_of,
    decide,
    hint_of,
    served,
)

OTHER = {language: "en" if language == "de" else "de" for language in LANGUAGES}
languages = st.sampled_from(LANGUAGES)
perhaps = st.none() | languages


def test_ten_languages_are_served_the_originals_first():
    assert LANGUAGES[:2] == ORIGINALS == ("de", "en")
    assert set(LANGUAGES) == {"de", "en", "uk", "ru", "ar", "fa", "tr", "fr", "es", "ko"}


def test_dari_is_served_as_farsi():
    assert served("prs") == served("fa-AF") == "fa"


def test_letters_of_another_script_count_more_than_the_page_and_less_than_the_conversation():
    cry = Evidence("ru", clear=False, script=True)
    assert decide(cry, None, None, "de") == ("ru", "script")
    assert decide(cry, None, "de", "de") == ("de", "conversation")


@pytest.mark.parametrize(
    ("code", "language"),
    [("de", "de"), ("en", "en"), ("de-AT", "de"), ("EN_us", "en"), ("de-Latn-DE", "de"), ("DE", "de")],
)
def test_code_of_a_served_language_is_understood(code, language):
    assert served(code) == language


@pytest.mark.parametrize("code", ["pl", "", "deu", "english", "-de", " ", None, 7, ["de"], b"de"])
def test_any_other_code_is_no_language_served(code):
    assert served(code) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_language_of_the_channel_is_a_hint(language):
    assert hint_of({"language": f"{language}-XX"}) == language


@pytest.mark.parametrize("metadata", [None, {}, {"language": None}, {"language": "pl"}, "de", ["de"], 7])
def test_metadata_without_a_served_language_is_no_hint(metadata):
    assert hint_of(metadata) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_wish_comes_before_clear_text(language):
    evidence = Evidence(OTHER[language], clear=True)
    assert decide(evidence, language, OTHER[language], OTHER[language]) == (language, "wish")


@pytest.mark.parametrize("language", LANGUAGES)
def test_clear_text_comes_before_the_conversation(language):
    evidence = Evidence(language, clear=True)
    assert decide(evidence, None, OTHER[language], OTHER[language]) == (language, "clear")


@pytest.mark.parametrize("language", LANGUAGES)
def test_faint_text_does_not_flip_the_conversation(language):
    evidence = Evidence(OTHER[language], clear=False)
    assert decide(evidence, None, language, OTHER[language]) == (language, "conversation")


@pytest.mark.parametrize("language", LANGUAGES)
def test_hint_comes_before_faint_text(language):
    assert decide(Evidence(OTHER[language], clear=False), hint=language) == (language, "hint")


@pytest.mark.parametrize("language", LANGUAGES)
def test_faint_text_decides_where_nothing_else_does(language):
    assert decide(Evidence(language, clear=False)) == (language, "weak")


def test_default_is_spoken_where_nothing_is_known():
    assert decide(NO_EVIDENCE) == (DEFAULT, "default")


def test_clear_text_in_no_served_language_does_not_decide():
    assert decide(Evidence(None, clear=True), conversation="en") == ("en", "conversation")


@given(perhaps, st.booleans(), perhaps, perhaps, perhaps)
def test_language_decided_is_always_one_that_was_named_or_the_default(text, clear, wish, conversation, hint):
    language, reason = decide(Evidence(text, clear), wish, conversation, hint)
    assert language in {text, wish, conversation, hint} or (language, reason) == (DEFAULT, "default")


@given(perhaps, st.booleans())
def test_evidence_survives_being_stored(language, clear):
    evidence = Evidence(language, clear)
    assert Evidence.from_dict(evidence.as_dict()) == evidence


@pytest.mark.parametrize("stored", [{}, {"language": "pl", "clear": False}, {"language": 7}])
def test_stored_evidence_of_no_served_language_is_none(stored):
    assert Evidence.from_dict(stored) == NO_EVIDENCE


@pytest.mark.parametrize("language", LANGUAGES)
def test_language_chosen_with_a_switch_is_a_choice(language):
    assert choice_of({"choice": f"{language}-XX"}) == language


@pytest.mark.parametrize("metadata", [None, {}, {"choice": None}, {"choice": "pl"}, {"language": "de"}, "de", 7])
def test_metadata_without_a_served_choice_is_none(metadata):
    assert choice_of(metadata) is None
