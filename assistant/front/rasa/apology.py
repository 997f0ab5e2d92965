"""The language of an apology, when Rasa does not answer: the pipeline's rule with simpler evidence."""

from __future__ import annotations

from assistant.core.function_words import FUNCTION_WORDS
from assistant.core.language_detector import evidence_of
from assistant.core.languages import Language, decide, served

# Function words of one language that are ordinary words of the other, as in "I want to die".
AMBIGUOUS = {"art", "die", "gut", "hat", "her", "mag", "man", "name", "rund", "still", "tag", "war"}
LEXICON = {word: odds for word, odds in FUNCTION_WORDS.items() if word not in AMBIGUOUS}
# Two function words of one language more than of the other leave no doubt.
TWO_WORDS = 4.0


def language_of_apology(text: str, choice: str | None, spoken: str | None, page: str | None) -> Language:
    """Decides by the visitor's choice, clear evidence in the text, the chat so far, and the page, in this order."""
    evidence = evidence_of(text, LEXICON, certain=TWO_WORDS)
    language, _ = decide(evidence, served(choice), served(spoken), served(page))
    return language
