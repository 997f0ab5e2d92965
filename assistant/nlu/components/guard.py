"""The first component: turns any input into a short, clean text before a model sees it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from assistant.core.choices import number_chosen
from assistant.knowledge import KnowledgeBase, knowledge
from assistant.nlu.components.message_keys import CHOICE, SIGNAL, TROUBLE

MAX_CHARACTERS = 1000
MARKUP = re.compile(r"</?[A-Za-z!][^<>]{0,300}>")
ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)")
REPEATED_CHARACTER = re.compile(r"([^\d])\1{4,}")
# The same words four or more times in a row, as from a stuck key or a paste.
REPEATED_WORDS = re.compile(r"\b([^\W\d][^\d]{3,80}?)(?:\s*\1){3,}")
DROPPED_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn"}
# Within words of Persian and other languages, these decide how letters join.
JOINERS = {"\u200c", "\u200d"}
MOST_COMBINING_MARKS = 2
WORD, APOSTROPHES = re.compile(r"[^\W_]+"), re.compile(r"['’`´]")
WITHOUT_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


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
        return cls(longest, signals(knowledge()))

    def __init__(self, longest: int = MAX_CHARACTERS, signals: Mapping[str, str] | None = None) -> None:
        self._longest, self._signals = longest, signals or {}

    def process(self, messages: list[Message]) -> list[Message]:
        """Replaces the text with its clean form; records what is wrong with it, the number it chooses, its danger."""
        for message in messages:
            raw = message.get(TEXT)
            raw = raw if isinstance(raw, str) else ""
            text = cleaned(raw[: self._longest])[: self._longest].rstrip()
            message.set(TEXT, text, add_to_output=True)
            message.set(TROUBLE, trouble_of(raw, text, self._longest))
            message.set(SIGNAL, self._signal(text))
            message.set(CHOICE, number_chosen(raw))
        return messages

    def _signal(self, text: str) -> str | None:
        """The emergency that the words of a text leave no doubt of, if there is one."""
        words = f" {plain_words(text)} "
        return next((entry for signal, entry in self._signals.items() if f" {signal} " in words), None)


def signals(base: KnowledgeBase) -> dict[str, str]:
    """The words that signal an emergency, as `plain_words` writes them, and its entry."""
    return {plain_words(signal): entry.id for entry in base.entries.values() for signal in entry.signals}


def plain_words(text: str) -> str:
    """The words of a text in small letters, without apostrophes, punctuation or umlauts."""
    return " ".join(WORD.findall(APOSTROPHES.sub("", text.lower()).translate(WITHOUT_UMLAUTS)))


def cleaned(text: str) -> str:
    """The text without control characters, markup, stacked combining marks, long repetitions or leading slashes."""
    text = ESCAPES.sub("", text)
    text = MARKUP.sub(" ", text)
    kept = (" " if char in "\n\r\t" else char for char in text)
    text = "".join(char for char in kept if unicodedata.category(char) not in DROPPED_CATEGORIES or char in JOINERS)
    text = "".join(str(unicodedata.digit(char)) if char.isdecimal() else char for char in text).strip("\u200c\u200d ")
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
