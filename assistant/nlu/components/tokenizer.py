"""Tokens from spaCy's blank pipelines: one for each original, one for all other languages."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import spacy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.language import Language as Pipeline

from assistant.core.languages import ORIGINALS, Evidence
from assistant.nlu.components.message_keys import EVIDENCE, PARTS

# What spaCy calls its rules for all languages.
ANY = "xx"


@lru_cache(maxsize=len(ORIGINALS) + 1)
def pipeline(language: str | None) -> Pipeline:
    """spaCy's rules for splitting the words of an original, or those for any language; nothing trained."""
    return spacy.blank(language if language in ORIGINALS else ANY)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class SpacyTokenizer(Tokenizer):
    """Splits messages and their parts by the rules of the language they appear to be in."""

    @staticmethod
    def required_packages() -> list[str]:
        """What has to be installed for it."""
        return ["spacy"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Rasa's own keys; intents are not split."""
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leaves training data as they are: nothing is learned from their tokens."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Tokenizes messages and their parts."""
        super().process(messages)
        for message in messages:
            super().process(message.get(PARTS) or [])
        return messages

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """The tokens of one attribute of a message."""
        evidence = Evidence.from_dict(message.get(EVIDENCE) or {})
        language = evidence.language if attribute == TEXT else None
        text = message.get(attribute) or ""
        return [Token(t.text, t.idx) for t in pipeline(language)(text) if not t.is_space]
