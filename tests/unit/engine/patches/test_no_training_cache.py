"""Training data is not hashed after every training step."""

from __future__ import annotations

import pytest
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from assistant.engine.patches import no_training_cache
from assistant.nlu.components.splitter import QuestionSplitter


@pytest.fixture
def hashed(monkeypatch) -> list[str]:
    """The messages whose content was hashed."""
    texts: list[str] = []
    real = Message.fingerprint
    monkeypatch.setattr(Message, "fingerprint", lambda self: texts.append(self.get(TEXT)) or real(self))
    return texts


def step_of_a_training(tmp_path) -> None:
    """A step that passes training data to the next, as in Rasa's graph."""
    from rasa.engine.caching import LocalTrainingCache
    from rasa.engine.graph import ExecutionContext, GraphSchema, SchemaNode
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.training.hooks import TrainingHook
    from rasa.shared.nlu.training_data.training_data import TrainingData

    node = SchemaNode({}, QuestionSplitter, "create", "process_training_data", {})
    schema, data = GraphSchema({"step": node}), TrainingData([Message({TEXT: "Wann?"})])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RASA_CACHE_DIRECTORY", str(tmp_path))
        hook = TrainingHook(LocalTrainingCache(), LocalModelStorage(tmp_path), schema)
    context = ExecutionContext(schema)
    before = hook.on_before_node("step", context, {}, {"training_data": data})
    hook.on_after_node("step", context, {}, data, before)


def test_training_data_are_not_hashed_after_every_step(stock, hashed, tmp_path):
    no_training_cache.apply()
    step_of_a_training(tmp_path)
    assert hashed == []


def test_rasa_still_hashes_training_data_after_every_step(stock, hashed, tmp_path):
    step_of_a_training(tmp_path)
    assert len(hashed) >= 2


def test_equal_training_questions_are_still_one(stock):
    no_training_cache.apply()
    pairs = [("a", "x"), ("a", "x"), ("a", "y"), ("b", "x")]
    assert len({Message({TEXT: text, INTENT: intent}) for text, intent in pairs}) == 3
    assert len({Message({"action_text": "a"}), Message({"action_text": "b"})}) == 2


def test_different_training_questions_are_told_apart_by_text_and_intent_alone(stock, hashed):
    no_training_cache.apply()
    assert len({Message({TEXT: text, INTENT: intent}) for text in "ab" for intent in "xy"}) == 4
    assert hashed == []
