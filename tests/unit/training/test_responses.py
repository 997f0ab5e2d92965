"""The generated file of Rasa's responses."""

from __future__ import annotations

from assistant.core.paths import RESPONSES
from assistant.training.responses import responses, with_response


def test_an_intent_more_gives_what_would_be_generated_from_all():
    assert with_response(responses(["b/one", "a/two"]), "a/three") == responses(["a/three", "a/two", "b/one"])
    assert with_response("", "a/one") == responses(["a/one"])


def test_an_intent_that_is_there_changes_nothing():
    text = RESPONSES.read_text("utf-8")
    assert with_response(text, "ask_iom/headquarters") == text
    assert with_response(f"# Somebody's own.\n{text}", "ask_iom/headquarters") == f"# Somebody's own.\n{text}"
