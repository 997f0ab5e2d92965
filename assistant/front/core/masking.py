"""Masks what visitors write before it reaches the database, the log or Rasa."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial

from assistant.core.languages import DEFAULT
from assistant.front.core.parsing import MAX_READ_CHARACTERS
from assistant.front.core.processor_time import charged
from assistant.privacy import masked

# Masking a text of this length takes less than a millisecond; a longer one must not block the event loop.
MAX_INLINE_CHARACTERS = 100
CUT = "…"
# Several threads would mask no faster, but leave the event loop a smaller share of the processor.
_one_thread = ThreadPoolExecutor(1, "masking")


async def without_personal_data(text: str, *languages: str | None) -> str:
    """As much of a text as Rasa reads, with placeholders in the first known language instead of personal data."""
    language = next((one for one in languages if one), None)
    if len(text) <= MAX_INLINE_CHARACTERS:
        return _prepared(text, language)
    work = partial(copy_context().run, charged(_prepared), text, language)
    return await asyncio.get_running_loop().run_in_executor(_one_thread, work)


def _prepared(text: str, language: str | None) -> str:
    kept = masked(text, language, MAX_READ_CHARACTERS)
    if len(text) > MAX_READ_CHARACTERS:
        # Placeholders may be shorter than what they replace, but Rasa has to see that there was more, since it says so.
        kept = kept.ljust(MAX_READ_CHARACTERS + 1, CUT)
    return kept[: MAX_READ_CHARACTERS + 1]


def load() -> None:
    """Loads the data that masking needs, so that the first message does not have to wait for it."""
    masked("Lade Frau A. Beispiel, Nr. 12 3456, +49 30 123456.", DEFAULT)
