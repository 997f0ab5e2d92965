"""Masks what visitors write before it reaches the database, the log or Rasa."""

from __future__ import annotations

from anyio.to_thread import run_sync

from assistant.core.languages import DEFAULT
from assistant.front.core.processor_time import charged
from assistant.privacy import masked

# Masking a text of this length takes less than a millisecond; a longer one must not block the event loop.
MAX_INLINE_CHARACTERS = 100


async def without_personal_data(text: str, *languages: str | None) -> str:
    """The text with personal data replaced by placeholders in the first known language."""
    language = next((one for one in languages if one), None)
    if len(text) <= MAX_INLINE_CHARACTERS:
        return masked(text, language)
    return await run_sync(charged(masked), text, language)


def load() -> None:
    """Loads the data that masking needs, so that the first message does not have to wait for it."""
    masked("Lade Frau A. Beispiel, Nr. 12 3456, +49 30 123456.", DEFAULT)
