"""The encoder sets one vector for the whole text of each message, message part and training example."""

from __future__ import annotations

import numpy as np
import pytest
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.message import Message

from assistant.nlu.components.encoder import SentenceEncoder
from assistant.nlu.components.message_keys import PARTS
from assistant.nlu.encoder.vectors import encode


def vector(message: Message) -> np.ndarray:
    """The one vector of a message's text."""
    (features,) = message.features
    assert (features.attribute, features.type, features.is_dense()) == (TEXT, FEATURE_TYPE_SENTENCE, True)
    return features.features[0]


@pytest.mark.parametrize("text", ["Wann wurde das Büro eröffnet?", "When was the office opened?", ""])
def test_message_gets_the_vector_of_its_text(made, text):
    message = made(SentenceEncoder).process([Message({TEXT: text})])[0]
    assert np.array_equal(vector(message), encode(text))


def test_part_gets_a_vector_of_its_own(made):
    part = Message({TEXT: "Was ist DTM?"})
    made(SentenceEncoder).process([Message({TEXT: "Was ist DTM? Danke", PARTS: [part]})])
    assert np.array_equal(vector(part), encode("Was ist DTM?"))


def test_training_example_gets_the_vector_it_will_get_as_a_message(encoded):
    for message in encoded("smalltalk/greeting").training_examples:
        assert vector(message) @ encode(message.get(TEXT)) > 0.998


def test_training_example_without_text_gets_none(made, monkeypatch, tmp_path):
    from rasa.shared.nlu.training_data.training_data import TrainingData

    monkeypatch.setattr("assistant.nlu.components.encoder.VECTORS", tmp_path / "v.npz")
    data = TrainingData([Message({"action_name": "action_answer"})])
    assert made(SentenceEncoder).process_training_data(data).training_examples[0].features == []


@pytest.mark.parametrize("model", ["large", "", None, 5])
def test_unknown_model_is_refused(made, model):
    with pytest.raises(InvalidConfigException, match="model must be one of"):
        made(SentenceEncoder, model=model)
