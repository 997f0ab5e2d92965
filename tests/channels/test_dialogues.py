"""Whole conversations on every messenger, with the real Rasa and model."""

from __future__ import annotations

import time
import uuid

import pytest

from assistant.knowledge import knowledge
from assistant.knowledge.render import sentence
from tests.fakes.messengers import WIRES, Person, of_wires
from tests.support.readable import bytes_of
from tests.support.wait import until

pytestmark = pytest.mark.slow

FOUNDED = {"de": "Wann wurde die IOM gegründet?", "en": "When was IOM founded, please?"}
PROGRAMME = {"de": "Was ist das Familienhilfeprogramm?", "en": "What is the Family Assistance Programme?"}
PAYER = {"de": "Und wer bezahlt das?", "en": "And who pays for it?"}
# Which of these are unclear may change with the model.
UNCLEAR = ("Beratung", "Gründung", "Rückkehr")


def phrase(key, language):
    return knowledge().phrase(key, language)


# Stands below every answer that has a source, dated or not.
SOURCE = phrase("source_line_undated", "de").split("{")[0]


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_whole_dialogue(language, wire, front, vendor):
    person = Person(wire, front, vendor, language)
    person.writes(PROGRAMME[language])
    notice, first = person.hears(2)
    assert {"de": "Maschine", "en": "machine"}[language] in notice.text
    assert phrase(f"messenger_company_{wire.name}", language) in notice.text
    assert "https://" in notice.text
    assert {"de": "Stand:", "en": "As of:"}[language] in first.text
    assert "https://" in first.text
    assert {"de": "Auswärtige", "en": "Foreign Office"}[language] in person.asks(PAYER[language]).text
    assert "1951" in person.asks(FOUNDED[language]).text


def test_the_notice_comes_once(person):
    person.asks(FOUNDED["de"])
    person.asks(PROGRAMME["de"])
    assert sum("Maschine" in told.text for told in person.heard()) == 1


@of_wires(*(wire for wire in WIRES if not wire.has_choices))
def test_where_nothing_can_be_pressed_no_choices_are_sent(person):
    assert person.asks(PROGRAMME["de"]).choices == ()


@of_wires(*(wire for wire in WIRES if wire.has_choices))
def test_a_choice_that_is_pressed_is_asked(person):
    told = person.asks(PROGRAMME["de"])
    assert len(told.choices) >= 2
    assert not [sent for _, sent in told.choices if sent in told.text or "ask_" in sent or sent.startswith("/")]
    person.presses(told.choices[1][1])
    answer = person.hears(3)[-1]
    assert SOURCE in answer.text


def test_a_number_picks_what_stands_beside_it(person, wire, front, vendor):
    person.asks(PROGRAMME["de"])
    by_number = person.asks("2").text
    if wire.has_choices:
        other = Person(wire, front, vendor)
        other.presses(other.asks(PROGRAMME["de"]).choices[1][1])
        assert other.hears(3)[-1].text == by_number
    assert SOURCE in by_number


@of_wires(*(wire for wire in WIRES if wire.has_choices))
def test_a_choice_that_is_gone_gets_a_polite_line(person):
    person.asks(FOUNDED["de"])
    person.presses("o999.1")
    assert person.hears(3)[-1].text.startswith(phrase("messenger_stale", "de"))


def test_did_you_mean_is_asked_and_picked(person):
    asked = (person.asks(text) for text in UNCLEAR)
    assert next((told for told in asked if told.text.startswith(phrase("clarify", "de"))), None)
    assert phrase("clarify", "de") not in person.asks("1").text


def test_several_questions_are_answered_together(person):
    told = person.asks("Wann wurde die IOM gegründet und wer leitet sie?")
    assert "1951" in told.text
    assert "Pope" in told.text


def test_a_long_answer_is_told_whole_in_messages_the_vendor_takes(person):
    person.writes("Wie vielen Menschen hat das Familienhilfeprogramm geholfen? Wer leitet die IOM? Was ist das GDI?")
    source = phrase("source_line", "de").split("{")[0]
    until(lambda: sum(told.text.count(source) for told in person.heard()) == 3, 30, person.heard)
    texts = [told.text for told in person.heard()][1:]
    assert all(len(text) <= person.wire.longest() for text in texts)
    whole = "\n".join(texts)
    assert [word in whole for word in ("683.950", "Pope", "Global Data Institute")] == [True] * 3


def test_what_is_no_text_gets_one_polite_line_however_much_it_is(person):
    # Not every messenger says which language a person's app is in.
    person.asks(FOUNDED["de"])
    kinds = person.wire.media(person.name, id=uuid.uuid4().hex, at=time.time())
    assert [person.post(post).status_code for _, post in kinds] == [200] * len(kinds)
    assert person.hears(3)[-1].text == phrase("messenger_media", "de")
    assert "1951" in person.asks(FOUNDED["de"]).text


@of_wires(*(wire for wire in WIRES if wire.can_edit))
def test_an_edited_message_gets_a_polite_line(person):
    id_ = uuid.uuid4().hex
    person.asks(FOUNDED["de"], id=id_)
    post = person.wire.edited(person.name, "Wer leitet die IOM?", id=id_, at=time.time())
    assert person.post(post).status_code == 200
    assert person.hears(3)[-1].text == phrase("messenger_edit", "de")


def test_a_message_without_text_gets_a_polite_line(person):
    person.asks(FOUNDED["de"])
    assert person.asks(" ").text == phrase("empty", "de")


@pytest.mark.parametrize(
    ("words", "language"), [("/delete", "de"), ("Daten löschen!", "de"), ("Delete my data, please.", "en")]
)
def test_all_is_deleted_on_a_word(words, language, wire, front, vendor):
    person = Person(wire, front, vendor, language)
    person.asks(PROGRAMME[language])
    assert person.asks(words).text == phrase("messenger_erased", language)
    time.sleep(0.5)
    assert person.name.encode() not in bytes_of(front.data)
    # Nothing is remembered: the topic is gone, and the notice is sent again.
    person.writes(PAYER[language])
    *_, notice, answer = person.hears(len(person.heard()) + 2)
    assert {"de": "Maschine", "en": "machine"}[language] in notice.text
    assert {"de": "Auswärtige", "en": "Foreign Office"}[language] not in answer.text


def test_who_opts_out_is_told_how_to_delete_and_hears_no_more(person):
    person.asks(FOUNDED["de"])
    told = person.asks("STOP").text
    assert told == sentence(knowledge(), "stop", "de", days=30)
    time.sleep(1)
    assert person.heard()[-1].text == told


@pytest.mark.parametrize("text", ["/restart", '/ask_history{"x":1}'])
def test_no_text_is_a_command_for_rasa(text, person):
    person.asks(PROGRAMME["de"])
    person.asks(text)
    assert "Auswärtige" in person.asks(PAYER["de"]).text
