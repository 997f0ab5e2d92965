"""Finds out what a message's words say about its language."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.core.function_words import FUNCTION_WORDS, WORD
from assistant.core.language_detector import evidence_of
from assistant.core.languages import ORIGINALS, Language
from assistant.knowledge import knowledge
from assistant.knowledge.examples import examples
from assistant.nlu.components.message_keys import EVIDENCE

# Function words that only one language has are known in advance; the rest are learned from the training questions.
# Words that say less or occur less often are not worth keeping.
MIN_ODDS, MIN_OCCURRENCES = 0.7, 2
LEXICON = "words.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class LanguageDetector(GraphComponent):
    """Finds the language by `assistant.core.language_detector`, with the words learned for German against English."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LanguageDetector:
        """Makes a detector that knows only function words."""
        return cls(model_storage, resource, FUNCTION_WORDS)

    def __init__(self, storage: ModelStorage, resource: Resource, lexicon: Mapping[str, float]) -> None:
        self._storage, self._resource, self._lexicon = storage, resource, lexicon
        # Compiled now, so that the first message does not have to wait for it.
        names()

    @staticmethod
    def required_packages() -> list[str]:
        """What has to be installed for it."""
        return ["spacy"]

    def train(self, training_data: TrainingData) -> Resource:
        """Learns the words of both originals from the folders of `data/nlu`; Rasa's copy does not record languages."""
        self._lexicon = learned((example.language, example.text) for example in examples())
        with self._storage.write_to(self._resource) as folder:
            (folder / LEXICON).write_text(json.dumps(self._lexicon, ensure_ascii=False), "utf-8")
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LanguageDetector:
        """Loads the words of a trained model; raises ValueError if it has none."""
        with model_storage.read_from(resource) as folder:
            lexicon = json.loads((folder / LEXICON).read_text("utf-8"))
        return cls(model_storage, resource, lexicon)

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the evidence of each message."""
        for message in messages:
            message.set(EVIDENCE, evidence_of(message.get(TEXT) or "", self._lexicon, names()).as_dict())
        return messages


def learned(questions: Iterable[tuple[Language, str]]) -> dict[str, float]:
    """Function words and the words of the questions, with what they say about the language."""
    counts: dict[Language, Counter[str]] = {language: Counter() for language in ORIGINALS}
    for language, text in questions:
        counts[language].update(set(WORD.findall(names().sub(" ", text).lower())))
    total = Counter(counts["de"]) + Counter(counts["en"])
    odds = {word: math.log((counts["de"][word] + 0.5) / (counts["en"][word] + 0.5)) for word in total}
    telling = (word for word in odds if total[word] >= MIN_OCCURRENCES and abs(odds[word]) >= MIN_ODDS)
    return {**FUNCTION_WORDS, **{word: round(odds[word], 2) for word in telling}}


@lru_cache(maxsize=1)
def names() -> re.Pattern[str]:
    """Names of programmes and bodies, which people leave untranslated."""
    aliases = {
        alias
        for subject in knowledge().subjects.values()
        for language in ORIGINALS
        for alias in (*subject.aliases[language], subject.name[language])
        if alias.isupper() or sum(char.isupper() for char in alias) > 1
    }
    longest_first = sorted(map(re.escape, aliases), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(longest_first)})\b", re.I)
