"""The detector tells ten languages and some others apart, and is clear only where one word more changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.core import language_detector
from assistant.core.function_words import _function_words
from assistant.core.language_detector import evidence_of
from assistant.core.languages import NO_EVIDENCE

CLEAR = {
    "de": "Wo kann ich einen Deutschkurs machen?",
    "en": "Where can I take a language course?",
    "uk": "Де можна знайти житло для сім'ї?",
    "ru": "Где можно найти жильё для семьи?",
    "ar": "أين يمكنني أن أجد سكناً لعائلتي؟",
    "fa": "کجا می‌توانم برای خانواده‌ام خانه پیدا کنم؟",
    "tr": "Ailem için nereden ev bulabilirim?",
    "fr": "Où est-ce que je peux trouver un logement ?",
    "es": "¿Dónde puedo encontrar una vivienda para mi familia?",
    "ko": "가족이 살 집을 어디에서 구할 수 있나요?",
}
OTHERS = {
    "pl": "Gdzie mogę znaleźć mieszkanie dla rodziny?",
    "ro": "Unde pot găsi o locuință pentru familia mea?",
    "bg": "Къде мога да намеря жилище за семейството си?",
    "vi": "Tôi có thể tìm nhà cho gia đình ở đâu?",
    "zh": "我在哪里 可以找到 房子",
    "ps": "زه د خپلې کورنۍ لپاره کور چېرته پيدا کولی شم؟",
    "it": "Dove posso trovare una casa per la mia famiglia?",
}


@pytest.mark.parametrize(("language", "text"), CLEAR.items())
def test_a_sentence_is_clear(language, text):
    found = evidence_of(text)
    assert (found.language, found.clear, found.other) == (language, True, None)


@pytest.mark.parametrize(("code", "text"), OTHERS.items())
def test_another_language_is_recognised_and_not_taken_for_one_served(code, text):
    found = evidence_of(text)
    assert (found.language, found.other) == (None, code)


@pytest.mark.parametrize("word", ["помогите", "Ахмад", "النجدة", "도와주세요", "merci", "gracias", "merhaba"])
def test_one_word_never_turns_a_conversation(word):
    assert not evidence_of(word).clear


@pytest.mark.parametrize(("word", "language"), [("помогите", "ru"), ("الترحيل", "ar"), ("도와주세요", "ko")])
def test_letters_that_rule_out_german_and_english_count_from_the_first_word(word, language):
    found = evidence_of(word)
    assert (found.language, found.script) == (language, True)


@pytest.mark.parametrize(
    "text",
    [
        "Was bedeutet das Wort لاجئ auf Deutsch?",
        "Можна зробити Anmeldung без Mietvertrag, wenn ich hier wohne?",
        "kindergeld 신청 how do i do that in my city",
    ],
)
def test_a_mixed_sentence_turns_nothing_to_another_script(text):
    found = evidence_of(text)
    assert not (found.clear and found.language not in ("de", "en"))


@pytest.mark.parametrize("text", ["kindergeld", "IOM Berlin", "Duldung"])
def test_words_of_german_offices_are_no_other_language(text):
    found = evidence_of(text)
    assert found.language in (None, "de", "en")
    assert not found.other


@pytest.mark.parametrize(
    "text", ["bu mektubu anlamiyorum ne yapmam lazim", "cocugum icin okul ariyorum nereye gidecegim"]
)
def test_turkish_without_its_letters_is_turkish(text):
    assert evidence_of(text).language == "tr"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("tr", "kimliksiz adam hangi doktora gider berlinde"),
        ("tr", "ikamet kaydi kac gun icinde yapilir hangi daire"),
        ("es", "formulario pa pedir reasentamiento existe?"),
    ],
)
def test_what_many_messages_have_tells_a_language_that_the_model_does_not_see(language, text, monkeypatch):
    assert evidence_of(text).language == language
    monkeypatch.setattr(language_detector, "OF_LANGUAGES", {each: _function_words(each) for each in ("de", "en")})
    assert evidence_of(text).language != language


@pytest.mark.parametrize("text", ["voglio tornare a casa mia", "la carta del permesso"])
def test_words_that_italian_shares_with_spanish_make_no_spanish_of_it(text):
    assert evidence_of(text).language is None


@pytest.mark.parametrize("text", ["", "123", "?!", "https://example.org/de", "a@b.de"])
def test_what_has_no_words_says_nothing(text):
    assert evidence_of(text) == NO_EVIDENCE


@pytest.mark.parametrize(
    ("letters", "languages"),
    [("абвгдежзийклмнопрстуфхцчшщьюяыії ", {"uk", "ru"}), ("ابتثجحخدذرزسشصضطظعغفقكلمنهويپچژگکی ", {"ar", "fa"})],
)
def test_letters_never_make_a_language_of_another_script(letters, languages):
    @settings(max_examples=200)
    @given(st.text(letters, min_size=1, max_size=30))
    def holds(text):
        assert evidence_of(text).language in {None, *languages}

    holds()
