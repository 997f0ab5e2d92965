"""The words by which the languages beside the originals are understood: `knowledge/<language>/words.yml`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TypedDict

import yaml

from assistant.core.languages import LANGUAGES, ORIGINALS, Language
from assistant.core.paths import KNOWLEDGE

FILE = "words.yml"


class Words(TypedDict, total=False):
    """What a language's file lists.

    `wishes` ask for answers in the language; `ordinals` holds the words for the first to the sixth choice, and
    `choice_words` may stand around them; `conditions` are the words for "not", "only" and "until"; `not_places` are
    ordinary words that are spelt like the name of a country; `common_words`, without marks on their letters, are in
    many messages in the language and in hardly any others.
    """

    wishes: list[str]
    question_words: list[str]
    joiners: list[str]
    ordinals: list[list[str]]
    choice_words: list[str]
    conditions: Mapping[str, list[str]]
    not_places: list[str]
    common_words: list[str]


def read_words(folder: Path, language: Language) -> Words:
    """The words of one language; none if it has no file."""
    path = folder / language / FILE
    if not path.exists():
        return {}
    content: Words = yaml.safe_load(path.read_text("utf-8"))["words"]
    return content


@lru_cache(maxsize=1)
def all_words() -> Mapping[Language, Words]:
    """The words of every language served, read once per process."""
    return {language: read_words(KNOWLEDGE, language) for language in LANGUAGES if language not in ORIGINALS}


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of some words, the longest first; one that nothing matches if there are none."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True)) or r"(?!)"
