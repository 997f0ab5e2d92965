"""The detector tells the language that a text's words point to, and whether they do so clearly."""

from __future__ import annotations

import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.core import language_detector
from assistant.core.function_words import FUNCTION_WORDS, WORD
from assistant.core.languages import NO_EVIDENCE, Evidence
from assistant.knowledge.examples import examples
from assistant.nlu.components.language import LanguageDetector, learned, names
from assistant.nlu.components.message_keys import EVIDENCE
from tests.unit.nlu.conftest import context

LEARNED = learned((example.language, example.text) for example in examples())


def evidence_of(text: str, lexicon=FUNCTION_WORDS) -> Evidence:
    """What a text says, without the names of programmes."""
    return language_detector.evidence_of(text, lexicon, names())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Wann wurde das Büro eröffnet?", "de"),
        ("When was the office opened?", "en"),
        ("wie viele menschen waren das", "de"),
        ("how many people were there", "en"),
        ("Wie geht es Ihnen", "de"),
        ("thank you", "en"),
    ],
)
def test_sentence_is_clear(text, language):
    assert evidence_of(text) == Evidence(language, True)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Was ist das Global Data Institute?", "de"),
        ("Was ist das Family Assistance Programme?", "de"),
        ("Wer finanziert die Displacement Tracking Matrix?", "de"),
        ("What is REAG/GARP?", "en"),
        ("What is the International Organization for Migration?", "en"),
    ],
)
def test_names_do_not_count_for_their_language(text, language):
    assert evidence_of(text) == Evidence(language, True)


@pytest.mark.parametrize("text", ["Family Assistance Programme", "GDI GMDAC DTM", "IOM Deutschland"])
def test_names_alone_say_nothing(text):
    assert evidence_of(text) == NO_EVIDENCE


@pytest.mark.parametrize("word", ["der", "the", "ja", "yes", "Hallo", "Hello", "okay", "Migration", "Geschwindigkeit"])
def test_one_word_is_never_clear(word):
    assert not evidence_of(word).clear


@pytest.mark.parametrize("lexicon", [FUNCTION_WORDS, LEARNED], ids=["function words", "learned"])
def test_no_word_known_is_clear_alone(lexicon):
    words = [word for word in lexicon if WORD.fullmatch(word)]
    assert len(words) > 100
    assert not [word for word in words if evidence_of(word, lexicon).clear]


@pytest.mark.parametrize(("text", "language"), [("bitte antrag", "de"), ("claim refused", "en")])
def test_words_learned_tell_what_characters_cannot(text, language):
    lexicon = learned([*[("de", "bitte antrag")] * 5, *[("en", "claim refused")] * 5])
    assert evidence_of(text, lexicon) == Evidence(language, True)


def test_word_of_both_languages_or_met_once_tells_nothing():
    lexicon = learned([("de", "zoom xylo"), ("de", "zoom"), ("en", "zoom"), ("en", "zoom")])
    assert not {"zoom", "xylo"} & set(lexicon)


def test_single_learned_word_does_not_outvote_two():
    lexicon = {**FUNCTION_WORDS, "antrag": 99.0}
    assert evidence_of("the antrag is refused", lexicon).language == "en"


def test_names_are_not_learned():
    assert "fap" not in learned([("de", "FAP?")] * 5)


@pytest.mark.slow
def test_trained_detector_is_the_same_after_loading(made, tmp_path):
    trained = made(LanguageDetector)
    trained.train(TrainingData())
    loaded = LanguageDetector.load({}, LocalModelStorage(tmp_path), Resource("trained"), context())
    for text in ("Antrag abgelehnt", "claim refused", "hallo zusammen", "FAP funding"):
        before, since = (d.process([Message({TEXT: text})])[0].get(EVIDENCE) for d in (trained, loaded))
        assert before == since


def test_model_without_words_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="trained"):
        LanguageDetector.load({}, LocalModelStorage(tmp_path), Resource("trained"), context())


@pytest.mark.parametrize("text", ["", "   ", "123", "?!", "😀"])
def test_text_without_words_says_nothing(text):
    assert evidence_of(text) == NO_EVIDENCE


@pytest.mark.parametrize("text", ["asdf qwer", "qqq www eee"])
def test_noise_is_not_clear(text):
    assert not evidence_of(text).clear


@pytest.mark.parametrize(("text", "language"), [("Wann wurde das eröffnet?", "de"), ("When did it open?", "en")])
def test_evidence_is_kept_as_a_plain_value(made, text, language):
    message = made(LanguageDetector).process([Message({TEXT: text})])[0]
    assert message.get(EVIDENCE) == {"language": language, "clear": True, "script": False, "other": None}


def test_message_without_text_has_no_evidence(made):
    message = made(LanguageDetector).process([Message({})])[0]
    assert message.get(EVIDENCE) == NO_EVIDENCE.as_dict()
