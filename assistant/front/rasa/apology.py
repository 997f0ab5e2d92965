"""The language of an apology, when Rasa does not answer: the pipeline's rule with a simpler detector."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from assistant.core.languages import Evidence, Language, decide, served

if TYPE_CHECKING:
    from lingua import LanguageDetector

CLEAR_CONFIDENCE, MIN_WORDS = 0.75, 3


def language_of_apology(text: str, choice: str | None, spoken: str | None, page: str | None) -> Language:
    """Decides by the visitor's choice, clear evidence in the text, the chat so far, and the page, in this order."""
    language, _ = decide(evidence_of(text), served(choice), served(spoken), served(page))
    return language


def evidence_of(text: str) -> Evidence:
    """The language that the characters suggest; clear only with enough words and confidence."""
    if not any(char.isalpha() for char in text):
        return Evidence(None, False)
    best = detector().compute_language_confidence_values(text[:1000])[0]
    language = served(best.language.iso_code_639_1.name)
    return Evidence(language, len(text.split()) >= MIN_WORDS and best.value >= CLEAR_CONFIDENCE)


@lru_cache(maxsize=1)
def detector() -> LanguageDetector:
    """Trigram statistics of the languages served: a fifth of the full models' memory, and as good here."""
    from lingua import Language as Lingua
    from lingua import LanguageDetectorBuilder

    return (
        LanguageDetectorBuilder.from_languages(Lingua.GERMAN, Lingua.ENGLISH)
        .with_low_accuracy_mode()
        .with_preloaded_language_models()
        .build()
    )
