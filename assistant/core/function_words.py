"""Words that only one language has, such as "ich" and "the": what they say about the language of a text."""

from __future__ import annotations

import re
import runpy
import unicodedata
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from assistant.core.languages import LANGUAGES, Language
from assistant.core.words import Words, all_words

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
FUNCTION_WORD_ODDS = 2.0
CLEAR_ODDS = 1.5
# No single word may outvote several.
MAX_ODDS = 2.5


def _function_words(language: Language) -> set[str]:
    """spaCy's list, read without importing spaCy, which would cost the front 90 MB; empty if it has none."""
    spacy = find_spec("spacy")
    if not spacy or not spacy.origin:
        raise ModuleNotFoundError("spaCy is not installed, so its lists of function words are missing.")
    path = Path(spacy.origin).parent / "lang" / language / "stop_words.py"
    words: set[str] = runpy.run_path(str(path))["STOP_WORDS"] if path.exists() else set()
    return words


def without_marks(word: str) -> str:
    """A word without the marks on its letters, which many leave out on a phone: "için" as "icin"."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", word) if not unicodedata.combining(char))
    return plain.replace("ı", "i")


GERMAN, ENGLISH = _function_words("de"), _function_words("en")
# What a word says, as log odds: above 0 for German, below for English.
FUNCTION_WORDS: Mapping[str, float] = {
    **dict.fromkeys(GERMAN - ENGLISH, FUNCTION_WORD_ODDS),
    **dict.fromkeys(ENGLISH - GERMAN, -FUNCTION_WORD_ODDS),
}


def _telling_words(language: Language) -> frozenset[str]:
    """The function words of a language in Latin letters, without marks on them, and others that it has often."""
    own = all_words().get(language, Words()).get("common_words", ())
    return frozenset(without_marks(word) for word in (*_function_words(language), *own) if word[:1].isascii())


# Of every language served that is written in Latin letters.
OF_LANGUAGES: Mapping[Language, frozenset[str]] = {
    language: words for language in LANGUAGES if (words := _telling_words(language))
}


def odds_of(text: str, lexicon: Mapping[str, float] = FUNCTION_WORDS) -> float:
    """What all words of a text say together; 0 if they say nothing."""
    words = WORD.findall(text.lower())
    return sum(max(-MAX_ODDS, min(MAX_ODDS, lexicon[word])) for word in words if word in lexicon)
