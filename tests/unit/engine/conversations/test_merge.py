"""Two versions of a conversation are merged, keeping the turns of both."""

from __future__ import annotations

import json
from itertools import chain

import pytest

from assistant.engine.conversations.merge import merged


def turn(text, at, id_=None, kind="fact"):
    """A turn as Rasa stores it."""
    user = {"event": "user", "timestamp": at, "text": text, "metadata": {"id": id_} if id_ else {}}
    bot = {"event": "bot", "timestamp": at + 0.1, "text": f"on {text}", "data": {"custom": {"answer": {"kind": kind}}}}
    return [user, bot] if kind else [user]


def texts(theirs, ours, base_version=0.0):
    """The texts of the merged conversation, in order."""
    written = [json.dumps({"name": "visitor", "events": list(chain(*turns))}) for turns in (theirs, ours)]
    both = merged(*written, base_version)
    return [event["text"] for event in json.loads(both)["events"]]


@pytest.mark.parametrize(
    ("kind", "stays"), [("fact", "theirs"), ("smalltalk", "theirs"), ("error", "ours"), (None, "ours")]
)
def test_an_answer_stands_in_place_of_an_apology_to_the_same_message(kind, stays):
    before, after = turn("before", 1.0), turn("after", 9.0)
    told = texts([before, turn("theirs", 2.0, "a", kind), after], [before, turn("ours", 3.0, "a")])
    asked = [text for text in told if not text.startswith("on ")]
    assert asked == (["before", "theirs", "after"] if stays == "theirs" else ["before", "after", "ours"])
    assert told.count("on ours") == (stays == "ours")


def test_messages_without_an_id_are_told_apart_by_when_they_came():
    assert texts([turn("a", 1.0), turn("a", 2.0)], [turn("a", 1.0), turn("a", 3.0)]).count("a") == 3


def test_old_turns_do_not_come_back_behind_newer_ones():
    old, new = [turn(f"old {n}", float(n)) for n in range(3)], [turn(f"new {n}", 10.0 + n) for n in range(3)]
    told = texts(new, [*old, turn("last", 20.0)], base_version=5.0)
    assert [text for text in told if not text.startswith("on ")] == ["new 0", "new 1", "new 2", "last"]
