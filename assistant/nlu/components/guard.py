"""The first component: turns any input into a short, clean text before a model sees it."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from assistant.core.choices import number_chosen
from assistant.nlu.components.message_keys import CHOICE, TROUBLE

MAX_CHARACTERS = 1000
# A message that names a choice and nothing else is no longer than this.
LONGEST_CHOICE = 60
MARKUP = re.compile(r"</?[A-Za-z!][^<>]{0,300}>")
ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)")
REPEATED_CHARACTER = re.compile(r"([^\d])\1{4,}")
# The same words four or more times in a row, as from a stuck key or a paste.
REPEATED_WORDS = re.compile(r"\b([^\W\d][^\d]{3,80}?)(?:\s*\1){3,}")
DROPPED_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn"}
MOST_COMBINING_MARKS = 2


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class InputGuard(GraphComponent):
    """Truncates, cleans and classifies raw input.

    A leading `/` is removed so that no visitor can name an intent, restart or set a slot: buttons
    send plain questions, and no text is ever a command.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`longest`: the number of characters read of a message."""
        return {"longest": MAX_CHARACTERS}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> InputGuard:
        """Makes the guard; rejects a length that is not a positive number."""
        longest = config["longest"]
        if isinstance(longest, bool) or not isinstance(longest, int) or longest < 1:
            raise InvalidConfigException(f"InputGuard: longest must be a positive number, not {longest!r}.")
        return cls(longest)

    def __init__(self, longest: int = MAX_CHARACTERS) -> None:
        self._longest = longest

    def process(self, messages: list[Message]) -> list[Message]:
        """Replaces the text with its clean form, and records what is wrong with it or the number it chooses."""
        for message in messages:
            raw = message.get(TEXT)
            raw = raw if isinstance(raw, str) else ""
            text = cleaned(raw[: self._longest])[: self._longest].rstrip()
            message.set(TEXT, text, add_to_output=True)
            message.set(TROUBLE, trouble_of(raw, text, self._longest))
            message.set(CHOICE, number_chosen(raw[:LONGEST_CHOICE]) if len(raw) <= LONGEST_CHOICE else None)
        return messages


def cleaned(text: str) -> str:
    """The text without control characters, markup, stacked combining marks, long repetitions or leading slashes."""
    text = ESCAPES.sub("", text)
    text = MARKUP.sub(" ", text)
    kept = (" " if char in "\n\r\t" else char for char in text)
    text = "".join(char for char in kept if unicodedata.category(char) not in DROPPED_CATEGORIES)
    text = _without_stacked_marks(unicodedata.normalize("NFC", text))
    text = REPEATED_CHARACTER.sub(r"\1\1\1", text)
    text = " ".join(text.split())
    return REPEATED_WORDS.sub(r"\1", text).lstrip("/ ")


def _without_stacked_marks(text: str) -> str:
    kept, marks = [], 0
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= MOST_COMBINING_MARKS:
            kept.append(char)
    return "".join(kept)


def trouble_of(raw: str, text: str, longest: int) -> str | None:
    """`empty`, `unreadable` (no letter or digit), `too_long`, or None."""
    if not raw.strip():
        return "empty"
    if not any(char.isalnum() for char in text):
        return "unreadable"
    return "too_long" if len(raw) > longest else None
