"""The language of an apology, when Rasa does not answer: the pipeline's rule with simpler evidence."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from assistant.core.function_words import FUNCTION_WORDS, odds_of
from assistant.core.languages import Evidence, Language, decide, served

if TYPE_CHECKING:
    from lingua import LanguageDetector

# Function words of one language that are ordinary words of the other, as in "I want to die".
AMBIGUOUS = {"art", "die", "gut", "hat", "her", "mag", "man", "name", "rund", "still", "tag", "war"}
LEXICON = {word: odds for word, odds in FUNCTION_WORDS.items() if word not in AMBIGUOUS}
# Two function words of one language more than of the other leave no doubt, one only where the letters agree.
TWO_WORDS = 4.0
# Letters alone mislead in short texts: "Ich will mich umbringen" looks English.
CLEAR_CONFIDENCE, MIN_WORDS = 0.95, 6


def language_of_apology(text: str, choice: str | None, spoken: str | None, page: str | None) -> Language:
    """Decides by the visitor's choice, clear evidence in the text, the chat so far, and the page, in this order."""
    language, _ = decide(evidence_of(text), served(choice), served(spoken), served(page))
    return language


def evidence_of(text: str) -> Evidence:
    """The language that function words and letters suggest; clear only if they leave no doubt."""
    text = text[:1000]
    if not any(char.isalpha() for char in text):
        return Evidence(None, False)
    odds, (letters, confidence) = odds_of(text, LEXICON), _by_letters(text)
    if not odds:
        return Evidence(letters, len(text.split()) >= MIN_WORDS and confidence >= CLEAR_CONFIDENCE)
    words: Language = "de" if odds > 0 else "en"
    return Evidence(words, abs(odds) >= TWO_WORDS or (words == letters and len(text.split()) > 1))


def _by_letters(text: str) -> tuple[Language | None, float]:
    """The language that the letters suggest, and how surely."""
    best = detector().compute_language_confidence_values(text)[0]
    return served(best.language.iso_code_639_1.name), best.value


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
