"""The tokenizer splits words by the rules of the text's likely language."""

from __future__ import annotations

import pytest
from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.core.languages import Evidence
from assistant.nlu.components.message_keys import EVIDENCE, PARTS
from assistant.nlu.components.tokenizer import SpacyTokenizer


def tokens(message: Message, attribute: str = TEXT) -> list[str]:
    """The texts of a message's tokens."""
    return [token.text for token in message.get(TOKENS_NAMES[attribute])]


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", ["do", "n't", "ask"]), ("de", ["don't", "ask"]), (None, ["don't", "ask"])],
)
def test_language_of_the_text_decides_how_words_are_split(made, language, expected):
    message = Message({TEXT: "don't ask", EVIDENCE: Evidence(language, True).as_dict()})
    made(SpacyTokenizer).process([message])
    assert tokens(message) == expected


def test_tokens_know_where_they_stand(made):
    message = made(SpacyTokenizer).process([Message({TEXT: "Büro,  Berlin?"})])[0]
    assert [(t.text, t.start) for t in message.get(TOKENS_NAMES[TEXT])] == [
        ("Büro", 0), (",", 4), ("Berlin", 7), ("?", 13),
    ]  # fmt: skip


def test_parts_are_split_too(made):
    part = Message({TEXT: "Was ist DTM?"})
    made(SpacyTokenizer).process([Message({TEXT: "Was ist DTM? Danke", PARTS: [part]})])
    assert tokens(part) == ["Was", "ist", "DTM", "?"]


def test_empty_text_has_no_tokens(made):
    assert tokens(made(SpacyTokenizer).process([Message({TEXT: ""})])[0]) == []


def test_training_examples_are_left_as_they_are(made):
    """Nothing is learned from their tokens, and tokenizing 27,000 questions would take seven seconds."""
    example = Message({TEXT: "Was ist DTM?", INTENT: "ask_data"})
    made(SpacyTokenizer).process_training_data(TrainingData([example]))
    assert example.get(TOKENS_NAMES[TEXT]) is None
