"""Masks what visitors write before it reaches the database, the log or Rasa."""

from __future__ import annotations

import time
from collections import OrderedDict
from functools import partial

from anyio.to_thread import run_sync

from assistant.core.languages import DEFAULT
from assistant.privacy import announcement, masked

# Masking a text of this length takes less than a millisecond; a longer one must not block the event loop.
MAX_INLINE_CHARACTERS = 100


# How long the next message of a chat may follow on what the last one announced, and for how many chats it is known.
MAX_ANNOUNCED_SECONDS, MAX_ANNOUNCING_CHATS = 600.0, 10_000
_announced: OrderedDict[str, tuple[float, str]] = OrderedDict()


async def without_personal_data(text: str, *languages: str | None, chat: str | None = None) -> str:
    """The text with personal data replaced by placeholders in the first known language.

    A message of a chat may be what the one before announced. In between, only the announcing words are kept.
    """
    language, before = next((one for one in languages if one), None), _take(chat)
    mask = partial(masked, text, language, before=before)
    kept = await run_sync(mask) if len(text) > MAX_INLINE_CHARACTERS else mask()
    _keep(chat, announcement(kept))
    return kept


def _take(chat: str | None) -> str | None:
    at, words = _announced.pop(chat, (0.0, "")) if chat else (0.0, "")
    return words if words and time.monotonic() - at < MAX_ANNOUNCED_SECONDS else None


def _keep(chat: str | None, words: str) -> None:
    if not chat or not words:
        return
    _announced[chat] = time.monotonic(), words
    if len(_announced) > MAX_ANNOUNCING_CHATS:
        _announced.popitem(last=False)


def load() -> None:
    """Loads the data that masking needs, so that the first message does not have to wait for it."""
    masked("Lade Frau A. Beispiel, Nr. 12 3456, +49 30 123456.", DEFAULT)
