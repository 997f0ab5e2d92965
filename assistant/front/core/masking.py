"""Masks what visitors write, before anything else sees it: database, log, Rasa."""

from __future__ import annotations

from anyio.to_thread import run_sync

from assistant.core.languages import DEFAULT
from assistant.privacy import masked

# A text of this length takes less than a millisecond; a longer one must not hold up all others.
MAX_INLINE_CHARACTERS = 100


async def without_personal_data(text: str, *languages: str | None) -> str:
    """The text with placeholders instead of personal data, in the first language that is known."""
    language = next((one for one in languages if one), None)
    return await run_sync(masked, text, language) if len(text) > MAX_INLINE_CHARACTERS else masked(text, language)


def load() -> None:
    """Reads all words and numbers that masking looks for, so that the first message does not wait."""
    masked("Lade Frau A. Beispiel, Nr. 12 3456, +49 30 123456.", DEFAULT)
