"""The kind and envelope of a reply of several answers."""

from __future__ import annotations

import pytest

from assistant.core.envelope import Envelope
from assistant.core.languages import ORIGINALS
from assistant.dialogue import Answer, Conversation, Reply
from assistant.knowledge import Approval, Source, knowledge, render
from tests.unit.dialogue.conftest import after, always, asking, message, phrase, question, reply_to

FIRST = Source("a", "Ein Text", "IOM", "https://a.example", "de")
SECOND = Source("b", "Another", "IOM", "https://b.example", "en")


def reply_of(*answers):
    """A reply of these answers."""
    return Reply("de", answers, Conversation())


@pytest.mark.parametrize(
    ("kinds", "kind"),
    [
        (("smalltalk", "fact"), "fact"),
        (("fact", "fallback"), "fact"),
        (("control", "fact"), "fact"),
        (("fact", "crisis"), "crisis"),
        (("fallback", "referral"), "referral"),
        (("smalltalk", "control"), "control"),
        (("fact", "error"), "error"),
    ],
)
def test_the_weightiest_answer_gives_the_kind(kinds, kind):
    assert reply_of(*(Answer(one, "…") for one in kinds)).kind == kind


def test_the_oldest_date_counts():
    answers = (Answer("fact", "…", "a/a", "2024-10"), Answer("fact", "…", "a/b", "2023"), Answer("fallback", "…"))
    assert reply_of(*answers).envelope()["as_of"] == "2023"


def test_sources_of_all_answers_are_named_once_and_in_order():
    answers = (Answer("fact", "…", "a/a", sources=(SECOND,)), Answer("fact", "…", "a/b", sources=(FIRST, SECOND)))
    assert [source["title"] for source in reply_of(*answers).envelope()["sources"]] == ["Another", "Ein Text"]


def test_without_entries_there_is_neither_date_nor_source():
    assert always(reply_of(Answer("fallback", "…")).envelope()) == {
        "kind": "fallback",
        "entries": [],
        "language": "de",
        "as_of": None,
        "sources": [],
    }


CARD, OTHER_CARD = {"name": "Rat", "purpose": "…", "phone": "030 1"}, {"name": "Amt", "purpose": "…"}
APPROVAL = Approval("Jane Doe", "2026-01-15", "0" * 12)


def test_a_part_says_when_its_answer_was_approved_but_not_by_whom():
    envelope = reply_of(Answer("fact", "…", "a/a", approved=APPROVAL), Answer("fact", "…", "a/b")).envelope()
    assert [part["approved_on"] for part in envelope["parts"]] == ["2026-01-15", None]
    assert envelope["approved_on"] == "2026-01-15"
    assert "Jane Doe" not in str(envelope)


def test_contacts_of_all_answers_are_in_the_envelope_and_in_their_parts():
    answers = (Answer("referral", "…", "a/a", contacts=(CARD, OTHER_CARD)), Answer("fact", "…", "a/b"))
    envelope = reply_of(*answers).envelope()
    assert envelope["contacts"] == [CARD, OTHER_CARD]
    assert [part["contacts"] for part in envelope["parts"]] == [[CARD, OTHER_CARD], []]


RESETTLEMENT, SOURCE = "ask_figures/resettlement_reached", "control/source"


def parts_of(*parts, language="de", conversation=None):
    """The parts in the envelope of the reply to a message."""
    return reply_to(message(*parts, language=language), conversation or Conversation()).envelope()["parts"]


@pytest.mark.parametrize("language", ORIGINALS)
def test_a_part_carries_all_that_is_known_of_its_answer(language):
    entry = knowledge().entries[RESETTLEMENT]
    rendered = render(knowledge(), entry, language)
    assert parts_of(asking(RESETTLEMENT), language=language) == [
        {
            "text": rendered.text,
            "heading": None,
            "entry": RESETTLEMENT,
            "question": question(RESETTLEMENT, language),
            "kind": "fact",
            "language": language,
            "direction": "ltr",
            "sources": [{"title": s.title, "url": s.url, "publisher": s.publisher} for s in rendered.sources],
            "as_of": entry.as_of,
            "note_as_of": entry.note.as_of,
            "approved_on": None,
            "translation": None,
            "contacts": list(rendered.contacts),
        }
    ]


def test_the_text_of_a_part_is_the_approved_one_and_what_it_does_not_cover_its_heading():
    (part,) = parts_of(asking("ask_figures/fap_reached", years=("1999",)))
    assert part["text"] == render(knowledge(), knowledge().entries["ask_figures/fap_reached"], "de").text
    assert (part["kind"], part["heading"]) == ("fallback", phrase("beyond").format(what="1999"))


def test_each_answer_is_a_part_of_its_own_kind():
    asked = ("ask_data/dtm", "out_of_scope/illegal", "smalltalk/thanks")
    parts = parts_of(*map(asking, asked), asking(decision="unsure"))
    assert [part["kind"] for part in parts] == ["fact", "referral", "smalltalk", "fallback"]
    assert [part["entry"] for part in parts] == ["ask_data/dtm", None, "smalltalk/thanks", None]


def test_a_source_asked_for_is_a_sentence_about_an_entry_and_does_not_tell_it():
    (part,) = parts_of(asking(SOURCE), conversation=after(RESETTLEMENT))
    assert (part["entry"], part["question"], part["sources"], part["as_of"]) == (None, None, [], None)
    envelope = reply_to(asking(SOURCE), after(RESETTLEMENT)).envelope()
    assert envelope["entries"] == [RESETTLEMENT]


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        (asking("ask_data/dtm"), "suggestions"),
        (asking("ask_data/dtm", decision="unsure", subjects=("dtm",)), "fallback_near"),
        (asking("ask_data/dtm", decision="unsure"), None),
        (asking("ask_data/dtm", "ask_data/gmdac", decision="clarify"), None),
        (asking(decision="unsure"), None),
    ],
)
def test_the_envelope_names_what_stands_above_the_suggestions(asked, key):
    assert reply_to(asked).envelope()["heading"] == (phrase(key) if key else None)


def test_the_dialogue_writes_no_key_that_the_envelope_does_not_have():
    assert reply_to(asking("ask_data/dtm")).envelope().keys() <= Envelope.__annotations__.keys()


def test_nothing_stands_above_suggestions_where_there_are_none():
    answers = (Answer("fact", "…", "a/a"),)
    assert Reply("de", answers, Conversation(), "Dazu passt:", ()).envelope()["heading"] is None
    assert Reply("de", answers, Conversation(), "Dazu passt:", ("Frage?",)).envelope()["heading"] == "Dazu passt:"
