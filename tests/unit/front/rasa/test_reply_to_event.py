"""From a reply of the dialogue to the event that clients read, property by property."""

from __future__ import annotations

import pytest

from assistant.core.conversation import Conversation
from assistant.core.languages import ORIGINALS
from assistant.core.understanding import MessagePart
from assistant.dialogue.present import messages
from assistant.front.rasa.answers import assistant_event
from assistant.knowledge import knowledge, render
from assistant.knowledge.render import cards, date_written, filled
from tests.unit.dialogue.conftest import after, asking, message, phrase, question, reply_to

FAP, FOUNDING, DTM = "ask_figures/fap_reached", "ask_history/founding", "ask_data/dtm"


def event_of(*parts: MessagePart, language, conversation=None, **found):
    """The event for a message, as it leaves the front."""
    reply = reply_to(message(*parts, language=language, **found), conversation or Conversation())
    said = messages(reply, knowledge(), "rest")
    # Rasa's REST channel adds a recipient to each message, and sends anything but text as `custom`.
    told = [{"custom": one["json_message"]} if "json_message" in one else one for one in said]
    return assistant_event([{"recipient_id": "x", **one} for one in told], "id")


def told(entry, language, kind=None, heading=""):
    """The part for an entry, as clients read it."""
    rendered = render(knowledge(), knowledge().entries[entry], language)
    note, by = rendered.entry.note.as_of if rendered.entry.note else None, rendered.approved
    return {
        "text": heading + rendered.text,
        "heading": None,
        "language": language,
        "translation": None,
        "question": rendered.question,
        "entry": entry,
        "kind": kind or rendered.entry.kind,
        "as_of": rendered.as_of,
        "as_of_text": date_written(rendered.as_of, language) if rendered.as_of else None,
        "note_as_of": note,
        "note_as_of_text": date_written(note, language) if note else None,
        "approved_on": by.on if by else None,
        "approved_on_text": date_written(by.on, language) if by else None,
        "sources": [
            {"title": s.title, "url": s.url, "publisher": s.publisher, "language": s.language} for s in rendered.sources
        ],
        "contacts": list(rendered.contacts),
    }


def sentence(text, kind, contacts=(), language="de"):
    """The part for a sentence that belongs to no entry."""
    fields = ("as_of", "note_as_of", "approved_on")
    undated = {**dict.fromkeys(fields), **dict.fromkeys(f"{field}_text" for field in fields)}
    nothing = {"question": None, "entry": None, "sources": []}
    apart = {"heading": None, "language": language, "translation": None}
    return {"text": text, "kind": kind, **apart, **undated, **nothing, "contacts": list(contacts)}


def envelope(kind, language, *entries):
    """The envelope as clients read it, with its five keys and no others."""
    rendered = [render(knowledge(), knowledge().entries[entry], language) for entry in entries]
    sources = dict.fromkeys(source for one in rendered for source in one.sources)
    return {
        "kind": kind,
        "entries": list(entries),
        "language": language,
        "as_of": min((one.as_of for one in rendered if one.as_of), default=None),
        "sources": [{"title": source.title, "url": source.url} for source in sources],
    }


@pytest.mark.parametrize("language", ORIGINALS)
@pytest.mark.parametrize("entry", [FAP, FOUNDING, "referral/asylum", "ask_history/photo_1957"])
def test_one_question(entry, language):
    related = list(knowledge().entries[entry].related)[:3]
    assert event_of(asking(entry), language=language) == {
        "reply_to": "id",
        "kind": knowledge().entries[entry].kind,
        "language": language,
        "parts": [told(entry, language)],
        "heading": phrase("suggestions", language) if related else None,
        "suggestions": [question(one, language) for one in related],
        "answer": envelope(knowledge().entries[entry].kind, language, entry),
    }


@pytest.mark.parametrize("language", ORIGINALS)
def test_several_questions_one_without_an_answer(language):
    event = event_of(asking(FAP), asking(decision="unsure", text="Wetter"), asking(FOUNDING), language=language)
    gap = phrase("fallback_part", language).format(question="Wetter")
    assert event["parts"] == [
        told(FAP, language),
        sentence(gap, "fallback", language=language),
        told(FOUNDING, language),
    ]
    assert (event["kind"], event["heading"]) == ("fact", phrase("suggestions", language))
    assert event["answer"] == envelope("fact", language, FAP, FOUNDING)


@pytest.mark.parametrize("language", ORIGINALS)
def test_a_year_that_the_answer_does_not_cover(language):
    event = event_of(asking(FAP, years=("1999",)), language=language)
    beyond = phrase("beyond", language).format(what="1999")
    assert event["parts"] == [told(FAP, language, "fallback", f"{beyond}\n\n")]
    assert (event["kind"], event["heading"]) == ("fallback", phrase("suggestions", language))
    assert event["answer"] == envelope("fallback", language, FAP)


@pytest.mark.parametrize("language", ORIGINALS)
def test_nearest_questions_where_nothing_is_known(language):
    event = event_of(asking(DTM, decision="unsure", subjects=("dtm",)), language=language)
    door = knowledge().doors["general"]
    text = f"{phrase('fallback', language)} {filled(door.words[language], door.values, language)}"
    contacts = cards(knowledge(), door.contacts, language)
    assert event == {
        "reply_to": "id",
        "kind": "fallback",
        "language": language,
        "parts": [sentence(text, "fallback", contacts, language=language)],
        "heading": phrase("fallback_near", language),
        "suggestions": [question(DTM, language)],
        "answer": envelope("fallback", language),
    }


@pytest.mark.parametrize("language", ORIGINALS)
def test_asking_back(language):
    event = event_of(asking(DTM, FAP, decision="clarify"), language=language)
    assert event["parts"] == [sentence(phrase("clarify", language), "clarify", language=language)]
    offered = [question(DTM, language), question(FAP, language), phrase("clarify_none", language)]
    assert (event["heading"], event["suggestions"]) == (None, offered)


@pytest.mark.parametrize("language", ORIGINALS)
def test_the_source_asked_for(language):
    event = event_of(asking("control/source"), language=language, conversation=after(FAP))
    (part,) = event["parts"]
    assert part == sentence(part["text"], "control", language=language)
    assert knowledge().sources["iom-de-70-jahre"].url in part["text"]
    assert event["answer"] == envelope("control", language, FAP)


@pytest.mark.parametrize("language", ORIGINALS)
def test_a_message_that_was_cut(language):
    event = event_of(asking(FAP), language=language, trouble="too_long")
    assert event["parts"] == [sentence(phrase("too_long", language), "control", language=language), told(FAP, language)]


def test_a_language_wished_for():
    event = event_of(asking("control/english"), language="de", conversation=after(FAP, language="de"))
    assert event["parts"] == [sentence(phrase("language_set", "en"), "control", language="en"), told(FAP, "en")]
    assert event["language"] == "en"
