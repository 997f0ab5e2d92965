"""What is said if no reply could be made."""

from __future__ import annotations

import pytest

from assistant.core.languages import NO_EVIDENCE, ORIGINALS, Evidence
from assistant.dialogue import Conversation
from assistant.dialogue.apology import apologise
from assistant.knowledge import knowledge
from tests.unit.dialogue.conftest import NEW, after, phrase


def apology(conversation=NEW, evidence=NO_EVIDENCE, hint=None):
    """The apology in a conversation."""
    return apologise(knowledge(), conversation, evidence, hint)


@pytest.mark.parametrize("language", ORIGINALS)
@pytest.mark.parametrize("sign", ["text", "wish", "conversation", "hint"])
def test_the_apology_is_in_the_language_of_the_reply_it_stands_for(sign, language):
    other = "en" if language == "de" else "de"
    reply = {
        "wish": apology(Conversation(language=other, wish=language), Evidence(other, True), other),
        "text": apology(Conversation(language=other), Evidence(language, True), other),
        "conversation": apology(Conversation(language=language), Evidence(other, False), other),
        "hint": apology(hint=language),
    }[sign]
    assert ([answer.text for answer in reply.answers], reply.language) == ([phrase("error", language)], language)
    assert reply.kind == "error"


def test_the_apology_leaves_the_conversation_as_it_was():
    before = after("ask_figures/fap_reached", language="de")
    assert apology(before, Evidence("en", True)).conversation == before
