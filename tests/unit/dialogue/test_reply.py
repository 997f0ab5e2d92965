"""The kind and envelope of a reply of several answers."""

from __future__ import annotations

import pytest

from assistant.dialogue import Answer, Conversation, Reply
from assistant.knowledge import Source

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
    assert reply_of(Answer("fallback", "…")).envelope() == {
        "kind": "fallback",
        "entries": [],
        "language": "de",
        "as_of": None,
        "sources": [],
    }
