"""What the front itself says in messengers."""

from __future__ import annotations

import pytest

from assistant.core.languages import LANGUAGES, SERVED
from assistant.front.core.starters import starters
from assistant.front.messengers.base import wording
from assistant.knowledge import knowledge


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_user_who_starts_is_offered_questions_below_a_heading(language):
    event = wording.canned_answer("start", language, knowledge(), "id")
    assert event["heading"] == knowledge().phrase("suggestions", language)
    assert event["suggestions"] == [entry.question for entry in starters(knowledge(), language)]


def test_who_asks_for_another_language_is_offered_all_by_their_own_names():
    event = wording.canned_answer("language", "uk", knowledge(), "id")
    assert event["suggestions"] == [spoken.name for spoken in SERVED.values()]
    assert event["language"] == "uk"


@pytest.mark.parametrize("kind", sorted(set(wording.PHRASES) - {"start", "language"}))
def test_any_other_line_stands_alone(kind):
    event = wording.canned_answer(kind, "de", knowledge(), "id")
    assert [part["text"] for part in event["parts"]] == [knowledge().phrase(wording.PHRASES[kind], "de")]
    assert (event["kind"], event["heading"], event["suggestions"]) == ("control", None, [])
