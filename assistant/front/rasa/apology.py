"""The language of an apology, when Rasa cannot be asked: the same rule, with fewer means to read the text."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from assistant.core.languages import Evidence, Language, decide, served

if TYPE_CHECKING:
    from lingua import LanguageDetector

CLEAR, FEWEST_WORDS = 0.75, 3


def language_of_apology(text: str, choice: str | None, spoken: str | None, page: str | None) -> Language:
    """Choice, clear evidence in the text, the chat so far, the page, in this order."""
    language, _ = decide(evidence_of(text), served(choice), served(spoken), served(page))
    return language


def evidence_of(text: str) -> Evidence:
    """What the characters say of the language; clear only for some words and by far."""
    if not any(char.isalpha() for char in text):
        return Evidence(None, False)
    best = detector().compute_language_confidence_values(text[:1000])[0]
    language = served(best.language.iso_code_639_1.name)
    return Evidence(language, len(text.split()) >= FEWEST_WORDS and best.value >= CLEAR)


@lru_cache(maxsize=1)
def detector() -> LanguageDetector:
    """Character statistics of the languages served, of three letters each: a fifth of the memory, and as good here."""
    from lingua import Language as Lingua
    from lingua import LanguageDetectorBuilder

    return (
        LanguageDetectorBuilder.from_languages(Lingua.GERMAN, Lingua.ENGLISH)
        .with_low_accuracy_mode()
        .with_preloaded_language_models()
        .build()
    )
