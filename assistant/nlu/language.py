"""Says what a message's own words tell of its language."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from lingua import Language as Lingua
from lingua import LanguageDetector as Detector
from lingua import LanguageDetectorBuilder
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from spacy.lang.de.stop_words import STOP_WORDS as GERMAN
from spacy.lang.en.stop_words import STOP_WORDS as ENGLISH

from assistant.knowledge import knowledge
from assistant.languages import LANGUAGES, Evidence, Language
from assistant.nlu.parts import EVIDENCE

LINGUA: Mapping[Language, Lingua] = {"de": Lingua.GERMAN, "en": Lingua.ENGLISH}
FUNCTION_WORDS: Mapping[Language, frozenset[str]] = {
    "de": frozenset(GERMAN - ENGLISH),
    "en": frozenset(ENGLISH - GERMAN),
}
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
# A function word that only one language has speaks as loud as odds of e² for it.
WEIGHT_OF_WORD = 2.0
CLEAR = 1.5


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class LanguageDetector(GraphComponent):
    """Weighs character statistics and function words; one word alone is never clear evidence."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LanguageDetector:
        """Makes the detector and loads its models, so that the first message does not wait for them."""
        detector()
        return cls()

    @staticmethod
    def required_packages() -> list[str]:
        """What has to be installed for it."""
        return ["lingua", "spacy"]

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the evidence of each message."""
        for message in messages:
            message.set(EVIDENCE, evidence_of(message.get(TEXT) or "").as_dict())
        return messages


@lru_cache(maxsize=1)
def detector() -> Detector:
    """The character statistics of the languages served."""
    return LanguageDetectorBuilder.from_languages(*LINGUA.values()).with_preloaded_language_models().build()


@lru_cache(maxsize=1)
def names() -> re.Pattern[str]:
    """Names of programmes and bodies, which people keep in one language while writing another."""
    aliases = {
        alias
        for subject in knowledge().subjects.values()
        for language in LANGUAGES
        for alias in (*subject.aliases[language], subject.name[language])
        if alias.isupper() or sum(char.isupper() for char in alias) > 1
    }
    longest_first = sorted(map(re.escape, aliases), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(longest_first)})\b", re.I)


def evidence_of(text: str) -> Evidence:
    """Which language the words speak for, and whether clearly: two words or more, odds well apart."""
    words = WORD.findall(names().sub(" ", text).lower())
    if not words or not any(char.isascii() for char in "".join(words)):
        return Evidence(None, False)
    odds = _odds(words)
    language: Language = "de" if odds > 0 else "en"
    told = sum(word in FUNCTION_WORDS[language] for word in words)
    clear = len(words) >= 2 and abs(odds) >= CLEAR and (told >= 1 or len(words) >= 3)
    return Evidence(language, clear)


def _odds(words: list[str]) -> float:
    """Logarithmic odds of German against English."""
    values = {c.language: c.value for c in detector().compute_language_confidence_values(" ".join(words))}
    german, english = (min(max(values.get(LINGUA[code], 0.5), 0.01), 0.99) for code in ("de", "en"))
    votes = sum((word in FUNCTION_WORDS["de"]) - (word in FUNCTION_WORDS["en"]) for word in words)
    return math.log(german / english) + WEIGHT_OF_WORD * votes
