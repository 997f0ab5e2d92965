"""Replies in the languages whose texts are translations, and to messages in languages that are not served."""

from __future__ import annotations

import dataclasses
import re

import pytest

from assistant.core.languages import LANGUAGES, ORIGINALS, SERVED, Evidence
from assistant.core.understanding import MessagePart, Understanding
from assistant.dialogue import Conversation, respond
from assistant.dialogue.present import plain_text
from assistant.knowledge import knowledge, render
from assistant.knowledge.render import END_OF_ISOLATE, ISOLATE
from tests.unit.dialogue.conftest import asking, message, phrase

FAP, VIOLENCE = "ask_figures/fap_reached", "crisis/violence"
TRANSLATED = [language for language in LANGUAGES if language not in ORIGINALS]


def reply_in(language, *parts, conversation=None, **found):
    """The reply to a message clearly in a language."""
    return respond(message(*parts, language=language, **found), conversation or Conversation(), knowledge())


@pytest.mark.parametrize("language", TRANSLATED)
def test_an_answer_is_in_the_visitors_language_with_its_original(language):
    reply = reply_in(language, asking(FAP))
    (part,) = reply.envelope()["parts"]
    assert (reply.language, part["language"], part["heading"]) == (language, language, None)
    assert part["text"] == render(knowledge(), knowledge().entries[FAP], language).text
    original = render(knowledge(), knowledge().entries[FAP], "de").text
    assert part["translation"]["original"] == {"text": original, "language": "de", "direction": "ltr"}


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_that_nobody_has_checked_says_so_with_the_original_one_tap_away(language):
    reply = reply_in(language, asking(FAP))
    assert reply.buttons[-1] == phrase("original", language)
    assert phrase("unreviewed", language) in plain_text(reply, knowledge())
    number = len(reply.buttons)
    shown = respond(Understanding(choice=number), reply.conversation, knowledge())
    assert "683.950" in shown.answers[0].text
    assert shown.language == "de"
    assert shown.conversation.language == language


@pytest.mark.parametrize("language", TRANSLATED)
def test_an_emergency_is_answered_in_the_visitors_language(language):
    reply = reply_in(language, MessagePart(text="!"), urgent=VIOLENCE)
    (part,) = reply.envelope()["parts"]
    assert (part["kind"], part["language"]) == ("crisis", language)
    assert "116 016" in part["text"].replace("\u00a0", " ")


@pytest.mark.parametrize("language", ["ar", "fa"])
def test_numbers_keep_their_order_in_a_text_from_right_to_left(language):
    text = reply_in(language, MessagePart(text="!"), urgent=VIOLENCE).answers[0].text
    assert re.search(rf"{ISOLATE}[^{END_OF_ISOLATE}]*116 016[^{END_OF_ISOLATE}]*{END_OF_ISOLATE}", text)
    assert text.count(ISOLATE) == text.count(END_OF_ISOLATE)


def test_what_is_not_translated_is_in_english_and_the_visitor_is_told_so():
    entry = knowledge().entries[FAP]
    lacking = {field: {la: getattr(entry, field)[la] for la in ORIGINALS} for field in ("question", "answer")}
    base = dataclasses.replace(knowledge(), entries={**knowledge().entries, FAP: dataclasses.replace(entry, **lacking)})
    reply = respond(message(asking(FAP), language="uk"), Conversation(), base)
    (part,) = reply.envelope()["parts"]
    assert (reply.language, part["language"], part["translation"]) == ("uk", "en", None)
    assert part["heading"] == phrase("only_in_en", "uk")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_name_of_a_language_is_a_wish_for_it(language):
    wish = asking(f"control/language/{language}")
    reply = respond(message(wish), Conversation(language="de"), knowledge())
    assert (reply.language, reply.conversation.wish) == (language, language)
    assert reply.answers[0].text == phrase("language_set", language)


def test_another_language_is_told_which_ones_are_spoken_beside_the_answer():
    said = Understanding(Evidence(None, False, other="pl"), (asking(FAP),))
    reply = respond(said, Conversation(), knowledge())
    first, answer = reply.envelope()["parts"]
    assert (first["kind"], first["language"]) == ("control", "pl")
    assert all(language.name in first["text"].translate({0x2066: None, 0x2069: None}) for language in SERVED.values())
    assert (answer["entry"], answer["language"]) == (FAP, "en")


def test_in_another_language_an_emergency_still_comes_first():
    said = Understanding(Evidence(None, False, other="pl"), (MessagePart(text="!"),), urgent=VIOLENCE)
    parts = respond(said, Conversation(), knowledge()).envelope()["parts"]
    assert [part["kind"] for part in parts] == ["crisis", "control"]


def test_whoever_has_chosen_a_language_is_not_told_again():
    said = Understanding(Evidence(None, False, other="pl"), (asking(FAP),))
    reply = respond(said, Conversation(language="de", wish="de"), knowledge())
    assert len(reply.answers) == 1


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_place_that_the_answer_does_not_name_is_said_in_the_visitors_language(language):
    reply = reply_in(language, asking(FAP, places=("PE",)))
    (part,) = reply.envelope()["parts"]
    assert part["kind"] == "fallback"
    assert part["heading"]
