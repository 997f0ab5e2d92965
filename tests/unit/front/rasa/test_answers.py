"""Rasa's messages become parts, each with the date and sources of its entry."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.core.conversation import Conversation
from assistant.core.languages import LANGUAGES
from assistant.dialogue.present import messages
from assistant.dialogue.reply import Answer, Reply
from assistant.front.rasa.answers import apology_event, assistant_event
from assistant.front.rasa.client import BadReplyError
from assistant.knowledge import knowledge, render
from assistant.knowledge.live import Live

FAP, FOUNDING, RETURN = "ask_figures/fap_reached", "ask_history/founding", "ask_figures/return_2025"


def answer(entry, language="de", heading=None, kind=None):
    told = render(knowledge(), knowledge().entries[entry], language)
    return Answer(
        kind or told.entry.kind, told.text, entry, told.as_of, told.sources, question=told.question, heading=heading
    )


def messages_of(*answers, language="de", heading=None, buttons=()):
    """A reply as the presenter sends it on REST."""
    reply = Reply(language, answers, Conversation(), heading, buttons)
    said = messages(reply, knowledge(), "rest")
    return [{"custom": m["json_message"]} if "json_message" in m else m for m in said]


def event(*answers, **more):
    """The event for a reply."""
    return assistant_event(messages_of(*answers, **more), "id")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_is_told_with_its_question_date_and_sources(language):
    for entry in knowledge().entries.values():
        told = event(answer(entry.id, language), language=language)
        part = told["parts"][0]
        assert (part["entry"], part["kind"], part["as_of"]) == (entry.id, entry.kind, entry.as_of)
        assert part["question"] == render(knowledge(), entry, language).question
        assert bool(part["sources"]) == bool(entry.citations)
        assert all(set(source) == {"title", "url", "publisher", "language"} for source in part["sources"])


def test_a_source_has_the_language_of_its_title():
    part = event(answer("ask_organisation/what_is_iom", "en"), language="en")["parts"][0]
    assert [source["language"] for source in part["sources"]] == ["de", "de", "en", "de"]


def test_a_changed_source_has_its_new_language_at_once(monkeypatch):
    changed = {id_: replace(source, language="tr") for id_, source in knowledge().sources.items()}
    base = replace(knowledge(), sources=changed)
    monkeypatch.setattr(Live, "current", lambda _: base)
    assert {source["language"] for source in event(answer(FAP))["parts"][0]["sources"]} == {"tr"}


def test_of_a_source_that_nobody_knows_here_the_language_is_left_out():
    unknown = {"title": "?", "url": "https://example.org", "publisher": "?"}
    (told,) = messages_of(answer(FAP))[-1:]
    told["custom"]["answer"]["parts"][0]["sources"] = [unknown]
    assert assistant_event([told], "id")["parts"][0]["sources"] == [unknown]


def test_dates_are_written_in_the_language_of_the_answer():
    assert event(answer(FAP))["parts"][0]["as_of_text"] == "Oktober 2024"
    assert event(answer(FAP, "en"), language="en")["parts"][0]["as_of_text"] == "October 2024"


def test_of_several_answers_each_has_its_own_entry():
    gap = Answer("fallback", knowledge().phrase("fallback_part", "de").format(question="Wetter"))
    told = event(answer(FAP), gap, answer(FOUNDING))
    assert [part["entry"] for part in told["parts"]] == [FAP, None, FOUNDING]
    assert [part["kind"] for part in told["parts"]] == ["fact", "fallback", "fact"]
    assert told["answer"]["entries"] == [FAP, FOUNDING]


def test_the_same_entry_twice_is_told_twice_in_order():
    told = event(answer(FAP), answer(FOUNDING), answer(FAP))
    assert [part["entry"] for part in told["parts"]] == [FAP, FOUNDING, FAP]


def test_a_text_tells_its_own_entry_whatever_it_quotes():
    """An answer that names a source has an entry without stating it; the last text quotes the one before."""
    source = Answer("control", "Diese Angabe hat den Stand …", RETURN, "2024-10", ())
    quoted = render(knowledge(), knowledge().entries[FAP], "de").text
    told = event(source, answer(FAP), answer(FOUNDING, heading=quoted))
    assert [part["entry"] for part in told["parts"]] == [None, FAP, FOUNDING]


def test_a_note_before_an_answer_is_no_fact():
    note = Answer("control", knowledge().phrase("too_long", "de"))
    assert [part["kind"] for part in event(note, answer(FAP))["parts"]] == ["control", "fact"]


@pytest.mark.parametrize("kind", ["clarify", "control", "fallback"])
def test_a_sentence_beside_a_note_keeps_its_kind(kind):
    note = Answer("control", knowledge().phrase("too_long", "de"))
    assert event(note, Answer(kind, "…"))["parts"][1]["kind"] == kind


def test_what_is_known_beyond_the_question_is_told_as_what_it_is():
    beyond = answer(FAP, heading="Für 2019 habe ich keine Angabe. Bekannt ist:", kind="fallback")
    told = event(beyond)
    assert (told["kind"], told["parts"][0]["kind"], told["parts"][0]["entry"]) == ("fallback", "fallback", FAP)
    assert told["parts"][0]["text"] == f"{beyond.heading}\n\n{beyond.text}"
    # A second answer beside it, which does state what was asked, does not make it a fact.
    assert [part["kind"] for part in event(beyond, answer(FOUNDING))["parts"]] == ["fallback", "fact"]


def test_suggestions_under_a_fact_have_a_heading_of_their_own():
    told = event(answer(FAP), heading="Dazu passt:", buttons=("Frage?", "Noch eine?"))
    assert told["suggestions"] == ["Frage?", "Noch eine?"]
    assert told["heading"] == knowledge().phrase("suggestions", "de")
    assert told["parts"][0]["text"] == render(knowledge(), knowledge().entries[FAP], "de").text


@pytest.mark.parametrize("key", ["fallback_near", "suggestions"])
def test_a_heading_in_the_text_is_taken_out_of_it(key):
    heading = knowledge().phrase(key, "en")
    told = event(Answer("fallback", "I do not know."), language="en", heading=heading, buttons=("Question?",))
    assert (told["parts"][0]["text"], told["heading"]) == ("I do not know.", heading)


def test_asking_back_needs_no_heading():
    told = event(Answer("clarify", knowledge().phrase("clarify", "de")), buttons=("Frage?",))
    assert told["heading"] is None
    assert told["suggestions"] == ["Frage?"]


def test_the_source_asked_for_is_no_fact_told():
    source = Answer("control", "Diese Angabe hat den Stand …", FAP, "2024-10", ())
    part = event(source)["parts"][0]
    assert (part["entry"], part["kind"], part["sources"]) == (None, "control", [])


def test_the_envelope_goes_along_unchanged():
    told = event(answer(FAP))
    assert set(told["answer"]) == {"kind", "entries", "language", "as_of", "sources"}


UNDATED = {f"{name}{end}": None for name in ("as_of", "note_as_of", "approved_on") for end in ("", "_text")}
TEXTS = [{"text": "Hallo!"}, {"text": "Wie geht es?", "buttons": [{"title": "Gut", "payload": "/gut"}]}]
PLAIN = {"kind": "smalltalk", "entries": [FAP], "language": "de", "as_of": "2024-10", "sources": []}
UNKNOWN_PARTS = ["none", [], ["text"], [{"text": "…"}], [None]]


@pytest.mark.parametrize("more", [{}, *({"parts": parts} for parts in UNKNOWN_PARTS)])
def test_without_parts_in_the_envelope_texts_are_shown_as_they_are(more):
    told = assistant_event([*TEXTS, {"custom": {"answer": {**PLAIN, **more}}}], "id")
    nothing = {"question": None, "entry": None, **UNDATED, "sources": [], "contacts": []}
    nothing.update(heading=None, language=None, translation=None)
    assert told["parts"] == [{"text": one["text"], "kind": "smalltalk", **nothing} for one in TEXTS]
    assert (told["heading"], told["suggestions"], told["answer"]) == (None, ["Gut"], PLAIN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_apology_is_an_answer_of_kind_error(language):
    told = apology_event("id", knowledge(), language)
    assert (told["kind"], told["language"], told["reply_to"]) == ("error", language, "id")
    assert told["parts"][0]["text"] == knowledge().phrase("error", language)


@pytest.mark.parametrize(
    "said", [[], [{"text": "no envelope"}], [{"custom": {}}], [{"custom": {"answer": {"kind": 7}}}]]
)
def test_what_ends_without_envelope_is_no_answer(said):
    with pytest.raises(BadReplyError):
        assistant_event(said, "id")
